"""Segments, the bones of capsules: how far points are from them, and which way."""

import numpy as np


def way_from_segment(points: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Return the vectors (..., 3) from the nearest points of segments to points (..., 3)."""
    along = end - start
    share = ((points - start) * along).sum(-1) / np.maximum((along**2).sum(-1), 1e-12)
    return points - start - np.clip(share, 0.0, 1.0)[..., None] * along


def length(vectors: np.ndarray) -> np.ndarray:
    """Return the lengths (...) of vectors (..., 3)."""
    return np.sqrt((vectors**2).sum(-1))
