"""The features of the released weights: loudness and onsets of syllables, one value each per 16 kHz sample."""

import numpy as np

from ..clock import FPS, SAMPLE_RATE
from ..filters import maximum_filter1d
from .onsets import onset_samples

ENVELOPE_SAMPLES = 1024  # 64 ms ahead, as in the released feature
SPEECH_LEVEL = 0.5  # the envelope's 95th percentile over speech, after normalising
ACTIVE_SHARE = 0.1  # quieter than this share of the loudest 0.1 % is pause, not speech
PULSE_SAMPLES = round(SAMPLE_RATE / FPS)  # an onset is held for one frame


def amplitude_onset(samples: np.ndarray) -> np.ndarray:
    """Compute the `amplitude+onset` features of a recording.

    Channel 0 is the largest absolute value of the next 1024 samples (the last whole window's value repeated at the
    end); channel 1 is 1 for one frame from every onset found by `onsets.onset_samples` on, else 0. Both come from
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


def _speech_level(envelope: np.ndarray) -> float:
    """Return the 95th percentile of the envelope where there is speech; it scales with the recording."""
    sparse = envelope[:: PULSE_SAMPLES // 4]
    active = sparse[sparse > ACTIVE_SHARE * np.quantile(sparse, 0.999)]
    return float(np.quantile(active, 0.95)) if len(active) else 0.0
