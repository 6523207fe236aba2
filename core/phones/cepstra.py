"""Cepstra of speech as pocketsphinx computes them: 13 numbers for every 10 ms, which say how the sound is coloured.

sound -> pre-emphasis -> spectrum of 25.6 ms -> 25 mel bands -> less steady noise -> logarithm
-> cosine transform, liftered -> 13 cepstra -> less their mean over the speech
features of a frame: cepstra | difference over 40 ms | difference of differences
"""

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from ..clock import SAMPLE_RATE
from ..parallel import in_order
from .activity import FRAME_SAMPLES

CEPSTRA = 13
REACH = 3  # frames on each side that the features of a frame need
_WINDOW, _FFT, _BANDS, _LIFTER = 410, 512, 25, 22
_LOW_HZ, _HIGH_HZ = 130.0, 6800.0
_PRE_EMPHASIS = 0.97
_LEVEL = 0.7 * 32767  # the loudest sample, in steps of 16 bits
_SMALLEST_PEAK = 1e-4
_FLOOR = 1e-4
_BLOCK = 500  # frames
# Steady noise: the least power of a band within a second on each side, smoothed before.
_NOISE_FRAMES = 100
_NOISE_FACTOR = 1.5  # the least power lies below the mean power of the noise
_LEAST_GAIN = 0.05
_SMOOTHING = 0.3 * 0.7 ** np.arange(15) / (1 - 0.7**15)  # of power, over the frames before
_NEAR_BANDS = 4  # gains are averaged over so many bands on each side


def cepstra(samples: np.ndarray, active: np.ndarray, tell: Callable[[float], None]) -> np.ndarray:
    """Compute the cepstra of a recording, less their mean over its speech.

    The mean does not change with the length of pauses. Level and colour of a microphone change nothing.

    Args:
        samples: (N,) 16 kHz mono.
        active: (T,) whether a frame holds speech.
        tell: is called with the share done; what it raises stops the work.

    Returns:
        (T, 13) float32; T is the number of whole frames.
    """
    count = len(active)
    scale = np.float32(_LEVEL / max(float(np.abs(samples).max(initial=0.0)), _SMALLEST_PEAK))
    bands = np.empty((count, _BANDS), np.float32)
    out = np.empty((count, CEPSTRA), np.float32)
    starts = range(0, count, _BLOCK)
    for start, block in zip(starts, in_order(lambda at: _block(samples, at, count, scale), starts), strict=True):
        bands[start : start + len(block)] = block
        tell(0.8 * start / count)
    for start, block in zip(starts, in_order(lambda at: _cepstra_of(bands, at), starts), strict=True):
        out[start : start + len(block)] = block
    out -= out[active].mean(axis=0, dtype=np.float64).astype(np.float32) if active.any() else 0
    tell(1.0)
    return out


def features(values: np.ndarray, start: int, end: int, hop: int = 1) -> np.ndarray:
    """Compute the features of the frames [start, end), every `hop`-th of them.

    Args:
        values: (T, 13) cepstra of the whole recording; beyond its ends the outermost ones go on.
        start: first frame.
        end: the frame after the last one.
        hop: 2 for every second frame.

    Returns:
        (3, frames, 13) float32: cepstra, their differences, and the differences of these.
    """
    places = np.clip(np.arange(start - REACH, end + REACH), 0, len(values) - 1)
    near = values[places]
    count = end - start

    def at(offset: int) -> np.ndarray:
        return near[REACH + offset : REACH + offset + count : hop]

    return np.stack([at(0), at(2) - at(-2), (at(3) - at(-1)) - (at(1) - at(-3))])


