"""Which armature performs takes, and which one's mapping is shown: the choice of the panels and operators."""

import bpy

from ...core.errors import GestureError
from ..character import armature as character_armature
from . import mapping as rig_mapping

NO_CHARACTER = "Add a character, or select an armature whose bones are a body's (see Rig)"


def is_performer(candidate: bpy.types.Object | None) -> bool:
    """Whether an object is an armature that can be keyed: SMPL-X's, or one with all required parts."""
    if candidate is None or candidate.type != "ARMATURE":
        return False
    if character_armature.is_smplx_armature(candidate):
        return True
    mapping = rig_mapping.stored(candidate)
    if mapping is None:
        found = rig_mapping.detected(candidate)
        mapping = found.map if found is not None else None
    return mapping is not None and not mapping.missing()


def target(context: bpy.types.Context) -> bpy.types.Object | None:
    """The armature that gets the keys: the one chosen in the panel, else the active object or its armature."""
    chosen = context.scene.mambatalk.character
    candidates = [chosen, context.object, context.object and context.object.find_armature()]
    return next((o for o in candidates if is_performer(o)), None)


def require_target(context: bpy.types.Context) -> bpy.types.Object:
    """The same.

    Raises:
        GestureError: there is none.
    """
    armature = target(context)
    if armature is None:
        raise GestureError(NO_CHARACTER + ".", remedy="Then try again.")
    return armature


def rig_of(context: bpy.types.Context) -> bpy.types.Object | None:
    """The armature whose mapping is shown: the active one, that of the active mesh, or the panel's character."""
    active = context.object
    candidates = [active, active and active.find_armature(), context.scene.mambatalk.character]
    return next((each for each in candidates if each is not None and each.type == "ARMATURE"), None)


def why_not_map(context: bpy.types.Context) -> str | None:
    """Why no mapping can be edited."""
    armature = rig_of(context)
    if armature is None:
        return "Select an armature"
    if armature.library is not None:
        return f"{armature.name} belongs to another file"
    if armature.override_library is not None:
        # Blender lets nobody change such lists of an override.
        return f"{armature.name} overrides an armature of another file: change its mapping there"
    return None
