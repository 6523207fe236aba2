"""Keys in bulk: write whole channels into an action's F-curves, and read them back.

Blender's `keyframe_insert` makes one key per call; `foreach_set` writes all keys of a curve at once, which takes a
small part of the time (devtools/bench/keyframes.py compares them).

A channel that does not change, in none of its columns, has a key at its first and one at its last frame. A key takes
about 100 bytes of a file, and a tenth of the channels of a take stand still. As soon as one column moves, all columns
have a key at every frame: a quaternion with a key in three of its columns would turn on the way to the next key.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache

import bpy
import numpy as np

from . import paths, versions

# The properties of a key that a copy needs: name, type and width.
_KEY_VALUES = (
    ("co", np.float32, 2),
    ("handle_left", np.float32, 2),
    ("handle_right", np.float32, 2),
    ("interpolation", np.int32, 1),
    ("easing", np.int32, 1),
    ("handle_left_type", np.int32, 1),
    ("handle_right_type", np.int32, 1),
)
# Interpolations without easing, and handles that Blender places.
_IDLE = {
    "interpolation": ("CONSTANT", "LINEAR"),
    "handle_left_type": ("AUTO", "AUTO_CLAMPED"),
    "handle_right_type": ("AUTO", "AUTO_CLAMPED"),
}


@dataclass(frozen=True)
class Channel:
    """Values over time of one animated property.

    Attributes:
        path: the property's data path from its data-block.
        values: (T, C), one column for each array index; C is 1 for a single number.
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
    """Key channels at `frames` (T,), ascending; the old keys of these curves are removed.

    `kind` is the interpolation after each key: "LINEAR", or "CONSTANT" for switches.
    """
    bag = versions.channelbag(action, id_block)
    value = bpy.types.Keyframe.bl_rna.properties["interpolation"].enum_items[kind].value
    every = np.stack([frames, np.zeros(len(frames))], axis=1).astype(np.float32)
    for channel in channels:
        columns = np.asarray(channel.values, np.float32)
        is_flat = _is_flat(columns)
        points = every[[0, -1]] if is_flat else every
        interpolation = np.full(len(points), value, np.int32)
        group = bag.groups.get(channel.group) or bag.groups.new(channel.group)
        for index, values in enumerate((columns[[0, -1]] if is_flat else columns).T):
            curve = bag.fcurves.find(channel.path, index=index) or bag.fcurves.new(channel.path, index=index)
            if curve.group != group:
                curve.group = group
            points[:, 1] = values
            curve.keyframe_points.clear()
            curve.keyframe_points.add(len(points))
            curve.keyframe_points.foreach_set("co", points.ravel())
            curve.keyframe_points.foreach_set("interpolation", interpolation)
            curve.update()
            _put_handles_on_keys(curve, points)


def extend(action: bpy.types.Action, id_block: bpy.types.ID, frames: np.ndarray, channels: Iterable[Channel]) -> None:
    """Key channels at `frames` (T,), ascending, behind the keys that there are; keys that are not before go."""
    bag = versions.channelbag(action, id_block)
    linear = bpy.types.Keyframe.bl_rna.properties["interpolation"].enum_items["LINEAR"].value
    for channel in channels:
        for index, values in enumerate(np.asarray(channel.values, np.float32).T):
            curve = bag.fcurves.find(channel.path, index=index) or bag.fcurves.new(channel.path, index=index)
            before = points_of(curve)
            points = np.concatenate(
                [before[before[:, 0] < frames[0]], np.stack([frames, values], axis=1)], dtype=np.float32
            )
            curve.keyframe_points.clear()
            curve.keyframe_points.add(len(points))
            curve.keyframe_points.foreach_set("co", points.ravel())
            curve.keyframe_points.foreach_set("interpolation", np.full(len(points), linear, np.int32))
            curve.update()
            _put_handles_on_keys(curve, points)


