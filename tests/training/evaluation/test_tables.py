"""Tables of numbers as text and markdown."""

from training.evaluation.tables import markdown_table, text_table


def test_numbers_stand_right_in_tables_as_text_and_as_markdown():
    rows = [["slide cm/s", "0.64", "12.18"], ["steps", "9", "-"]]
    assert text_table(["", "recorded", "ours"], rows).splitlines() == [
        "            recorded   ours",
        "slide cm/s      0.64  12.18",
        "steps              9      -",
    ]
    assert markdown_table(["", "recorded", "ours"], rows).splitlines()[:3] == [
        "|  | recorded | ours |",
        "| --- | ---: | ---: |",
        "| slide cm/s | 0.64 | 12.18 |",
    ]
