"""Feet that stand in places and go from one to the next: trajectories of both feet from the intervals they stand in."""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from ..body.curves import min_jerk, runs
from ..body.legs import Skeleton, turned
from ..body.rotation import matrix_to_rotvec, matrix_to_yaw, rotvec_to_matrix, yaw_to_matrix
from ..filters import gaussian_filter1d

LIFT_M = 0.06
# A synthetic step takes this long at no distance, and so much longer at 0.3 m and beyond.
_SWING_S, _LONGER_S = 0.62, 0.2
# The foot travels in the middle of a swing only: near the floor it goes straight up and down.
_LONGEST_SWING_S = 1.2
_TRAVEL = (0.18, 0.82)
_RISE = 0.4
# The heel leaves first: the foot tips about the toe this far, radians.
_TIP = 0.2
# Neighbouring places this near are one place.
_SAME_M, _SAME_YAW = 0.015, np.radians(3.0)
# A correction's slope at the end of a stance is spent within this time.
_SOON_S = 0.2
# Contacts of one foot may differ in height by this from its usual level.
_UNEVEN_M = 0.015
# A correction that moves a foot between two contacts lifts it by this share of the way, up to so much.
_LIFT_SHARE, _LIFT_MOST_M = 0.5, 0.04
# How gently a foot comes off its heel or toe.
_PIVOT_S = 0.06
# Feet keep at least this far apart sideways.
_APART_M = 0.14


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
    """One stance per interval between steps, at the weighted mean place; near neighbours become one.

    Args:
        steps: frames of the steps within the span.
        span: frames, half-open, that the stances share.
        places: (T, 3) x and z of the foot's middle and its heading.
        weights: (T,).
        toe_m: height of the toe joint of a standing foot.
        middle: (3,) from the foot's middle to its toe joint when it heads along +Z.
    """
    stances: list[Stance] = []
    edges = [span[0], *steps, span[1]]
    for start, end in pairwise(edges):
        x, z, yaw = np.average(places[start:end], axis=0, weights=weights[start:end])
        toe = np.array([x, 0.0, z]) + yaw_to_matrix(np.array(yaw)) @ middle
        stance = Stance(start, end, np.array([toe[0], toe_m, toe[2]]), float(yaw))
        if stances and _same(stances[-1], stance):
            stance = _merged(stances.pop(), stance)
        stances.append(stance)
    return stances


def _same(a: Stance, b: Stance) -> bool:
    return bool(np.linalg.norm(a.toe - b.toe) < _SAME_M and abs(a.yaw - b.yaw) < _SAME_YAW)


def _merged(a: Stance, b: Stance) -> Stance:
    share = (a.end - a.start) / (b.end - a.start)
    return Stance(a.start, b.end, share * a.toe + (1 - share) * b.toe, share * a.yaw + (1 - share) * b.yaw)


def keep_apart(stances: list[list[Stance]], heading: np.ndarray, skeleton: Skeleton) -> list[list[Stance]]:
    """Move stances sideways until no left foot stands closer than 14 cm to, or beyond, a right foot.

    Args:
        stances: of the left and of the right foot.
        heading: (T,) of the pelvis, radians.
        skeleton: gives the ankles.
    """
    both = [list(foot) for foot in stances]
    for _ in range(8):
        moved = False
        for i, j, start, end in _together(*both):
            yaw = heading[start:end].mean()
            sideways = np.array([np.cos(yaw), 0.0, -np.sin(yaw)])
            left, right = both[0][i], both[1][j]
            gap = min(_across(left, skeleton.foot[0], sideways)) - max(_across(right, skeleton.foot[1], sideways))
            if gap < _APART_M - 1e-4:
                push = sideways * (_APART_M - gap) / 2
                both[0][i], both[1][j] = replace(left, toe=left.toe + push), replace(right, toe=right.toe - push)
                moved = True
        if not moved:
            break
    return both


def _across(stance: Stance, bone: np.ndarray, sideways: np.ndarray) -> tuple[float, float]:
    """How far to the left toe joint and ankle of a standing foot are."""
    ankle = stance.toe - yaw_to_matrix(np.array(stance.yaw)) @ bone
    return float(stance.toe @ sideways), float(ankle @ sideways)