def _block(samples: np.ndarray, start: int, count: int, scale: np.float32) -> np.ndarray:
    """Compute the power in the mel bands of one block of frames."""
    frames = min(_BLOCK, count - start)
    first = start * FRAME_SAMPLES
    length = (frames - 1) * FRAME_SAMPLES + _WINDOW
    sound = np.zeros(length + 1)
    low = max(0, first - 1)
    part = samples[low : first + length]
    sound[low - first + 1 : low - first + 1 + len(part)] = part * scale
    # Noise in the last bit: digital silence has no logarithm.
    sound += np.random.default_rng(start).integers(-1, 2, length + 1, np.int8)
    sharp = sound[1:] - _PRE_EMPHASIS * sound[:-1]
    windows = np.lib.stride_tricks.sliding_window_view(sharp, _WINDOW)[::FRAME_SAMPLES]
    spectrum = np.fft.rfft(windows * _window(), _FFT)
    power = spectrum.real**2 + spectrum.imag**2
    return np.einsum("tf,fb->tb", power, _mel_bands()).astype(np.float32)


def _cepstra_of(bands: np.ndarray, start: int) -> np.ndarray:
    """Compute the cepstra of one block of frames from the power in all bands (T, 25), with their mean."""
    end = min(len(bands), start + _BLOCK)
    low, high = start - _NOISE_FRAMES - len(_SMOOTHING) + 1, end + _NOISE_FRAMES
    near = bands[np.clip(np.arange(low, high), 0, len(bands) - 1)].astype(np.float64)
    count = len(near) - len(_SMOOTHING) + 1
    last = len(_SMOOTHING) - 1
    power = sum(share * near[last - ago : last - ago + count] for ago, share in enumerate(_SMOOTHING))
    noise = _NOISE_FACTOR * _least(power, 2 * _NOISE_FRAMES + 1)
    power = power[_NOISE_FRAMES : _NOISE_FRAMES + end - start]
    gain = np.clip(np.maximum(power - noise, 1.0) / np.maximum(power, _FLOOR), _LEAST_GAIN, 1 / _LEAST_GAIN)
    total = np.cumsum(np.pad(gain, ((0, 0), (1, 0))), axis=1)
    band = np.arange(_BANDS)
    first, after = np.maximum(band - _NEAR_BANDS, 0), np.minimum(band + _NEAR_BANDS + 1, _BANDS)
    clean = bands[start:end] * ((total[:, after] - total[:, first]) / (after - first))
    return np.einsum("tb,bc->tc", np.log(clean + _FLOOR), _cosines()).astype(np.float32)


def _least(values: np.ndarray, length: int) -> np.ndarray:
    """Return the least value of each stretch of so many rows; (rows - length + 1, ...)."""
    covered = 1
    while 2 * covered <= length:
        values = np.minimum(values[:-covered], values[covered:])
        covered *= 2
    rest = length - covered
    return np.minimum(values[:-rest], values[rest:]) if rest else values


@lru_cache(maxsize=1)
def _window() -> np.ndarray:
    return 0.54 - 0.46 * np.cos(2 * np.pi * np.arange(_WINDOW) / (_WINDOW - 1))


@lru_cache(maxsize=1)
def _mel_bands() -> np.ndarray:
    """Return the triangles of the mel bands, of area 1, with corners on frequencies of the spectrum; (257, 25)."""
    step_hz = SAMPLE_RATE / _FFT
    low, high = (2595 * np.log10(1 + hz / 700) for hz in (_LOW_HZ, _HIGH_HZ))
    corners = 700 * (10 ** (np.linspace(low, high, _BANDS + 2) / 2595) - 1)
    corners = np.floor(corners / step_hz + 0.5) * step_hz
    hz = np.arange(_FFT // 2 + 1)[:, None] * step_hz
    left, middle, right = corners[:-2], corners[1:-1], corners[2:]
    rise, fall = (hz - left) / (middle - left), (right - hz) / (right - middle)
    return np.clip(np.minimum(rise, fall), 0, None) * 2 / (right - left)


@lru_cache(maxsize=1)
def _cosines() -> np.ndarray:
    """Return the cosine transform, liftered; (25, 13)."""
    band, order = np.arange(_BANDS)[:, None] + 0.5, np.arange(CEPSTRA)
    norm = np.sqrt(np.where(order == 0, 1, 2) / _BANDS)
    return norm * np.cos(order * np.pi / _BANDS * band) * (1 + _LIFTER / 2 * np.sin(order * np.pi / _LIFTER))
