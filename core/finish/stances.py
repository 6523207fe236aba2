"""Stances: when and where each foot stands, from the frames in which it steps.

steps            │              │
frames  0        40             90         130
stances [── A ──)[───── B ─────)[─── C ───)     one place each: the weighted mean of the foot's places
swings  [─ A ─)··[──── B ────)··[── C ──)       `with_swings` makes room for the steps between them
"""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from ..body.legs import Skeleton
from ..body.rotation import yaw_to_matrix

# Seconds that a step on the spot takes, and how many more a step of `_FAR_M` or farther takes.
_SWING_S, _LONGER_S, _FAR_M = 0.62, 0.2, 0.3
# Neighbouring places nearer than this, metres and radians, become one, because nobody steps for so little.
_SAME_M, _SAME_YAW = 0.015, np.radians(3.0)
# Least metres between the joints of both feet, sideways: any nearer, the shoes would touch.
_APART_M = 0.14
# Metres by which feet may be nearer than that, and the most rounds of pushing: a push that parts one pair may bring a
# foot near to another one.
_APART_TOLERANCE_M, _APART_ROUNDS = 1e-4, 8


@dataclass(frozen=True)
class Stance:
    """An interval in which one foot stands.

    Attributes:
        start, end: frames, half-open.
        toe: (3,) the toe joint, metres.
        yaw: heading of the flat foot, radians.
    """

    start: int
    end: int
    toe: np.ndarray
    yaw: float


def stances_of_steps(
    steps: list[int], span: tuple[int, int], places: np.ndarray, weights: np.ndarray, toe_m: float, middle: np.ndarray
) -> list[Stance]:
    """Make one stance per interval between steps, at the weighted mean place; near neighbours become one.

    Args:
        steps: frames of the steps within the span.
        span: frames, half-open, that the stances share.
        places: (T, 3) x and z of the foot's middle and its heading.
        weights: (T,) how much each frame counts.
        toe_m: height of the toe joint of a standing foot.
        middle: (3,) from the foot's middle to its toe joint when it heads along +Z.
    """
    stances: list[Stance] = []
    edges = [span[0], *steps, span[1]]
    for start, end in pairwise(edges):
        x, z, yaw = np.average(places[start:end], axis=0, weights=weights[start:end])
        toe = np.array([x, 0.0, z]) + yaw_to_matrix(np.array(yaw)) @ middle
        stance = Stance(start, end, np.array([toe[0], toe_m, toe[2]]), float(yaw))
        if stances and _is_near(stances[-1], stance):
            stance = _merged(stances.pop(), stance)
        stances.append(stance)
    return stances


def _is_near(a: Stance, b: Stance) -> bool:
    return bool(np.linalg.norm(a.toe - b.toe) < _SAME_M and abs(a.yaw - b.yaw) < _SAME_YAW)


def _merged(a: Stance, b: Stance) -> Stance:
    share = (a.end - a.start) / (b.end - a.start)
    return Stance(a.start, b.end, share * a.toe + (1 - share) * b.toe, share * a.yaw + (1 - share) * b.yaw)


def keep_apart(stances: list[list[Stance]], heading: np.ndarray, skeleton: Skeleton) -> list[list[Stance]]:
    """Move stances sideways until no left foot stands closer than 14 cm to, or beyond, a right foot.

    Args:
        stances: stances of the left and of the right foot.
        heading: (T,) of the pelvis, radians.
        skeleton: gives the ankles.
    """
    both = [list(foot) for foot in stances]
    for _ in range(_APART_ROUNDS):
        moved = False
        for i, j, start, end in _shared_frames(*both):
            yaw = heading[start:end].mean()
            sideways = np.array([np.cos(yaw), 0.0, -np.sin(yaw)])
            left, right = both[0][i], both[1][j]
            gap = min(_across(left, skeleton.foot[0], sideways)) - max(_across(right, skeleton.foot[1], sideways))
            if gap < _APART_M - _APART_TOLERANCE_M:
                push = sideways * (_APART_M - gap) / 2
                both[0][i], both[1][j] = replace(left, toe=left.toe + push), replace(right, toe=right.toe - push)
                moved = True
        if not moved:
            break
    return both


def _across(stance: Stance, bone: np.ndarray, sideways: np.ndarray) -> tuple[float, float]:
    """Return how far to the left, metres, toe joint and ankle of a standing foot are."""
    ankle = stance.toe - yaw_to_matrix(np.array(stance.yaw)) @ bone
    return float(stance.toe @ sideways), float(ankle @ sideways)


def _shared_frames(left: list[Stance], right: list[Stance]) -> list[tuple[int, int, int, int]]:
    """Return pairs of stances that share frames: number left, number right, first frame, frame after the last."""
    pairs, i, j = [], 0, 0
    while i < len(left) and j < len(right):
        start, end = max(left[i].start, right[j].start), min(left[i].end, right[j].end)
        if start < end:
            pairs.append((i, j, start, end))
        if left[i].end <= right[j].end:
            i += 1
        else:
            j += 1
    return pairs


def with_swings(stances: list[Stance], fps: float) -> list[Stance]:
    """Shorten stances that touch so that a step's time lies between them, half of it taken from each."""
    out = list(stances)
    for i in range(len(out) - 1):
        a, b = out[i], out[i + 1]
        if a.end < b.start:
            continue
        distance = float(np.linalg.norm(b.toe - a.toe))
        half = round((_SWING_S + _LONGER_S * min(distance / _FAR_M, 1.0)) * fps / 2)
        out[i] = replace(a, end=max(a.end - half, a.start + 1))
        out[i + 1] = replace(b, start=min(b.start + half, b.end - 1))
    return out
