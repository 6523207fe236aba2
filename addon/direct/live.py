"""Writing keys while an animator moves sliders or keys a mood: changes are gathered for a moment, then written.

    a slider, a marker or a lock of a take changes
        │   `take.properties.changes` calls `gather`
        ▼
    gathered: the take waits 0.04 s, because a drag changes its slider at every move of the mouse
        │   a timer of Blender calls `_write_gathered`; in background, where no timers run, `gather` does
        ▼
    written: `directed_keys.write_keys` computes the motion and writes the keys that differ

The curves of an animated mood (`character.mood`) call nothing when they are edited. So after every update of the scene
that touches a take with such curves, or with the last of them deleted, the keys are compared with what it asks for.

Undo brings back sliders and keys of an earlier step. Keys are written a moment after their sliders moved, so a step
may hold sliders without the keys that belong to them. After each undo, `_after_undo` compares what the sliders ask for
with what the record of the keys says, and writes keys where they differ.
"""

import bpy

from ...core.errors import GestureError
from ..character import mood as character_mood
from ..job import report, state
from ..take import info as take_info
from ..take import performed
from ..take.properties import changes
from . import directed_keys

# Sliders that move again within this time are one change.
WAIT_S = 0.04
# Names of the actions that wait, each with whether all of its channels must be compared.
_waiting: dict[str, bool] = {}
# Names of the actions that keyed a mood when they were last looked at.
_moody: set[str] = set()


def gather(action: bpy.types.Action, everything: bool = False) -> None:
    """Write the keys of a take soon, or at once where no timers run.

    Args:
        action: action of the take.
        everything: whether all channels must be compared: a lock may hold keys that no slider moves.
    """
    if not take_info.performers(action):
        return
    _waiting[action.name] = everything or _waiting.get(action.name, False)
    if bpy.app.background:
        _write_gathered()
    elif not bpy.app.timers.is_registered(_write_gathered):
        bpy.app.timers.register(_write_gathered, first_interval=WAIT_S)


def _write_gathered() -> None:
    """Write the keys of all takes that wait."""
    while _waiting:
        name, everything = _waiting.popitem()
        action = bpy.data.actions.get(name)
        for armature in [] if action is None else take_info.performers(action):
            try:
                directed_keys.write_keys(armature, everything)
                state.current.error = None
            except GestureError as error:
                report.show_error(error)
        report.redraw(bpy.context)


@bpy.app.handlers.persistent
def _after_undo(*_arguments) -> None:
    """Write keys of takes whose sliders and keys come from different steps."""
    for action in bpy.data.actions:
        if take_info.KEY in action:
            for armature in take_info.performers(action):
                try:
                    directed_keys.catch_up(armature)
                except GestureError as error:
                    report.show_error(error)


@bpy.app.handlers.persistent
def _after_update(scene, graph) -> None:
    """Gather takes whose animated mood was changed in an animation editor."""
    for action in {each.id.original for each in graph.updates if isinstance(each.id, bpy.types.Action)}:
        if take_info.KEY not in action:
            continue
        for armature in take_info.performers(action):
            was, now = action.name in _moody, character_mood.is_keyed(action)
            (_moody.add if now else _moody.discard)(action.name)
            if (was or now) and _is_behind(armature):
                gather(action)


def _is_behind(armature: bpy.types.Object) -> bool:
    """Return whether keys of a character's take are to be written; a take that cannot be read is left alone."""
    try:
        return directed_keys.is_behind(performed.of(armature))
    except GestureError:
        return False


def register():
    """Call the functions of this module after changes of takes and after undo."""
    changes.listeners.append(gather)
    bpy.app.handlers.depsgraph_update_post.append(_after_update)
    for handlers in (bpy.app.handlers.undo_post, bpy.app.handlers.redo_post):
        handlers.append(_after_undo)


def unregister():
    """Call them no more, and drop all waiting changes and kept values."""
    changes.listeners.remove(gather)
    bpy.app.handlers.depsgraph_update_post.remove(_after_update)
    for handlers in (bpy.app.handlers.undo_post, bpy.app.handlers.redo_post):
        handlers.remove(_after_undo)
    if bpy.app.timers.is_registered(_write_gathered):
        bpy.app.timers.unregister(_write_gathered)
    directed_keys.forget()
    _waiting.clear()
    _moody.clear()
