"""The root's path and heading: slow drift, which integrated velocities gather, is taken out; sway and steps stay."""

import numpy as np

from ..body.curves import soft_limit
from ..filters import gaussian_filter1d

# Travel slower than about this is drift.
DRIFT_S = 5.0
# Sway is free up to the first distance and never goes beyond the second.
_SWAY_M = {"in_place": (0.09, 0.16), "stand_still": (0.05, 0.09)}
# A figure may face this far from its first heading for long; only what goes beyond is turned back.
_FREE_HEADING = np.radians(30.0)
_MOST_HEADING = np.radians(45.0)


def slow_trend(path: np.ndarray, sigma_frames: float) -> np.ndarray:
    """The slow part of a path (T, C): a wide Gaussian over the path continued by odd reflection at both ends."""
    frames = len(path)
    line = np.linspace(path[0], path[-1], frames)
    # Around the straight line between its ends the path is zero at both, so odd reflection is a sign flip.
    residual = path - line
    odd = np.concatenate([-residual[:0:-1], residual, -residual[-2::-1]])
    return line + gaussian_filter1d(odd, sigma_frames, axis=0, mode="constant")[frames - 1 : 2 * frames - 1]


def hold_path(path: np.ndarray, mode: str, fps: float) -> np.ndarray:
    """What a root path (T, 2) on the floor becomes, metres: it starts and ends where it started.

    The part slower than `DRIFT_S` goes; what is left is sway and steps, softly limited in distance.
    """
    free, most = _SWAY_M[mode]
    sway = path - slow_trend(path, DRIFT_S * fps)
    distance = np.linalg.norm(sway, axis=1, keepdims=True)
    return path[0] + sway * soft_limit(distance, free, most) / np.maximum(distance, 1e-9)


def heading_correction(heading: np.ndarray, fps: float) -> np.ndarray:
    """Angles (T,), radians about the vertical, that turn slow turning away beyond 30 degrees back; zeros when none is.

    Args:
        heading: (T,) radians, continuous in time.
        fps: frames per second.
    """
    if len(heading) < 2:
        return np.zeros(len(heading))
    middle = np.median(heading)
    trend = slow_trend(heading[:, None], DRIFT_S * fps)[:, 0] - middle
    held = np.sign(trend) * soft_limit(np.abs(trend), _FREE_HEADING, _MOST_HEADING)
    return held - trend
