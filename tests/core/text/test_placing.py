"""Words beside speech that no word explains: which are placed again, and when the new places are better."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from core.audio.load import load_audio
from core.phones.search import Placed, Stretch, phone_numbers
from core.text.align import align
from core.text.pieces import Piece
from core.text.placing import APART, BESIDE_WORDS, BREAK, UNEXPLAINED, _fill_rooms, _left_free, _spans, forced, hear
from core.text.transcript import read_transcript

DEMO = Path(__file__).resolve().parents[3] / "addon" / "assets" / "demo"


def placed(*starts, frames=20, score=-1.0):
    return [Placed(n, np.zeros(1, int), np.array([start, start + frames]), score) for n, start in enumerate(starts)]


def spoken(frames):
    return np.arange(frames + 1)  # speech in every frame


def test_only_words_near_much_speech_without_words_are_placed_again():
    words = placed(*(20 * n for n in range(20)), *(20 * n + UNEXPLAINED for n in range(20, 40)))
    assert list(_spans(words, spoken(2000))) == [(20 - BESIDE_WORDS, 20 + BESIDE_WORDS - 1)]
    assert not list(_spans(words, np.zeros(2001, int)))  # a pause, however long


def test_two_such_places_near_each_other_are_one_and_far_ones_two():
    starts = np.arange(40) * 20
    near, far = starts + UNEXPLAINED * (np.arange(40) >= 20), starts + UNEXPLAINED * (np.arange(40) >= 10)
    both = near + UNEXPLAINED * (np.arange(40) >= 22)
    apart = far + UNEXPLAINED * (np.arange(40) >= 30)
    assert list(_spans(placed(*both), spoken(2000))) == [(16, 25)]
    assert list(_spans(placed(*apart), spoken(2000))) == [(6, 13), (26, 33)]


def test_words_that_lie_far_apart_with_a_little_speech_between_them_are_placed_again():
    words = placed(*(20 * n + APART * (n >= 10) for n in range(20)))
    speech = np.minimum(spoken(1000), 200 + BREAK)
    assert list(_spans(words, speech)) == [(10 - BESIDE_WORDS, 10 + BESIDE_WORDS - 1)]


def test_speech_between_words_is_counted_and_pauses_are_not():
    speech = np.concatenate([np.arange(101), np.full(200, 100)])
    assert _left_free(placed(0, 20, 50, 200), speech).tolist() == [0, 10, 30]


@pytest.mark.parametrize("first", [119, 141, 100])
def test_words_beside_a_missing_sentence_of_a_real_minute_join_their_neighbours(real_dir, first):
    samples = load_audio(real_dir / "2_scott_0_2_2.wav").samples
    words = read_transcript(real_dir / "2_scott_0_2_2.TextGrid").words
    left = [*words[:first], *words[first + 12 :]]
    found = align(samples, " ".join(word.word for word in left)).words
    assert max(abs(a.start_s - b.start_s) for a, b in zip(found, left, strict=True)) < 1


def test_words_beside_several_that_nobody_says_never_overlap():
    samples = load_audio(DEMO / "speech.flac").samples
    sound = hear(samples)
    spoken = align(samples, read_transcript(DEMO / "transcript.txt").text).words
    words = [[phone_numbers(" ".join(phone.phone for phone in word.phones))] for word in spoken]
    stretches = [
        Stretch(round(word.start_s * 100), round(word.end_s * 100), [way])
        for word, way in zip(spoken, words, strict=True)
    ]
    found = [replace(own[0], word=2 * n) for n, own in enumerate(forced(sound, stretches))]
    tokens = [way for word in words for way in (word, [phone_numbers("DH AH")])]
    rows = [found]
    _fill_rooms(sound, [Piece(0, len(sound.active), tuple(range(len(tokens))))], tokens, rows, lambda share: None)
    assert len(rows[0]) > len(words) + 20
    assert all(before.end <= after.start for before, after in pairwise(rows[0]))
