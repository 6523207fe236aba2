"""Words are placed by their sounds between neighbours, and a place says by how much it is better than any other."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from core.audio.load import load_audio
from core.phones.contexts import ELSEWHERE, placed_in_context
from core.phones.search import Placed, Stretch, phone_numbers
from core.text.placing import hear
from core.text.pronounce import pronunciations

DEMO = Path(__file__).resolve().parents[3] / "addon" / "assets" / "demo"
WORDS = "and mister john dashwood had then leisure to consider"
SEAM = 40.0


@pytest.fixture(scope="module")
def speech() -> np.ndarray:
    return load_audio(DEMO / "speech.flac").samples[: 4 * 16000]


def found(samples: np.ndarray, text: str) -> list[Placed]:
    sound = hear(samples)
    words = [[phone_numbers(way) for way in pronunciations(word)] for word in text.split()]
    stretch = Stretch(0, sound.scores.frame_count, words)
    return placed_in_context(sound.cepstra, sound.scores, sound.active, [stretch], SEAM, 0.0)[0]


def test_every_word_is_placed_in_order_and_its_place_is_the_best_by_far(speech):
    words = found(speech, WORDS)
    assert [word.word for word in words] == list(range(len(WORDS.split())))
    assert all(before.end <= after.start for before, after in pairwise(words))
    assert min(word.margin for word in words) > SEAM


def test_words_that_are_said_twice_may_as_well_lie_at_the_other_place(speech):
    once, twice = found(speech, WORDS), found(np.tile(speech, 2), WORDS)
    assert max(word.margin for word in twice) < SEAM / 2 < min(word.margin for word in once)


def test_a_margin_is_what_the_best_path_loses_where_a_word_may_not_lie_at_its_place(speech):
    """The second of two equal words may move only to where no such word is said."""
    first, last = found(speech, "john dashwood")[0], found(np.tile(speech, 2), "john dashwood john dashwood")
    assert abs(last[0].start - first.start) < ELSEWHERE
    assert abs(last[2].start - first.start - 400) < ELSEWHERE
    assert min(word.margin for word in last) > SEAM
