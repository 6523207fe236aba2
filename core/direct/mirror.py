"""A motion with left and right exchanged, as in a mirror."""

import numpy as np

from ..body.motion import Motion
from ..body.parts import AREAS, ARKIT_NAMES
from ..body.skeleton import JOINT, JOINT_NAMES

_OTHER_SHAPE = {"Left": "Right", "Right": "Left"}


def _other_joint(name: str) -> str:
    """Return the name of the joint, or area, on the other side."""
    if name.startswith("left_"):
        return "right_" + name.removeprefix("left_")
    return "left_" + name.removeprefix("right_") if name.startswith("right_") else name


def _other_shape(name: str) -> str:
    """Return the name of the face shape on the other side."""
    for end, other in _OTHER_SHAPE.items():
        if name.endswith(end):
            return name.removesuffix(end) + other
    return name


# Names of areas, joints, face shapes and contact channels on the other side.
AREA_NAMES = {name: _other_joint(name) for name in AREAS}
JOINT_ORDER = [JOINT[_other_joint(name)] for name in JOINT_NAMES]
SHAPE_ORDER = [ARKIT_NAMES.index(_other_shape(name)) for name in ARKIT_NAMES]
CONTACT_ORDER = [1, 0, 3, 2]
_ROTATION_SIGNS = np.array([1.0, -1.0, -1.0])
_PLACE_SIGNS = np.array([-1.0, 1.0, 1.0])


def mirror(motion: Motion) -> Motion:
    """Exchange left and right about the plane x = 0; a motion mirrored twice is itself, to the bit.

    The skeleton stays, because it is the character's. Expressions in the FLAME basis stay, because they have no sides.
    """
    return motion.replace(
        rotations=motion.rotations[:, JOINT_ORDER] * _ROTATION_SIGNS,
        translation=motion.translation * _PLACE_SIGNS,
        expression=motion.expression[:, SHAPE_ORDER] if motion.face_basis == "arkit52" else motion.expression,
        contacts=None if motion.contacts is None else motion.contacts[:, CONTACT_ORDER],
    )
