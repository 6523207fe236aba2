"""The motion of one gesture on a skeleton: rotations of arms and hands, and how far head and shoulders join in.

    keys of the library ── size, height, speed ──▶ places and directions in time ── arm_pose ──▶ rotations

Everything is computed in the frame of the chest, so that a gesture goes along when the body turns or sways. A place at
the head follows the head that the take has in each frame.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ..body.curves import min_jerk, steps
from ..body.joints import ARM_CHAINS, SHOULDERS
from ..body.nods import face_down, too_far_down
from ..body.rotation import (
    matrix_to_quat,
    matrix_to_rotvec,
    quat_continuous,
    quat_slerp,
    quat_to_matrix,
    rotvec_to_matrix,
)
from ..body.skeleton import JOINT
from .arm_pose import ARM_LENGTH_M, ArmGoal, arm_length, hand_turn, natural_swivel, own_side, solve_arm
from .fingers import FINGERS, hand_rotations, sign
from .library import Key, gesture_named, hand_shapes
from .placed import Setting
from .unevenness import uneven

NECK, HEAD, CHEST = JOINT["neck"], JOINT["head"], JOINT["spine3"]
# Sizes change places about this one, (out, up, forward) from the shoulder.
MIDDLE = np.array([0.08, -0.28, 0.26])
# Seconds before the first turn of the head and after the last one, in which it comes and goes.
HEAD_S = 0.45
# Share of a turn of the head that the neck has.
NECK_SHARE = 0.45
# Fingers change their shape within this share of the time between two keys, and end with it.
SHAPE_SHARE = 0.7


@dataclass(frozen=True)
class GestureMotion:
    """A gesture over N frames.

    Attributes:
        turns: by joint, unit quaternions (N, 4), parent-local: arms and hands that take part.
        sides: the sides whose arms take part: 0 left, 1 right.
        head: (N, 3) rotation vectors that are added to the head, radians; 0 at both ends.
        shrug: (N,) radians by which the collars of arms that take no part rise.
        eyes: (N, 2) where the eyes look from the turned head, to its left and up, radians; None leaves them alone.
    """

    turns: dict[int, np.ndarray]
    sides: tuple[int, ...]
    head: np.ndarray
    shrug: np.ndarray
    eyes: np.ndarray | None = None


@dataclass(frozen=True)
class _Surroundings:
    """What decides a gesture besides its keys, in its N frames.

    Attributes:
        setting: how the gesture is made.
        times_s: (N,) seconds from its moment.
        rest: (55, 3) metres.
        head_place, head_turn: (N, 3) metres and (N, 3, 3) of the head joint, in the chest's frame.
        shrug: (N,) radians by which the collars rise.
    """

    setting: Setting
    times_s: np.ndarray
    rest: np.ndarray
    head_place: np.ndarray
    head_turn: np.ndarray
    shrug: np.ndarray


def gesture_motion(
    setting: Setting, times_s: np.ndarray, rotations: np.ndarray, rest: np.ndarray, is_mirrored: bool = False
) -> GestureMotion:
    """Compute a gesture.

    Args:
        setting: which gesture, and how it is made.
        times_s: (N,) seconds from its moment. Before the first key it is in the pose of that key, and likewise after
            the last one.
        rotations: (N, 55, 3) of the take in these frames; places at the head need its neck and head.
        rest: (55, 3) metres.
        is_mirrored: whether left and right change sides in the take.
    """
    gesture, main = gesture_named(setting.name), setting.side(is_mirrored)
    times_s = times_s * setting.speed
    shrug = np.radians(_channel(times_s, gesture.shrug, 1)[:, 0])
    head = _bounded(_head_turns(times_s, gesture.head, sign(main)), rotations, rest)
    around = _Surroundings(setting, times_s, rest, *_head_in_chest(rotations, head, rest), shrug)
    goals: dict[int, ArmGoal] = {}
    turns: dict[int, np.ndarray] = {}
    # the leading hand comes last, because it may be placed at the other one
    for side, keys in ((1 - main, uneven(gesture, setting.uneven)), (main, gesture.main)):
        if keys:
            goals[side] = _goal(keys, around, goals, side)
            turns |= _turns(keys, goals[side], times_s, rest, side)
    return GestureMotion(turns, tuple(sorted(goals)), head, shrug)


def _goal(keys: tuple[Key, ...], around: _Surroundings, goals: dict[int, ArmGoal], side: int) -> ArmGoal:
    """Return where an arm shall be in each frame: the keys' places, with minimum-jerk moves between them.

    `goals` has the goal of the other arm where it is known already, by its side.
    """
    times_s, rest = around.times_s, around.rest
    places = [_place(key, around, goals, side) for key in keys]
    directions = [
        hand_turn(own_side(np.array([key.fingers]), side), own_side(np.array([key.palm]), side), rest, side)[0]
        for key in keys
    ]
    aims = [
        around.head_turn @ turn if key.origin == "head" else np.broadcast_to(turn, (len(times_s), 3, 3))
        for key, turn in zip(keys, directions, strict=True)
    ]
    wrist, hand = places[0], quat_continuous(matrix_to_quat(aims[0]))
    for before, key, place, aim in zip(keys, keys[1:], places[1:], aims[1:], strict=False):
        rise = min_jerk((times_s - before.at_s) / max(key.at_s - before.at_s, 1e-3))
        wrist = wrist + rise[:, None] * (place - wrist)
        hand = quat_slerp(hand, matrix_to_quat(aim), rise)
    return ArmGoal(wrist, quat_to_matrix(hand), around.shrug)


def _place(key: Key, around: _Surroundings, goals: dict[int, ArmGoal], side: int) -> np.ndarray:
    """Return the place (N, 3) of a key's wrist from the chest joint, metres."""
    setting, rest, offset = around.setting, around.rest, np.array(key.wrist)
    scale = arm_length(rest, side) / ARM_LENGTH_M
    if key.origin == "shoulder":
        offset = MIDDLE + setting.size * (offset - MIDDLE) + [0.0, setting.height_m, 0.0]
        start = rest[SHOULDERS[side]] - rest[CHEST]
    elif key.origin == "head":
        return around.head_place + np.einsum("nij,j->ni", around.head_turn, own_side(offset, side) * scale)
    elif key.origin == "other":
        return goals[1 - side].wrist + own_side(offset, side) * scale
    else:
        start = np.zeros(3)
    return np.broadcast_to(start + own_side(offset, side) * scale, around.head_place.shape)


