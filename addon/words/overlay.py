"""The word track in the window: drawn in timelines and dope sheets while a scene wants it, and editable with the mouse.

Handlers and the mouse's keymap exist only while some scene wants the track; `follow_wish` adds and removes them.
"""

from dataclasses import dataclass

import blf
import bpy
import gpu
import numpy as np
from gpu_extras.batch import batch_for_shader

from ...core.errors import GestureError
from ...core.language import drawn_letters
from ...core.take.word_edits import LOW_CONFIDENCE
from ..rig import performer
from ..take import info as take_info
from ..take import performed
from . import track

# Editors with the track; timelines are dope sheets.
_SPACES = ((bpy.types.SpaceDopeSheetEditor, "DOPESHEET_EDITOR"),)
# Keymaps of these editors, each with its space. In a low region the track lies where the markers are, whose keymap is
# asked before that of the editor.
_KEYMAPS = (("Dopesheet", "DOPESHEET_EDITOR"), ("Markers", "EMPTY"))
_KINDS = {kind for _, kind in _SPACES}
_POINTS = 11.0
_PADDING_PX = 3.0
_GAP_PX = 1.0
# Text in a narrower word cannot be read.
_LEAST_TEXT_PX = 10.0
_BAND = (0.0, 0.0, 0.0, 0.45)
_PLAIN, _CHOSEN, _ACTIVE, _DOUBTFUL = (
    (0.30, 0.42, 0.55, 0.95),
    (0.25, 0.52, 0.42, 0.95),
    (0.93, 0.93, 0.93, 1.0),
    (0.72, 0.40, 0.16, 0.95),
)
_LIGHT, _DARK = (1.0, 1.0, 1.0, 1.0), (0.05, 0.05, 0.05, 1.0)


@dataclass
class Drag:
    """A word that the mouse moves, as it is drawn meanwhile, with its neighbours.

    Attributes:
        index: place of the word.
        edges: place of a word → frames, with fractions, at which it begins and ends.
    """

    index: int
    edges: dict[int, tuple[float, float]]


class _State:
    """What exists only while the track is wanted."""

    def __init__(self):
        self.handles: list[tuple[type, object]] = []
        self.keys: list[tuple] = []
        self.drag: Drag | None = None


state = _State()


def is_on() -> bool:
    """Return whether the track is drawn."""
    return bool(state.handles)


def follow_wish() -> None:
    """Draw the track if some scene wants it, and take handlers and keymap away if none does."""
    wanted = any(scene.mambatalk_words.show for scene in bpy.data.scenes)
    if wanted and not is_on():
        for space, _ in _SPACES:
            state.handles.append((space, space.draw_handler_add(_draw, (), "WINDOW", "POST_PIXEL")))
        _add_keys()
    elif not wanted:
        _remove()
    redraw()


def redraw() -> None:
    """Draw the editors with the track again."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type in _KINDS:
                area.tag_redraw()


def view_of(context: bpy.types.Context) -> track.View:
    """Return the frames that the region of a context shows."""
    region, scale = context.region, context.preferences.system.ui_scale
    first, last = (region.view2d.region_to_view(x, 0)[0] for x in (0, region.width))
    return track.View(first, last, region.width, region.height, scale)


def words_of(context: bpy.types.Context) -> tuple[performed.Performed, track.Words] | None:
    """Return the take that a context's character performs, with the frames of its words; None where none is shown."""
    if context.area is None or context.area.type not in _KINDS:
        return None
    armature = performer.target(context)
    action = take_info.active(armature)
    if action is None or not context.scene.mambatalk_words.show or not len(action.mambatalk_take.words):
        return None
    try:
        take = performed.of(armature)
    except GestureError:
        return None
    listed = action.mambatalk_take.words
    starts, ends = (np.empty(len(listed), np.float32) for _ in range(2))
    listed.foreach_get("start_s", starts)
    listed.foreach_get("end_s", ends)
    return take, track.Words(*(take.info.start_frame + times_s * take.info.fps for times_s in (starts, ends)))


