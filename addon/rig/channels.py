"""From a motion to channels on a rig: in each bone's own rotation mode, with the switches of its controls."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import bpy

from ...core.body.motion import Motion
from ...core.body.skeleton import JOINT_COUNT, PARENTS
from ..blender.fcurves import Channel
from ..blender.paths import bone_path
from .blocked import require_free
from .presets import BoneMap, joints_of
from .read import Rig, read_rig
from .retarget import NEXT, Alignment, Keys, align, retarget
from .rotation_modes import in_mode


@dataclass(frozen=True)
class Performance:
    """A motion as keys of one rig.

    Attributes:
        channels: rotations of its bones and the location of the one that carries the path.
        keys: the same as numbers.
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
    """What to key on a rig so that it performs a motion.

    Args:
        motion: of any skeleton.
        armature: the rig.
        mapping: its bones.
        left_out: parts that are not keyed.
        joints: keys only bones that these joints move.

    Raises:
        GestureError: the rig cannot be keyed; nothing was changed.
    """
    require_free(armature, mapping.names)
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
    """The bones of a rig that joints move; twist bones go with their limb and what hangs on it.

    A bone that does not turn with its parent must be turned against it: it goes with every joint that carries it.
    """
    if not all(rig.inherits):
        moving = set(joints)
        for joint, parent in enumerate(PARENTS):
            if parent in moving:
                moving.add(joint)
        joints = sorted(moving)
    moved = {bone for part, bones in rig.parts.items() if set(joints_of(part)) & set(joints) for bone in bones}
    for twist in rig.twists:
        end = rig.parts.get(NEXT[twist.part], ())
        if moved & {*rig.parts[twist.part], *end}:
            moved.add(twist.bone)
    return moved


def alignment_of(armature: bpy.types.Object, mapping: BoneMap, left_out: Collection[str] = ()) -> Alignment:
    """How an armature's bones follow the joints.

    Raises:
        GestureError: parts are missing or hang together wrongly.
    """
    return align(read_rig(armature, mapping, left_out))