def write_rows(
    action: bpy.types.Action, id_block: bpy.types.ID, frames: np.ndarray, channel: Channel, rows: np.ndarray
) -> None:
    """Key a channel at those of `frames` (T,) where `rows` (T,) is true; every other key stays identical, to the bit.

    Keys at subframes between two written frames are removed. A curve that does not exist yet gets keys at all frames.
    """
    curves = curves_of(action, id_block, channel.path, channel.values.shape[1])
    if None in curves:
        write(action, id_block, frames, [channel])
        return
    values = np.asarray(channel.values, np.float32)
    flat = _flat_values(curves, frames)
    is_replaced = rows.all() and _is_flat(values) and all(map(_has_idle_handles, curves))
    if flat is not None or is_replaced:
        whole = values if flat is None else np.where(rows[:, None], values, flat)
        write(action, id_block, frames, [replace(channel, values=whole)])
        return
    for index, curve in enumerate(curves):
        points = points_of(curve)
        if not _are_at(points, frames):
            _merge(curve, frames[rows], values[rows, index])
            continue
        points[rows, 1] = values[rows, index]
        curve.keyframe_points.foreach_set("co", points.ravel())
        curve.update()
        if _has_idle_handles(curve):
            _put_handles_on_keys(curve, points)


def cut(curve: bpy.types.FCurve, first: float, last: float) -> None:
    """Remove the keys of a curve before one frame and after another."""
    frames = points_of(curve)[:, 0]
    outside = np.flatnonzero((frames < first) | (frames > last))
    for index in reversed(outside.tolist()):
        curve.keyframe_points.remove(curve.keyframe_points[index], fast=True)
    if len(outside):
        curve.update()


def curves_of(action: bpy.types.Action, id_block: bpy.types.ID, path: str, width: int) -> list[bpy.types.FCurve | None]:
    """Return the curve of each of the `width` columns of a property; None for a curve that is missing."""
    bag = versions.channelbag(action, id_block)
    return [bag.fcurves.find(path, index=index) for index in range(width)]


def values_at(curves: list[bpy.types.FCurve], frames: np.ndarray) -> np.ndarray:
    """Return values (T, C) of curves at frames (T,), in single precision.

    Where the keys of a curve are at exactly these frames, or the curve does not change between them, the values of the
    keys are returned to the bit.
    """
    flat = _flat_values(curves, frames)
    if flat is not None:
        return np.repeat(flat[None], len(frames), axis=0)
    out = np.empty((len(frames), len(curves)), np.float32)
    for index, curve in enumerate(curves):
        points = points_of(curve)
        out[:, index] = points[:, 1] if _are_at(points, frames) else [curve.evaluate(frame) for frame in frames]
    return out


def points_of(curve: bpy.types.FCurve) -> np.ndarray:
    """Return the keys of a curve: (K, 2), frame and value."""
    points = np.empty((len(curve.keyframe_points), 2), np.float32)
    curve.keyframe_points.foreach_get("co", points.ravel())
    return points


def selected_frames(curve: bpy.types.FCurve) -> np.ndarray:
    """Return the frames (K,) of a curve's selected keys."""
    chosen = np.zeros(len(curve.keyframe_points), bool)
    curve.keyframe_points.foreach_get("select_control_point", chosen)
    return points_of(curve)[chosen, 0]


def _put_handles_on_keys(curve: bpy.types.FCurve, points: np.ndarray) -> None:
    """Let both handles of every key be where the key (K, 2) is, of which nothing is seen between keys without easing.

    Blender computes handles, six numbers a key, that no compression makes smaller; with handles that repeat the key a
    compressed .blend has half the size. As soon as a curve is edited by hand, Blender computes its handles again.
    """
    for side in ("handle_left", "handle_right"):
        curve.keyframe_points.foreach_set(side, points.ravel())


def _has_idle_handles(curve: bpy.types.FCurve) -> bool:
    """Return whether no handle of a curve was placed by hand, and none shapes the curve."""
    numbers = np.empty(len(curve.keyframe_points), np.int32)
    for name, (one, other) in _idle_numbers().items():
        curve.keyframe_points.foreach_get(name, numbers)
        if not ((numbers == one) | (numbers == other)).all():
            return False
    return True


@cache
def _idle_numbers() -> dict[str, tuple[int, int]]:
    """Return the numbers by which Blender stores the kinds of `_IDLE`."""
    kinds = bpy.types.Keyframe.bl_rna.properties
    return {name: tuple(kinds[name].enum_items[kind].value for kind in idle) for name, idle in _IDLE.items()}


