"""Keys in bulk: whole channels written into, and read from, an action's F-curves."""

from collections.abc import Iterable
from dataclasses import dataclass

import bpy
import numpy as np

from . import versions

# What makes up a key, for copying: name, type and width.
_KEY_VALUES = (
    ("co", np.float32, 2),
    ("handle_left", np.float32, 2),
    ("handle_right", np.float32, 2),
    ("interpolation", np.int32, 1),
    ("easing", np.int32, 1),
    ("handle_left_type", np.int32, 1),
    ("handle_right_type", np.int32, 1),
)


@dataclass(frozen=True)
class Channel:
    """Values over time of one animated property.

    Attributes:
        path: the property's data path from its data-block.
        values: (T, C), one column per array index; C is 1 for a plain number.
        group: the name under which the curves are listed.
    """

    path: str
    values: np.ndarray
    group: str


def write(
    action: bpy.types.Action,
    id_block: bpy.types.ID,
    frames: np.ndarray,
    channels: Iterable[Channel],
    kind: str = "LINEAR",
) -> None:
    """Key channels at `frames` (T,), ascending; curves that exist already lose their old keys.

    `kind` is the interpolation after each key: "LINEAR", or "CONSTANT" for switches.
    """
    bag = versions.channelbag(action, id_block)
    value = bpy.types.Keyframe.bl_rna.properties["interpolation"].enum_items[kind].value
    interpolation = np.full(len(frames), value, np.int32)
    points = np.empty((len(frames), 2), np.float32)
    points[:, 0] = frames
    for channel in channels:
        group = bag.groups.get(channel.group) or bag.groups.new(channel.group)
        for index, values in enumerate(np.asarray(channel.values).T):
            curve = bag.fcurves.find(channel.path, index=index) or bag.fcurves.new(channel.path, index=index)
            if curve.group != group:
                curve.group = group
            points[:, 1] = values
            curve.keyframe_points.clear()
            curve.keyframe_points.add(len(frames))
            curve.keyframe_points.foreach_set("co", points.ravel())
            curve.keyframe_points.foreach_set("interpolation", interpolation)
            curve.update()


def read(action: bpy.types.Action, id_block: bpy.types.ID, path: str, frames: np.ndarray, default) -> np.ndarray:
    """Values (T, C) of a property at `frames` (T,), which need not be whole; `default` (C,) where it has no curve."""
    bag = versions.channelbag(action, id_block)
    columns = np.tile(np.asarray(default, np.float64), (len(frames), 1))
    for index in range(columns.shape[1]):
        if curve := bag.fcurves.find(path, index=index):
            columns[:, index] = [curve.evaluate(frame) for frame in frames]
    return columns


def has(action: bpy.types.Action, id_block: bpy.types.ID, path: str) -> bool:
    """Whether an action keys a property."""
    return versions.channelbag(action, id_block).fcurves.find(path, index=0) is not None


def keep_others(action: bpy.types.Action, id_block: bpy.types.ID, before: bpy.types.Action, bones: set[str]) -> None:
    """Copy into an action what another one animates on bones that are not among `bones`."""
    bag = versions.channelbag(action, id_block)
    for curve in versions.curves_for(before, id_block):
        bone = bone_of(curve.data_path)
        if bone is None or bone in bones or bag.fcurves.find(curve.data_path, index=curve.array_index):
            continue
        copy = bag.fcurves.new(curve.data_path, index=curve.array_index)
        if curve.group is not None:
            copy.group = bag.groups.get(curve.group.name) or bag.groups.new(curve.group.name)
        copy.extrapolation = curve.extrapolation
        copy.keyframe_points.add(len(curve.keyframe_points))
        for name, kind, width in _KEY_VALUES:
            values = np.empty(len(curve.keyframe_points) * width, kind)
            curve.keyframe_points.foreach_get(name, values)
            copy.keyframe_points.foreach_set(name, values)
        copy.update()


def bone_of(path: str) -> str | None:
    """The pose bone that a data path belongs to."""
    if not path.startswith('pose.bones["'):
        return None
    name = path.removeprefix('pose.bones["')
    # Quotes inside a name are escaped.
    end = next((i for i, letter in enumerate(name) if letter == '"' and name[i - 1 : i] != "\\"), None)
    return None if end is None else bpy.utils.unescape_identifier(name[:end])
