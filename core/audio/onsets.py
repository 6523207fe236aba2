"""Onsets of sound in NumPy, equal to librosa's: peaks in how much a mel spectrogram rises from column to column.

This is `librosa.onset.onset_detect` (librosa 0.11, its defaults, at 16 kHz) as far as the released audio features need
it. Blender's Python has no librosa; the tests compare the two.
"""

import numpy as np

from ..clock import SAMPLE_RATE

HOP = 512  # samples between columns of the spectrogram: 32 ms
WINDOW = 2048  # samples per column
BANDS = 128
CHUNK_COLUMNS = 4096  # 131 s of sound are computed at a time, to limit the memory
TOP_DB = 80.0  # levels further below the loudest are cut off
FLOOR = 1e-10  # power that counts as silence
RISE = 0.07  # how far a peak must stand above the mean around it

# Slaney's mel scale (Auditory Toolbox, 1998): linear below 1 kHz, logarithmic above.
_HZ_PER_MEL = 200.0 / 3
_KNEE_HZ, _KNEE_MEL = 1000.0, 15.0
_LOG_STEP = np.log(6.4) / 27.0
# Windows of the peak picker, in columns: seconds times columns per second, as librosa rounds them.
_MEAN_BEFORE = int(0.1 * SAMPLE_RATE // HOP)
_MEAN_AFTER = int(0.1 * SAMPLE_RATE // HOP + 1)
_MAX_BEFORE = int(0.03 * SAMPLE_RATE // HOP)
_MAX_AFTER = int(0.0 * SAMPLE_RATE // HOP + 1)
_WAIT = int(0.03 * SAMPLE_RATE // HOP)


def onset_samples(samples: np.ndarray, gain: float = 1.0) -> np.ndarray:
    """Find the samples at which a sound begins.

    Args:
        samples: (N,) 16 kHz mono.
        gain: factor by which the samples are multiplied first, because decibels have a fixed floor.

    Returns:
        (onsets,) int, ascending.
    """
    strength = onset_strength(samples, gain)
    if not strength.any() or not np.isfinite(strength).all():
        return np.zeros(0, np.int64)
    strength = strength - strength.min()
    strength = strength / (strength.max() + np.finfo(strength.dtype).tiny)
    return _peaks(strength) * HOP


def onset_strength(samples: np.ndarray, gain: float = 1.0) -> np.ndarray:
    """Measure how much the sound rises: the mean rise over mel bands, in decibels, from column to column.

    Args:
        samples: (N,) 16 kHz mono.
        gain: factor by which the samples are multiplied first.

    Returns:
        (1 + N // 512,) float32.
    """
    level = 10.0 * np.log10(np.maximum(FLOOR, _mel_power(samples, gain)))
    level = np.maximum(level, level.max() - TOP_DB)
    rise = np.maximum(0.0, np.diff(level, axis=1)).mean(0)
    return np.pad(rise, (1 + WINDOW // (2 * HOP), 0))[: level.shape[1]]


def mel_filters() -> np.ndarray:
    """Return Slaney's triangular mel filters, each of area one: (128, 1025) float32."""
    top = _KNEE_MEL + np.log(SAMPLE_RATE / 2 / _KNEE_HZ) / _LOG_STEP
    mels = np.linspace(0.0, top, BANDS + 2)
    corners = _HZ_PER_MEL * mels
    high = mels >= _KNEE_MEL
    corners[high] = _KNEE_HZ * np.exp(_LOG_STEP * (mels[high] - _KNEE_MEL))
    widths = np.diff(corners)
    distances = corners[:, None] - np.fft.rfftfreq(WINDOW, 1.0 / SAMPLE_RATE)
    filters = np.empty((BANDS, distances.shape[1]), np.float32)
    for band in range(BANDS):
        rising, falling = -distances[band] / widths[band], distances[band + 2] / widths[band + 1]
        filters[band] = np.maximum(0, np.minimum(rising, falling))
    filters *= (2.0 / (corners[2:] - corners[:-2]))[:, None]
    return filters


def _mel_power(samples: np.ndarray, gain: float) -> np.ndarray:
    """Return the mel spectrogram (128, 1 + N // 512) float32; the sound is centred on each column."""
    columns = 1 + len(samples) // HOP
    filters = mel_filters()
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)
    mel = np.empty((BANDS, columns), np.float32)
    # A column depends on 2048 samples only, so chunks of columns are exact.
    for first in range(0, columns, CHUNK_COLUMNS):
        count = min(CHUNK_COLUMNS, columns - first)
        begin = first * HOP - WINDOW // 2
        end = begin + (count - 1) * HOP + WINDOW
        inside = samples[max(0, begin) : end].astype(np.float32) * np.float32(gain)
        padded = np.pad(inside, (max(0, -begin), max(0, end - len(samples))))
        frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP]  # (count, 2048)
        spectrum = np.fft.rfft(frames * hann, axis=1).astype(np.complex64)
        mel[:, first : first + count] = filters @ (spectrum.real**2 + spectrum.imag**2).T
    return mel


def _peaks(strength: np.ndarray) -> np.ndarray:
    """Return the columns of peaks: the largest nearby, above the mean nearby, and not too soon after another peak."""
    found, column = [], 0
    while column < len(strength):
        around = strength[max(0, column - _MAX_BEFORE) : column + _MAX_AFTER]
        mean = strength[max(0, column - _MEAN_BEFORE) : column + _MEAN_AFTER].mean()
        if strength[column] >= around.max() and strength[column] >= mean + RISE:
            found.append(column)
            column += _WAIT
        column += 1
    return np.array(found, np.int64)
