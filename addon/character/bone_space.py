"""SMPL-X motion in the spaces of an armature's bones: numpy on rest matrices, no bpy."""

import numpy as np

from ...core.body.motion import Motion
from ...core.body.proportions import leg_length
from ...core.body.rotation import matrix_to_rotvec, quat_continuous, quat_to_matrix, rotvec_to_quat
from ...core.body.skeleton import JOINT, default_rest_joints

# SMPL-X (Y up, facing +Z) to Blender (Z up, facing -Y): (x, y, z) → (x, -z, y).
TO_BLENDER = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
# Single-precision bones differ from the same legs in double precision by less.
_SAME_LEGS = 1e-5


def armature_axes(heads: np.ndarray) -> np.ndarray:
    """The change of axes (3, 3) from SMPL-X to an armature, told by where its head is above its pelvis.

    Armatures imported without conversion keep Y up and are turned as objects; ours, and most, have Z up.

    Args:
        heads: (55, 3) rest heads of the bones in armature space.
    """
    up = heads[JOINT["head"]] - heads[JOINT["pelvis"]]
    return np.eye(3) if abs(up[1]) > abs(up[2]) else TO_BLENDER


def basis_quaternions(rotvec: np.ndarray, bone_rest: np.ndarray, axes: np.ndarray = TO_BLENDER) -> np.ndarray:
    """Parent-local SMPL-X rotations as rotations of pose bones.

    A pose bone turns away from rest in its own axes. SMPL-X joints have the world's axes at rest, so a joint's rotation
    R becomes Bᵀ C R Cᵀ B with the bone's rest axes B and the change of axes C; the parents' rest axes cancel.

    Args:
        rotvec: (T, J, 3) radians.
        bone_rest: (J, 3, 3) rest axes of the bones in armature space.
        axes: (3, 3) from SMPL-X to armature space.

    Returns:
        (T, J, 4) quaternions, w first, continuous in sign over time.
    """
    bone = axes.T @ bone_rest
    # A rotation's axis, seen from the bone: (rᵀ B)ᵀ = Bᵀ r.
    return quat_continuous(rotvec_to_quat((rotvec[..., None, :] @ bone)[..., 0, :]))


def rotvec_of_basis(quaternions: np.ndarray, bone_rest: np.ndarray, axes: np.ndarray = TO_BLENDER) -> np.ndarray:
    """The inverse of `basis_quaternions`: rotations of pose bones (T, 55, 4) as SMPL-X rotation vectors (T, 55, 3)."""
    bone = axes.T @ bone_rest
    return matrix_to_rotvec(bone @ quat_to_matrix(quaternions) @ np.swapaxes(bone, -1, -2))


def root_location(
    motion: Motion, bone_rest: np.ndarray, rest_joints: np.ndarray, axes: np.ndarray = TO_BLENDER
) -> np.ndarray:
    """Location (T, 3) of the root pose bone, in the bone's rest axes, metres.

    A motion made on another skeleton carries its pelvis over with the path scaled by the ratio of leg lengths: feet
    that stood on the floor stand there again, and steps keep their proportion to the legs.

    Args:
        motion: its `rest_joints` say whose legs it was made for; None means the bundled character's.
        bone_rest: (3, 3) rest axes of the root bone in armature space.
        rest_joints: (55, 3) of the armature, metres, SMPL-X axes.
        axes: (3, 3) from SMPL-X to armature space.
    """
    source = default_rest_joints() if motion.rest_joints is None else motion.rest_joints
    scale = leg_length(rest_joints) / leg_length(source)
    if abs(scale - 1) < _SAME_LEGS:
        scale = 1.0
    pelvis = (source[0] + motion.translation) * scale
    return (pelvis - rest_joints[0]) @ axes.T @ bone_rest
