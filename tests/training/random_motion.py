"""A random smooth motion for tests of measures."""

import numpy as np
from scipy.ndimage import gaussian_filter1d

from core.body.motion import Motion


def wander(seed: int, frames: int, scale: float = 0.25) -> Motion:
    """Joint angles that follow six smooth random drivers, as a body's joints hang together; face of the flame basis."""
    random = np.random.default_rng(seed)
    drivers = gaussian_filter1d(random.normal(size=(frames, 6)), 6, axis=0) * 3.3
    smooth = scale * (drivers @ np.random.default_rng(99).normal(0, 0.5, (6, 165))).reshape(frames, 55, 3)
    face = gaussian_filter1d(random.normal(size=(frames, 100)), 3, axis=0)
    return Motion(smooth, np.zeros((frames, 3)), face, "flame100")
