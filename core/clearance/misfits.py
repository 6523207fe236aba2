"""More points of a skin where the surface that they describe lies off the mesh: at folds, ridges and narrow parts.

    mesh    ∙─────╱╲─────∙      a ridge between two points
    skin    ∙────────────∙      what the planes through the points give (`gaps_beside`)
                  ↕ misfit

A place on the mesh should have the gap 0. Where it has another one, the skin lies as far within the mesh, and hands
enter it unnoticed, or outside of it, and hands stay away.
"""

import numpy as np

from .walls import gaps_beside, neighbours_of

# Metres that a skin may lie within the mesh, and outside of it. Hands keep some millimetres, and are seen to be inside
# from one centimetre on.
_WITHIN_M, _OUTSIDE_M = 0.005, 0.008
# New points are no nearer to each other than this share of the distance of the points around them.
_APART = 0.5
_ROUNDS = 6


def with_misfits(places: np.ndarray, normals: np.ndarray, chosen: np.ndarray, most: int) -> np.ndarray:
    """Add points where those that are chosen describe the mesh badly.

    Args:
        places: (N, 3) metres, places on the mesh, of one region.
        normals: (N, 3) of length 1, outwards.
        chosen: (P,) the places that are points of the skin.
        most: how many points there may be.

    Returns:
        The places (Q,) that are points, with those that were chosen first.
    """
    for _ in range(_ROUNDS):
        gaps, width = misfits(places, normals, chosen)
        gaps[chosen] = 0.0
        wrong = np.flatnonzero((gaps > _WITHIN_M) | (gaps < -_OUTSIDE_M))
        wrong = wrong[np.argsort(-np.abs(gaps[wrong]), kind="stable")]
        added: list[int] = []
        while len(wrong) and len(chosen) + len(added) < most:
            worst = int(wrong[0])
            added.append(worst)
            wrong = wrong[np.linalg.norm(places[wrong] - places[worst], axis=1) > _APART * width[worst]]
        if not added:
            break
        chosen = np.concatenate([chosen, added])
    return chosen


def misfits(places: np.ndarray, normals: np.ndarray, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return how far places (N, 3) lie outside of the skin that the `chosen` ones describe, negative within it.

    Returns:
        The gaps (N,), metres, and the distance (N,) of the points of the skin from each other there.
    """
    points, facings = places[chosen], normals[chosen]
    squared = (points**2).sum(1) - 2 * np.einsum("nd,pd->np", places, points)
    nearest = squared.argmin(1)
    around, width = neighbours_of(points)
    around, width = around[nearest], width[nearest]
    return gaps_beside(places[:, None] - points[around], facings[around], width)[0], width