def _together(left: list[Stance], right: list[Stance]) -> list[tuple[int, int, int, int]]:
    """Pairs of stances, one of each foot, and the frames that they have in common."""
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
    """Stances that touch, shortened so that a step's time lies between them."""
    out = list(stances)
    for i in range(len(out) - 1):
        a, b = out[i], out[i + 1]
        if a.end < b.start:
            continue
        distance = float(np.linalg.norm(b.toe - a.toe))
        half = round((_SWING_S + _LONGER_S * min(distance / 0.3, 1.0)) * fps / 2)
        out[i] = replace(a, end=max(a.end - half, a.start + 1))
        out[i + 1] = replace(b, start=min(b.start + half, b.end - 1))
    return out


def walk(stances: list[Stance], toe: np.ndarray, turn: np.ndarray, fps: float) -> tuple[np.ndarray, np.ndarray]:
    """One foot's trajectory: flat in its stances, between them a synthetic step.

    Gaps longer than 1.2 s, and what lies before the first and after the last stance, follow the motion.

    Args:
        stances: in order, with gaps between.
        toe: (T, 3) the motion's toe joint.
        turn: (T, 3, 3) the foot's rotation in the world.
        fps: frames per second.

    Returns:
        toe (T, 3) and turn (T, 3, 3).
    """
    shift, spin = np.zeros_like(toe), np.zeros_like(toe)
    known = np.zeros(len(toe), bool)
    for stance in stances:
        frames = slice(stance.start, stance.end)
        shift[frames] = stance.toe - toe[frames]
        flat = yaw_to_matrix(np.array(stance.yaw))
        spin[frames] = matrix_to_rotvec(flat @ np.swapaxes(turn[frames], -1, -2))
        known[frames] = True
    out_toe = toe + bridge_gaps(shift, known, fps)
    out_turn = rotvec_to_matrix(bridge_gaps(spin, known, fps)) @ turn
    for a, b in pairwise(stances):
        if b.start - a.end <= _LONGEST_SWING_S * fps:
            frames = slice(a.end, b.start)
            out_toe[frames], out_turn[frames] = _swing(a, b)
    return out_toe, out_turn


def bridge(
    start: np.ndarray, start_slope: np.ndarray, end: np.ndarray, end_slope: np.ndarray, count: int, soon: int
) -> np.ndarray:
    """Values (count, ...) strictly between two ends that are count + 1 frames apart.

    An eased rise from one to the other; the slopes at the ends, per frame, are taken up and spent within `soon` frames.
    """
    span = count + 1
    frame = np.arange(1, span).reshape(-1, *[1] * np.ndim(start))
    soon = min(soon, span)

    def spent(after: np.ndarray) -> np.ndarray:
        return after * np.clip(1 - after / soon, 0.0, 1.0) ** 2

    return start + min_jerk(frame / span) * (end - start) + spent(frame) * start_slope - spent(span - frame) * end_slope


def bridge_gaps(values: np.ndarray, known: np.ndarray, fps: float) -> np.ndarray:
    """Fill a correction (T, C) where it is not known: eased from one known value to the next, held at open ends."""
    if known.all() or not known.any():
        return values if known.all() else np.zeros_like(values)
    soon = max(2, round(_SOON_S * fps))
    out = values.copy()
    inside = np.flatnonzero(known)
    out[: inside[0]] = values[inside[0]]
    out[inside[-1] + 1 :] = values[inside[-1]]
    for a, b in pairwise(inside):
        if b - a > 1:
            slope_a = values[a] - values[a - 1] if a > 0 and known[a - 1] else np.zeros_like(values[a])
            slope_b = values[b + 1] - values[b] if b + 1 < len(known) and known[b + 1] else np.zeros_like(values[b])
            out[a + 1 : b] = bridge(values[a], slope_a, values[b], slope_b, int(b - a - 1), soon)
    return out


def fade_gaps(values: np.ndarray, known: np.ndarray, fps: float) -> np.ndarray:
    """Fill a correction (T, C) where it is not known: from each known end it fades to zero within a moment."""
    soon = max(2, round(_SOON_S * fps))
    fading = np.where(known[:, None], values, 0.0)
    for start, end in runs(known):
        for last, step, count in ((end - 1, 1, len(known) - end), (start, -1, start)):
            frame = np.arange(1, min(soon, count) + 1)[:, None]
            inner = last - step
            slope = (values[last] - values[inner]) if start <= inner < end else np.zeros(values.shape[1])
            left = np.clip(1 - frame / soon, 0.0, 1.0) ** 2
            fading[last + step * frame[:, 0]] += left * ((1 + 2 * frame / soon) * values[last] + frame * slope)
    return np.where(known[:, None], values, fading)


