"""A word is doubtful where it may not be said, or not where it was placed; the rest of the text stays sure."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.audio.load import load_audio
from core.errors import GestureError
from core.phones.search import Placed
from core.take.word_edits import LOW_CONFIDENCE
from core.text.align import align
from core.text.confidence import confidences
from core.text.transcript import read_transcript

DEMO = Path(__file__).resolve().parents[3] / "addon" / "assets" / "demo"
CHANCE = -3.5
NOISE_DB = 7


def line(count: int = 20) -> list[Placed]:
    """Return words of four phones that follow each other and fit as well as words usually do."""
    return [Placed(word, np.arange(4), np.arange(word * 36, word * 36 + 37, 3), -0.5) for word in range(count)]


def sure(placed: list[Placed]) -> np.ndarray:
    return np.array(confidences(placed, [(place, place + 1) for place in range(len(placed))], CHANCE))


def test_words_that_fit_are_sure():
    assert sure(line()).min() > 0.9


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("as good a place elsewhere", {"margin": 0.0}),
        ("passed over by the search", {"margin": -60.0}),
        ("the score of chance", {"score": CHANCE}),
    ],
)
def test_one_bad_word_is_doubtful_and_its_neighbours_are_not(kind, change):
    words = line()
    words[9] = replace(words[9], **change)
    doubtful = sure(words) < LOW_CONFIDENCE
    assert doubtful.tolist() == [place == 9 for place in range(len(words))], kind


def test_a_stretched_word_beside_lacking_ones_is_doubtful_where_other_places_are_not_much_worse():
    words = [word for word in line() if word.word != 8]
    stretched = replace(words[8], bounds=words[8].bounds + np.array([0] * 12 + [40]), margin=60.0)
    assert sure([*words[:8], stretched, *words[9:]])[8] < LOW_CONFIDENCE < sure(words)[8]


def test_a_short_word_beside_text_that_is_said_elsewhere_is_doubtful_and_a_long_one_is_not():
    def beside(*order):
        words = [replace(word, word=number) for word, number in zip(line(), order, strict=True)]
        words[9] = replace(words[9], phones=np.arange(2), bounds=words[9].bounds[::2])
        return sure(words) < LOW_CONFIDENCE

    elsewhere = beside(*range(10), *range(15, 20), *range(10, 15))
    assert np.flatnonzero(elsewhere).tolist() == [9]
    assert not beside(*range(20)).any()
    assert not beside(*range(10), *range(12, 22)).any()  # two words that nobody says


def test_a_whole_sentence_that_fits_like_chance_is_doubtful():
    words = [replace(word, score=0.8 * CHANCE) if 5 <= word.word < 17 else word for word in line(22)]
    doubtful = sure(words) < LOW_CONFIDENCE
    assert doubtful[8:14].all()
    assert not doubtful[:3].any()


def test_badly_fitting_words_count_more_where_many_others_clearly_are_not_said():
    bad = {3: 0.85}
    few = [replace(word, score=bad.get(word.word, 0.1) * CHANCE) for word in line(40)]
    many = [replace(word, margin=-60.0) if word.word > 33 else word for word in few]
    assert sure(many)[3] < sure(few)[3]


def test_a_confidence_is_that_of_the_weakest_token_of_a_word():
    words = line()
    words[4] = replace(words[4], margin=0.0)
    ranges = [(0, 3), (3, 6), (6, 20)]
    assert (np.array(confidences(words, ranges, CHANCE)) < LOW_CONFIDENCE).tolist() == [False, True, False]


def test_the_right_text_is_found_in_noise_and_another_one_is_refused_there():
    speech, text = load_audio(DEMO / "speech.flac").samples, read_transcript(DEMO / "transcript.txt").text
    noise = np.random.default_rng(0).standard_normal(len(speech)) * np.sqrt(np.mean(speech**2))
    noisy = (speech + 10 ** (-NOISE_DB / 20) * noise).astype(np.float32)
    found = align(noisy, text).words
    starts = {word.word: word.start_s for word in found if word.word in ("And", "Unless", "Had")}
    assert 0.7 <= starts["And"] <= 1.2
    assert 13.6 <= starts["Unless"] <= 14.2
    assert 20.5 <= starts["Had"] <= 21.1
    assert len(found) > 60
    with pytest.raises(GestureError, match="does not seem to be of this recording"):
        align(noisy, " ".join(np.random.default_rng(4).permutation(text.split())))
