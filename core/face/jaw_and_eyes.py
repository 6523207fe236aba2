"""Jaw and eye joints turned by ARKit weights, for characters that have the joints but not the shapes."""

import numpy as np

from ..body.motion import Motion
from ..body.parts import ARKIT_NAMES, EYES
from ..body.skeleton import JOINT

# Radians by which a weight of 1 turns its joint. The bundled character's jawOpen turns the jaw by 23 degrees.
JAW_OPEN = np.radians(23)
EYE_SIDE, EYE_UP = np.radians(30), np.radians(25)
_JAW_SIDE = np.radians(10)
_JAW = JOINT["jaw"]
# The weights that turn the jaw joint.
JAW_SHAPES = ("jawOpen", "mouthClose", "jawLeft", "jawRight")
_STILL = 1e-4


def with_face_joints(motion: Motion, jaw: bool, eyes: bool) -> Motion:
    """Turn jaw and eye joints as the ARKit weights of a motion say; joints that move already are left alone.

    Args:
        motion: with a face of ARKit weights; a motion with another face comes back unchanged.
        jaw: whether to turn the jaw.
        eyes: whether to turn the eyes.
    """
    if motion.face_basis != "arkit52":
        return motion
    weight = dict(zip(ARKIT_NAMES, motion.expression.T, strict=True))
    rotations = motion.rotations.copy()
    if jaw and np.abs(rotations[:, _JAW]).max(initial=0.0) < _STILL:
        rotations[:, _JAW, 0] = JAW_OPEN * (weight["jawOpen"] - weight["mouthClose"])
        rotations[:, _JAW, 1] = _JAW_SIDE * (weight["jawLeft"] - weight["jawRight"])
    if eyes and np.abs(rotations[:, EYES]).max(initial=0.0) < _STILL:
        for joint, side, to_left, to_right in ((EYES[0], "Left", "Out", "In"), (EYES[1], "Right", "In", "Out")):
            rotations[:, joint, 0] = EYE_UP * (weight[f"eyeLookDown{side}"] - weight[f"eyeLookUp{side}"])
            rotations[:, joint, 1] = EYE_SIDE * (weight[f"eyeLook{to_left}{side}"] - weight[f"eyeLook{to_right}{side}"])
    return motion.replace(rotations=rotations)
