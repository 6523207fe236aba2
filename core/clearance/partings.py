"""Which way two arms part that run into each other: the same way for a whole meeting, and the shortest one.

How far the arms would have to go to part is known for each of 26 ways, from the points in which they meet. The course
of ways over the frames of a meeting is the cheapest one, where each turn of the way costs, too (Viterbi 1967):

    frame        1     2     3     4     5
    upwards     3 cm  3 cm  2 cm  3 cm  3 cm     ← taken: it is the shortest way in all frames together
    downwards   4 cm  3 cm  4 cm  4 cm  5 cm
    sideways    9 cm  8 cm  1 cm  8 cm  9 cm
"""

from itertools import pairwise

import numpy as np

from ..body.curves import runs
from .gaps import Nearness

# The side of the arm that each region of a skin belongs to; -1 is the body.
SIDE_OF_REGION = np.array([-1, 0, 0, 0, 1, 1, 1])
# Metres that a turn to the opposite way costs: so much longer a way may be, summed over frames, before it is left.
_TURN_M = 0.3
# With a smaller cosine to the way out of the body, a way leads into it. So many times as long counts a way that leads
# neither arm into the body, one of them, or both.
_INTO, _COSTS = -0.4, np.array([1.0, 2.0, 8.0])
# Metres by which the left arm passes above the right one where both ways are as long.
_UP_M = 0.002
_GRID = np.array(np.meshgrid(*[[-1, 0, 1]] * 3)).reshape(3, -1).T
WAYS = np.array([way / np.linalg.norm(way) for way in _GRID if way.any()])
_TURNS_M = _TURN_M * (1 - WAYS @ WAYS.T) / 2


def way_lengths(seen: Nearness, near_m: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows (M,) of what was measured in which the arms meet, and how far they would part (M, 26), metres.

    Args:
        seen: what was measured.
        near_m: points of arms meet that are nearer than this to the other arm, metres.
    """
    side, is_near = SIDE_OF_REGION[seen.touched], seen.gaps < near_m
    meets = (side == np.array([[1], [0]])) & is_near  # (N, 2, P)
    found = np.flatnonzero(meets.any((1, 2)))
    here, there = _along(seen.points[found], seen.gaps[found], seen.outwards[found])
    blocked = _blocked(seen.outwards[found], (side[found] < 0) & is_near[found])
    return found, _lengths(here, there, meets[found]) * _COSTS[blocked]


def partings(meet: np.ndarray, lengths: np.ndarray, stretch: np.ndarray, beside: int) -> np.ndarray:
    """Return the way (T, 3), of length 1, on which the left arm leaves the right one; zeros where they do not meet.

    Args:
        meet: (T,) whether the arms meet.
        lengths: (T, 26) how far they would part on each way, metres; zeros where they do not meet.
        stretch: (T,) the number of the stretch of each frame; meetings do not reach beyond their stretch.
        beside: frames before and after a meeting that belong to it.
    """
    ways, met = np.zeros((len(stretch), 3)), np.zeros(len(stretch), bool)
    for frame in np.flatnonzero(meet):
        met[max(0, frame - beside) : frame + beside + 1] = True
    for start, end in runs(met):
        borders = start + 1 + np.flatnonzero(np.diff(stretch[start:end]))
        for first, last in pairwise([start, *borders, end]):
            ways[first:last] = WAYS[_cheapest(lengths[first:last])]
    return ways


def _along(points: np.ndarray, gaps: np.ndarray, outwards: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return where points, and the surfaces beside them, are along each way, metres (N, 2, P, 26)."""
    here = points @ WAYS.T.astype(np.float32)
    return here, here - gaps[..., None] * (outwards @ WAYS.T.astype(np.float32))


def _lengths(here: np.ndarray, there: np.ndarray, meets: np.ndarray) -> np.ndarray:
    """Return how far apart the arms would have to move on each way, metres (N, 26).

    Args:
        here: points of each arm along each way (N, 2, P, 26).
        there: the surface of the other arm beside them.
        meets: (N, 2, P) which of them count.
    """
    left = [np.where(meets[:, side, :, None], part[:, side], np.inf) for side, part in enumerate((here, there))]
    right = [np.where(meets[:, side, :, None], part[:, side], -np.inf) for side, part in enumerate((there, here))]
    lowest, highest = (np.minimum(*(each.min(1) for each in left)), np.maximum(*(each.max(1) for each in right)))
    return np.maximum(highest - lowest, 0.0) - _UP_M * WAYS[:, 1]


def _blocked(outwards: np.ndarray, near: np.ndarray) -> np.ndarray:
    """Return how many arms, 0 to 2, each way (N, 26) leads into the body that they touch where `near` (N, 2, P)."""
    into = (outwards @ WAYS.T.astype(np.float32)) * np.array([1, -1], np.float32)[:, None, None] < _INTO
    return (into & near[..., None]).any(2).sum(1)


def _cheapest(lengths: np.ndarray) -> np.ndarray:
    """Return the number (T,) of the way of each frame in the cheapest course through lengths (T, 26)."""
    costs, before = lengths[0], np.zeros(lengths.shape, int)
    for frame, own in enumerate(lengths[1:], 1):
        coming = costs[:, None] + _TURNS_M
        before[frame] = coming.argmin(0)
        costs = own + coming.min(0)
    chosen = [int(costs.argmin())]
    for frame in range(len(lengths) - 1, 0, -1):
        chosen.append(int(before[frame, chosen[-1]]))
    return np.array(chosen[::-1])
