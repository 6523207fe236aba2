"""Subtitles: phrases that follow pauses, are short enough to be read, and lose no word."""

from itertools import pairwise

from core.take.subtitles import phrases


def spoken(text, pauses=(), length_s=0.3):
    """Words of equal length; before the numbered ones there is a pause of a second."""
    found, now = [], 0.5
    for number, word in enumerate(text.split()):
        now += 1.0 if number in pauses else 0.05
        found.append((word, now, now + length_s))
        now += length_s
    return found


def test_a_pause_ends_a_phrase():
    found = phrases(spoken("we had a plan but nobody told us", pauses=(4,)))
    assert [phrase.text for phrase in found] == ["we had a plan", "but nobody told us"]


def test_a_phrase_appears_with_its_first_word_and_goes_before_the_next_one():
    words = spoken("we had a plan but nobody told us", pauses=(4,))
    first, second = phrases(words)
    assert first.start_s == words[0][1]
    assert words[3][2] < first.end_s <= second.start_s == words[4][1]
    assert second.end_s > words[-1][2]


def test_long_speech_is_cut_to_phrases_that_can_be_read_and_keeps_every_word():
    text = " ".join(f"word{number}" for number in range(200))
    found = phrases(spoken(text))
    assert " ".join(phrase.text for phrase in found) == text
    assert all(len(phrase.text) <= 74 and phrase.end_s - phrase.start_s < 6.5 for phrase in found)
    assert all(before.end_s <= after.start_s for before, after in pairwise(found))
    assert len(found) < 40


def test_one_long_word_is_a_phrase_and_no_words_are_none():
    assert [phrase.text for phrase in phrases([("a" * 90, 0.0, 9.0)])] == ["a" * 90]
    assert phrases([]) == []
