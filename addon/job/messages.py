"""The message that the main panel shows: an error, the notes of the last operator, or what to do next.

The message has a place of its own below the main button, with a fixed height, so that nothing below it moves:

    ┌─────────────────────────────┬───┐
    │ (i) Take ready: 62 s        │ x │  dismiss
    │                             │ i │  everything, in a popup
    │                             │ c │  copy it      with an error
    │                             │ l │  the log      with an error
    └─────────────────────────────┴───┘

A message with more rows than fit into this place is shown in full in the popup.
"""

import platform
from pathlib import Path

import bpy

from ..blender.layout import line_width, wrap
from . import folder, report, state

ROWS = 4
# The width of the column of buttons, in pixels at a scale of 1.
_BUTTONS_PX = 34
_MORE = "…"


def exists() -> bool:
    """Return whether there is an error, or a note."""
    return state.shown_error() is not None or bool(state.current.notes)


def texts() -> list[str]:
    """Return the message and the remedy of the error, and all notes."""
    error = state.shown_error()
    return [*([] if error is None else [error.message, error.remedy]), *state.current.notes]


def details() -> str:
    """Return all that is known about the message, for a report of an error."""
    error = state.current.error
    lines = [*texts(), "", f"Blender {bpy.app.version_string}, {platform.platform()}"]
    return "\n".join([*lines, "", error.detail] if error is not None and error.detail else lines)


def log_file() -> Path | None:
    """Return the log of errors and of the worker; None where nothing was logged yet."""
    found = folder.log_file()
    return found if found.is_file() else None


def rows(parts: list[str], width: float, scale: float) -> list[str]:
    """Return the rows that fit into the place: whole texts, and a sign that there is more.

    Args:
        parts: the texts, the most important one first.
        width: width of a row, pixels.
        scale: scale of the interface.
    """
    found: list[str] = []
    for number, part in enumerate(parts):
        lines = wrap(part, width, scale)
        # A row must be left for the sign, where another text follows.
        if len(found) + len(lines) + (number + 1 < len(parts)) > ROWS:
            return [*(found or lines[: ROWS - 1]), _MORE]
        found += lines
    return found


def draw(layout: bpy.types.UILayout, context: bpy.types.Context, hint: str) -> None:
    """Draw the message; where there is none, draw a hint on what to do next."""
    has_message, is_error = exists(), state.current.error is not None
    parts = [text for text in texts() if not isinstance(text, report.Detail)] if has_message else [hint]
    scale = context.preferences.system.ui_scale
    lines = rows(parts, line_width(context, _BUTTONS_PX), scale)
    row = layout.box().row()
    column = row.column(align=True)
    for number in range(ROWS):
        icon = "BLANK1" if number else "ERROR" if is_error else "INFO"
        column.label(text=lines[number] if number < len(lines) else "", icon=icon)
    buttons = row.column(align=True)
    shown = _BUTTONS if is_error else _BUTTONS[:2] if has_message else ()
    for name, icon in shown:
        buttons.operator(name, text="", icon=icon, emboss=False)
    for _ in range(ROWS - len(shown)):
        buttons.label(text="", icon="BLANK1")


_BUTTONS = (
    ("mambatalk.dismiss", "X"),
    ("mambatalk.show_details", "INFO"),
    ("mambatalk.copy_details", "COPYDOWN"),
    ("mambatalk.open_log", "TEXT"),
)
