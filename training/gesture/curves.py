"""Smooth curves of time: minimum-jerk loops, pulses and lags, all with continuous acceleration."""

import numpy as np
from scipy.ndimage import gaussian_filter1d

from core.body.curves import min_jerk
from core.clock import FPS


def loop(times_s: np.ndarray, start_s: float, end_s: float, skew: float = 1.12) -> tuple[np.ndarray, np.ndarray]:
    """Make one turn of a circle from rest to rest: (1 - cos)/2 and sin/2 of a minimum-jerk phase.

    The speed along it has a single hump, so a hand that follows it slows down nowhere but at its end.
    A skew above 1 spends more of the time on the way up than on the way down.
    """
    phase = np.clip((times_s - start_s) / max(end_s - start_s, 1e-3), 0.0, 1.0)
    angle = 2 * np.pi * min_jerk(phase**skew)
    return (1 - np.cos(angle)) / 2, np.sin(angle) / 2


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
