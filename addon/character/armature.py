"""Facts about an armature: its kind, its meshes, whether it can be animated here, and bones that keys cannot move."""

import bpy

from ...core.body.skeleton import JOINT_NAMES
from ...core.errors import GestureError
from ..blender import paths


def is_smplx_armature(candidate: bpy.types.Object | None) -> bool:
    """Return whether an object is an armature that has bones with all 55 names of SMPL-X's joints."""
    if candidate is None or candidate.type != "ARMATURE":
        return False
    bones = candidate.data.bones
    return all(name in bones for name in JOINT_NAMES)


def require_editable(armature: bpy.types.Object) -> None:
    """Make sure that an armature can be animated here.

    Raises:
        GestureError: the armature is linked from another file, and not overridden.
    """
    override = armature.override_library
    if armature.library is None and not (override is not None and override.is_system_override):
        return
    raise GestureError(
        f"{armature.name} belongs to another file and cannot be animated here.",
        remedy="Use Object > Library Override > Make (or Make Editable), or Object > Relations > Make Local.",
    )


def meshes_of(armature: bpy.types.Object) -> list[bpy.types.Object]:
    """Return the meshes that an armature deforms, or that are its children."""
    return [
        each
        for each in bpy.data.objects
        if each.type == "MESH" and (each.parent == armature or each.find_armature() == armature)
    ]


def constrained_bones(armature: bpy.types.Object) -> set[str]:
    """Return the names of the bones that constraints or drivers move."""
    held = {bone.name for bone in armature.pose.bones if any(not c.mute and c.influence for c in bone.constraints)}
    return held | set(driven_bones(armature))


def driven_bones(armature: bpy.types.Object) -> tuple[str, ...]:
    """Return the names of the bones whose rotation or location a driver sets; keys on them would do nothing."""
    data = armature.animation_data
    found = []
    for curve in data.drivers if data is not None else ():
        bone = paths.bone_of(curve.data_path)
        if bone is not None and paths.property_of(curve.data_path).startswith(("rotation_", "location")):
            found.append(bone)
    return tuple(dict.fromkeys(found))
