"""The pose of a mapped rig as rotations of the 55 joints: retargeting, backwards, for one pose."""

import bpy
import numpy as np

from ...core.body.rotation import matrix_to_quat, quat_conjugate, quat_multiply, quat_to_rotvec
from ...core.body.skeleton import JOINT_COUNT, PARENTS
from .presets import joints_of
from .retarget import Alignment


def of_rig(armature: bpy.types.Object, alignment: Alignment) -> np.ndarray:
    """Return parent-local rotation vectors (55, 3) of the joints, from the evaluated pose of a rig.

    Each joint turns as the bone that plays it. Where a part has fewer bones than joints, several joints follow one
    bone; a joint without a bone follows the joint above it.
    """
    rig, facing = alignment.rig, matrix_to_quat(alignment.facing)
    posed = [armature.pose.bones[name].matrix.to_quaternion() for name in rig.names]
    rest = [armature.data.bones[name].matrix_local.to_quaternion() for name in rig.names]
    turned = np.array([here @ there.inverted() for here, there in zip(posed, rest, strict=True)])
    # From armature space to SMPL-X axes, and from the rig's rest pose to SMPL-X's.
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
