"""A motion in the mirror: what the left side did the right one does."""

import numpy as np

from ..body.motion import Motion
from ..body.parts import AREAS, ARKIT_NAMES
from ..body.skeleton import JOINT, JOINT_NAMES

_OTHER_SHAPE = {"Left": "Right", "Right": "Left"}


def _other_joint(name: str) -> str:
    if name.startswith("left_"):
        return "right_" + name.removeprefix("left_")
    return "left_" + name.removeprefix("right_") if name.startswith("right_") else name


def _other_shape(name: str) -> str:
    for end, other in _OTHER_SHAPE.items():
        if name.endswith(end):
            return name.removesuffix(end) + other
    return name


# Areas by what they are in the mirror.
AREA_NAMES = {name: _other_joint(name) for name in AREAS}
JOINT_ORDER = [JOINT[_other_joint(name)] for name in JOINT_NAMES]
SHAPE_ORDER = [ARKIT_NAMES.index(_other_shape(name)) for name in ARKIT_NAMES]
CONTACT_ORDER = [1, 0, 3, 2]
_ROTATION_SIGNS = np.array([1.0, -1.0, -1.0])
_PLACE_SIGNS = np.array([-1.0, 1.0, 1.0])


def mirror(motion: Motion) -> Motion:
    """Left and right exchanged about the plane x = 0; twice is the motion itself, to the bit.

    The skeleton stays the character's own. Expressions in the FLAME basis have no sides to exchange and stay.
    """
    return motion.replace(
        rotations=motion.rotations[:, JOINT_ORDER] * _ROTATION_SIGNS,
        translation=motion.translation * _PLACE_SIGNS,
        expression=motion.expression[:, SHAPE_ORDER] if motion.face_basis == "arkit52" else motion.expression,
        contacts=None if motion.contacts is None else motion.contacts[:, CONTACT_ORDER],
    )
