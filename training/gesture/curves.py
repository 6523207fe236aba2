"""Smooth curves of time: minimum-jerk moves, loops and pulses, lags, and springs that overshoot."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike
from scipy.ndimage import gaussian_filter1d
from scipy.signal import lfilter

from core.body.curves import min_jerk
from core.clock import FPS


def moves(times_s: np.ndarray, initial: ArrayLike, every: Iterable[tuple[float, float, ArrayLike]]) -> np.ndarray:
    """Make the channel (T, C) of `core.body.curves.steps`, in a time that does not grow with moves times frames.

    Args:
        times_s: (T,) times of successive frames, seconds.
        initial: (C,) the value before the first move.
        every: (start_s, end_s, value (C,)) of each move, in order of time.
    """
    previous = np.asarray(initial, np.float64)
    jumps = np.zeros((len(times_s) + 1, len(previous)))
    jumps[0] = previous
    parts = np.zeros((len(times_s), len(previous)))
    for start, end, value in every:
        value = np.asarray(value, np.float64)
        end = max(end, start + 1e-3)
        first, last = np.searchsorted(times_s, (start, end))
        rise = min_jerk((times_s[first:last] - start) / (end - start))
        parts[first:last] += rise[:, None] * (value - previous)
        jumps[last] += value - previous
        previous = value
    return parts + np.cumsum(jumps[:-1], axis=0)


def pulses(times_s: np.ndarray, every: Iterable[tuple[float, float, float, float]]) -> np.ndarray:
    """Add up humps (T,): for each (start_s, peak_s, end_s, height), minimum jerk up to the peak and down again."""
    out = np.zeros(len(times_s))
    for start, peak, end, height in every:
        first, last = np.searchsorted(times_s, (start, end))
        now = times_s[first:last]
        rise = min_jerk((now - start) / max(peak - start, 1e-3))
        out[first:last] += height * (rise - min_jerk((now - peak) / max(end - peak, 1e-3)))
    return out


def spring(drive: np.ndarray, hertz: float, damping: float) -> np.ndarray:
    """Follow a drive (T, ...) like a weight on a spring: late, and past it when the drive stops suddenly.

    Args:
        drive: (T, ...) what is followed; the spring is at rest at its first value.
        hertz: how fast the spring would swing.
        damping: 1 for no overshoot, below 1 for some.
    """
    # the spring's equation with the bilinear transform (Tustin)
    rate = 2 * FPS / (2 * np.pi * hertz)
    square, linear = rate**2, 2 * damping * rate
    ahead = [1.0, 2.0, 1.0]
    back = [square + linear + 1, 2 - 2 * square, square - linear + 1]
    return drive[:1] + lfilter(ahead, back, drive - drive[:1], axis=0)


def pulse(times_s: np.ndarray, peak_s: float, before_s: float, after_s: float) -> np.ndarray:
    """Rise to 1 at `peak_s` within `before_s` and fall back within `after_s`, with minimum jerk both ways."""
    rise = min_jerk((times_s - peak_s + before_s) / before_s)
    fall = min_jerk((times_s - peak_s) / after_s)
    return rise - fall


def lag(channel: np.ndarray, delay_s: float, smooth_s: float = 0.0) -> np.ndarray:
    """Delay a channel (T, ...) by `delay_s`, and smooth it by a Gaussian of `smooth_s`."""
    frames = np.arange(len(channel))
    source = np.clip(frames - delay_s * FPS, 0, len(channel) - 1)
    low = np.minimum(source.astype(int), max(len(channel) - 2, 0))
    weight = (source - low).reshape(-1, *[1] * (channel.ndim - 1))
    moved = channel[low] * (1 - weight) + channel[np.minimum(low + 1, len(channel) - 1)] * weight
    return gaussian_filter1d(moved, smooth_s * FPS, axis=0, mode="nearest") if smooth_s > 0 else moved


def at_least(values: np.ndarray, least: np.ndarray | float, soft: float) -> np.ndarray:
    """Bend values (...) smoothly upwards where they come near a lower limit; far above it they stay as they are."""
    return least + soft * np.logaddexp(0, (values - least) / soft)
