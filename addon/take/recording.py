"""The recording of a take: finding its file, storing its new path after a move, and letting its strip play."""

import os
from dataclasses import replace
from pathlib import Path

import bpy

from ...core.errors import GestureError
from ...core.files import sha256_of
from ..blender import nla, sequencer, versions
from . import info as take_info
from . import store as take_store
from .info import TakeInfo


def play_performed(scene: bpy.types.Scene) -> None:
    """Let the sounds of the takes that somebody in a scene performs play, and mute those of other takes.

    Only strips that the add-on made are muted; the user's own strips stay as they are.
    """
    _adopt_strips(scene)
    armatures = [each for each in scene.objects if each.type == "ARMATURE"]
    sequencer.let_play(scene, {mark_of(action) for each in armatures for action in _performed(each)})


def _adopt_strips(scene: bpy.types.Scene) -> None:
    """Let takes that earlier versions of the add-on keyed have the strips that it made for them."""
    for action in bpy.data.actions:
        if sequencer.MARK_KEY in action or action.library is not None:
            continue
        info = take_info.stored(action)
        if info is not None:
            clip = sequencer.Clip(Path(info.audio), info.start_frame, info.offset_s, info.duration_s)
            if mark := sequencer.adopt(scene, clip):
                action[sequencer.MARK_KEY] = mark


def _performed(armature: bpy.types.Object) -> list[bpy.types.Action]:
    """Return the take that is assigned to a character; where none is, the actions of its NLA strips."""
    own = versions.assigned_action(armature)
    if own is not None and (mark_of(own) or take_info.stored(own) is not None):
        return [own]
    return [strip.action for strip in nla.playing(armature)]


def mark_of(action: bpy.types.Action) -> str:
    """Return the mark of the strip that plays an action's sound; empty where the strip is the user's or there is none.

    Besides takes, what was retargeted from a take has its sound.
    """
    return action.get(sequencer.MARK_KEY, "")


def path_of(scene: bpy.types.Scene, action: bpy.types.Action, folder: Path) -> Path:
    """Return the path of a take's recording.

    The file may be where it was when the take was made, where a sound strip has a file of this name, or packed in the
    .blend; a packed recording is written to `folder`.

    Args:
        scene: its strips are searched.
        action: action of the take.
        folder: for a packed recording.

    Raises:
        GestureError: the recording is in none of these places.
    """
    path = Path(take_info.stored(action).audio)
    if path.is_file():
        return path
    sound = _sound_named(scene, path.name)
    if sound is None:
        name = action.name
        raise GestureError(
            f"The take's recording {path} is gone.",
            remedy="Choose the moved file with Find Recording, or put it back.",
            holds=lambda: name in bpy.data.actions and not is_known(bpy.context.scene, bpy.data.actions[name]),
        )
    if sound.packed_file is None:
        return _file_of(sound)
    unpacked = folder / path.name
    unpacked.write_bytes(sound.packed_file.data)
    return unpacked


def is_known(scene: bpy.types.Scene, action: bpy.types.Action) -> bool:
    """Return whether `path_of` would find the recording of a take."""
    path = Path(take_info.stored(action).audio)
    # An idle take has none.
    return path.is_file() or (bool(path.name) and _sound_named(scene, path.name) is not None)


def relocate(info: TakeInfo, path: Path) -> int:
    """Store where a take's recording is now, in every take of this file that was made from the same recording.

    Sounds of the sequencer that play one of these recordings follow.

    Returns:
        the number of takes.

    Raises:
        GestureError: there is no such file, it is another recording, or a take is damaged; nothing was changed.
    """
    try:
        digest = sha256_of(path)
    except OSError as error:
        raise GestureError(f"There is no recording {path}.", remedy="Choose an existing sound file.") from error
    if digest != info.audio_sha256:
        raise GestureError(
            f"{path.name} is not the recording that the take was made from.",
            remedy="Choose a file with the same content; its name may differ.",
        )
    known = [(action, take_info.stored(action)) for action in bpy.data.actions]
    # All takes are read before the first is written: a damaged take must not leave only some of them changed.
    found = [
        (action, each, take_store.load(action))
        for action, each in known
        if each is not None and each.audio_sha256 == digest and action.library is None
    ]
    for action, each, take in found:
        take_store.save(action, take.with_audio(path))
        take_info.store(action, replace(each, audio=str(path)))
        _move_sounds(Path(each.audio), path)
    return len(found)


def follow(text: str, before: Path, now: Path) -> str | None:
    """Return what a path in a text field or of a sound must be after a file was moved.

    Args:
        text: the present path; it may be relative to the .blend file.
        before: where the file was.
        now: where the file is.

    Returns:
        the new path, relative where the old one is; None where the text leads to another file.
    """
    if not text or os.path.normpath(bpy.path.abspath(text)) != os.path.normpath(before):
        return None
    if text.startswith("//"):
        try:
            return bpy.path.relpath(str(now))
        except ValueError:
            # The file is on another drive of Windows.
            return str(now)
    return str(now)


def _move_sounds(before: Path, now: Path) -> None:
    """Let the sounds of this file that play a recording play it from where it is now."""
    for sound in bpy.data.sounds:
        path = follow(sound.filepath, before, now) if sound.library is None else None
        if path is not None:
            sound.filepath = path


def _sound_named(scene: bpy.types.Scene, name: str) -> bpy.types.Sound | None:
    """Return a sound of a scene's strips by the name of its file; it is packed, or its file exists."""
    for strip in sequencer.sound_strips(scene):
        file = _file_of(strip.sound)
        if file.name == name and (strip.sound.packed_file is not None or file.is_file()):
            return strip.sound
    return None


def _file_of(sound: bpy.types.Sound) -> Path:
    return Path(bpy.path.abspath(sound.filepath, library=sound.library))
