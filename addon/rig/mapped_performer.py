"""A mapped rig as a performer: its bones play the parts of the body, and motions are retargeted to them."""

from collections.abc import Collection, Mapping, Sequence

import bpy
import numpy as np

from ...core.body.motion import Motion
from ...core.body.skeleton import JOINT_COUNT
from ..blender.fcurves import Channel
from . import blocked, controls, rest_pose
from . import channels as rig_channels
from . import mapping as rig_mapping
from .presets import BoneMap


class MappedPerformer:
    """An armature whose bones are mapped to parts of the body; see `Performer` for what the methods are for.

    Methods that need the mapping raise a `GestureError` where nothing is mapped and nothing is recognised.
    """

    can_read_keys = False

    def __init__(self, armature: bpy.types.Object):
        self.armature = armature

    @property
    def mapping(self) -> BoneMap:
        """The mapping to use: the animator's own, else the recognised one."""
        return rig_mapping.mapping_of(self.armature)

    def require_free(self) -> None:
        """Make sure that keys can move the mapped bones.

        Raises:
            GestureError: the armature is linked, or drivers move mapped bones.
        """
        blocked.require_free(self.armature, self.mapping.names)

    def channels(
        self,
        motion: Motion,
        joints: Sequence[int] = range(JOINT_COUNT),
        left_out: Collection[str] = (),
        joint_moves: Mapping[str, np.ndarray] | None = None,
    ) -> list[Channel]:
        """Return the keys of a motion: the location of the root, then the rotations of the bones.

        Only SMPL-X bodies have joints that expressions move, so `joint_moves` is not used here.

        Raises:
            GestureError: keys cannot move the bones, or the mapping is incomplete.
        """
        return rig_channels.perform(motion, self.armature, self.mapping, left_out, joints).channels

    def bones_of(self, joints: Sequence[int]) -> set[str]:
        """Return the names of the bones that joints move."""
        rig = rig_channels.alignment_of(self.armature, self.mapping).rig
        return {rig.names[bone] for bone in rig_channels.moved_bones(rig, joints)}

    def rest_joints(self) -> np.ndarray:
        """Return the rig's proportions as rest joints (55, 3), SMPL-X axes, as tall as a person.

        Raises:
            GestureError: the mapping is incomplete.
        """
        return rig_channels.alignment_of(self.armature, self.mapping).rest_joints

    def is_default_body(self) -> bool:
        """Whether the armature has the proportions of the bundled character: for a mapped rig this is never assumed."""
        return False

    def jaw_bones(self) -> tuple[str, ...]:
        """Return the bones that open the mouth; none where the rig has none."""
        return self.mapping.bones.get("jaw", ())

    def prepare(self) -> None:
        """Set the switches of the rig's controls to forward kinematics; bones keep their rotation modes."""
        controls.set_switches(self.armature, self.mapping)

    def key_switches(self, action: bpy.types.Action, frame: float) -> None:
        """Key the switches of the rig's controls, so that another action can keep inverse kinematics."""
        controls.key_switches(action, self.armature, self.mapping, frame)

    def pose(self) -> np.ndarray:
        """Return the present pose as parent-local rotation vectors (55, 3), keyed or not.

        Raises:
            GestureError: the mapping is incomplete.
        """
        # A pose that was just set may not be evaluated yet.
        bpy.context.view_layer.update()
        return rest_pose.of_rig(self.armature, rig_channels.alignment_of(self.armature, self.mapping))

    def held_note(self, scene: bpy.types.Scene, action: bpy.types.Action) -> list[str]:
        """Return a line that names the bones that do not follow an action's keys; no line where all bones follow."""
        return blocked.held_note(scene, self.armature, action, self.mapping)
