"""Whether points lie inside a mesh, by its winding number (Jacobson et al. 2013): it needs no closed surface."""

import numpy as np

_BLOCK = 64


def winding_numbers(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Return how often a surface is wound around points: about 1 inside, 0 outside, between them near a hole.

    It is the solid angle of all triangles, each by the formula of Van Oosterom and Strackee (1983), in full turns.

    Args:
        points: (P, 3).
        triangles: (F, 3, 3) corners, counterclockwise as seen from outside.
    """
    out = np.zeros(len(points))
    for start in range(0, len(points), _BLOCK):
        a, b, c = (triangles[None, :, corner] - points[start : start + _BLOCK, None] for corner in range(3))
        length_a, length_b, length_c = (np.linalg.norm(each, axis=-1) for each in (a, b, c))
        volume = (a * np.cross(b, c)).sum(-1)
        below = length_a * length_b * length_c
        below += (a * b).sum(-1) * length_c + (b * c).sum(-1) * length_a + (c * a).sum(-1) * length_b
        out[start : start + _BLOCK] = np.arctan2(volume, below).sum(1) / (2 * np.pi)
    return out
