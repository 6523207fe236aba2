"""Show the user what an operator did: reasons of greyed buttons, errors, notes; and draw the sidebars again."""

import textwrap

import bpy

from ...core.errors import GestureError
from ..blender import layout
from ..blender.translation import translated
from . import state


class Detail(str):
    """A note that the panel shows only on request, with all details."""


def explain(operator: type, reason: str | None) -> bool:
    """Return whether an operator may run; the tooltip of its greyed button shows the reason why not.

    `poll` of an operator returns this; a reason of None means that the operator may run.
    """
    if reason:
        operator.poll_message_set(translated(reason))
    return reason is None


def fail(operator: bpy.types.Operator, error: GestureError) -> set[str]:
    """Show an error in the report and the panel, its detail in the console; return what `execute` returns.

    Every error of the add-on reaches the user through this function.
    """
    state.current.error, state.current.notes = error, []
    if error.detail:
        print(textwrap.indent(error.detail, "mambatalk: "))
    operator.report({"ERROR"}, f"{translated(error.message)} {translated(error.remedy)}")
    return {"CANCELLED"}


def show(notes: list[str]) -> None:
    """Show notes in the panel, in place of an earlier error."""
    state.current.error, state.current.notes = None, notes


def finish(operator: bpy.types.Operator, notes: list[str]) -> set[str]:
    """Show the notes of an operator that succeeded, and report them; return what `execute` returns.

    Blender's status bar shows the last report, so the first note, which is the most important one, is reported last.
    """
    show(notes)
    for note in reversed(notes):
        if not isinstance(note, Detail):
            inform(operator, note)
    return {"FINISHED"}


def inform(operator: bpy.types.Operator, note: str, kind: str = "INFO") -> None:
    """Report a note in the language of the interface."""
    operator.report({kind}, translated(note))


def redraw(context: bpy.types.Context) -> None:
    """Draw the sidebars of all 3D viewports again, and nothing else of them, so that they show the present state."""
    for window in context.window_manager.windows:
        for region in layout.sidebars(window):
            region.tag_redraw()