def _draw() -> None:
    context = bpy.context
    found = words_of(context)
    if found is None:
        return
    take, words = found
    for index, (start, end) in (state.drag.edges if state.drag else {}).items():
        if index < len(words.starts):
            words.starts[index], words.ends[index] = start, end
    view, own = view_of(context), take.action.mambatalk_take
    boxes: dict[tuple, list[tuple[float, float]]] = {}
    texts: list[tuple[int, float, float, tuple]] = []
    for index, left, right in words.in_sight(view):
        entry, active = own.words[index], index == own.word_index
        doubtful = 0 <= entry.confidence < LOW_CONFIDENCE
        color = _ACTIVE if active else _DOUBTFUL if doubtful else _CHOSEN if entry.chosen else _PLAIN
        boxes.setdefault(color, []).append((left, max(right - _GAP_PX, left + 1.0)))
        if right - left >= _LEAST_TEXT_PX * view.scale:
            texts.append((index, left, right, _DARK if active else _LIGHT))
    gpu.state.blend_set("ALPHA")
    _fill([(0.0, view.width)], view, _BAND, 2 * view.scale)
    for color, edges in boxes.items():
        _fill(edges, view, color)
    gpu.state.blend_set("NONE")
    for index, left, right, color in texts:
        _write(own.words[index].name, left, right, view, color)


def _fill(edges: list[tuple[float, float]], view: track.View, color: tuple, more: float = 0.0) -> None:
    """Fill boxes of the track's height, and `more` above and below, from one edge to the other."""
    low, high = view.bottom - more, view.top + more
    corners = [point for a, b in edges for point in ((a, low), (b, low), (b, high), (a, low), (b, high), (a, high))]
    shader = gpu.shader.from_builtin("UNIFORM_COLOR")
    batch = batch_for_shader(shader, "TRIS", {"pos": corners})
    shader.uniform_float("color", color)
    batch.draw(shader)


def _write(text: str, left: float, right: float, view: track.View, color: tuple) -> None:
    """Write a word into its box: in the middle, or cut off at the edge where it ends if there is no room."""
    drawn, padding = drawn_letters.in_drawn_order(text), _PADDING_PX * view.scale
    blf.size(0, _POINTS * view.scale)
    blf.color(0, *color)
    width = blf.dimensions(0, drawn)[0]
    room = right - left - 2 * padding
    x = left + padding + max(room - width, 0.0) / 2
    if width > room and drawn != text:
        # What is read from right to left loses its end, which is on the left.
        x = right - padding - width
    blf.position(0, x, view.bottom + 5 * view.scale, 0)
    blf.enable(0, blf.CLIPPING)
    blf.clipping(0, left + 1, view.bottom, max(right - 1 - _GAP_PX, left + 1), view.top)
    blf.draw(0, drawn)
    blf.disable(0, blf.CLIPPING)


def _add_keys() -> None:
    """Let the left mouse button drag words: beside the track it does what it did before."""
    config = bpy.context.window_manager.keyconfigs.addon
    if config is None:
        return
    for name, kind in _KEYMAPS:
        keymap = config.keymaps.new(name=name, space_type=kind)
        for operator, value in (("mambatalk.drag_word", "PRESS"), ("mambatalk.word_spelling", "DOUBLE_CLICK")):
            # Any modifier: Shift ticks a word, Ctrl goes to whole frames.
            item = keymap.keymap_items.new(operator, "LEFTMOUSE", value, any=value == "PRESS", head=True)
            if value == "DOUBLE_CLICK":
                item.properties.at_mouse = True
            state.keys.append((keymap, item))


def _remove() -> None:
    for space, handle in state.handles:
        space.draw_handler_remove(handle, "WINDOW")
    for keymap, item in state.keys:
        keymap.keymap_items.remove(item)
    state.handles.clear()
    state.keys.clear()
    state.drag = None


@bpy.app.handlers.persistent
def _after_load(*_arguments) -> None:
    follow_wish()


_HANDLERS = ("load_post", "undo_post", "redo_post")


def register():
    """Look at the wish of the open file, and after each file that is loaded."""
    for name in _HANDLERS:
        getattr(bpy.app.handlers, name).append(_after_load)
    # While Blender starts, data cannot be read; the handler of the first file comes later.
    if hasattr(bpy.data, "scenes"):
        follow_wish()


def unregister():
    """Draw nothing more."""
    for name in _HANDLERS:
        getattr(bpy.app.handlers, name).remove(_after_load)
    _remove()
