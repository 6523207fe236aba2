"""Bones that keys cannot move: those of linked armatures, and those that drivers or constraints hold."""

import bpy
import numpy as np
from mathutils import Quaternion

from ...core.body.skeleton import JOINT_NAMES
from ...core.errors import GestureError
from ..character import armature as character_armature
from . import mapping as rig_mapping
from .presets import BoneMap
from .read import read_rig
from .rotation_modes import keyed_quaternions

# A bone that ends up this far from where its keys put it is held by something else.
_HELD = np.radians(3.0)
_CHECKED_FRAMES = 3


def refuse(armature: bpy.types.Object, mapping: BoneMap | None = None) -> None:
    """Say why an armature cannot get keys, before anything is changed; without a mapping SMPL-X's own bones count.

    Raises:
        GestureError: it is linked, or drivers hold bones that would be keyed.
    """
    character_armature.require_editable(armature)
    if held := sorted(
        set(character_armature.driven_bones(armature)) & set(JOINT_NAMES if mapping is None else mapping.names)
    ):
        raise GestureError(
            f"Drivers move {', '.join(held[:5])} of {armature.name}: keys there would do nothing.",
            remedy="Remove the drivers, or map the bones that they follow.",
        )


def held_note(scene: bpy.types.Scene, armature: bpy.types.Object, action: bpy.types.Action) -> list[str]:
    """A line on the bones that do not follow an action's keys, since something else holds them."""
    free = rig_mapping.is_direct(armature) and not any(len(bone.constraints) for bone in armature.pose.bones)
    held = [] if free else disobedient(scene, armature, action)
    if not held:
        return []
    names = ", ".join(held[:4]) + (f" and {len(held) - 4} more" if len(held) > 4 else "")
    return [f"Constraints or drivers hold {names}: mute them, or map the bones that they follow."]


def disobedient(scene: bpy.types.Scene, armature: bpy.types.Object, action: bpy.types.Action) -> list[str]:
    """Bones of a rig that did not turn as an action's keys say, at a few frames."""
    rig = read_rig(armature, rig_mapping.mapping_of(armature))
    first, last = action.frame_range
    frames = np.linspace(first, last, _CHECKED_FRAMES).round()
    keyed = [name for name in rig.names if keyed_quaternions(armature, action, name, frames) is not None]
    now, off = scene.frame_current, set()
    for row, frame in enumerate(frames):
        scene.frame_set(int(frame))
        posed = armature.evaluated_get(bpy.context.evaluated_depsgraph_get())
        turns: list[Quaternion] = []
        for bone, name in enumerate(rig.names):
            rest = posed.data.bones[name].matrix_local.to_quaternion()
            found = posed.pose.bones[name].matrix.to_quaternion() @ rest.inverted()
            turns.append(found)
            if name not in keyed:
                continue
            parent = rig.parents[bone]
            carried = turns[parent] @ Quaternion(rig.between[bone]) if parent >= 0 else Quaternion(rig.between[bone])
            if not rig.inherits[bone]:
                carried = Quaternion()
            local = Quaternion(keyed_quaternions(armature, action, name, frames)[row])
            angle = found.rotation_difference(carried @ rest @ local @ rest.inverted()).angle
            if min(angle, 2 * np.pi - angle) > _HELD:
                off.add(name)
    scene.frame_set(now)
    return [name for name in rig.names if name in off]
