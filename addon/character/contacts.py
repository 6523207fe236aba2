"""Foot contacts in the scene: four animated custom properties of the armature; finishing keys them."""

import bpy
import numpy as np

from ..blender import fcurves, paths
from ..blender.fcurves import Channel

# In the order of a motion's contacts; the animation editors list these names.
NAMES = ("Left Heel Contact", "Right Heel Contact", "Left Toe Contact", "Right Toe Contact")
_GROUP = "Foot Contacts"


PATHS = tuple(paths.custom_property_path(name) for name in NAMES)


def channels_of(contacts: np.ndarray) -> list[Channel]:
    """Return the channels of contacts (T, 4), 0-1: 0 or 1 at every frame."""
    down = (np.asarray(contacts) > 0.5).astype(np.float32)
    return [Channel(path, down[:, column, None], _GROUP) for column, path in enumerate(PATHS)]


def write(
    action: bpy.types.Action,
    armature: bpy.types.Object,
    frames: np.ndarray,
    contacts: np.ndarray,
    rows: np.ndarray | None = None,
) -> None:
    """Key contacts (T, 4), 0-1, at scene frames (T,); keys are only where a foot lands or leaves the ground.

    With `rows` (T, 4), only these frames of each contact change.
    """
    for column, (name, channel) in enumerate(zip(NAMES, channels_of(contacts), strict=True)):
        own = np.ones(len(frames), bool) if rows is None else rows[:, column]
        if not own.any():
            continue
        down = channel.values[:, 0]
        if not own.all() and fcurves.has(action, armature, channel.path):
            down = np.where(own, down, _shown(action, armature, channel.path, frames))
        if name not in armature:
            armature[name] = 0.0
            armature.id_properties_ui(name).update(
                min=0.0,
                max=1.0,
                description="1 where it stands. Change the keys, then use Finish Again with Edited Contacts",
            )
        changes = np.flatnonzero(np.diff(down, prepend=1 - down[0]))
        keys = Channel(channel.path, down[changes, None], _GROUP)
        fcurves.write(action, armature, frames[changes], [keys], kind="CONSTANT")


def read(action: bpy.types.Action, armature: bpy.types.Object, frames: np.ndarray) -> np.ndarray:
    """Read contacts (T, 4), 0 or 1, at scene frames (T,)."""
    return np.stack([_shown(action, armature, path, frames) for path in PATHS], axis=1).astype(np.float64)


def exist(action: bpy.types.Action, armature: bpy.types.Object) -> bool:
    """Return whether an action has contacts."""
    return all(fcurves.has(action, armature, path) for path in PATHS)


def _shown(action: bpy.types.Action, armature: bpy.types.Object, path: str, frames: np.ndarray) -> np.ndarray:
    return (fcurves.read(action, armature, path, frames, [0.0])[:, 0] > 0.5).astype(np.float32)
