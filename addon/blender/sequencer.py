"""Sound strips: which part of a recording a strip plays, and a new strip for a recording without one.

The strips that the add-on made have a mark, a custom property. Actions refer to it: while a character performs such an
action, the strip plays; otherwise it is muted. Strips that the user made have no mark, and nothing here changes them.

    channel 3   [ second.wav, mark b        ]    plays: Character performs "second"
    channel 2   [ first.wav,  mark a   ]         muted: nobody performs "first"
    channel 1   [ music.wav,  no mark                       ]    plays, whatever anybody performs
"""

import math
import os
import re
import uuid
from dataclasses import dataclass
from pathlib import Path

import bpy

from ...core.errors import GestureError
from . import sound, versions

# Custom property of a strip that the add-on made, and of the actions whose sound it is.
MARK_KEY = "mambatalk_strip"
_MOST_CHANNELS = 128


@dataclass(frozen=True)
class Clip:
    """A part of a recording, and its place in the scene.

    Attributes:
        path: the sound file.
        start_frame: the scene frame at which the part begins.
        offset_s: where in the file the part begins, seconds.
        duration_s: length of the part; None means up to the file's end.
        strip: name of the strip that plays the part; None when the recording has no strip yet.
    """

    path: Path
    start_frame: int
    offset_s: float = 0.0
    duration_s: float | None = None
    strip: str | None = None


def scene_fps(scene: bpy.types.Scene) -> float:
    """Return the scene's frames per second, with its base: 30 / 1.001 is 29.97."""
    return scene.render.fps / scene.render.fps_base


def sound_strips(scene: bpy.types.Scene) -> list:
    """Return all sound strips of a scene, but not those inside of meta strips."""
    if scene.sequence_editor is None:
        return []
    return [strip for strip in versions.strips(scene.sequence_editor) if strip.type == "SOUND"]


def speaking_strips(scene: bpy.types.Scene) -> list:
    """Return all strips of a scene that a recording can come from: those with sound or a video, outside of metas."""
    if scene.sequence_editor is None:
        return []
    return [strip for strip in versions.strips(scene.sequence_editor) if strip.type in ("SOUND", "MOVIE")]


def file_of(strip) -> Path:
    """Return the file of a strip with sound, or of a strip with a video."""
    if strip.type == "MOVIE":
        return Path(bpy.path.abspath(strip.filepath))
    return Path(bpy.path.abspath(strip.sound.filepath, library=strip.sound.library))


def mark_of(strip) -> str:
    """Return the mark of a strip that the add-on made; empty for a strip of the user's, and for no strip."""
    return "" if strip is None else strip.get(MARK_KEY, "")


def let_play(scene: bpy.types.Scene, marks: set[str]) -> None:
    """Let the strips with these marks play, and mute all other strips that the add-on made."""
    for strip in _nested_sound_strips(scene):
        mark = mark_of(strip)
        if mark and strip.mute != (mark not in marks):
            strip.mute = mark not in marks


def clip_of_strip(scene: bpy.types.Scene, name: str) -> Clip:
    """Return the part of a recording that a strip's handles cut out of its file; a video's strip has sound, too.

    Raises:
        GestureError: there is no such strip, its speed was changed, its file is missing, or none of it is audible.
    """
    strip = next((strip for strip in speaking_strips(scene) if strip.name == name), None)
    if strip is None:
        raise GestureError(f"There is no sound strip “{name}” in this scene.", remedy="Pick a sound strip.")
    if versions.is_retimed(strip):
        raise GestureError(
            f"The speed of the strip “{name}” was changed by retiming.",
            remedy="Remove its retiming keys, or use the recording as a file.",
        )
    path = file_of(strip)
    if not path.is_file():
        raise GestureError(
            f"The recording {path} of the strip “{name}” is missing.",
            remedy="Find it with File > External Data, or unpack it when it is packed.",
        )
    fps = scene_fps(scene)
    first, end = versions.handles(strip)
    # A strip whose left handle lies before the file's beginning is silent up to `audible`.
    audible = max(first, math.ceil(_file_start(strip, fps) - 1e-6))
    if audible >= end:
        raise GestureError(f"The strip “{name}” plays nothing of its recording.", remedy="Lengthen the strip.")
    return Clip(
        path=path,
        start_frame=audible,
        offset_s=_hidden_s(strip, audible, fps),
        duration_s=(end - audible) / fps,
        # The strip of a video is mute: its sound is played by another strip.
        strip=name if strip.type == "SOUND" else None,
    )


