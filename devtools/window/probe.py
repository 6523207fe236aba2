"""Runs inside the Blender under test: answers what tests ask, between two events of the window.

    test ── {"number": 7, "code": "…"} ──▶ reader thread ── queue ──▶ timer: exec in Blender's main thread
         ◀── {"number": 7, "value": …} or {"number": 7, "error": …} ── the variable `answer`

Blender starts this file with --python; the number after "--" is that of a socket, one end of which the test holds. The
code that tests send can use the names of this module.
"""

import json
import os
import queue
import re
import socket
import sys
import threading
import traceback
from pathlib import Path

import bpy

sys.path.append(str(Path(__file__).parent))
from panel_texts import drawn, forget, text_width, texts, too_wide, watch_panels  # noqa: F401

TICK_S = 0.01
# After so many heights without a button, the last button is above.
EMPTY = 14
_questions: queue.SimpleQueue = queue.SimpleQueue()
answers: dict = {}
# Heights of the mouse with what was under it.
watched: list[list] = []


def connect(number: int) -> None:
    """Read questions from a socket in a thread, and answer them from a timer."""
    connection = socket.socket(fileno=number)
    threading.Thread(target=_read, args=(connection,), daemon=True).start()
    # Persistent, because tests load files.
    bpy.app.timers.register(lambda: _answer(connection), persistent=True)


def _read(connection: socket.socket) -> None:
    for line in connection.makefile(encoding="utf-8"):
        _questions.put(json.loads(line))
    # The test is gone, also where it was killed: Blender must not outlive it.
    os._exit(0)


def _answer(connection: socket.socket) -> float:
    if is_sweeping():
        _sweep()
    try:
        question = _questions.get_nowait()
    except queue.Empty:
        return TICK_S
    names, number = globals(), question["number"]
    names["answer"] = None
    try:
        exec(compile(question["code"], "question", "exec"), names)
        line = json.dumps({"number": number, "value": names["answer"]})
    except Exception:
        line = json.dumps({"number": number, "error": traceback.format_exc()})
    connection.sendall(line.encode() + b"\n")
    return TICK_S


def window() -> bpy.types.Window:
    """Return Blender's main window."""
    return bpy.context.window_manager.windows[0]


def windows_of(kind: str) -> list[bpy.types.Window]:
    """Return the windows that have an area of a kind, the one that was opened last first."""
    every = reversed(bpy.context.window_manager.windows)
    return [each for each in every if any(area.type == kind for area in each.screen.areas)]


def placed(kind: str) -> list[int]:
    """Return left, bottom, width and height of the window with an area of a kind, in pixels of the screen."""
    found = windows_of(kind)[0]
    return [found.x, found.y, found.width, found.height]


def area_of(kind: str) -> bpy.types.Area:
    """Return the largest area of a kind, such as VIEW_3D."""
    areas = [area for area in windows_of(kind)[0].screen.areas if area.type == kind]
    return max(areas, key=lambda area: area.width * area.height)


def region_of(kind: str, area: str = "VIEW_3D") -> bpy.types.Region:
    """Return a region of an area, such as WINDOW or UI (the sidebar)."""
    return next(region for region in area_of(area).regions if region.type == kind)


def override(region: str = "WINDOW", area: str = "VIEW_3D"):
    """Return the context that operators have when the mouse is over a region."""
    return bpy.context.temp_override(window=windows_of(area)[0], area=area_of(area), region=region_of(region, area))


def rectangle(region: bpy.types.Region) -> list[int]:
    """Return left, bottom, width and height of a region, in pixels from the window's lower left corner."""
    return [region.x, region.y, region.width, region.height]


class PROBE_OT_mouse(bpy.types.Operator):
    """Note the place of the mouse; Blender tells it to operators alone."""

    bl_idname = "probe.mouse"
    bl_label = "Mouse"
    bl_options = {"INTERNAL"}

    def invoke(self, context, event):
        """Note the place of the event."""
        answers["mouse"] = [event.mouse_x, event.mouse_y]
        return {"CANCELLED"}


def mouse(area: str = "VIEW_3D") -> list[int]:
    """Return the place of the mouse, in pixels from its window's lower left corner, as Blender last got it."""
    with override("WINDOW", area):
        bpy.ops.probe.mouse("INVOKE_DEFAULT")
    return answers["mouse"]


def under_mouse() -> str:
    """Return the Python of the button under the mouse in the sidebar: an operator call or a property's name."""
    with override("UI"):
        if bpy.ops.ui.copy_python_command_button.poll():
            bpy.context.window_manager.clipboard = ""
            bpy.ops.ui.copy_python_command_button()
            return bpy.context.window_manager.clipboard
        found = bpy.context.property
        return f"{found[1]}" if found else ""


def start_sweep(x: int, heights: list[int], until: str = "") -> None:
    """Move the mouse to one height after the other, and note in `watched` what is under it.

    The sweep ends when the heights are done, or below the last button; with a pattern, below the first button that
    has it.
    """
    watched.clear()
    answers["sweep"] = x, list(heights), until
    window().cursor_warp(x, heights[0])


def is_sweeping() -> bool:
    """Return whether the mouse is still on its way."""
    return bool(answers.get("sweep"))


def _sweep() -> None:
    x, heights, until = answers["sweep"]
    if not rests(x, heights[0]):
        return
    watched.append([heights.pop(0), under_mouse()])
    is_below = any(name for _, name in watched) and not any(name for _, name in watched[-EMPTY:])
    if heights and not (_is_past(until) if until else is_below):
        window().cursor_warp(x, heights[0])
    else:
        answers["sweep"] = None


def _is_past(pattern: str) -> bool:
    """Return whether the mouse has left a button whose Python has a pattern."""
    found = [name for _, name in watched if re.search(pattern, name)]
    return bool(found) and watched[-1][1] not in found


def rests(x: int, y: int, area: str = "VIEW_3D") -> bool:
    """Return whether the mouse is at a place since three ticks; Blender knows its place two ticks before the button."""
    place, ticks = answers.get("rest", (None, 0))
    now = mouse(area)
    answers["rest"] = now, ticks + 1 if now == place else 0
    return now == [x, y] and answers["rest"][1] >= 3


def is_still(value) -> bool:
    """Return whether a value is what it was when this was asked last, one drawing of the window ago."""
    before, answers["still"] = answers.get("still"), value
    return value == before


def tabs() -> set[str]:
    """Return the tabs of the sidebar that extensions have."""
    kinds = (getattr(bpy.types, name) for name in dir(bpy.types) if "_PT_" in name)
    return {kind.bl_category for kind in kinds if getattr(kind, "bl_category", "")}


def scrolled() -> float:
    """Return how far the sidebar is scrolled."""
    region = region_of("UI")
    return round(region.view2d.region_to_view(0, 0)[1], 1)


def prepare(scale: float = 1.0) -> None:
    """Set what tests rely on: no splash, no tooltips, a scale of the letters."""
    view = bpy.context.preferences.view
    view.show_splash = view.show_tooltips = False
    view.ui_scale = scale
    bpy.context.preferences.use_preferences_save = False


if __name__ == "__main__":
    prepare()
    bpy.utils.register_class(PROBE_OT_mouse)
    connect(int(sys.argv[sys.argv.index("--") + 1]))
