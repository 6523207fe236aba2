"""Locks of a take: areas of the body and single bones whose keys only the animator changes."""

import bpy

from ...core.body.parts import AREAS, EYES, Part
from ...core.direct.chain import Changed


def bones(action: bpy.types.Action) -> set[str]:
    """Return the names of the bones that are locked one by one."""
    return {entry.name for entry in action.mambatalk_take.locked_bones}


def areas(action: bpy.types.Action) -> set[str]:
    """Return the names of the areas that are locked."""
    return set(action.mambatalk_take.locked)


def joints(action: bpy.types.Action) -> set[int]:
    """Return the joints of the locked areas; a locked face locks the eyes, too."""
    locked = areas(action)
    found = {joint for name in locked for joint in AREAS[name].joints}
    return found | set(EYES) if Part.FACE.value in locked else found


def allowed(action: bpy.types.Action, changed: Changed) -> Changed:
    """Remove locked joints, shapes and contacts from a set of planned changes."""
    locked, held = areas(action), joints(action)
    lower = Part.LOWER.value in locked
    return Changed(
        tuple(joint for joint in changed.joints if joint not in held),
        changed.translation and not lower,
        () if Part.FACE.value in locked else changed.shapes,
        changed.contacts and not lower,
    )


def covered(action: bpy.types.Action, area: str) -> bool:
    """Return whether all of an area is locked."""
    return area in areas(action) or set(AREAS[area].joints) <= joints(action)


def set_bone(action: bpy.types.Action, name: str, locked: bool) -> None:
    """Lock a bone, or unlock it."""
    entries = action.mambatalk_take.locked_bones
    index = entries.find(name)
    if locked and index < 0:
        entries.add().name = name
    elif not locked and index >= 0:
        entries.remove(index)
