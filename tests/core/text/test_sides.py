"""A word beside a long pause is as sure as its side of the pause is better than the other one."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from core.phones.search import Stretch, phone_numbers
from core.take.word_edits import LOW_CONFIDENCE
from core.text.align import align
from core.text.placing import forced
from core.text.sides import with_sides


@pytest.fixture(scope="module")
def spoken(sound, samples, text):
    """Return the ways of all words, and the words where they are said."""
    times = align(samples, text).words
    words = [[phone_numbers(" ".join(phone.phone for phone in word.phones))] for word in times]
    stretches = [
        Stretch(round(word.start_s * 100), round(word.end_s * 100), [way])
        for word, way in zip(times, words, strict=True)
    ]
    return words, [replace(own, word=number) for number, (own,) in enumerate(forced(sound, stretches))]


def sided(sound, words, placed):
    (found,) = with_sides(sound.scores, sound.active, [placed], words, lambda stretches: forced(sound, stretches))
    return found


def test_only_words_beside_long_pauses_are_tried_and_none_moves(sound, spoken):
    words, placed = spoken
    found = sided(sound, words, placed)
    assert [word.bounds.tolist() for word in found] == [word.bounds.tolist() for word in placed]
    silent = [int(np.sum(~sound.active[a.end : b.start])) for a, b in pairwise(placed)]
    tried = {number for number, word in enumerate(found) if np.isfinite(word.margin)}
    assert len(tried) >= 4
    assert all(max(silent[max(0, number - 1) : number + 1]) >= 100 for number in tried)
    assert min(found[number].margin for number in tried) > 30  # all of them are said where they are


def test_a_margin_that_is_less_stays(sound, spoken):
    words, placed = spoken
    small = [replace(word, margin=1.5) for word in placed]
    assert {word.margin for word in sided(sound, words, small)} == {1.5}


def test_a_word_that_nobody_says_after_a_pause_is_doubtful(samples, text):
    found = align(samples, text.replace("He was", "But He was", 1)).words
    (word,) = (each for each in found if each.word == "But")
    assert word.confidence < LOW_CONFIDENCE
