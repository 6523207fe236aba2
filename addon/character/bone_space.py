"""Rotations and positions of SMPL-X joints as values of an armature's pose bones, and back.

SMPL-X, Blender's armatures and their pose bones use different axes. Two changes of axes lead from one to the next:

    SMPL-X axes          armature axes            axes of a pose bone
    Y up, facing +Z  ──▶ Z up, facing -Y      ──▶ Y along the bone, X and Z by its roll
              `axes` (C)           `bones` (B)⁻¹

Only these two are needed. At rest SMPL-X's joints have the axes of the world, so a parent's rotation does not change
what a child's rotation means, and the rest axes of a bone's parent cancel.

For a rotation R of a joint the pose bone gets Bᵀ C R Cᵀ B. For a rotation vector r this is simply Bᵀ C r: the angle
stays, and the axis is written in the axes of the bone.

    Example: r = (0, 0, 0.5) bends a joint by 0.5 rad about SMPL-X's Z, the axis from back to front.
    C r = (0, -0.5, 0): in armature space front is -Y.
    A bone whose X axis points along armature Y has Bᵀ C r = (-0.5, 0, 0): the same bend about the bone's X.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import bpy
import numpy as np

from ...core.body.motion import Motion
from ...core.body.proportions import leg_length
from ...core.body.rotation import matrix_to_rotvec, quat_continuous, quat_to_matrix, rotvec_to_quat
from ...core.body.skeleton import JOINT, JOINT_COUNT, JOINT_NAMES, default_rest_joints

# SMPL-X (Y up, facing +Z) to Blender (Z up, facing -Y): (x, y, z) → (x, -z, y).
TO_BLENDER = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
# Legs whose lengths differ by a smaller share are the same legs, stored in single and in double precision.
_SAME_LEGS = 1e-5


def rest_heads(armature: bpy.types.Object) -> np.ndarray:
    """Return the rest heads (55, 3) of an SMPL-X armature's bones, in armature space, in JOINT_NAMES order."""
    return np.array([armature.data.bones[name].head_local for name in JOINT_NAMES], np.float64)


@dataclass(frozen=True)
class RestSpace:
    """The rest pose of an armature with SMPL-X's 55 bones, in JOINT_NAMES order.

    Attributes:
        axes: (3, 3) from SMPL-X axes to armature space.
        bones: (55, 3, 3) rest axes of the bones as columns, in armature space.
        heads: (55, 3) rest heads of the bones, in armature space.
    """

    axes: np.ndarray
    bones: np.ndarray
    heads: np.ndarray

    @classmethod
    def of(cls, armature: bpy.types.Object) -> "RestSpace":
        """Read the rest pose of an armature; see `is_smplx_armature`.

        Most armatures have Z up. One that was imported without conversion keeps Y up and is turned as an object; the
        head then lies above the pelvis along Y.
        """
        bones = np.array([armature.data.bones[name].matrix_local.to_3x3() for name in JOINT_NAMES], np.float64)
        heads = rest_heads(armature)
        up = heads[JOINT["head"]] - heads[JOINT["pelvis"]]
        return cls(np.eye(3) if abs(up[1]) > abs(up[2]) else TO_BLENDER, bones, heads)

    @property
    def rest_joints(self) -> np.ndarray:
        """Rest joints (55, 3) of the armature, metres, SMPL-X axes."""
        return self.heads @ self.axes

    @property
    def joint_axes(self) -> np.ndarray:
        """Rest axes (55, 3, 3) of the bones as columns, in SMPL-X axes: Cᵀ B."""
        return self.axes.T @ self.bones

    def quaternions(self, rotvecs: np.ndarray, joints: Sequence[int] = range(JOINT_COUNT)) -> np.ndarray:
        """Turn rotations of joints into rotations of their pose bones.

        Args:
            rotvecs: (T, J, 3) parent-local rotation vectors of `joints`, radians, SMPL-X axes.
            joints: the J joints.

        Returns:
            (T, J, 4) quaternions, w first, continuous in sign over time.
        """
        bone = self.axes.T @ self.bones[list(joints)]
        # As rows, because rotvecs hold rows: (Bᵀ C r)ᵀ = rᵀ (Cᵀ B).
        return quat_continuous(rotvec_to_quat((rotvecs[..., None, :] @ bone)[..., 0, :]))

    def rotvecs(self, quaternions: np.ndarray) -> np.ndarray:
        """Turn rotations of all pose bones (T, 55, 4) into rotation vectors (T, 55, 3): `quaternions` backwards."""
        bone = self.joint_axes
        return matrix_to_rotvec(bone @ quat_to_matrix(quaternions) @ np.swapaxes(bone, -1, -2))

    def root_location(self, motion: Motion) -> np.ndarray:
        """Return the location (T, 3) of the root pose bone, in the bone's rest axes, metres.

        The path of a motion made on another skeleton is scaled by the ratio of the leg lengths. So feet that stood on
        the floor stand there again, and steps keep their proportion to the legs.

        Args:
            motion: its `rest_joints` say which skeleton it was made on; None means the bundled character's.
        """
        source = default_rest_joints() if motion.rest_joints is None else motion.rest_joints
        own = self.rest_joints
        scale = leg_length(own) / leg_length(source)
        if abs(scale - 1) < _SAME_LEGS:
            scale = 1.0
        pelvis = (source[0] + motion.translation) * scale
        return self.bone_vectors(pelvis - own[0], 0)

    def root_translation(self, location: np.ndarray) -> np.ndarray:
        """Turn locations (T, 3) of the root pose bone into translations (T, 3), metres, SMPL-X axes."""
        return location @ (self.axes.T @ self.bones[0]).T

    def bone_vectors(self, vectors: np.ndarray, joint: int) -> np.ndarray:
        """Write vectors (..., 3) in SMPL-X axes in the rest axes of a joint's bone."""
        return vectors @ self.axes.T @ self.bones[joint]
