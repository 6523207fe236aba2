"""Keys in bulk: whole channels written into, and read from, an action's F-curves."""

from collections.abc import Iterable
from dataclasses import dataclass

import bpy
import numpy as np

from . import versions


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
