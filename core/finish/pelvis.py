"""The pelvis over feet that were put in place: raised, moved sideways or lowered until both legs reach.

Seen from the side, after a foot was put in place and the leg became too short for it:

       pelvis ●            1. sink: the pelvis comes down,         2. tip: if that is not enough, the heel lifts by
             ╱                smoothly and not far                    turning the foot about its toe
       knee ●
             ╲   gap           ● ↓                                     ●
              ╲ ─ ─ ○         ╱                                       ╱
            ankle  ◢▇▇ foot  ●───○▇▇                                 ●──○◣▇ toe stays
"""

from dataclasses import replace

import numpy as np

from ..body.curves import envelope, soft_limit
from ..body.legs import Feet, Legs, ankles, turned
from ..body.rotation import rotvec_to_matrix
from ..filters import gaussian_filter1d

# Metres that the pelvis sinks: as far as asked up to the first value, and never more than the second. A pelvis that
# follows every stretched leg moves up and down, which is more visible than a lifted heel.
_SINK_M = (0.018, 0.027)
# Seconds on either side over which the pelvis sinks and rises: longer than a step, so that it does not move with every
# step.
_SINK_S = 0.4
# The heel lifts by this much at most, radians (40 degrees): as far as a foot comes up on its toes.
_TIP_MOST = 0.7
# Seconds on either side over which heels lift: about as quick as a heel in walking.
_TIP_S = 0.2
# Most metres by which the pelvis rises or sinks so that legs keep their length. It is small, because this is for feet
# that were moved by a few millimetres.
_RIDE_M = (0.008, 0.015)
# Seconds (sigma) over which this rise is smoothed: few, because it contains the up and down of a walk.
_RIDE_S = 0.1
# Metres that the pelvis joint may be outside of the hull of toes and ankles: freely, and at most. A person who leans
# farther falls over.
_LEAN_M = (0.06, 0.105)
# Seconds (sigma) over which the way back over the feet is smoothed: it begins and ends as gently as a weight shift.
_BALANCE_S = 0.15


def ride(legs: Legs, feet: Feet, fps: float) -> Legs:
    """Raise or lower the pelvis a little, so that both legs, on average, keep the length that they have in the motion.

    Args:
        legs: the legs before, with their own feet.
        feet: where the feet shall be.
        fps: frames per second.
    """
    before = legs.hips - ankles(legs.feet, legs.skeleton)
    after = legs.hips - ankles(feet, legs.skeleton)
    upright = np.sqrt(np.maximum((before**2).sum(-1) - (after[..., [0, 2]] ** 2).sum(-1), 0.0))
    change = (upright - after[..., 1]).mean(axis=1)
    change = np.sign(change) * soft_limit(np.abs(change), *_RIDE_M)
    pelvis = legs.pelvis.copy()
    pelvis[:, 1] += gaussian_filter1d(change, _RIDE_S * fps, mode="nearest")
    return replace(legs, pelvis=pelvis)


def balance(legs: Legs, feet: Feet, fps: float) -> Legs:
    """Move the pelvis sideways back over its feet where it leans out farther than people do.

    Args:
        legs: gives the pelvis.
        feet: where the feet shall be.
        fps: frames per second.
    """
    points = np.concatenate([feet.toe, ankles(feet, legs.skeleton)], axis=1)[..., [0, 2]]
    back = way_to_hull(legs.pelvis[:, [0, 2]], points)
    lean = np.linalg.norm(back, axis=1, keepdims=True)
    shift = back * (1 - soft_limit(lean, *_LEAN_M) / np.maximum(lean, 1e-9))
    pelvis = legs.pelvis.copy()
    pelvis[:, [0, 2]] += gaussian_filter1d(shift, _BALANCE_S * fps, axis=0, mode="nearest")
    return replace(legs, pelvis=pelvis)


