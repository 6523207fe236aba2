"""A figure that stands still."""

import numpy as np

from core.body.skeleton import default_rest_joints


def standing(frames: int = 301) -> np.ndarray:
    """Return the joints (T, 55, 3) of a figure that stands still."""
    return np.repeat(default_rest_joints()[None], frames, axis=0)
