"""A mapped rig as a performer: its bones play the parts of the body, and motions are retargeted to them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import bpy
import numpy as np

from ...core.body.motion import Motion
from ...core.body.skeleton import JOINT_COUNT, PARENTS
from ..blender.fcurves import Channel
from ..blender.paths import bone_path
from . import blocked, controls
from . import mapping as rig_mapping
from .alignment import Alignment, align
from .presets import BELOW, BoneMap, joints_of
from .read import Rig, read_rig
from .retarget import Keys, joint_rotations, retarget
from .rotation_modes import in_mode


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
        return perform(motion, self.armature, self.mapping, left_out, joints).channels

    def bones_of(self, joints: Sequence[int]) -> set[str]:
        """Return the names of the bones that joints move."""
        rig = alignment_of(self.armature, self.mapping).rig
        return {rig.names[bone] for bone in moved_bones(rig, joints)}

    def rest_joints(self) -> np.ndarray:
        """Return the rig's proportions as rest joints (55, 3), SMPL-X axes, as tall as a person.

        Raises:
            GestureError: the mapping is incomplete.
        """
        return alignment_of(self.armature, self.mapping).rest_joints

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
        alignment = alignment_of(self.armature, self.mapping)
        posed = [self.armature.pose.bones[name].matrix.to_quaternion() for name in alignment.rig.names]
        rest = [self.armature.data.bones[name].matrix_local.to_quaternion() for name in alignment.rig.names]
        turned = np.array([here @ there.inverted() for here, there in zip(posed, rest, strict=True)])
        return joint_rotations(turned, alignment)

    def held_note(self, scene: bpy.types.Scene, action: bpy.types.Action) -> list[str]:
        """Return a line that names the bones that do not follow an action's keys; no line where all bones follow."""
        return blocked.held_note(scene, self.armature, action, self.mapping)


@dataclass(frozen=True)
class Performance:
    """A motion as keys of one rig.

    Attributes:
        channels: the location of the bone that carries the path, and the rotations of the bones in their own modes.
        keys: the same keys as quaternions, of all bones.
        rig: the bones.
    """

    channels: list[Channel]
    keys: Keys
    rig: Rig


def perform(
    motion: Motion,
    armature: bpy.types.Object,
    mapping: BoneMap,
    left_out: Collection[str] = (),
    joints: Sequence[int] = range(JOINT_COUNT),
) -> Performance:
    """Return the keys with which a rig performs a motion; nothing is keyed yet.

    Args:
        motion: motion of any skeleton.
        armature: the rig.
        mapping: its bones.
        left_out: parts that are not keyed.
        joints: only bones that these joints move are keyed.

    Raises:
        GestureError: keys cannot move the bones, or the mapping is incomplete.
    """
    blocked.require_free(armature, mapping.names)
    alignment = alignment_of(armature, mapping, left_out)
    keys, rig = retarget(motion, alignment), alignment.rig
    moved = moved_bones(rig, joints)
    channels = []
    if 0 in joints:
        channels.append(Channel(f"{bone_path(rig.carrier)}.location", keys.location, rig.carrier))
    for bone, name in enumerate(rig.names):
        if bone in moved:
            prop, values = in_mode(keys.quaternions[:, bone], armature.pose.bones[name].rotation_mode)
            channels.append(Channel(f"{bone_path(name)}.{prop}", values, name))
    return Performance(channels, keys, rig)


def moved_bones(rig: Rig, joints: Sequence[int]) -> set[int]:
    """Return the bones of a rig that joints move.

    Bones for twist move with their limb and with the hand or foot at its end. A bone that does not inherit rotation
    must be keyed against its parent's turn; so in a rig with such bones all that hangs on a joint moves with it.
    """
    if not all(rig.inherits):
        moving = set(joints)
        for joint, parent in enumerate(PARENTS):
            if parent in moving:
                moving.add(joint)
        joints = sorted(moving)
    moved = {bone for part, bones in rig.parts.items() if set(joints_of(part)) & set(joints) for bone in bones}
    for twist in rig.twists:
        end = rig.parts.get(BELOW[twist.part], ())
        if moved & {*rig.parts[twist.part], *end}:
            moved.add(twist.bone)
    return moved


def alignment_of(armature: bpy.types.Object, mapping: BoneMap, left_out: Collection[str] = ()) -> Alignment:
    """Read a rig and align its rest pose with SMPL-X's.

    Raises:
        GestureError: parts are missing, or bones do not hang together as a body's do.
    """
    return align(read_rig(armature, mapping, left_out))
