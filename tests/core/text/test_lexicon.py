"""The lexicons of all languages: whole, without doublings, and found in texts."""

import pytest

from core.text import lexicon

LANGUAGES = sorted(path.stem for path in lexicon.FOLDER.glob("*.toml"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_entry_of_a_language_is_found_as_its_class(language):
    tables = lexicon.read_lexicon(language).tables
    assert tuple(tables["words"]) == lexicon.CLASSES
    entries = [entry for entries in tables["words"].values() for entry in entries]
    assert len(entries) == len(set(entries))
    ignored = {entry for entries in tables.get("ignored", {}).values() for entry in entries}
    assert not ignored & set(entries)
    for name, listed in tables["words"].items():
        for entry in listed:
            words = [entry] if language in lexicon.WITHOUT_SPACES else f"{entry}x".split()
            if not entry.endswith("'"):
                words[-1] = words[-1].removesuffix("x")
            assert lexicon.word_classes(words, language)[-1] == name, entry


@pytest.mark.parametrize(
    ("language", "text", "classes"),
    [
        ("en", "Never say no !", ["negation", None, "negation", None]),
        ("en", "On the one hand no one is right", [None, None, None, None, None, "negation", None, None]),
        ("de", "Auf keinen Fall , aber vielleicht", [None, None, "negation", None, "contrast", "uncertainty"]),
        ("fr", "j'ai peut-être tort", ["self", "uncertainty", None]),
        ("es", "no solo grande", [None, None, "large"]),
        ("zh", "我 觉得 不错 但是 太小了", ["self", None, None, "contrast", "small"]),
        ("ja", "私は わかりません", ["self", "uncertainty"]),
        ("xx", "never 42", [None, "number"]),
        ("pt-br", "não", ["negation"]),
    ],
)
def test_the_longest_entry_counts_and_its_last_word_has_the_class(language, text, classes):
    assert lexicon.word_classes(text.split(), language) == classes
