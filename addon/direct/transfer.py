"""Transfer of a take to the worker and back: writing its folder, and the keys of its new version."""

import re
from pathlib import Path

import bpy
import numpy as np

from ...core.direct.chain import Changed, differences
from ...core.direct.mirror import AREA_NAMES, JOINT_ORDER, SHAPE_ORDER
from ...core.errors import GestureError
from ...core.take.files import TakeFiles, write_files
from ..blender import sequencer, session_ids
from ..take import hand_edits, locks, performed, rewrite
from ..take import info as take_info
from ..take import store as take_store
from ..take.channels import EVERYTHING
from ..take.performed import Performed
from . import directed_keys


def write_for_worker(action: bpy.types.Action, parent: Path) -> Path:
    """Write an action's take to a new folder in `parent`, named after the action; return the folder."""
    folder = parent / (re.sub(r"[^\w.-]+", "_", action.name) or "take")
    while folder.exists():
        folder = folder.with_name(folder.name + "_")
    write_files(take_store.load(action), folder, compress=False)
    return folder


def key_new_version(
    take: Performed,
    new: TakeFiles,
    rows: np.ndarray | None = None,
    fps: float | None = None,
) -> Changed:
    """Store a new version of a take on its action, and write the keys that differ from the present version.

    Args:
        take: on its character.
        new: the new version.
        rows: keys (T,) that may change, if not all.
        fps: frames a second of the scene; where the keys have another rate, all of them are written again.

    Returns:
        joints, shapes and contacts in which the versions differ.

    Raises:
        GestureError: all keys would be written again, and hand edits or locks would be lost.
    """
    data = take_store.pack(new)
    # Motions are compared as they are stored, so that a motion that the worker did not change is equal to the bit.
    changed = differences(take_store.load(take.action).finished, take_store.unpack(data).finished)
    shown = mirrored(changed) if take.action.mambatalk_take.mirror else changed
    if fps is not None and take_info.is_out_of_step(take.info, fps):
        require_rate(take, fps)
        take, shown = take.at_rate(fps), EVERYTHING
    prepared = directed_keys.prepare(take, data)
    directed = directed_keys.direct_take(take, prepared)
    rewrite.rewrite_motion(take, directed_keys.at_keys(take, directed), shown, rows)
    take_store.save_packed(take.action, data)
    directed_keys.remember(take, prepared, directed)
    if take.record.joins:
        # A loop changes the end where the start was made anew, and listening settles into the mean of all its frames.
        directed_keys.write_keys(take.armature, everything=True)
    return changed


def require_rate(take: Performed, fps: float) -> None:
    """Make sure that no hand edits or locks are lost when a take is keyed at the scene's frame rate.

    Raises:
        GestureError: the rates differ, and something was changed by hand or is locked.
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
            f"again, the take would lose what must be kept. {'. '.join(reasons)}.",
            remedy=f"Set the scene back to {take.info.fps:g} frames a second, or use Drop Edits and unlock everything.",
            holds=lambda: take_info.is_out_of_step(take.info, sequencer.scene_fps(bpy.context.scene)),
        )


def mirrored(changed: Changed) -> Changed:
    """Return the differences between two mirrored motions, from the differences between the motions themselves."""
    return Changed(
        tuple(sorted(JOINT_ORDER[joint] for joint in changed.joints)),
        changed.translation,
        tuple(sorted(SHAPE_ORDER[shape] if shape < len(SHAPE_ORDER) else shape for shape in changed.shapes)),
        changed.contacts,
    )


def areas_in_take(action: bpy.types.Action, areas: list[str]) -> list[str]:
    """Return the areas in the take for the areas that are seen: a mirrored take shows its left arm on the right."""
    return [AREA_NAMES[name] for name in areas] if action.mambatalk_take.mirror else areas


def require_unchanged(armature_number: int, action_number: int, data: bytes) -> Performed:
    """Find the take that a job was started for.

    Args:
        armature_number: number of the character, in this session.
        action_number: number of the take, in this session.
        data: the packed take at that time.

    Raises:
        GestureError: the character or the take was removed or changed meanwhile.
    """
    armature = session_ids.find_in_scenes(armature_number)
    action = session_ids.find(bpy.data.actions, action_number)
    if armature is None or action is None or action.get(take_store.KEY) != data:
        raise GestureError("The character or its take was removed or changed meanwhile.", remedy="Try again.")
    return performed.of(armature, action)