@dataclass(frozen=True)
class Placed:
    """The outcome of `place`.

    Attributes:
        strip: the strip that plays the clip; None when Blender cannot play it.
        is_new: whether `place` added the strip.
        notes: one sentence for the user when Blender cannot play the clip.
    """

    strip: object | None
    is_new: bool = False
    notes: tuple[str, ...] = ()


def place(scene: bpy.types.Scene, clip: Clip) -> Placed:
    """Find the strip that plays a clip, or add one on a free channel.

    A strip plays the clip when the clip came from it, or when it begins at the same frame with the same part of the
    same file. A Blender that was built without sound has no such strip; keys can be made without one.

    Raises:
        GestureError: the recording is missing.
    """
    for strip in _nested_sound_strips(scene):
        if strip.name == clip.strip or (clip.strip is None and _plays(strip, clip, scene_fps(scene))):
            adopt(scene, clip)
            return Placed(strip)
    if not clip.path.is_file():
        raise GestureError(f"The recording {clip.path} is missing.", remedy="Put it back and try again.")
    editor = scene.sequence_editor or scene.sequence_editor_create()
    try:
        strip = versions.new_sound_strip(editor, clip.path, free_channel(editor), clip.start_frame)
    except RuntimeError:
        return Placed(None, notes=(why_silent(clip.path),))
    strip[MARK_KEY] = uuid.uuid4().hex
    if clip.offset_s or clip.duration_s is not None:
        fps = scene_fps(scene)
        frame_count = None if clip.duration_s is None else round(clip.duration_s * fps)
        versions.trim(strip, clip.start_frame, clip.offset_s * fps, frame_count)
    return Placed(strip, is_new=True)


def adopt(scene: bpy.types.Scene, clip: Clip) -> str:
    """Return the mark of the strip that plays a clip, where the add-on made the strip; an empty text where it did not.

    Earlier versions of the add-on made strips without a mark; such a strip is known by its name, and gets a mark.
    Blender itself names a strip like its file, with the extension.
    """
    for strip in _nested_sound_strips(scene):
        if re.fullmatch(rf"{re.escape(clip.path.stem)}(\.\d+)?", strip.name) and _plays(strip, clip, scene_fps(scene)):
            if not mark_of(strip):
                strip[MARK_KEY] = uuid.uuid4().hex
            return mark_of(strip)
    return ""


def _nested_sound_strips(scene: bpy.types.Scene) -> list:
    """Return all sound strips of a scene, also those inside of meta strips."""
    if scene.sequence_editor is None:
        return []
    return [strip for strip in versions.strips_with_nested(scene.sequence_editor) if strip.type == "SOUND"]


def _plays(strip, clip: Clip, fps: float) -> bool:
    """Return whether a strip plays a clip from its first frame on; one that the add-on made must play it to its end."""
    first, end = versions.handles(strip)
    is_same_file = os.path.normpath(file_of(strip)) == os.path.normpath(clip.path)
    hidden_s = _hidden_s(strip, first, fps)
    if not is_same_file or first != clip.start_frame or abs(hidden_s - clip.offset_s) * fps > 1:
        return False
    if not mark_of(strip):
        return True
    return not versions.is_cut_short(strip) if clip.duration_s is None else end - first > clip.duration_s * fps - 1.5


def _hidden_s(strip, frame: int, fps: float) -> float:
    """Return how many seconds of its file a strip has behind it at a frame; 0 before the file begins."""
    return max(0.0, (frame - _file_start(strip, fps)) / fps)


def _file_start(strip, fps: float) -> float:
    """Return the frame at which the file of a strip begins; it may lie before the strip's first visible frame."""
    return versions.content_start(strip) - strip.animation_offset_start + versions.sound_offset_s(strip) * fps


def free_channel(editor: bpy.types.SequenceEditor) -> int:
    """Return a channel above all strips; where there is none, the lowest one without a strip."""
    used = {strip.channel for strip in versions.strips(editor)}
    above = max(used, default=0) + 1
    if above <= _MOST_CHANNELS:
        return above
    return min(set(range(1, _MOST_CHANNELS)) - used, default=_MOST_CHANNELS)


def why_silent(path: Path) -> str:
    """Return the reason why Blender cannot play a recording that the worker can read."""
    if not sound.exists():
        return "The sequencer does not play the recording, because this Blender was built without sound."
    return f"The sequencer does not play {path.name}, because Blender cannot read it. Convert it to wav or flac."


def remove(scene: bpy.types.Scene, strip) -> None:
    """Remove a strip, and its sound when no other strip plays it."""
    played = strip.sound
    versions.strips(scene.sequence_editor).remove(strip)
    if played.users == 0:
        bpy.data.sounds.remove(played)
