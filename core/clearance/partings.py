"""Which way two arms part that run into each other: the same way for a whole meeting, and the shortest one.

How far the arms would have to move to part is known for each of 26 ways (`ways`). The course of ways over the frames of
a meeting is the cheapest one, where each turn of the way costs, too (Viterbi 1967):

    frame        1     2     3     4     5
    upwards     3 cm  3 cm  2 cm  3 cm  3 cm     ← taken: it is the shortest way in all frames together
    downwards   4 cm  3 cm  4 cm  4 cm  5 cm
    sideways    9 cm  8 cm  1 cm  8 cm  9 cm
"""

from itertools import pairwise

import numpy as np

from ..body.curves import runs
from .ways import WAYS

# Metres that a turn to the opposite way costs: so much longer a way may be, summed over frames, before it is left.
_TURN_M = 0.3
_TURNS_M = _TURN_M * (1 - WAYS @ WAYS.T) / 2


def partings(meet: np.ndarray, lengths: np.ndarray, stretch: np.ndarray, beside: int) -> np.ndarray:
    """Return the way (T, 3), of length 1, on which the left arm leaves the right one; zeros where they do not meet.

    Args:
        meet: (T,) whether the arms meet.
        lengths: (T, 26) how far they move to part on each way, metres; zeros where they do not meet.
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
