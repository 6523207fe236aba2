"""Small curves in time: eased steps, spline bridges, smooth envelopes, soft limits."""

import numpy as np
from scipy.ndimage import gaussian_filter1d, maximum_filter1d


def ease(progress: np.ndarray) -> np.ndarray:
    """Minimum-jerk rise from 0 to 1 (Flash and Hogan 1985); progress is clipped to 0-1."""
    u = np.clip(progress, 0.0, 1.0)
    return u**3 * (10 - 15 * u + 6 * u**2)


def bridge(
    start: np.ndarray, start_slope: np.ndarray, end: np.ndarray, end_slope: np.ndarray, count: int, soon: int
) -> np.ndarray:
    """Values (count, ...) strictly between two ends that are count + 1 frames apart.

    An eased rise from one to the other; the slopes at the ends, per frame, are taken up and spent within `soon` frames.
    """
    span = count + 1
    frame = np.arange(1, span).reshape(-1, *[1] * np.ndim(start))
    soon = min(soon, span)

    def spent(after: np.ndarray) -> np.ndarray:
        return after * np.clip(1 - after / soon, 0.0, 1.0) ** 2

    return start + ease(frame / span) * (end - start) + spent(frame) * start_slope - spent(span - frame) * end_slope


def envelope(values: np.ndarray, width_s: float, fps: float) -> np.ndarray:
    """A smooth curve (T, ...) that lies nowhere below the values: a running maximum under a Gaussian as wide."""
    half = max(1, round(width_s * fps))
    highest = maximum_filter1d(values, 2 * half + 1, axis=0, mode="nearest")
    return gaussian_filter1d(highest, half / 3, axis=0, mode="nearest", radius=half)


def soft_limit(values: np.ndarray, free: float, most: float) -> np.ndarray:
    """Non-negative values unchanged up to `free`, then bending smoothly towards `most`."""
    over = np.maximum(values - free, 0.0)
    return np.minimum(values, free) + (most - free) * np.tanh(over / (most - free))
