"""Silence that was put into speech is found and taken out, and moves no word to its other side."""

from itertools import pairwise

import numpy as np
import pytest

from core.phones.activity import energy_db
from core.text.align import align
from core.text.gaps import Gap, inserted_gaps, with_gaps, without_gaps
from core.text.timing import Phone, Word

RATE = 16000


@pytest.fixture(scope="module")
def spoken(samples, text):
    return align(samples, text).words


def room(samples, seconds):
    """Return noise as loud as the recording's pauses."""
    level = 10 ** (np.quantile(energy_db(samples), 0.05) / 20)
    return (np.random.default_rng(0).standard_normal(round(seconds * RATE)) * level).astype(np.float32)


def loud_places(samples):
    """Return samples in the middle of full speech, far from each other."""
    level = energy_db(samples)
    steady = np.minimum(np.minimum(level[:-2], level[1:-1]), level[2:])
    return [160 * (start + 1 + int(np.argmax(steady[start : start + 400]))) for start in range(100, 2900, 400)]


def test_no_pause_of_a_recording_is_taken_for_inserted_silence(samples):
    assert inserted_gaps(samples) == []
    assert inserted_gaps(np.zeros(RATE, np.float32)) == []
    assert inserted_gaps(np.zeros(0, np.float32)) == []


@pytest.mark.parametrize("kind", ["silence", "room"])
def test_inserted_silence_is_found_and_taken_out(samples, kind):
    for at in loud_places(samples):
        inserted = np.zeros(2 * RATE, np.float32) if kind == "silence" else room(samples, 2)
        longer = np.concatenate([samples[:at], inserted, samples[at:]])
        (gap,) = inserted_gaps(longer)
        assert abs(gap.start - at) <= 48
        assert abs(gap.end - at - 2 * RATE) <= 48
        joined = without_gaps(longer, [gap])
        assert abs(len(joined) - len(samples)) <= 96
        assert np.array_equal(joined[: at - 48], samples[: at - 48])


def test_silence_after_a_fading_voice_is_a_pause(samples):
    for at in loud_places(samples):
        before = samples[:at].copy()
        before[-1600:] *= np.linspace(1, 0, 1600, dtype=np.float32) ** 2
        longer = np.concatenate([before, np.zeros(2 * RATE, np.float32), samples[at:]])
        assert inserted_gaps(longer) == []


@pytest.mark.parametrize("kind", ["silence", "room"])
def test_silence_inside_sentences_moves_no_word_to_its_other_side(samples, text, spoken, kind):
    places = [number for number in range(3, len(spoken), 9) if spoken[number].start_s == spoken[number - 1].end_s]
    assert len(places) >= 5
    cuts = [0, *(round(spoken[number].start_s * RATE) for number in places), len(samples)]
    parts = [samples[a:b] for a, b in pairwise(cuts)]
    inserted = np.zeros(5 * RATE, np.float32) if kind == "silence" else room(samples, 5)
    longer = np.concatenate([sound for part in parts for sound in (part, inserted)][:-1])
    found = align(longer, text).words
    assert [word.word for word in found] == [word.word for word in spoken]
    later = [5 * sum(number >= place for place in places) for number in range(len(spoken))]
    errors = [a.start_s - b.start_s - more for a, b, more in zip(found, spoken, later, strict=True)]
    assert np.abs(errors).max() < 0.1


def test_words_get_the_times_of_the_whole_recording():
    def word(start_s, end_s):
        middle_s = (start_s + end_s) / 2
        return Word("so", start_s, end_s, 0.9, (Phone("S", start_s, middle_s), Phone("OW", middle_s, end_s)))

    gaps = [Gap(RATE, 3 * RATE), Gap(4 * RATE, 5 * RATE)]  # at 1 s and 2 s of what is left
    before, early, late, between, after = with_gaps(
        [word(0.2, 1.0), word(0.6, 1.2), word(0.8, 1.4), word(1.5, 1.9), word(2.0, 2.5)], gaps
    )
    assert (before.start_s, before.end_s) == (0.2, 1.0)
    assert (early.start_s, early.end_s) == pytest.approx((0.6, 1.0))  # most of it lies before the gap
    assert (late.start_s, late.end_s) == pytest.approx((3.0, 3.4))
    assert (between.start_s, between.end_s) == pytest.approx((3.5, 3.9))
    assert (after.start_s, after.end_s) == pytest.approx((5.0, 5.5))
    for each in (before, early, late, between, after):
        assert each.phones[0].start_s == pytest.approx(each.start_s)
        assert each.phones[0].end_s == each.phones[1].start_s == pytest.approx((each.start_s + each.end_s) / 2)
        assert each.phones[1].end_s == pytest.approx(each.end_s)
    assert with_gaps([word(0.2, 1.2)], []) == (word(0.2, 1.2),)