def way_to_hull(point: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Return the shortest ways (T, 2) from points (T, 2) to the convex hulls of four corners (T, 4, 2).

    A point is inside the hull, and its way is zero, if it lies in one of the four triangles of corners. A point
    outside is nearest to one of the six lines that join two corners: lines within the hull are never nearer than its
    border.
    """
    best = np.full_like(point, np.inf)
    inside = np.zeros(len(point), bool)
    for i, j in ((0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)):
        start, along = corners[:, i], corners[:, j] - corners[:, i]
        share = ((point - start) * along).sum(-1) / np.maximum((along**2).sum(-1), 1e-12)
        way = start + np.clip(share, 0.0, 1.0)[:, None] * along - point
        nearer = (way**2).sum(-1) < (best**2).sum(-1)
        best[nearer] = way[nearer]
    for triangle in ((0, 1, 2), (0, 1, 3), (0, 2, 3), (1, 2, 3)):
        a, b, c = (corners[:, k] - point for k in triangle)
        turns = np.stack([u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0] for u, v in ((a, b), (b, c), (c, a))])
        inside |= (turns > 0).all(axis=0) | (turns < 0).all(axis=0)
    return np.where(inside[:, None], 0.0, best)


def sink_and_tip(legs: Legs, feet: Feet, reach: np.ndarray, first_tip: float, fps: float) -> tuple[Legs, Feet]:
    """Lower the pelvis smoothly, then lift heels about their toes, until every leg reaches its foot.

    Args:
        legs: pelvis and hips.
        feet: where the feet shall be.
        reach: (2,) longest distance from hip to ankle, metres.
        first_tip: radians that heels may lift before the pelvis sinks.
        fps: frames per second.
    """
    feet = _tip_feet(legs, feet, reach, first_tip, fps)
    offset = legs.hips - ankles(feet, legs.skeleton)
    flat = np.minimum((offset[..., [0, 2]] ** 2).sum(-1), reach**2)
    missing = np.maximum(offset[..., 1] - np.sqrt(reach**2 - flat), 0.0).max(axis=1)
    pelvis = legs.pelvis.copy()
    pelvis[:, 1] -= envelope(soft_limit(missing, *_SINK_M), max(1, round(_SINK_S * fps)))
    legs = replace(legs, pelvis=pelvis)
    return legs, _tip_feet(legs, feet, reach, _TIP_MOST, fps)


def _tip_feet(legs: Legs, feet: Feet, reach: np.ndarray, most: float, fps: float) -> Feet:
    """Lift heels about their toes, smoothly, as far as the legs need it and at most by `most` radians."""
    tip = envelope(np.minimum(_tip_angles(legs, feet, reach), most), max(1, round(_TIP_S * fps)))
    return replace(feet, turn=rotvec_to_matrix(feet.turn[..., 0] * tip[..., None]) @ feet.turn)


def _tip_angles(legs: Legs, feet: Feet, reach: np.ndarray) -> np.ndarray:
    """Return the angles (T, 2), radians, by which feet tip about their toes so that hips reach the ankles.

    When the foot is tipped by φ about its own X axis, the ankle is, seen from the toe, at `beside + ahead cos φ + above
    sin φ`. Let `hip` be the hip seen from `toe + beside`. The ankle's distance from the hip is the reach if

        along cos φ + over sin φ = wanted,    along = hip · ahead,  over = hip · above

    which is size · cos(φ - best) = wanted. It has two solutions, of which the smaller one is taken.
    """
    heel = -turned(feet.turn, legs.skeleton.foot)
    across = feet.turn[..., 0]
    beside = (heel * across).sum(-1, keepdims=True) * across
    ahead = heel - beside
    above = np.cross(across, ahead)
    hip = legs.hips - feet.toe - beside
    along, over = (hip * ahead).sum(-1), (hip * above).sum(-1)
    wanted = ((hip**2).sum(-1) + (ahead**2).sum(-1) - reach**2) / 2
    size = np.maximum(np.hypot(along, over), 1e-12)
    best = np.arctan2(over, along)
    angle = best - np.arccos(np.clip(wanted / size, -1.0, 1.0))
    too_far = wanted > along
    return np.where(too_far, np.clip(angle, 0.0, _TIP_MOST), 0.0)
