"""Show the user what an operator did: reasons of greyed buttons, errors, notes; and draw the sidebars again."""

import contextlib
import textwrap
import time
import traceback

import bpy

from ...core.errors import GestureError
from ...core.files import refused_by_system
from ..blender import layout
from ..blender.translation import translated
from . import folder, state


class Detail(str):
    """A note that the panel shows only on request, with all details."""


def explain(operator: type, reason: str | None) -> bool:
    """Return whether an operator may run; the tooltip of its greyed button shows the reason why not.

    `poll` of an operator returns this; a reason of None means that the operator may run. One that goes on with a job
    after a break always may.
    """
    if state.current.is_going_on:
        return True
    if reason:
        operator.poll_message_set(translated(reason))
    return reason is None


def fail(operator: bpy.types.Operator, error: GestureError) -> set[str]:
    """Show an error in the report and the panel, its detail in the console; return what `execute` returns."""
    show_error(error)
    if error.detail:
        print(textwrap.indent(error.detail, "mambatalk: "))
    operator.report({"ERROR"}, f"{translated(error.message)} {translated(error.remedy)}")
    return {"CANCELLED"}


def explained(error: Exception) -> GestureError:
    """Return any exception as an error for the user; call this while the exception is handled.

    What the system refuses, such as a full disk, the user can mend; any other exception can only be reported.
    """
    if isinstance(error, GestureError):
        return error
    if isinstance(error, OSError):
        return refused_by_system(error)
    return GestureError(
        f"This is a fault of the add-on: {error or type(error).__name__}.",
        remedy="Press Copy Details and report it. Undo if something looks wrong.",
        detail=traceback.format_exc(),
    )


def show_error(error: GestureError) -> None:
    """Show an error in the panel, and write it to the log; every error of the add-on passes through this function."""
    state.current.error, state.current.notes = error, []
    lines = "\n".join([time.strftime("%H:%M:%S"), error.message, error.remedy, error.detail, ""])
    # A log that cannot be written must not hide the error itself.
    with contextlib.suppress(OSError), folder.log_file().open("a", encoding="utf-8") as log:
        log.write(lines)


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
