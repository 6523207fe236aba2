"""What pushing needs to know of each frame: the few deepest points of both arms, and how far arms that meet would part.

All points of a frame take 13 kB, which an hour of motion has no room for; a record takes less than 1 kB.
"""

import numpy as np

from .gaps import CLEAR_M, Nearness, Surroundings
from .ways import SIDE_OF_REGION, WAYS, way_lengths

# Metres: points that come nearer than this get an inequality, so that smoothing moves none of them inside.
WATCH_M = 0.02
# Points of one arm that are kept of each frame: those with the smallest gaps, half of them beside the body and half of
# them beside the other arm where both are near. Else an arm that leaves the other one would not see the body behind it.
POINTS = 8
_HALF = POINTS // 2
# The record of one frame. `point` is the column of a point in `Surroundings.region`; `place`, `gap`, `outwards` and
# `touched` are as in `Nearness`; `lengths` is zero where the arms do not meet.
RECORD = np.dtype(
    [
        ("is_near", bool),  # whether anything was measured
        ("least", np.float32),  # the smallest gap of all points, metres
        ("point", np.int16, (2, POINTS)),
        ("place", np.float32, (2, POINTS, 3)),
        ("gap", np.float32, (2, POINTS)),
        ("outwards", np.float32, (2, POINTS, 3)),
        ("touched", np.int8, (2, POINTS)),
        ("meet", bool),  # whether the arms are near each other
        ("lengths", np.float32, len(WAYS)),  # metres, on each way, where they were asked for
    ]
)


def watched(rotations: np.ndarray, body: Surroundings, with_ways: bool = False) -> np.ndarray:
    """Measure the frames of rotations (T, 55, 3); return records (T,), `with_ways` also of how arms would part."""
    out, outline = np.zeros(len(rotations), RECORD), body.outline if with_ways else None
    out["least"] = out["gap"] = CLEAR_M
    for rows, records in body.measured(rotations, WATCH_M, lambda seen: (seen.rows, _records(seen, outline))):
        out[rows] = records
    return out


def depth_of(records: np.ndarray) -> np.ndarray:
    """Return how deep the deepest point is inside, metres (T,); 0 where all points are outside."""
    return np.maximum(-records["least"].astype(np.float64), 0.0)


def _records(seen: Nearness, outline: np.ndarray | None) -> np.ndarray:
    out = np.zeros(len(seen.rows), RECORD)
    if not len(out):
        return out
    out["is_near"], out["least"] = True, seen.gaps.min((1, 2))
    out["point"] = chosen = _deepest(seen)
    for name, values in (("gap", seen.gaps), ("touched", seen.touched)):
        out[name] = np.take_along_axis(values, chosen, 2)
    for name, values in (("place", seen.points), ("outwards", seen.outwards)):
        out[name] = np.take_along_axis(values, chosen[..., None], 2)
    if outline is not None:
        found, lengths = way_lengths(seen, WATCH_M, outline)
        out["meet"][found], out["lengths"][found] = True, lengths
    return out


def _deepest(seen: Nearness) -> np.ndarray:
    """Return the columns (N, 2, POINTS) of the points that are kept."""
    chosen = np.argpartition(seen.gaps, POINTS, axis=2)[..., :POINTS]
    is_arm, is_near = SIDE_OF_REGION[seen.touched] == np.array([[1], [0]]), seen.gaps < WATCH_M
    both = np.nonzero((is_arm & is_near).any(2) & (~is_arm & is_near).any(2))
    gaps, is_arm = seen.gaps[both], is_arm[both]
    if len(gaps):
        order = gaps.copy()
        for own in (is_arm, ~is_arm):
            first = np.argpartition(np.where(own, gaps, CLEAR_M), _HALF, axis=1)[:, :_HALF]
            np.put_along_axis(order, first, np.take_along_axis(gaps, first, 1) - 2 * CLEAR_M, 1)
        chosen[both] = np.argpartition(order, POINTS, axis=1)[:, :POINTS]
    return chosen
