"""Changing a take while an animator types the start or the end of a word: moves are gathered, then the take follows.

A field may be dragged, and then its value changes many times a second. The list shows each value at once; the words
that the take stores, and the keys of the mouth, follow a moment later. An undo step may hold one without the other, so
after each undo and redo the list and the take are compared.
"""

import bpy

from ...core.errors import GestureError
from ..job import report
from ..take import info as take_info
from ..take import performed
from ..take.properties import word_changes
from . import change, overlay

WAIT_S = 0.15
# Names of the actions that wait.
_waiting: set[str] = set()


def gather(action: bpy.types.Action, everything: bool = False) -> None:
    """Change a take soon, or at once where no timers run.

    Args:
        action: action of the take.
        everything: not used; other changes of takes have it.
    """
    _waiting.add(action.name)
    overlay.redraw()
    if bpy.app.background:
        _follow()
        return
    if bpy.app.timers.is_registered(_follow):
        bpy.app.timers.unregister(_follow)
    bpy.app.timers.register(_follow, first_interval=WAIT_S)


def _follow() -> None:
    """Change all takes that wait."""
    while _waiting:
        _catch_up(bpy.data.actions.get(_waiting.pop()))
    report.redraw(bpy.context)


def _catch_up(action: bpy.types.Action | None) -> None:
    for armature in [] if action is None else take_info.performers(action)[:1]:
        try:
            change.catch_up(performed.of(armature, action))
        except GestureError as error:
            report.show_error(error)


@bpy.app.handlers.persistent
def _after_undo(*_arguments) -> None:
    for action in bpy.data.actions:
        if take_info.KEY in action and action.library is None:
            _catch_up(action)


def register():
    """Call the functions of this module after changes of words and after undo."""
    word_changes.listeners.append(gather)
    for handlers in (bpy.app.handlers.undo_post, bpy.app.handlers.redo_post):
        handlers.append(_after_undo)


def unregister():
    """Call them no more."""
    word_changes.listeners.remove(gather)
    for handlers in (bpy.app.handlers.undo_post, bpy.app.handlers.redo_post):
        handlers.remove(_after_undo)
    if bpy.app.timers.is_registered(_follow):
        bpy.app.timers.unregister(_follow)
    _waiting.clear()
