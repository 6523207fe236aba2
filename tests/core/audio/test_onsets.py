"""Onsets agree with librosa's."""

import librosa
import numpy as np
import pytest

from core.audio.load import load_audio
from core.audio.onsets import HOP, WINDOW, mel_filters, onset_samples, onset_strength
from tests.conftest import ROOT


def bursts(seed: int, seconds: float = 8.0) -> np.ndarray:
    """Noise that swells and stops at random."""
    rng = np.random.default_rng(seed)
    count = int(16000 * seconds)
    level = np.repeat(rng.choice([0.0, 0.02, 0.3, 1.0], count // 1600 + 1), 1600)[:count]
    return (rng.normal(0, 0.2, count) * level).astype(np.float32)


def librosas(samples: np.ndarray, gain: float) -> tuple[np.ndarray, np.ndarray]:
    """Onset strength, and onsets in samples."""
    sound = samples * np.float32(gain)
    power = np.abs(librosa.stft(sound, n_fft=WINDOW, hop_length=HOP, pad_mode="constant")) ** 2
    mel = librosa.filters.mel(sr=16000, n_fft=WINDOW, fmax=8000) @ power
    strength = librosa.onset.onset_strength(S=librosa.power_to_db(mel), sr=16000, hop_length=HOP, n_fft=WINDOW)
    return strength, librosa.onset.onset_detect(onset_envelope=strength, sr=16000, hop_length=HOP) * HOP


def test_mel_filters_are_librosas():
    assert np.array_equal(mel_filters(), librosa.filters.mel(sr=16000, n_fft=WINDOW, fmax=8000))


@pytest.mark.parametrize("seed", range(12))
def test_onsets_of_bursts_are_librosas(seed):
    samples, gain = bursts(seed), 0.5 + seed / 4
    strength, onsets = librosas(samples, gain)
    assert np.abs(onset_strength(samples, gain) - strength).max() < 1e-4
    assert np.array_equal(onset_samples(samples, gain), onsets)


def test_onsets_of_speech_are_librosas():
    samples = load_audio(ROOT / "addon" / "assets" / "demo" / "speech.flac").samples
    assert np.array_equal(onset_samples(samples), librosas(samples, 1.0)[1])


def test_silence_has_no_onset():
    assert not len(onset_samples(np.zeros(16000, np.float32)))