def _turns(
    keys: tuple[Key, ...], goal: ArmGoal, times_s: np.ndarray, rest: np.ndarray, side: int
) -> dict[int, np.ndarray]:
    """Return the quaternions (N, 4) of one arm and its hand, by joint."""
    at = [int(np.abs(times_s - key.at_s).argmin()) for key in keys]
    natural = natural_swivel(ArmGoal(goal.wrist[at], goal.hand[at], goal.shrug[at]), rest, side)
    swivels = [
        own if key.elbow is None else np.radians(key.elbow) for key, own in zip(keys, natural.tolist(), strict=True)
    ]
    between = list(pairwise(keys))
    swivel = steps(
        times_s, [swivels[0]], [(a.at_s, b.at_s, [s]) for (a, b), s in zip(between, swivels[1:], strict=True)]
    )
    arm = solve_arm(goal, swivel[:, 0], rest, side)
    shapes = hand_shapes()
    late = [(b.at_s - SHAPE_SHARE * (b.at_s - a.at_s), b.at_s, shapes[b.shape]) for a, b in between]
    fingers = steps(times_s, shapes[keys[0].shape], late)
    hand = hand_rotations(dict.fromkeys((*FINGERS, "thumb"), fingers), rest, side)
    every = dict(zip(ARM_CHAINS[side], arm.chain, strict=True)) | hand
    return {joint: quat_continuous(matrix_to_quat(turn)) for joint, turn in every.items()}


def _channel(times_s: np.ndarray, rows: Iterable[tuple[float, ...]], width: int) -> np.ndarray:
    """Return a channel (N, C) that comes from 0, passes the rows' values at their times, and goes back to 0."""
    rows = list(rows)
    if not rows:
        return np.zeros((len(times_s), width))
    start = rows[0][0] - HEAD_S
    moves = []
    for row in rows:
        moves.append((start, row[0], row[1:]))
        start = row[0]
    return steps(times_s, np.zeros(width), [*moves, (start, start + HEAD_S, np.zeros(width))])


def _head_turns(times_s: np.ndarray, rows: Iterable[tuple[float, ...]], towards: float) -> np.ndarray:
    """Return rotation vectors (N, 3): nod, turn to the side and tilt; `towards` is 1 where the left hand leads."""
    nod, turn, tilt = np.radians(_channel(times_s, rows, 3)).T
    return np.stack([nod, towards * turn, -towards * tilt], 1)


def _bounded(head: np.ndarray, rotations: np.ndarray, rest: np.ndarray) -> np.ndarray:
    """Return a gesture's turns of the head (N, 3) that nod less where the take's own head is down already."""
    if not (head[:, 0] > 0).any():
        return head
    turned, bounded = rotations.copy(), head.copy()
    turned[:, NECK], turned[:, HEAD] = with_head(rotations[:, NECK], rotations[:, HEAD], head)
    bounded[:, 0] -= np.clip(too_far_down(face_down(turned, rest)), 0, np.maximum(head[:, 0], 0))
    return bounded


def _head_in_chest(rotations: np.ndarray, added: np.ndarray, rest: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return place (N, 3) and turn (N, 3, 3) of the head joint in the chest's frame, with what is added to the head."""
    neck, head = with_head(rotations[:, NECK], rotations[:, HEAD], added)
    neck, head = rotvec_to_matrix(neck), rotvec_to_matrix(head)
    place = rest[NECK] - rest[CHEST] + neck @ (rest[HEAD] - rest[NECK])
    return place, neck @ head


def with_head(neck: np.ndarray, head: np.ndarray, added: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Add turns (N, 3) to the rotation vectors (N, 3) of neck and head, a share to each."""
    return tuple(
        matrix_to_rotvec(rotvec_to_matrix(share * added) @ rotvec_to_matrix(own))
        for own, share in ((neck, NECK_SHARE), (head, 1 - NECK_SHARE))
    )  # type: ignore[return-value]
