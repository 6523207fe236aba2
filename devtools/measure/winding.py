"""Whether points lie inside a mesh, by its winding number (Jacobson et al. 2013): it needs no closed surface."""

from collections.abc import Sequence

import numpy as np

_BLOCK = 16


def winding_numbers(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Return how often a surface is wound around points: about 1 inside, 0 outside, between them near a hole.

    It is the solid angle of all triangles, each by the formula of Van Oosterom and Strackee (1983), in full turns.

    Args:
        points: (P, 3).
        triangles: (F, 3, 3) corners, counterclockwise as seen from outside.
    """
    out = np.zeros(len(points))
    # Coordinates apart, each contiguous: sums over an axis of three are slow.
    corners = np.ascontiguousarray(triangles.transpose(1, 2, 0)[:, :, None], np.float32)
    for start in range(0, len(points), _BLOCK):
        block = points[start : start + _BLOCK, :, None].astype(np.float32).transpose(1, 0, 2)
        a, b, c = (corner - block for corner in corners)  # (3, points, F) each
        length_a, length_b, length_c = (np.sqrt(_dot(each, each)) for each in (a, b, c))
        below = length_a * length_b * length_c
        below += _dot(a, b) * length_c + _dot(b, c) * length_a + _dot(c, a) * length_b
        across = (b[1] * c[2] - b[2] * c[1], b[2] * c[0] - b[0] * c[2], b[0] * c[1] - b[1] * c[0])
        out[start : start + _BLOCK] = np.arctan2(_dot(a, across), below).sum(1, dtype=np.float64) / (2 * np.pi)
    return out


def _dot(a: Sequence[np.ndarray], b: Sequence[np.ndarray]) -> np.ndarray:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
