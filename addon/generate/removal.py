"""Removing a character: with all its takes on request; what is left where only its objects were deleted.

    deleted by hand      the objects go; its takes stay in the file, and another character can perform them
    Remove Character     objects, takes and the sounds of the takes go
    Discard Left Takes   takes whose character is gone go

When objects were deleted by hand, the sounds of takes that nobody performs any more are muted, and the panel forgets
the character: otherwise Blender would keep it in the file, in no scene.
"""

import bpy

from ...core.errors import GestureError
from ..blender import sequencer, session_ids
from ..character import armature as character_armature
from ..take import info as take_info
from ..take import recording, switching

# The number of objects of each scene that was seen last, by the number of the scene.
_counts: dict[int, int] = {}


def remove(armature: bpy.types.Object) -> int:
    """Remove a character, its meshes, its takes and their sounds; return the number of takes.

    Takes that another character performs, and those of other files, stay. Other children of the armature stay where
    they are in the world.

    Raises:
        GestureError: the character belongs to another file, or a take could not be discarded.
    """
    if armature.library is not None or armature.override_library is not None:
        raise GestureError(
            f"{armature.name} belongs to another file.", remedy="Remove its collection in the Outliner instead."
        )
    takes = [
        action
        for action in take_info.of_character(armature)
        if action.library is None and not switching.others_performing(armature, action)
    ]
    discard(armature, takes)
    meshes = [each for each in character_armature.meshes_of(armature) if each.library is None]
    for child in armature.children:
        if child not in meshes:
            place = child.matrix_world.copy()
            child.parent, child.matrix_world = None, place
    data = [armature.data, *(mesh.data for mesh in meshes)]
    bpy.data.batch_remove([armature, *meshes])
    bpy.data.batch_remove([each for each in dict.fromkeys(data) if each.users == 0])
    return len(takes)


def discard(armature: bpy.types.Object | None, takes: list[bpy.types.Action]) -> None:
    """Delete takes of a character, or takes without one, and the sound strips of which they were the only takes."""
    marks = {recording.mark_of(action) for action in takes}
    if armature is not None:
        switching.discard(armature, takes)
    else:
        for action in takes:
            switching.delete(action)
    kept = {recording.mark_of(action) for action in bpy.data.actions}
    for scene in bpy.data.scenes:
        for strip in sequencer.sound_strips(scene):
            if sequencer.mark_of(strip) in marks - kept - {""}:
                sequencer.remove(scene, strip)


def left_takes() -> list[bpy.types.Action]:
    """Return the takes of this file whose character is gone and that nobody performs."""
    found = [(action, take_info.stored(action)) for action in bpy.data.actions if action.library is None]
    there = {each.get(take_info.CHARACTER_KEY) for each in bpy.data.objects if each.users_scene}
    gone = [action for action, info in found if info is not None and info.character not in there]
    return [action for action in gone if not any(each.users_scene for each in take_info.users(action))]


@bpy.app.handlers.persistent
def _after_deletion(scene, *_arguments) -> None:
    """Mute the sounds of takes that nobody performs any more, and forget a character that was deleted."""
    number, count = session_ids.of(scene), len(scene.objects)
    before = _counts.get(number, 0)
    _counts[number] = count
    if count < before:
        recording.play_performed(scene)
        forget_deleted()


def forget_deleted(*_arguments) -> None:
    """Let no panel refer to a character that is in no scene any more."""
    for scene in bpy.data.scenes:
        character = scene.mambatalk.character
        if scene.library is None and character is not None and not character.users_scene:
            scene.mambatalk.character = None


@bpy.app.handlers.persistent
def _before_save(*_arguments) -> None:
    forget_deleted()


def register():
    """Look after deleted characters."""
    bpy.app.handlers.depsgraph_update_post.append(_after_deletion)
    bpy.app.handlers.save_pre.append(_before_save)


def unregister():
    """Stop looking after them."""
    bpy.app.handlers.depsgraph_update_post.remove(_after_deletion)
    bpy.app.handlers.save_pre.remove(_before_save)
    _counts.clear()