def _swing(a: Stance, b: Stance) -> tuple[np.ndarray, np.ndarray]:
    """A step from one stance to the next: up, across, down, along minimum-jerk curves; the heel leaves first."""
    count = b.start - a.end
    progress = np.arange(1, count + 1) / (count + 1)
    across = min_jerk((progress - _TRAVEL[0]) / (_TRAVEL[1] - _TRAVEL[0]))
    up = min_jerk(progress / _RISE) * min_jerk((1 - progress) / _RISE)
    toe = a.toe + across[:, None] * (b.toe - a.toe)
    toe[:, 1] += LIFT_M * up
    tip = _TIP * min_jerk(progress / 0.3) * min_jerk((0.85 - progress) / 0.55)
    pitch = rotvec_to_matrix(tip[:, None] * np.array([1.0, 0.0, 0.0]))
    return toe, yaw_to_matrix(a.yaw + across * (b.yaw - a.yaw)) @ pitch


def hold_foot(
    toe: np.ndarray,
    turn: np.ndarray,
    bone: np.ndarray,
    on_toe: np.ndarray,
    on_heel: np.ndarray,
    level: float,
    fps: float,
) -> tuple[np.ndarray, np.ndarray]:
    """One foot's own trajectory, corrected so that what touches the floor stays where it is.

    In each contact the foot has one place and, while toe and heel touch, one heading; its tilt stays the motion's. With
    the heel up it turns about the toe, with the toe up about the heel, as the motion turns it. Between contacts the
    correction changes smoothly, and a foot that it moves across the floor lifts.

    Args:
        toe: (T, 3) the toe joint.
        turn: (T, 3, 3) the foot's rotation in the world.
        bone: (3,) from ankle to toe joint at rest.
        on_toe: (T,) whether the toes touch.
        on_heel: (T,) whether the heel touches.
        level: height of the toe joint in stance, metres.
        fps: frames per second.

    Returns:
        toe (T, 3) and turn (T, 3, 3).
    """
    shift, lift, spin = np.zeros_like(toe), np.zeros((len(toe), 1)), np.zeros((len(toe), 1))
    heading = np.unwrap(matrix_to_yaw(turn))
    standing = on_toe | on_heel
    stances = runs(standing)
    for start, end in stances:
        frames = slice(start, end)
        flat = on_toe[frames] & on_heel[frames]
        rest = flat if flat.any() else np.ones(end - start, bool)
        place = toe[frames][rest].mean(axis=0)
        raised = np.clip(place[1], level - _UNEVEN_M, level + _UNEVEN_M) - place[1] if on_toe[frames].any() else 0.0
        place[1] += raised
        both_down, toe_down = _eased(flat, fps), _eased(on_toe[frames], fps)[:, None]
        spin[frames, 0] = (heading[frames][rest].mean() - heading[frames]) * both_down
        held = yaw_to_matrix(spin[frames, 0]) @ turn[frames]
        mean = _mean_turn(held[rest])
        about_heel = place - mean @ bone + turned(held, bone)
        # A heel rolls on its round end: its height is the motion's.
        about_heel[:, 1] = toe[frames, 1] + raised
        shift[frames] = toe_down * place + (1 - toe_down) * about_heel - toe[frames]
        lift[frames] = raised
    # Heights return to the motion's own at once, so that low steps do not become lower.
    height = bridge_gaps(lift, standing, fps) + fade_gaps(shift[:, 1:2] - lift, standing, fps)
    shift = bridge_gaps(shift, standing, fps)
    shift[:, 1:2] = height
    for (_, start), (end, _) in pairwise(stances):
        moved = np.linalg.norm((shift[end] - shift[start - 1])[[0, 2]])
        progress = np.arange(1, end - start + 1) / (end - start + 1)
        up = min_jerk(progress / _RISE) * min_jerk((1 - progress) / _RISE)
        shift[start:end, 1] += min(_LIFT_SHARE * moved, _LIFT_MOST_M) * up
    return toe + shift, yaw_to_matrix(bridge_gaps(spin, standing, fps)[:, 0]) @ turn


def _eased(flags: np.ndarray, fps: float) -> np.ndarray:
    return gaussian_filter1d(flags.astype(np.float64), _PIVOT_S * fps, mode="nearest")


def _mean_turn(turns: np.ndarray) -> np.ndarray:
    """The rotation (3, 3) nearest to rotations (T, 3, 3): the chordal mean."""
    u, _, v = np.linalg.svd(turns.mean(axis=0))
    return u @ np.diag([1.0, 1.0, np.linalg.det(u @ v)]) @ v
