"""Foot contacts in the scene: four animated switches on the armature, made by finishing and edited by hand."""

import bpy
import numpy as np

from . import keyframes
from .keyframes import Channel

# In the order of a motion's contacts; the names that the animation editors list.
NAMES = ("Left Heel Contact", "Right Heel Contact", "Left Toe Contact", "Right Toe Contact")
_GROUP = "Foot Contacts"


def path_of(name: str) -> str:
    """The data path of a switch."""
    return f'["{bpy.utils.escape_identifier(name)}"]'


def write(
    action: bpy.types.Action,
    armature: bpy.types.Object,
    frames: np.ndarray,
    contacts: np.ndarray,
    rows: np.ndarray | None = None,
) -> None:
    """Key contacts (T, 4), 0-1, at scene frames (T,): a key only where a foot lands or leaves.

    With `rows` (T,) those frames alone change.
    """
    down = np.asarray(contacts) > 0.5
    if rows is not None and exist(action, armature):
        down = np.where(rows[:, None], down, read(action, armature, frames) > 0.5)
    for column, name in enumerate(NAMES):
        if name not in armature:
            armature[name] = 0.0
            armature.id_properties_ui(name).update(
                min=0.0, max=1.0, description="1 where it stands; change the keys and finish again with Edited Contacts"
            )
        changes = np.flatnonzero(np.diff(down[:, column], prepend=not down[0, column]))
        channel = Channel(path_of(name), down[changes, column][:, None].astype(np.float32), _GROUP)
        keyframes.write(action, armature, frames[changes], [channel], kind="CONSTANT")


def read(action: bpy.types.Action, armature: bpy.types.Object, frames: np.ndarray) -> np.ndarray:
    """Contacts (T, 4), 0 or 1, at scene frames (T,)."""
    columns = [keyframes.read(action, armature, path_of(name), frames, [0.0])[:, 0] > 0.5 for name in NAMES]
    return np.stack(columns, axis=1).astype(np.float64)


def exist(action: bpy.types.Action, armature: bpy.types.Object) -> bool:
    """Whether an action has contacts."""
    return all(keyframes.has(action, armature, path_of(name)) for name in NAMES)