def is_flat_between(curve: bpy.types.FCurve, first: float, last: float) -> bool:
    """Return whether a curve has two equal keys, one at each of two frames, and nothing that bends it in between."""
    points = points_of(curve)
    is_flat = len(points) == 2 and (points[:, 0] == (first, last)).all() and points[0, 1] == points[1, 1]
    return bool(is_flat) and _has_idle_handles(curve)


def _flat_values(curves: list[bpy.types.FCurve], frames: np.ndarray) -> np.ndarray | None:
    """Return the values (C,) of curves that do not change over frames (T,); None where one of them may change."""
    if len(frames) <= 2 or not all(is_flat_between(curve, frames[0], frames[-1]) for curve in curves):
        return None
    return np.array([points_of(curve)[0, 1] for curve in curves], np.float32)


def _is_flat(values: np.ndarray) -> bool:
    """Return whether values (T, C) do not change, over frames that are more than two."""
    return len(values) > 2 and bool((values == values[0]).all())


def _are_at(points: np.ndarray, frames: np.ndarray) -> bool:
    return len(points) == len(frames) and np.array_equal(points[:, 0], frames)


def _merge(curve: bpy.types.FCurve, frames: np.ndarray, values: np.ndarray) -> None:
    """Key values at frames (N,), ascending, in a curve that has keys at other frames, too; those stay.

    For example, frames 10, 11, 12 are written into a curve with keys at 9, 10, 11.5 and 13: it then has 9, 10, 11, 12
    and 13. The key at 10 is replaced; the one at 11.5 goes, because the frames 11 and 12 around it are both written.
    """
    own = {name: np.empty(len(curve.keyframe_points) * width, kind) for name, kind, width in _KEY_VALUES}
    for name, into in own.items():
        curve.keyframe_points.foreach_get(name, into)
    at = own["co"].reshape(-1, 2)[:, 0]
    near = np.searchsorted(frames, at)
    before, after = frames[np.maximum(near - 1, 0)], frames[np.minimum(near, len(frames) - 1)]
    inside = np.isin(at, frames) | ((before < at) & (at < after) & (after - before <= 1))
    kept = np.flatnonzero(~inside)
    count = len(kept) + len(frames)
    order = np.argsort(np.concatenate([at[kept], frames]), kind="stable")
    linear = bpy.types.Keyframe.bl_rna.properties["interpolation"].enum_items["LINEAR"].value
    fresh = np.stack([frames, values], axis=1).astype(np.float32)
    defaults = {"co": fresh, "handle_left": fresh, "handle_right": fresh}
    curve.keyframe_points.clear()
    curve.keyframe_points.add(count)
    for name, kind, width in _KEY_VALUES:
        new = defaults.get(name, np.full((len(frames), width), linear if name == "interpolation" else 0, kind))
        both = np.concatenate([own[name].reshape(-1, width)[kept], new])[order]
        curve.keyframe_points.foreach_set(name, np.ascontiguousarray(both).ravel())
    curve.update()


def read(action: bpy.types.Action, id_block: bpy.types.ID, path: str, frames: np.ndarray, default) -> np.ndarray:
    """Return values (T, C) of a property at `frames` (T,), which need not be whole; `default` (C,) without a curve."""
    bag = versions.channelbag(action, id_block)
    columns = np.tile(np.asarray(default, np.float64), (len(frames), 1))
    for index in range(columns.shape[1]):
        if curve := bag.fcurves.find(path, index=index):
            columns[:, index] = [curve.evaluate(frame) for frame in frames]
    return columns


def has(action: bpy.types.Action, id_block: bpy.types.ID, path: str) -> bool:
    """Return whether an action keys a property."""
    return versions.channelbag(action, id_block).fcurves.find(path, index=0) is not None


def keep_others(action: bpy.types.Action, id_block: bpy.types.ID, before: bpy.types.Action, bones: set[str]) -> None:
    """Copy from another action the curves of all bones that are not among `bones`."""
    bag = versions.channelbag(action, id_block)
    for curve in versions.curves_for(before, id_block):
        bone = paths.bone_of(curve.data_path)
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
