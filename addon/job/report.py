"""How an operator tells its outcome: a greyed button, an error, notes, and the sidebars drawn again."""

import textwrap

import bpy

from ...core.errors import GestureError
from . import state


def explain(operator: type, reason: str | None) -> bool:
    """Whether an operator may run; a greyed button tells `reason`."""
    if reason:
        operator.poll_message_set(reason)
    return reason is None


def fail(operator: bpy.types.Operator, error: GestureError):
    """The one place where an error reaches the user: the report, the panel and, with its detail, the console."""
    state.current.error, state.current.notes = error, []
    if error.detail:
        print(textwrap.indent(error.detail, "mambatalk: "))
    operator.report({"ERROR"}, f"{error.message} {error.remedy}")
    return {"CANCELLED"}


def show(notes: list[str]) -> None:
    """Show notes in the panel, in place of an earlier error."""
    state.current.error, state.current.notes = None, notes


def finish(operator: bpy.types.Operator, notes: list[str]) -> set[str]:
    """Show the notes of an operator that succeeded, and report each one; return what `execute` returns."""
    show(notes)
    for note in notes:
        operator.report({"INFO"}, note)
    return {"FINISHED"}


def redraw(context: bpy.types.Context) -> None:
    """Let the sidebars show the new state."""
    for window in context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "VIEW_3D":
                area.tag_redraw()
