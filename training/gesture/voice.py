"""The voice as a drive of small movements: how much louder a syllable is than the speech around it."""

import numpy as np

from core.clock import FPS
from core.filters import gaussian_filter1d

QUICK_S, SLOW_S = 0.017, 0.25


def voice_curve(loudness: np.ndarray) -> np.ndarray:
    """Return the loudness (T,) without its slow changes: about -0.4 to 0.5, 0 in silence."""
    return above_surroundings(loudness, QUICK_S * FPS, SLOW_S * FPS)


def above_surroundings(loudness: np.ndarray, quick: float, slow: float) -> np.ndarray:
    """Return how much louder each frame (T,) is than those around it: the difference of two Gaussians, in frames."""
    if len(loudness) < 2:
        return np.zeros(len(loudness))
    return gaussian_filter1d(loudness, quick) - gaussian_filter1d(loudness, slow)
