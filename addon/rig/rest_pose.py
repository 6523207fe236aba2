"""The pose that a character is in, as rotations of the 55 joints: the rest pose that levels blend into."""

import bpy
import numpy as np

from ...core.body.rotation import matrix_to_quat, quat_conjugate, quat_multiply, quat_to_rotvec
from ...core.body.skeleton import JOINT_COUNT, JOINT_NAMES, PARENTS
from ..character import armature as character_armature
from ..character import bone_space
from . import channels as rig_channels
from . import mapping as rig_mapping
from .presets import joints_of


def read(armature: bpy.types.Object) -> list[list[float]]:
    """Parent-local rotation vectors (55, 3) of the pose, keyed or not.

    Raises:
        GestureError: the rig is not mapped well enough.
    """
    turns = _of_smplx(armature) if rig_mapping.is_direct(armature) else _of_rig(armature)
    return np.round(turns, 6).tolist()


def _of_smplx(armature: bpy.types.Object) -> np.ndarray:
    basis = [armature.pose.bones[name].matrix_basis.to_quaternion().normalized() for name in JOINT_NAMES]
    bones, heads = character_armature.rest_rotations(armature), character_armature.rest_heads(armature)
    return bone_space.rotvec_of_basis(np.array(basis)[None], bones, bone_space.armature_axes(heads))[0]


def _of_rig(armature: bpy.types.Object) -> np.ndarray:
    """Joints turn as the bones that play them; where a part has fewer bones than joints, several go with one."""
    # What was posed a moment ago may not be evaluated yet.
    bpy.context.view_layer.update()
    alignment = rig_channels.alignment_of(armature, rig_mapping.mapping_of(armature))
    rig, facing = alignment.rig, matrix_to_quat(alignment.facing)
    posed = [armature.pose.bones[name].matrix.to_quaternion() for name in rig.names]
    rest = [armature.data.bones[name].matrix_local.to_quaternion() for name in rig.names]
    turned = np.array([here @ there.inverted() for here, there in zip(posed, rest, strict=True)])
    seen = quat_multiply(
        quat_multiply(quat_multiply(facing, turned), quat_conjugate(facing)), quat_conjugate(alignment.turns)
    )
    world = np.full((JOINT_COUNT, 4), np.nan)
    for part, bones in rig.parts.items():
        joints = joints_of(part)
        for number, joint in enumerate(joints, 1):
            world[joint] = seen[bones[max(0, round(number * len(bones) / len(joints)) - 1)]]
    turns = np.zeros((JOINT_COUNT, 3))
    for joint, parent in enumerate(PARENTS):
        carried = world[parent] if parent >= 0 else np.array([1.0, 0.0, 0.0, 0.0])
        if np.isnan(world[joint]).any():
            world[joint] = carried
        turns[joint] = quat_to_rotvec(quat_multiply(quat_conjugate(carried), world[joint]))
    return turns
