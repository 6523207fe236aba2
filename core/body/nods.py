"""Faces that look down too far, or for too long, are lifted, by neck and head alike.

    down    ──╲     ╱──╲            ╱──        a nod, and a head that hangs
               ╲___╱    ╲__________╱
    shown   ──╲     ╱──╲  ________  ╱──        the nod goes nearly as deep; the head comes up while it hangs
               ╲___╱    ╲╱        ╲╱

What is too far is set beside a recorded speaker.
"""

import numpy as np

from .curves import gaussian, soft_limit
from .kinematics import chosen_joints
from .motion import Motion
from .parts import AREAS
from .rotation import quat_multiply, quat_to_rotvec, rotvec_to_quat
from .skeleton import JOINT, PARENTS

HEAD = list(AREAS["head"].joints)
# How far a face points below the horizon freely, and at most. A recorded speaker's does by 16 degrees on average, by 22
# in the highest tenth of a minute, by 30 in the highest hundredth.
_FREE, _MOST = np.radians((22, 32))
# The same for the mean over about a second (sigma, seconds), by which a head hangs. His is 21 in the highest tenth, 24
# in the highest hundredth.
_HANGS_S, (_HANGING_FREE, _HANGING_MOST) = 0.5, np.radians((16, 21))


def bound_nods(motion: Motion) -> Motion:
    """Lift a face that points too far down or hangs; frames in which it does neither stay as they are."""
    down = face_down(motion.rotations, motion.skeleton)
    slow = gaussian(down, _HANGS_S * motion.fps)
    hangs = slow - soft_limit(slow, _HANGING_FREE, _HANGING_MOST)
    rotations = lift_faces(motion.rotations, motion.skeleton, hangs + too_far_down(down - hangs))
    return motion if rotations is motion.rotations else motion.replace(rotations=rotations)


def too_far_down(down: np.ndarray) -> np.ndarray:
    """Return by how much faces that point down by angles (T,) point too far down, radians (T,)."""
    return down - soft_limit(down, _FREE, _MOST)


def face_down(rotations: np.ndarray, rest: np.ndarray) -> np.ndarray:
    """Return how far a face points below the horizon (T,), radians.

    Args:
        rotations: (T, 55, 3) rotation vectors.
        rest: (55, 3) metres.
    """
    _, world = chosen_joints(rotations, np.zeros((len(rotations), 3)), rest, [JOINT["head"]])
    return np.arcsin(np.clip(-world[:, 0, 1, 2], -1, 1))


def lift_faces(rotations: np.ndarray, rest: np.ndarray, lift: np.ndarray) -> np.ndarray:
    """Return rotation vectors (T, 55, 3) whose faces are lifted by angles (T,), radians; a face that looks straight up
    or down has no way up.
    """
    frames = np.flatnonzero(lift > 0)
    if not len(frames):
        return rotations
    nods = rotations[frames]
    carriers = [PARENTS[joint] for joint in HEAD]
    _, world = chosen_joints(nods, np.zeros((len(nods), 3)), rest, [*carriers, JOINT["head"]])
    axis = np.cross(world[:, -1, :, 2], [0.0, 1.0, 0.0])
    length = np.linalg.norm(axis, axis=-1, keepdims=True)
    axis = np.where(length > 0.04, axis / np.maximum(length, 1e-9), 0.0)
    turn = (lift[frames] / len(HEAD))[:, None, None] * np.einsum("tjba,tb->tja", world[:, :-1], axis)
    out = rotations.copy()
    out[frames[:, None], HEAD] = quat_to_rotvec(quat_multiply(rotvec_to_quat(turn), rotvec_to_quat(nods[:, HEAD])))
    return out
