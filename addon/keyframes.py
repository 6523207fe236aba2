"""Keys in bulk: whole channels written into an action's F-curves, one linear key per frame."""

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


def write(action: bpy.types.Action, id_block: bpy.types.ID, frames: np.ndarray, channels: Iterable[Channel]) -> None:
    """Key channels at `frames` (T,), ascending; curves that exist already lose their old keys."""
    bag = versions.channelbag(action, id_block)
    linear = bpy.types.Keyframe.bl_rna.properties["interpolation"].enum_items["LINEAR"].value
    interpolation = np.full(len(frames), linear, np.int32)
    points = np.empty((len(frames), 2), np.float32)
    points[:, 0] = frames
    for channel in channels:
        group = bag.groups.get(channel.group) or bag.groups.new(channel.group)
        for index, values in enumerate(np.asarray(channel.values).T):
            curve = bag.fcurves.find(channel.path, index=index) or bag.fcurves.new(channel.path, index=index)
            curve.group = group
            points[:, 1] = values
            curve.keyframe_points.clear()
            curve.keyframe_points.add(len(frames))
            curve.keyframe_points.foreach_set("co", points.ravel())
            curve.keyframe_points.foreach_set("interpolation", interpolation)
            curve.update()
