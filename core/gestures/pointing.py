"""Pointing at a place: the arm reaches towards it, the head turns to it, and the eyes go where the head does not.

    shoulder ●━━━━━━━━━━━━▶ · · · · ✕ place       arm and index finger on the line from the shoulder
    head     ◐ ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌ ✕             the head turns most of the way, the eyes the rest

The place stays where it is in the world, so arm and head follow it when the body turns, sways or walks.
"""

from dataclasses import dataclass

import numpy as np

from ..body.joints import ARM_CHAINS
from ..body.kinematics import forward_kinematics
from ..body.legs import shortest_turn
from ..body.motion import Motion
from ..body.parts import ARKIT_NAMES
from ..body.rotation import matrix_to_rotvec, rotvec_to_matrix
from ..body.skeleton import JOINT
from ..body.two_bones import unit
from ..face.jaw_and_eyes import EYE_SIDE, EYE_UP
from .arm_pose import ArmGoal, arm_length, hand_turn, natural_swivel, own_side, solve_arm
from .fingers import FINGERS, hand_rotations
from .library import hand_shapes
from .motion import CHEST, HEAD, NECK, with_head

# The arm is stretched to this share of its length.
STRETCH = 0.93
# Directions (out, up, forward) that an arm can point to: not far behind, and not far across the body.
LEAST_OUT, LEAST_FORWARD = -0.6, -0.25
# Share of the way to the place that the head turns, and how far at most, radians.
HEAD_SHARE, MOST_HEAD = 0.75, np.radians(55)
# How far the eyes turn at most, radians: to a side and up.
MOST_EYES = np.radians((28.0, 20.0))
_PALM = np.array([-0.6, -1.0, 0.0])
_EYES = (("Left", "Out", "In"), ("Right", "In", "Out"))


@dataclass(frozen=True)
class Aim:
    """An arm, a head and eyes that are turned to a place, over N frames.

    Attributes:
        turns: by joint, parent-local matrices (N, 3, 3) of arm and hand.
        head: (N, 3) rotation vectors that are added to the head.
        eyes: (N, 2) where the eyes look from the turned head: to its left and up, radians.
    """

    turns: dict[int, np.ndarray]
    head: np.ndarray
    eyes: np.ndarray


def nearer_side(motion: Motion, frame: int, place: tuple[float, float, float]) -> int:
    """Return the side whose arm is nearer to a place at a frame: 0 left, 1 right."""
    positions, world = forward_kinematics(
        motion.rotations[frame : frame + 1], motion.translation[frame : frame + 1], motion.skeleton
    )
    return 0 if ((np.array(place) - positions[0, CHEST]) @ world[0, CHEST])[0] > 0 else 1


def aim(motion: Motion, place: tuple[float, float, float], side: int) -> Aim:
    """Turn an arm, the head and the eyes to a place.

    Args:
        motion: the frames in question.
        place: metres, in the world of the motion (Y up).
        side: the arm that points: 0 left, 1 right.
    """
    rest = motion.skeleton
    positions, world = forward_kinematics(motion.rotations, motion.translation, rest)
    there = np.einsum("nij,ni->nj", world[:, CHEST], np.array(place) - positions[:, CHEST])
    shoulder = rest[JOINT[f"{('left', 'right')[side]}_shoulder"]] - rest[CHEST]
    way = own_side(unit(there - shoulder), side)
    way[:, 0], way[:, 2] = np.maximum(way[:, 0], LEAST_OUT), np.maximum(way[:, 2], LEAST_FORWARD)
    way = own_side(unit(way), side)
    palm = own_side(np.broadcast_to(_PALM, way.shape), side)
    goal = ArmGoal(
        shoulder + STRETCH * arm_length(rest, side) * way, hand_turn(way, palm, rest, side), np.zeros(len(way))
    )
    middle = slice(len(way) // 2, len(way) // 2 + 1)
    swivel = natural_swivel(ArmGoal(goal.wrist[middle], goal.hand[middle], goal.shrug[middle]), rest, side)
    arm = solve_arm(goal, np.repeat(swivel, len(way)), rest, side)
    shape = np.repeat(hand_shapes()["point"][None], len(way), 0)
    turns = dict(zip(ARM_CHAINS[side], arm.chain, strict=True)) | hand_rotations(
        dict.fromkeys((*FINGERS, "thumb"), shape), rest, side
    )
    head, eyes = _look(motion, there)
    return Aim(turns, head, eyes)


def _look(motion: Motion, there: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return what turns the head (N, 3) to a place (N, 3) of the chest's frame, and where the eyes look (N, 2)."""
    rest = motion.skeleton
    neck, head = (rotvec_to_matrix(motion.rotations[:, joint]) for joint in (NECK, HEAD))
    place = rest[NECK] - rest[CHEST] + neck @ (rest[HEAD] - rest[NECK])
    wanted = unit(there - place)
    front = (neck @ head)[..., 2]
    whole = matrix_to_rotvec(shortest_turn(front, wanted))
    angle = np.linalg.norm(whole, axis=-1, keepdims=True)
    added = whole * np.minimum(HEAD_SHARE, MOST_HEAD / np.maximum(angle, 1e-9))
    turned = [rotvec_to_matrix(turn) for turn in with_head(motion.rotations[:, NECK], motion.rotations[:, HEAD], added)]
    x, y, z = np.einsum("nij,ni->nj", turned[0] @ turned[1], wanted).T
    eyes = np.stack([np.arctan2(x, z), np.arctan2(y, np.hypot(x, z))], 1)
    return added, np.clip(eyes, -MOST_EYES, MOST_EYES)


def look_with_eyes(expression: np.ndarray, eyes: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return ARKit weights (N, 52) whose eyes look to a side and up (N, 2), by weights (N,)."""
    out = expression.copy()
    left, up = eyes[:, 0] / EYE_SIDE, eyes[:, 1] / EYE_UP
    for eye, to_left, to_right in _EYES:
        for shape, amount in ((to_left, left), (to_right, -left), ("Up", up), ("Down", -up)):
            column = ARKIT_NAMES.index(f"eyeLook{shape}{eye}")
            out[:, column] += weights * (np.clip(amount, 0, 1) - out[:, column])
    return out
