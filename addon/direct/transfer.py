"""A take made anew in part: given to the worker as a folder, and taken in where its keys may change."""

import re
from pathlib import Path

import bpy
import numpy as np

from ...core.direct.chain import Changed, differences
from ...core.direct.mirror import AREA_NAMES, JOINT_ORDER, SHAPE_ORDER
from ...core.errors import GestureError
from ...core.take.files import TakeFiles, write_files
from ..blender import sequencer
from ..take import hand_edits, locks, playback, rewrite
from ..take import info as take_info
from ..take import store as take_store
from ..take.channels import EVERYTHING
from ..take.playback import Performed
from . import live


def hand_out(action: bpy.types.Action, parent: Path) -> Path:
    """Write an action's take as a folder with its name, for the worker."""
    folder = parent / (re.sub(r"[^\w.-]+", "_", action.name) or "take")
    while folder.exists():
        folder = folder.with_name(folder.name + "_")
    write_files(take_store.load(action), folder, compress=False)
    return folder


def take_in(
    take: Performed,
    new: TakeFiles,
    rows: np.ndarray | None = None,
    fps: float | None = None,
) -> Changed:
    """Put a new version of a take on its action, and key what differs.

    Args:
        take: on its character.
        new: the new version.
        rows: keys (T,) that may change; None: all.
        fps: of the scene; where it is no longer that of the keys all are written anew.

    Returns:
        what differs.

    Raises:
        GestureError: all would be written anew, and some of it must not be.
    """
    data = take_store.pack(new)
    # As it is stored: motions that were left alone are then equal to the bit.
    changed = differences(take_store.load(take.action).finished, take_store.unpack(data).finished)
    shown = mirrored(changed) if take.action.mambatalk_take.mirror else changed
    if fps is not None and take_info.is_out_of_step(take.info, fps):
        refuse_other_rate(take, fps)
        take, shown = take.at_rate(fps), EVERYTHING
    subject = live.subject_of(take, data)
    directed = live.direct_take(take, subject)
    rewrite.rewrite(take, take.at_keys(directed.motion), shown, rows)
    take_store.save_packed(take.action, data)
    live.remember(take, subject, directed)
    return changed


def refuse_other_rate(take: Performed, fps: float) -> None:
    """Make sure that keys at a scene's frame rate can replace the present ones with nothing lost.

    Raises:
        GestureError: the rates differ, and something was changed by hand or is locked, at frames that would be gone.
    """
    if not take_info.is_out_of_step(take.info, fps):
        return
    edited = sorted({edit.owner for edit in hand_edits.find(take)})
    held = sorted(locks.areas(take.action) | locks.bones(take.action))
    reasons = [
        f"{what}: {', '.join(names)}" for what, names in (("Changed by hand", edited), ("Locked", held)) if names
    ]
    if reasons:
        raise GestureError(
            f"The scene plays {fps:g} frames a second, the keys of {take.action.name} are for {take.info.fps:g}; keyed "
            f"anew, it would lose what is to be kept. {'. '.join(reasons)}.",
            remedy=f"Set the scene back to {take.info.fps:g} frames a second, or use Drop Edits and unlock everything.",
        )


def mirrored(changed: Changed) -> Changed:
    """What differs in a mirrored motion."""
    return Changed(
        tuple(sorted(JOINT_ORDER[joint] for joint in changed.joints)),
        changed.translation,
        tuple(sorted(SHAPE_ORDER[shape] if shape < len(SHAPE_ORDER) else shape for shape in changed.shapes)),
        changed.contacts,
    )


def in_take(action: bpy.types.Action, areas: list[str]) -> list[str]:
    """Areas of the take that show as these ones: a mirrored take's left arm is on the right."""
    return [AREA_NAMES[name] for name in areas] if action.mambatalk_take.mirror else areas


def still_there(armature_name: str, action_name: str, data: bytes) -> Performed:
    """The take that a job was started for.

    Raises:
        GestureError: character or take were removed or changed meanwhile.
    """
    armature, action = bpy.data.objects.get(armature_name), bpy.data.actions.get(action_name)
    if armature is None or action is None or action.get(take_store.KEY) != data:
        raise GestureError("The character or its take was removed or changed meanwhile.", remedy="Try again.")
    return playback.of(armature, action)


def recording_of(scene: bpy.types.Scene, action: bpy.types.Action, folder: Path) -> Path:
    """Where a take's recording is: where it was, else where a sound strip has it, else packed in the .blend.

    Args:
        scene: whose strips are asked.
        action: of the take.
        folder: for a packed recording.

    Raises:
        GestureError: it is nowhere.
    """
    path = Path(take_info.stored(action).audio)
    if path.is_file():
        return path
    found = _sound_of(scene, path.name)
    if found is None:
        raise GestureError(
            f"The take's recording {path} is gone.", remedy="Say where it is now with Find Recording, or put it back."
        )
    if found.packed_file is None:
        return _file_of(found)
    unpacked = folder / path.name
    unpacked.write_bytes(found.packed_file.data)
    return unpacked


def is_recording_known(scene: bpy.types.Scene, action: bpy.types.Action) -> bool:
    """Whether `recording_of` would find something."""
    path = Path(take_info.stored(action).audio)
    return path.is_file() or _sound_of(scene, path.name) is not None


def _sound_of(scene: bpy.types.Scene, name: str) -> bpy.types.Sound | None:
    """A sound of a scene's strips by its file's name, packed or with its file."""
    for strip in sequencer.sound_strips(scene):
        file = _file_of(strip.sound)
        if file.name == name and (strip.sound.packed_file is not None or file.is_file()):
            return strip.sound
    return None


def _file_of(block: bpy.types.Sound) -> Path:
    return Path(bpy.path.abspath(block.filepath, library=block.library))
