"""The character follows the selection: the armature that was selected last stays chosen until another one is.

Blender tells nobody that the active object changed, except through an update of its dependency graph. So after each
update, `_follow` compares the active object with the one that it saw last, which costs next to nothing.
"""

import bpy

from . import performer

# The address of the active object that was seen last; the object may be gone, so the address is only compared.
_seen: list[int] = [0]


@bpy.app.handlers.persistent
def _follow(scene, *_arguments) -> None:
    """Choose a newly selected character, unless the chosen one is pinned."""
    layer = getattr(bpy.context, "view_layer", None)
    active = None if layer is None else layer.objects.active
    key = 0 if active is None else active.as_pointer()
    settings = scene.mambatalk
    # A deleted object stays in the file while the panel refers to it.
    is_gone = settings.character is not None and not settings.character.users_scene
    if (key == _seen[0] and not is_gone) or bpy.context.scene != scene:
        return
    _seen[0] = key
    if is_gone:
        settings.character = None
    found = next((each for each in performer.of_object(active) if performer.is_performer(each)), None)
    if found is not None and not settings.pinned and settings.character != found:
        choose(settings, found)


def choose(settings, armature: bpy.types.Object) -> None:
    """Choose a character; it is pinned only if one was pinned before."""
    pinned = settings.pinned
    settings.character = armature
    settings.pinned = pinned


def register():
    """Follow the selection."""
    bpy.app.handlers.depsgraph_update_post.append(_follow)


def unregister():
    """Stop following it."""
    bpy.app.handlers.depsgraph_update_post.remove(_follow)
    _seen[0] = 0
