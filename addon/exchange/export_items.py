"""Which files an export writes: one for each take of each character, with names that differ."""

from dataclasses import dataclass

import bpy

from ...core.errors import GestureError
from ..blender import paths, versions
from ..character import armature as character_armature
from ..finish import source as finish_source
from ..take import info as take_info


@dataclass(frozen=True)
class ExportItem:
    """One take of one character.

    Attributes:
        armature: armature of the character.
        action: the take, or another action that animates the armature.
        stem: the file's name without its extension.
    """

    armature: bpy.types.Object
    action: bpy.types.Action
    stem: str


def export_items(armatures: list[bpy.types.Object], every_take: bool) -> list[ExportItem]:
    """Return what to write for these characters: the take that each performs now, or every take of each.

    File systems that ignore upper and lower case would overwrite "A_wave" with "a_wave": the later one gets a number.

    Raises:
        GestureError: there is nothing to write.
    """
    items, stems = [], set()
    for armature in armatures:
        current = take_info.performed(armature)
        for action in actions_of(armature) if every_take else [current] if current else []:
            stem = wanted = bpy.path.clean_name(f"{armature.name}_{action.name}")
            number = 1
            while stem.lower() in stems:
                number += 1
                stem = f"{wanted}_{number}"
            stems.add(stem.lower())
            items.append(ExportItem(armature, action, stem))
    if not items:
        raise GestureError("There is no take to export.", remedy="Generate or import one, or assign an action.")
    return items


def performers(scene: bpy.types.Scene) -> list[bpy.types.Object]:
    """Return the scene's characters that have takes."""
    return [each for each in scene.objects if each.type == "ARMATURE" and _has_takes(each)]


def _has_takes(armature: bpy.types.Object) -> bool:
    actions = actions_of(armature)
    # Actions of another rig count only when one of them is a take: so that the user's own animation is not exported by
    # accident.
    return bool(actions) and (character_armature.is_smplx_armature(armature) or any(map(take_info.stored, actions)))


def actions_of(armature: bpy.types.Object) -> list[bpy.types.Action]:
    """Return every action made for a character, without the copies that finishing keeps.

    Before Blender 4.4 only a take stores which character it is for, so all other actions are left out there.
    """
    current = take_info.performed(armature)
    kept = {action.get(finish_source.SOURCE_KEY) for action in bpy.data.actions}
    own = [] if current is None else [current]
    own += [action for action in take_info.of_character(armature) if action not in own and action not in kept]
    if versions.has_slots():
        own += [a for a in bpy.data.actions if a not in own and a not in kept and _poses(a, armature)]
    return own


def _poses(action: bpy.types.Action, armature: bpy.types.Object) -> bool:
    """Return whether an action animates bones, and only bones that the armature has."""
    bones = {paths.bone_of(curve.data_path) for curve in versions.curves_for(action, armature)} - {None}
    return bool(bones) and bones <= {bone.name for bone in armature.data.bones}
