"""The joints of a hand from twenty numbers: the bends of the fingers, how they fan, and the way of the thumb."""

from collections.abc import Mapping

import numpy as np

from ..body.joints import SIDES
from ..body.rotation import rotvec_to_matrix
from ..body.skeleton import JOINT
from ..body.two_bones import unit

# Columns of a shape: for the fingers index, middle, ring, pinky the bend of knuckle, middle and last joint; how far
# each finger leans towards the thumb; and the thumb's way across the palm, its two bends and its way off the palm.
CURLS, FANS, THUMB = slice(0, 12), slice(12, 16), slice(16, 20)
WIDTH = 20
FINGERS = ("index", "middle", "ring", "pinky")

# How the joints of a resting left hand are turned besides bending, rotation vectors in the frame of the T-pose. Mean
# angles of people's hands, rounded; they are mirrored for the right hand.
REST_TURNS = {
    "thumb1": np.radians([19.0, 16.0, 9.0]),
    "thumb2": np.radians([-18.0, 8.0, -12.0]),
    "thumb3": np.radians([26.0, 14.0, 5.0]),
    "index2": np.radians([3.0, -8.0, 0.0]),
    "middle3": np.radians([-3.0, -6.0, 0.0]),
    "ring2": np.radians([-12.0, -4.0, 0.0]),
    "ring3": np.radians([-9.0, -4.0, 0.0]),
    "pinky1": np.radians([-5.0, 0.0, 0.0]),
    "pinky2": np.radians([-18.0, 9.0, 0.0]),
    "pinky3": np.radians([-14.0, 3.0, 0.0]),
}


def sign(side: int) -> float:
    """Return +1 for the left arm (+X), -1 for the right."""
    return 1.0 if side == 0 else -1.0


def palm_normal(rest: np.ndarray, side: int) -> np.ndarray:
    """Return the direction (3,) that the palm of the rest pose faces, from the knuckles: down, in a T-pose."""
    name = SIDES[side]
    wrist, index, pinky = (rest[JOINT[f"{name}_{j}"]] for j in ("wrist", "index1", "pinky1"))
    normal = np.cross(index - wrist, pinky - wrist) * sign(side)
    return unit(normal if normal[1] < 0 else -normal)


def hand_rotations(shapes: Mapping[str, np.ndarray], rest: np.ndarray, side: int) -> dict[int, np.ndarray]:
    """Return the parent-local matrices (T, 3, 3) of one hand's 15 joints, by joint index.

    Args:
        shapes: (T, 20) radians, as each finger of `FINGERS` and the "thumb" follow them.
        rest: (55, 3) metres.
        side: 0 left, 1 right.
    """
    name = SIDES[side]
    palm = palm_normal(rest, side)
    across = unit(rest[JOINT[f"{name}_pinky1"]] - rest[JOINT[f"{name}_index1"]])
    mirror = np.array([1.0, sign(side), sign(side)])
    joints, turns = [], []
    for number, finger in enumerate(FINGERS):
        own = shapes[finger]
        curls, fan = own[:, CURLS][:, 3 * number : 3 * number + 3], own[:, FANS][:, number]
        for i, bone in enumerate(_bones(rest, name, finger)):
            turn = curls[:, i, None] * unit(np.cross(bone, palm)) + mirror * REST_TURNS.get(f"{finger}{i + 1}", 0.0)
            if i == 0:
                turn = turn + fan[:, None] * unit(np.cross(bone, -across))
            joints.append(JOINT[f"{name}_{finger}{i + 1}"])
            turns.append(turn)
    thumb = shapes["thumb"][:, THUMB]
    inward = unit(0.75 * across + 0.65 * palm)
    for i, bone in enumerate(_bones(rest, name, "thumb")):
        turn = thumb[:, i, None] * unit(np.cross(bone, palm if i == 0 else inward))
        turn = turn + mirror * REST_TURNS[f"thumb{i + 1}"]
        if i == 0:
            turn = turn + thumb[:, 3, None] * unit(np.cross(bone, -palm - 0.5 * across))
        joints.append(JOINT[f"{name}_thumb{i + 1}"])
        turns.append(turn)
    return dict(zip(joints, np.moveaxis(rotvec_to_matrix(np.stack(turns, 1)), 1, 0), strict=True))


def _bones(rest: np.ndarray, name: str, finger: str) -> list[np.ndarray]:
    """Return the directions of a finger's three bones; the last one has that of the second."""
    joints = [rest[JOINT[f"{name}_{finger}{i}"]] for i in (1, 2, 3)]
    return [joints[1] - joints[0], joints[2] - joints[1], joints[2] - joints[1]]
