"""The root's path: slow drift, which integrated velocities gather, is taken out."""

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ..body.motion import Motion


def slow_trend(path: np.ndarray, sigma_frames: float) -> np.ndarray:
    """The slow part of a path (T, 2): a wide Gaussian over the path continued by odd reflection at both ends."""
    frames = len(path)
    line = np.linspace(path[0], path[-1], frames)
    # Around the straight line between its ends the path is zero at both, so odd reflection is a sign flip.
    residual = path - line
    odd = np.concatenate([-residual[:0:-1], residual, -residual[-2::-1]])
    return line + gaussian_filter1d(odd, sigma_frames, axis=0, mode="constant")[frames - 1 : 2 * frames - 1]


def remove_drift(motion: Motion, drift_s: float) -> Motion:
    """Subtract the horizontal root trend slower than `drift_s`; the take starts where it did, height is kept."""
    if drift_s <= 0 or motion.frame_count < 2:
        return motion
    translation = motion.translation.copy()
    trend = slow_trend(translation[:, [0, 2]], drift_s * motion.fps / 2)
    translation[:, [0, 2]] -= trend - trend[0]
    return motion.replace(translation=translation)
