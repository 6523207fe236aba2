"""Words of a take change as an animator asks, in order of time, and their speech sounds with them."""

import numpy as np
import pytest

from core.errors import GestureError
from core.take import word_edits
from core.take.gate import check_words


def word(text, start_s, end_s, *phones):
    bounds = np.linspace(start_s, end_s, len(phones) + 1).tolist()
    said = [{"phone": p, "start_s": a, "end_s": b} for p, a, b in zip(phones, bounds, bounds[1:], strict=False)]
    return {"word": text, "start_s": start_s, "end_s": end_s, "confidence": 0.3, "phones": said}


def example():
    return [word("we", 0.0, 0.2, "W", "IY"), word("had", 0.2, 0.5, "HH", "AE", "D"), word("plans", 0.8, 1.2)]


def times(words):
    return [(round(each["start_s"], 4), round(each["end_s"], 4)) for each in words]


def test_a_word_takes_its_phones_along_and_is_sure_afterwards():
    (_, had, _) = word_edits.retimed(example(), 1, 0.3, 0.6, 2.0)
    assert [round(p["start_s"], 4) for p in had["phones"]] == [0.3, 0.4, 0.5]
    assert had["confidence"] == 1.0


def test_neighbours_give_way_and_touching_edges_move_together_only_when_asked():
    assert times(word_edits.retimed(example(), 1, 0.1, 0.9, 2.0)) == [(0.0, 0.1), (0.1, 0.9), (0.9, 1.2)]
    assert times(word_edits.retimed(example(), 1, 0.3, 0.5, 2.0)) == [(0.0, 0.2), (0.3, 0.5), (0.8, 1.2)]
    assert times(word_edits.retimed(example(), 1, 0.3, 0.5, 2.0, together=True)) == [(0.0, 0.3), (0.3, 0.5), (0.8, 1.2)]


def test_any_edits_leave_words_in_order_inside_the_take():
    draw, words = np.random.default_rng(3), example() + [word(str(i), 1.2 + i, 1.7 + i, "AA", "T") for i in range(6)]
    for _ in range(300):
        index = int(draw.integers(len(words)))
        start_s, end_s = draw.uniform(-1, 9, 2)
        words = word_edits.retimed(words, index, start_s, end_s, 8.0, bool(draw.integers(2)))
        check_words(words)
        edges = [edge for pair in times(words) for edge in pair]
        assert edges == sorted(edges)
        assert edges[0] >= 0
        assert edges[-1] <= 8.0
        assert all(b - a > 0.019 for a, b in times(words))
        inside = [(w["start_s"] - 1e-9, p, w["end_s"] + 1e-9) for w in words for p in w["phones"]]
        assert all(low <= p["start_s"] <= p["end_s"] <= high for low, p, high in inside)


def test_a_word_is_split_and_joined_again_with_all_its_phones():
    halves = word_edits.split(example(), 1, 0.35, "ha", "d")
    assert [each["word"] for each in halves] == ["we", "ha", "d", "plans"]
    assert [[p["phone"] for p in each["phones"]] for each in halves[1:3]] == [["HH"], ["AE", "D"]]
    check_words(halves)
    joined = word_edits.joined(halves, 1, 2, "had")
    assert [p["phone"] for p in joined[1]["phones"]] == ["HH", "AE", "D"]
    assert times(joined) == times(example())
    with pytest.raises(GestureError, match="no second word"):
        word_edits.joined(halves, 3, 4)


def test_texts_are_cut_and_joined_as_their_script_is_written():
    assert word_edits.halves("well-known") == ("well", "known")
    assert word_edits.halves("cannot") == ("can", "not")
    assert word_edits.joined_text(["New", "York"]) == "New York"
    assert word_edits.joined_text(["世", "界"]) == "世界"


def test_a_word_is_added_in_a_pause_and_refused_elsewhere():
    words, place = word_edits.added(example(), " big ", 0.6, 1.0)
    assert (place, words[2]["word"], times(words)[2]) == (2, "big", (0.6, 0.8))
    with pytest.raises(GestureError, match="Another word is there"):
        word_edits.added(example(), "big", 0.9, 1.1)
    with pytest.raises(GestureError, match="no letters"):
        word_edits.spelled(example(), 1, "  ", [])


def test_spans_are_joined_and_cut():
    assert word_edits.with_span([[0, 1], [3, 4]], 0.5, 3.5) == [[0, 4]]
    assert word_edits.without_span([[0, 4]], 1, 2) == [[0, 1], [2, 4]]
    assert word_edits.changed_s(example(), word_edits.removed(example(), 1)) == (0.2, 0.5)
    assert word_edits.changed_s(example(), example()) is None
