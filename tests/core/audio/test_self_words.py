"""Hands go to the chest at few words for oneself: at stressed ones, and not at one after the other."""

import numpy as np
import pytest

from core.audio.prosody import analyse
from core.audio.self_words import SPACING_S, with_few_self_words
from core.clock import SAMPLE_RATE
from core.text import lexicon
from core.text.timing import Word

LONG_S, SHORT_S = 0.3, 0.05
SELF, YOU = lexicon.SELF, lexicon.YOU


def said(*spoken: tuple[str, float, float]) -> tuple[tuple[Word, ...], list[str | None]]:
    """Return words of (text, start in seconds, length in seconds), with their classes."""
    words = tuple(Word(text, start_s, start_s + length_s) for text, start_s, length_s in spoken)
    return words, lexicon.word_classes([word.word for word in words])


def chosen_starts_s(
    words: tuple[Word, ...], kinds: list[str | None], stressed_s: tuple[float, ...] = ()
) -> list[float]:
    thinned = with_few_self_words(kinds, words, stressed_s)
    return [word.start_s for word, kind in zip(words, thinned, strict=True) if kind == SELF]


def test_a_short_quiet_word_for_oneself_calls_for_no_gesture_and_a_long_one_does():
    words, kinds = said(("I", 0.0, SHORT_S), ("went", 0.1, LONG_S), ("my", 20.0, LONG_S), ("way", 20.4, LONG_S))
    assert chosen_starts_s(words, kinds) == [20.0]


def test_a_loud_word_for_oneself_calls_for_a_gesture_however_short_it_is():
    words, kinds = said(("I", 0.0, SHORT_S), ("went", 0.1, LONG_S), ("I", 20.0, SHORT_S), ("came", 20.1, LONG_S))
    assert chosen_starts_s(words, kinds, (0.2, 20.02)) == [20.0]


def test_of_words_for_oneself_near_each_other_the_loud_one_counts_and_then_the_longest():
    words, kinds = said(("me", 0.0, 0.4), ("my", 3.0, LONG_S), ("mine", 6.0, 0.5), ("house", 7.0, 0.4))
    assert chosen_starts_s(words, kinds) == [6.0]
    assert chosen_starts_s(words, kinds, (3.1,)) == [3.0]


def test_between_two_words_for_oneself_lie_seconds_and_other_classes_stay():
    spoken = [("my", 0.7 * number, LONG_S) for number in range(100)]
    words, kinds = said(*spoken, ("you", 80.0, SHORT_S), ("your", 81.0, SHORT_S))
    starts_s = chosen_starts_s(words, kinds)
    assert len(starts_s) >= 5
    assert np.diff(starts_s).min() >= SPACING_S
    assert [kind for kind in with_few_self_words(kinds, words, ()) if kind == YOU] == [YOU, YOU]


@pytest.mark.parametrize(("length_s", "count"), [(SHORT_S, 0), (LONG_S, 1)])
def test_the_accents_of_a_recording_have_the_class_of_stressed_words_for_oneself_only(length_s: float, count: int):
    words, _ = said(("the", 1.0, LONG_S), ("day", 1.4, LONG_S), ("I", 2.5, length_s), ("came", 3.0, LONG_S))
    silence = np.full(5 * SAMPLE_RATE, 1e-4, np.float32)
    assert [accent.kind for accent in analyse(silence, words).accents].count(SELF) == count
