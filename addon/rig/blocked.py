"""Bones that keys cannot move: those of linked armatures, and those that drivers or constraints hold.

Linked armatures and driven bones are refused before anything is keyed. Constraints are checked after keying, because
only the posed armature shows whether a constraint takes a bone away from its keys.
"""

from collections.abc import Collection

import bpy
import numpy as np
from mathutils import Quaternion

from ...core.errors import GestureError
from ..blender import fcurves, timeline
from ..character import armature as character_armature
from .presets import BoneMap
from .read import Rig, read_rig
from .rotation_modes import quaternions_at, rotation_path

# A bone that ends up further than this from where its keys put it is held by something else.
_HELD = np.radians(3.0)
_CHECKED_FRAMES = 3


def require_free(armature: bpy.types.Object, bones: Collection[str]) -> None:
    """Make sure that keys on bones of an armature can move them.

    Raises:
        GestureError: the armature is linked from another file, or drivers move some of the bones.
    """
    character_armature.require_editable(armature)
    if driven := sorted(set(character_armature.driven_bones(armature)) & set(bones)):
        raise GestureError(
            f"Drivers move {', '.join(driven[:5])} of {armature.name}: keys there would do nothing.",
            remedy="Remove the drivers, or map the bones that they follow.",
        )


def held_note(
    scene: bpy.types.Scene, armature: bpy.types.Object, action: bpy.types.Action, mapping: BoneMap
) -> list[str]:
    """Return a line that names the bones that do not follow an action's keys; no line where all bones follow."""
    held = held_bones(scene, armature, action, mapping)
    if not held:
        return []
    names = ", ".join(held[:4]) + (f" and {len(held) - 4} more" if len(held) > 4 else "")
    return [f"Constraints or drivers hold {names}: mute them, or map the bones that they follow."]


def held_bones(
    scene: bpy.types.Scene, armature: bpy.types.Object, action: bpy.types.Action, mapping: BoneMap
) -> list[str]:
    """Find the mapped bones that do not turn as an action's keys say.

    A few frames are posed and compared with their keys; the scene's frame is set back afterwards.
    """
    rig = read_rig(armature, mapping)
    first, last = action.frame_range
    frames = np.linspace(first, last, _CHECKED_FRAMES).round()
    keys = {
        bone: quaternions_at(armature, action, name, frames)
        for bone, name in enumerate(rig.names)
        if fcurves.has(action, armature, rotation_path(armature, name))
    }
    held = set()
    with timeline.visiting(scene):
        for row, frame in enumerate(frames):
            scene.frame_set(int(frame))
            held |= _off_their_keys(armature, rig, {bone: Quaternion(values[row]) for bone, values in keys.items()})
    return [name for bone, name in enumerate(rig.names) if bone in held]


def _off_their_keys(armature: bpy.types.Object, rig: Rig, keys: dict[int, Quaternion]) -> set[int]:
    """Find the bones of a posed rig that are turned otherwise than their keys and their parents say."""
    posed = armature.evaluated_get(bpy.context.evaluated_depsgraph_get())
    turns: list[Quaternion] = []
    off = set()
    for bone, name in enumerate(rig.names):
        rest = posed.data.bones[name].matrix_local.to_quaternion()
        found = posed.pose.bones[name].matrix.to_quaternion() @ rest.inverted()
        turns.append(found)
        if bone not in keys:
            continue
        parent = rig.parents[bone]
        carried = turns[parent] @ Quaternion(rig.between[bone]) if parent >= 0 else Quaternion(rig.between[bone])
        if not rig.inherits[bone]:
            carried = Quaternion()
        angle = found.rotation_difference(carried @ rest @ keys[bone] @ rest.inverted()).angle
        if min(angle, 2 * np.pi - angle) > _HELD:
            off.add(bone)
    return off
