"""Joints of an SMPL-X body that its expressions move: a smile moves the jaw and the eyes a little."""

import bpy
import numpy as np

from ...core.body.motion import Motion
from ...core.body.skeleton import JOINT_COUNT, JOINT_NAMES, PARENTS
from ..character.bone_space import RestSpace
from ..character.smplx_body import EXPRESSION_JOINTS, SLIDER_LIMIT
from .flame import coefficients as coefficients_of

# Joints that expressions move less than this get no keys, metres.
_STILL_M = 1e-5


def joint_moves(motion: Motion, armature: bpy.types.Object) -> dict[str, np.ndarray]:
    """Return the locations (T, 3) of the bones whose joints a motion's expression moves, by bone.

    Characters other than SMPL-X bodies have none. A bone's location is measured from its parent, so what the parent's
    joint moves is subtracted.
    """
    stored = armature.get(EXPRESSION_JOINTS)
    coefficients = coefficients_of(motion) if stored else None
    if coefficients is None:
        return {}
    moves = np.frombuffer(stored, "<f4").astype(np.float64).reshape(-1, JOINT_COUNT, 3)
    used = np.clip(coefficients[:, : len(moves)], -SLIDER_LIMIT, SLIDER_LIMIT)
    shifts = np.tensordot(used, moves[: used.shape[1]], 1)
    space = RestSpace.of(armature)
    found = {}
    for joint, name in enumerate(JOINT_NAMES):
        own = shifts[:, joint] - (shifts[:, PARENTS[joint]] if joint else 0.0)
        if np.abs(own).max(initial=0.0) > _STILL_M:
            found[name] = space.bone_vectors(own, joint)
    return found
