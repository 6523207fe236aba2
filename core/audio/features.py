"""The features of the released weights: loudness and onsets of syllables, one value each per 16 kHz sample."""

import librosa
import numpy as np
from scipy.ndimage import maximum_filter1d

from ..clock import FPS, SAMPLE_RATE

ENVELOPE_SAMPLES = 1024  # 64 ms ahead, as in the released feature
SPEECH_LEVEL = 0.5  # the envelope's 95th percentile over speech, after normalising
ACTIVE_SHARE = 0.1  # quieter than this share of the loudest 0.1 % is pause, not speech
HOP = 512  # librosa's onset hop: 32 ms
N_FFT = 2048
CHUNK_HOPS = 4096  # 131 s of sound per spectrogram
PULSE_SAMPLES = round(SAMPLE_RATE / FPS)  # an onset is held for one frame


def amplitude_onset(samples: np.ndarray) -> np.ndarray:
    """Compute the `amplitude+onset` features of a recording.

    Channel 0 is the largest absolute value of the next 1024 samples (the last whole window's value repeated at the
    end); channel 1 is 1 for one frame from every onset found by `librosa.onset.onset_detect` on, else 0. Both come from
    the level-normalised recording, so that a quiet copy of a recording has the features of the loud one. Positions
    are samples, never multiples of a rounded frame length, so nothing drifts.

    Args:
        samples: (N,) 16 kHz mono.

    Returns:
        (N, 2) float32.
    """
    features = np.zeros((len(samples), 2), np.float32)  # (N, 2)
    if not len(samples):
        return features
    level = _speech_level(amplitude_envelope(samples))
    gain = SPEECH_LEVEL / level if level > 0 else 1.0
    features[:, 0] = amplitude_envelope(samples) * np.float32(gain)
    for onset in onset_samples(samples, gain):
        features[onset : onset + PULSE_SAMPLES, 1] = 1.0
    return features


def amplitude_envelope(samples: np.ndarray) -> np.ndarray:
    """Take the largest absolute value of the samples i ... i + 1023; (N,) float32, the last window's value repeated."""
    size = min(ENVELOPE_SAMPLES, len(samples))
    absolute = np.abs(samples, dtype=np.float32)
    envelope = maximum_filter1d(absolute, size, mode="nearest", origin=-(size // 2))
    envelope[len(samples) - size + 1 :] = envelope[len(samples) - size]
    return envelope


def onset_samples(samples: np.ndarray, gain: float = 1.0) -> np.ndarray:
    """Find the samples at which librosa detects an onset: as one call over the whole recording, in bounded memory.

    Args:
        samples: (N,) 16 kHz mono.
        gain: applied first, because librosa's decibels have a fixed floor.

    Returns:
        (onsets,) int, ascending.
    """
    # Spectrogram columns depend on 2048 samples only, so chunks of them are exact; picking then sees all of them.
    hops = 1 + len(samples) // HOP
    basis = librosa.filters.mel(sr=SAMPLE_RATE, n_fft=N_FFT, fmax=SAMPLE_RATE / 2)  # (mels, bins)
    mel = np.empty((basis.shape[0], hops), np.float32)
    for first in range(0, hops, CHUNK_HOPS):
        count = min(CHUNK_HOPS, hops - first)
        begin = first * HOP - N_FFT // 2
        end = begin + (count - 1) * HOP + N_FFT
        inside = samples[max(0, begin) : end].astype(np.float32) * np.float32(gain)
        padded = np.pad(inside, (max(0, -begin), max(0, end - len(samples))))
        spectrum = librosa.stft(padded, n_fft=N_FFT, hop_length=HOP, center=False)  # (bins, count)
        mel[:, first : first + count] = basis @ (spectrum.real**2 + spectrum.imag**2)
    strength = librosa.onset.onset_strength(S=librosa.power_to_db(mel), sr=SAMPLE_RATE, hop_length=HOP, n_fft=N_FFT)
    frames = librosa.onset.onset_detect(onset_envelope=strength, sr=SAMPLE_RATE, hop_length=HOP)
    return np.asarray(frames, np.int64) * HOP


def _speech_level(envelope: np.ndarray) -> float:
    """Return the 95th percentile of the envelope where there is speech; it scales with the recording."""
    sparse = envelope[:: PULSE_SAMPLES // 4]
    active = sparse[sparse > ACTIVE_SHARE * np.quantile(sparse, 0.999)]
    return float(np.quantile(active, 0.95)) if len(active) else 0.0
