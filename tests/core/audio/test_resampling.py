"""Resampling agrees with soxr, does not depend on how the sound is divided, and moves nothing in time."""

import numpy as np
import pytest
import soxr

from core.audio.resampling import Resampler

RATES = (8000, 11025, 16000, 22050, 24000, 32000, 44100, 48000, 96000)


def resampled(samples: np.ndarray, rate: int, piece: int | None = None) -> np.ndarray:
    resampler = Resampler(rate)
    step = piece or max(len(samples), 1)
    made = [resampler.push(samples[start : start + step]) for start in range(0, len(samples), step)]
    return np.concatenate([*made, resampler.finish()])


def voice(rate: int, seconds: float = 2.0) -> np.ndarray:
    """A sweep and harmonics below 3.5 kHz, with silence around."""
    time_s = np.arange(int(rate * seconds)) / rate
    tones = sum(
        np.sin(2 * np.pi * hz * time_s + phase) / (1 + phase) for phase, hz in enumerate((110, 440, 1730, 3400))
    )
    return (0.2 * tones * np.sin(np.pi * time_s / seconds) ** 2).astype(np.float32)


@pytest.mark.parametrize("rate", RATES)
def test_the_result_is_soxrs_but_for_a_thousandth(rate):
    samples = voice(rate)
    ours, theirs = resampled(samples, rate), soxr.resample(samples, rate, 16000, "HQ")
    count = min(len(ours), len(theirs))
    assert abs(len(ours) - len(theirs)) <= 1
    error = ours[:count] - theirs[:count]
    assert (error**2).mean() < 1e-6 * (theirs**2).mean()


@pytest.mark.parametrize("rate", RATES)
def test_the_result_does_not_depend_on_the_pieces(rate):
    samples = np.random.default_rng(rate).normal(0, 0.1, 9001).astype(np.float32)
    whole = resampled(samples, rate)
    assert len(whole) == -(-9001 * 16000 // rate)
    for piece in (1000, 7, 4096):
        assert np.array_equal(resampled(samples, rate, piece), whole)


@pytest.mark.parametrize("rate", [44100, 48000])
def test_tones_above_the_new_nyquist_frequency_vanish(rate):
    time_s = np.arange(rate) / rate
    left = resampled(np.sin(2 * np.pi * 9500 * time_s).astype(np.float32), rate)
    assert np.abs(left[2000:-2000]).max() < 1e-4


@pytest.mark.parametrize("rate", RATES)
def test_short_sounds_keep_their_length(rate):
    for count in (0, 1, 5, 50):
        assert len(resampled(np.ones(count, np.float32), rate)) == -(-count * 16000 // rate)
