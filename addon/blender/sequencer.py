"""Sound strips: which part of a recording a strip plays, and a new strip for a recording without one."""

import math
from dataclasses import dataclass
from pathlib import Path

import bpy

from ...core.errors import GestureError
from . import versions


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
    """Return all sound strips of a scene."""
    if scene.sequence_editor is None:
        return []
    return [strip for strip in versions.strips(scene.sequence_editor) if strip.type == "SOUND"]


def clip_of_strip(scene: bpy.types.Scene, name: str) -> Clip:
    """Return the audible part of a sound strip, which its handles cut out of the file.

    Raises:
        GestureError: there is no such strip, its speed was changed, its file is missing, or none of it is audible.
    """
    strip = next((strip for strip in sound_strips(scene) if strip.name == name), None)
    if strip is None:
        raise GestureError(f"There is no sound strip “{name}” in this scene.", remedy="Pick a sound strip.")
    if versions.is_retimed(strip):
        raise GestureError(
            f"The speed of the strip “{name}” was changed by retiming.",
            remedy="Remove its retiming keys, or use the recording as a file.",
        )
    path = Path(bpy.path.abspath(strip.sound.filepath, library=strip.sound.library))
    if not path.is_file():
        raise GestureError(
            f"The recording {path} of the strip “{name}” is missing.",
            remedy="Find it with File > External Data, or unpack it when it is packed.",
        )
    fps = scene_fps(scene)
    first, end = versions.handles(strip)
    hidden = versions.content_start(strip) - strip.animation_offset_start + versions.sound_offset_s(strip) * fps
    # A strip whose left handle lies before the file's beginning is silent up to `audible`.
    audible = max(first, math.ceil(hidden - 1e-6))
    if audible >= end:
        raise GestureError(f"The strip “{name}” plays nothing of its recording.", remedy="Lengthen the strip.")
    return Clip(
        path=path,
        start_frame=audible,
        offset_s=max(0.0, (audible - hidden) / fps),
        duration_s=(end - audible) / fps,
        strip=name,
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

    A strip plays the clip when the clip came from it, or when it begins at the same frame with the same file. A
    Blender that was built without sound has no such strip; keys can be made without one.

    Raises:
        GestureError: the recording is missing.
    """
    for strip in sound_strips(scene):
        path = Path(bpy.path.abspath(strip.sound.filepath, library=strip.sound.library))
        same_place = versions.handles(strip)[0] == clip.start_frame and path == clip.path
        if strip.name == clip.strip or (clip.strip is None and same_place):
            return Placed(strip)
    if not clip.path.is_file():
        raise GestureError(f"The recording {clip.path} is missing.", remedy="Put it back and try again.")
    editor = scene.sequence_editor or scene.sequence_editor_create()
    channel = 1 + max((strip.channel for strip in versions.strips(editor)), default=0)
    try:
        strip = versions.new_sound_strip(editor, clip.path, channel, clip.start_frame)
    except RuntimeError:
        return Placed(None, notes=(why_silent(clip.path),))
    if clip.offset_s or clip.duration_s is not None:
        fps = scene_fps(scene)
        frame_count = None if clip.duration_s is None else round(clip.duration_s * fps)
        versions.trim(strip, clip.start_frame, clip.offset_s * fps, frame_count)
    return Placed(strip, is_new=True)


def why_silent(path: Path) -> str:
    """Return the reason why Blender cannot play a recording that the worker can read."""
    try:
        import aud  # noqa: F401
    except ImportError:
        return "The sequencer does not play the recording, because this Blender was built without sound."
    return f"The sequencer does not play {path.name}, because Blender cannot read it. Convert it to wav or flac."


def remove(scene: bpy.types.Scene, strip) -> None:
    """Remove a strip, and its sound when no other strip plays it."""
    sound = strip.sound
    versions.strips(scene.sequence_editor).remove(strip)
    if sound.users == 0:
        bpy.data.sounds.remove(sound)
