"""Loudness and onsets: exact positions, the same for quiet and loud recordings, bounded memory."""

from pathlib import Path

import librosa
import numpy as np
import pytest

from core.audio import features, onsets
from core.audio.features import amplitude_envelope, amplitude_onset
from core.audio.load import load_audio
from core.audio.onsets import onset_samples

DEMO = Path(__file__).resolve().parents[3] / "addon" / "assets" / "demo"


@pytest.fixture(scope="module")
def speech() -> np.ndarray:
    return load_audio(DEMO / "speech.flac").samples


def normalise_level(samples: np.ndarray) -> np.ndarray:
    """Scale a recording as `amplitude_onset` does, so that librosa can be called once over all of it."""
    level = features._speech_level(amplitude_envelope(samples))
    return samples.astype(np.float32) * np.float32(features.SPEECH_LEVEL / level)


def slow_envelope(samples: np.ndarray) -> np.ndarray:
    """The definition, one window at a time."""
    size = min(1024, len(samples))
    last = len(samples) - size
    return np.array([np.abs(samples[min(i, last) : min(i, last) + size]).max() for i in range(len(samples))])


@pytest.mark.parametrize("length", [1, 500, 1023, 1024, 1025, 5000])
def test_the_fast_envelope_equals_its_definition(length):
    samples = np.random.default_rng(length).standard_normal(length).astype(np.float32)
    assert np.array_equal(amplitude_envelope(samples), slow_envelope(samples))


def test_onsets_in_chunks_equal_one_call_of_librosa(speech, monkeypatch):
    level = normalise_level(speech)
    expected = librosa.onset.onset_detect(y=level, sr=16000) * 512
    monkeypatch.setattr(onsets, "CHUNK_COLUMNS", 100)
    assert len(expected) > 50
    assert np.array_equal(onset_samples(level), expected)


def test_every_onset_is_held_for_one_frame_at_its_exact_sample(speech):
    pulses = amplitude_onset(speech)[:, 1]
    starts = np.flatnonzero(np.diff(pulses, prepend=0) > 0)
    onsets = librosa.onset.onset_detect(y=normalise_level(speech), sr=16000) * 512
    assert set(starts) <= set(onsets)
    expected = np.zeros(len(speech), np.float32)
    for onset in onsets:
        expected[onset : onset + 533] = 1
    assert np.array_equal(pulses, expected)


def test_a_click_ten_minutes_in_is_found_where_it_is():
    samples = np.zeros(16000 * 600, np.float32)
    clicks = np.arange(1, 600, 7) * 16000
    for click in clicks:
        samples[click : click + 800] = np.hanning(800)
    onsets = onset_samples(samples)
    distance = np.abs(onsets[:, None] - clicks[None]).min(axis=0)
    assert distance.max() <= 2 * 512


@pytest.mark.parametrize("gain", [0.003, 0.1, 3.0])
def test_a_quiet_copy_has_the_features_of_the_loud_one(speech, gain):
    loud, quiet = amplitude_onset(speech), amplitude_onset(speech * np.float32(gain))
    assert np.allclose(loud[:, 0], quiet[:, 0], atol=1e-5)
    assert (loud[:, 1] != quiet[:, 1]).mean() < 0.002


def test_the_level_of_speech_does_not_depend_on_its_pauses(speech):
    padded = np.concatenate([np.zeros(16000 * 60, np.float32), speech])
    assert np.abs(normalise_level(padded)).max() == pytest.approx(np.abs(normalise_level(speech)).max(), rel=0.02)


def test_silence_and_nothing_are_no_trouble():
    assert amplitude_onset(np.zeros(0, np.float32)).shape == (0, 2)
    assert not amplitude_onset(np.zeros(16000, np.float32)).any()
