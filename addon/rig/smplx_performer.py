"""An SMPL-X armature as a performer: one bone for each of the 55 joints, keyed with the joint's own rotation."""

from collections.abc import Collection, Mapping, Sequence

import bpy
import numpy as np

from ...core.body.motion import Motion
from ...core.body.skeleton import JOINT, JOINT_COUNT, JOINT_NAMES
from ..blender.fcurves import Channel
from ..blender.paths import bone_path
from ..character.bone_space import RestSpace
from . import blocked
from . import mapping as rig_mapping


class SmplxPerformer:
    """An armature with SMPL-X's bones in SMPL-X's rest pose; see `Performer` for what the methods are for."""

    can_read_keys = True

    def __init__(self, armature: bpy.types.Object):
        self.armature = armature

    def require_free(self) -> None:
        """Make sure that keys can move the bones.

        Raises:
            GestureError: the armature is linked, or drivers move bones of it.
        """
        blocked.require_free(self.armature, JOINT_NAMES)

    def channels(
        self,
        motion: Motion,
        joints: Sequence[int] = range(JOINT_COUNT),
        left_out: Collection[str] = (),
        joint_moves: Mapping[str, np.ndarray] | None = None,
    ) -> list[Channel]:
        """Return the keys of a motion: locations first, then a quaternion for each joint.

        Jaw and eyes are keyed also where shape keys open the mouth or turn the eyes, because a motion may rotate these
        joints in addition to its expression. So `left_out` is not used here.

        Raises:
            GestureError: keys cannot move the bones.
        """
        self.require_free()
        space, rows = RestSpace.of(self.armature), list(joints)
        quaternions = space.quaternions(motion.rotations[:, rows], rows)
        rotations = [
            Channel(f"{bone_path(name)}.rotation_quaternion", quaternions[:, row], name)
            for row, name in enumerate(JOINT_NAMES[joint] for joint in rows)
        ]
        moves, root = dict(joint_moves or {}), JOINT_NAMES[0]
        moves[root] = space.root_location(motion) + moves.get(root, 0.0)
        moved = [name for name in moves if JOINT[name] in joints]
        return [*(Channel(f"{bone_path(name)}.location", moves[name], name) for name in moved), *rotations]

    def bones_of(self, joints: Sequence[int]) -> set[str]:
        """Return the names of the joints' bones."""
        return {JOINT_NAMES[joint] for joint in joints}

    def rest_joints(self) -> np.ndarray:
        """Return the armature's proportions as rest joints (55, 3), metres, SMPL-X axes."""
        return RestSpace.of(self.armature).rest_joints

    def jaw_bones(self) -> tuple[str, ...]:
        """Return the bone that opens the mouth."""
        return (JOINT_NAMES[JOINT["jaw"]],)

    def prepare(self) -> None:
        """Set the bones to quaternions, the rotation mode of the keys."""
        for name in JOINT_NAMES:
            self.armature.pose.bones[name].rotation_mode = "QUATERNION"

    def key_switches(self, action: bpy.types.Action, frame: float) -> None:
        """Key nothing: an SMPL-X armature has no controls."""

    def pose(self) -> np.ndarray:
        """Return the present pose as parent-local rotation vectors (55, 3), keyed or not."""
        basis = [self.armature.pose.bones[name].matrix_basis.to_quaternion().normalized() for name in JOINT_NAMES]
        return RestSpace.of(self.armature).rotvecs(np.array(basis)[None])[0]

    def held_note(self, scene: bpy.types.Scene, action: bpy.types.Action) -> list[str]:
        """Return a line that names the bones that do not follow an action's keys; no line where all bones follow."""
        if not any(len(bone.constraints) for bone in self.armature.pose.bones):
            return []
        return blocked.held_note(scene, self.armature, action, rig_mapping.mapping_of(self.armature))
