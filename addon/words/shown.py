"""The words of a take in the scene: markers on the timeline, and text strips with phrases as subtitles.

Each take replaces what it added before, and nothing else: markers as `timeline.replace_markers` says, strips by a mark.

Blender renders the sequencer instead of what the camera sees as soon as one strip has a picture. So where the sequencer
holds only sounds, the text strips are muted: otherwise renders would show the text and nothing else.
"""

import uuid

import bpy

from ...core.errors import GestureError
from ...core.take import subtitles
from ..blender import sequencer, timeline, versions
from ..direct import markers
from ..take.performed import Performed

MARKERS_KEY = "mambatalk_word_markers"
# Custom property of text strips, and of the actions whose words they show.
STRIPS_KEY = "mambatalk_subtitles"
_LETTERS_HEIGHT = 0.045


def to_markers(scene: bpy.types.Scene, take: Performed) -> int:
    """Add a timeline marker at the first frame of each word of a take, and return their number.

    Raises:
        GestureError: the take has no words.
    """
    wanted = []
    for text, start_s, _ in _words(take):
        # A marker named “hold” would ask the arms to hold still.
        name = text if markers.kind_named(text) is None else f"“{text}”"
        wanted.append((name, _frame(take, start_s)))
    timeline.replace_markers(scene.timeline_markers, take.action, MARKERS_KEY, wanted)
    return len(wanted)


def to_strips(scene: bpy.types.Scene, take: Performed) -> list[str]:
    """Add a text strip for each phrase of a take, on a free channel; return notes.

    Raises:
        GestureError: the take has no words.
    """
    every = subtitles.phrases(_words(take))
    _remove_strips(scene, take.action)
    mark = take.action[STRIPS_KEY] = take.action.get(STRIPS_KEY) or uuid.uuid4().hex
    editor = scene.sequence_editor or scene.sequence_editor_create()
    is_muted = not any(strip.type != "SOUND" and not strip.mute for strip in versions.strips(editor))
    channel = sequencer.free_channel(editor)
    for phrase in every:
        strip = versions.new_text_strip(editor, phrase.text, channel, *_frames(take, phrase))
        strip.text, strip.wrap_width, strip.use_shadow = phrase.text, 0.9, True
        strip.font_size = round(scene.render.resolution_y * _LETTERS_HEIGHT)
        strip.mute = is_muted
        strip.select = False
        strip[STRIPS_KEY] = mark
    notes = [f"{len(every)} text strips on channel {channel}"]
    if is_muted:
        notes.append("They are muted, because Blender would render them instead of what the camera sees")
    if is_muted and versions.renders_muted_strips():
        notes.append("This Blender does so even with muted strips: before you render, use Remove Words from Timeline")
    return notes


def keep(scene: bpy.types.Scene, take: Performed) -> None:
    """Let markers and text strips of a scene show the present words of a take, where it has such.

    Strips keep the look that the user gave them, as long as there are as many phrases as before.
    """
    if not len(take.action.mambatalk_take.words):
        remove(scene, take.action)
        return
    if MARKERS_KEY in take.action:
        to_markers(scene, take)
    strips = sorted(_strips_of(scene, take.action), key=versions.handles)
    every = subtitles.phrases(_words(take)) if strips else []
    if len(strips) != len(every):
        to_strips(scene, take)
        return
    for strip, phrase in zip(strips, every, strict=True):
        strip.text = phrase.text
        versions.set_handles(strip, *_frames(take, phrase))


def remove(scene: bpy.types.Scene, action: bpy.types.Action) -> int:
    """Remove markers and text strips that show a take's words from a scene, and return how many there were."""
    count = timeline.replace_markers(scene.timeline_markers, action, MARKERS_KEY, None)
    return count + _remove_strips(scene, action)


def _remove_strips(scene: bpy.types.Scene, action: bpy.types.Action) -> int:
    """Remove the text strips with the mark of an action, and return how many there were."""
    found = _strips_of(scene, action)
    for strip in found:
        versions.strips(scene.sequence_editor).remove(strip)
    return len(found)


def _strips_of(scene: bpy.types.Scene, action: bpy.types.Action) -> list:
    """Return the text strips with the mark of an action."""
    mark, editor = action.get(STRIPS_KEY), scene.sequence_editor
    if not mark or editor is None:
        return []
    return [strip for strip in versions.strips(editor) if strip.type == "TEXT" and strip.get(STRIPS_KEY) == mark]


def _words(take: Performed) -> list[tuple[str, float, float]]:
    """Return text, start and end, seconds, of each word of a take.

    Raises:
        GestureError: it has none.
    """
    words = [(word.name, word.start_s, word.end_s) for word in take.action.mambatalk_take.words]
    if not words:
        raise GestureError(f"{take.action.name} has no words.", remedy="Generate a take with a transcript.")
    return words


def _frames(take: Performed, phrase: subtitles.Phrase) -> tuple[int, int]:
    """Return the first frame of a phrase, and the frame after its last one."""
    first = _frame(take, phrase.start_s)
    return first, max(first + 1, _frame(take, phrase.end_s))


def _frame(take: Performed, second: float) -> int:
    """Return the scene frame of a time of a take."""
    return take.info.start_frame + round(second * take.info.fps)
