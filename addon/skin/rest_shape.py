"""The shape of a mesh at rest, without evaluating it: still shape keys, and modifiers that add or hide half of a body.

    basis ── shape keys that nothing animates ──▶ Mirror: the other half ──▶ Mask: hidden parts go
             (a body's build, as of MPFB)                                    (helper shapes, skin below clothes)

Shape keys that move, as those of a face, are left out: otherwise a body would be another one at every frame.
"""

from dataclasses import dataclass, replace

import bpy
import numpy as np

from ..blender import versions


@dataclass(frozen=True)
class RestShape:
    """A mesh at rest.

    Attributes:
        vertices: (V, 3) in the mesh's space.
        triangles: (F, 3) numbers of vertices.
        groups: (E, 2) vertex and number of the vertex group of each entry.
        weights: (E,) of the entries.
        names: of the vertex groups.
    """

    vertices: np.ndarray
    triangles: np.ndarray
    groups: np.ndarray
    weights: np.ndarray
    names: tuple[str, ...]

    def weights_of(self, group: str) -> np.ndarray:
        """Return the weights (V,) of one vertex group; 0 where there is none of this name."""
        found = np.zeros(len(self.vertices))
        if group in self.names:
            chosen = self.groups[:, 1] == self.names.index(group)
            found[self.groups[chosen, 0]] = self.weights[chosen]
        return found


def read(mesh: bpy.types.Object) -> RestShape:
    """Read the shape of a mesh at rest."""
    data = mesh.data
    data.calc_loop_triangles()
    triangles = np.empty(3 * len(data.loop_triangles), np.int32)
    data.loop_triangles.foreach_get("vertices", triangles)
    entries = [
        (number, entry.group, entry.weight) for number, vertex in enumerate(data.vertices) for entry in vertex.groups
    ]
    found = np.array(entries, np.float64).reshape(-1, 3)
    names = tuple(group.name for group in mesh.vertex_groups)
    shape = RestShape(_points(data.vertices), triangles.reshape(-1, 3), found[:, :2].astype(int), found[:, 2], names)
    shape = replace(shape, vertices=_with_keys(shape, data.shape_keys))
    for modifier in mesh.modifiers:
        if modifier.show_viewport and modifier.type == "MIRROR" and modifier.mirror_object is None:
            for axis in np.flatnonzero(list(modifier.use_axis)).tolist():
                shape = _mirrored(shape, axis, modifier.use_mirror_vertex_groups)
        elif modifier.show_viewport and modifier.type == "MASK" and modifier.mode == "VERTEX_GROUP":
            shape = _masked(shape, modifier)
    return shape


def stamp(mesh: bpy.types.Object) -> tuple:
    """Return plain values that differ where the rest shape of a mesh may differ; its vertices are not compared."""
    modifiers = tuple(
        (each.type, each.show_viewport, tuple(getattr(each, "use_axis", ())), getattr(each, "vertex_group", ""))
        for each in mesh.modifiers
    )
    keys = mesh.data.shape_keys
    return modifiers, tuple((block.name, block.value) for block in still_keys(keys) if block.value)


def still_keys(keys: bpy.types.Key | None) -> list[bpy.types.ShapeKey]:
    """Return the shape keys of a mesh that neither keys nor drivers move, without the basis."""
    if keys is None or not keys.use_relative:
        return []
    moving = _moving_paths(keys)
    blocks = [block for block in keys.key_blocks if block != keys.reference_key and not block.mute]
    return [block for block in blocks if f"{block.path_from_id()}.value" not in moving]


def _moving_paths(keys: bpy.types.Key) -> set[str]:
    """Return the data paths that drivers, the action or strips of the NLA move."""
    data = keys.animation_data
    if data is None:
        return set()
    paths = {curve.data_path for curve in data.drivers}
    actions = [strip.action for track in data.nla_tracks for strip in track.strips if strip.action is not None]
    for action in [*actions, *([data.action] if data.action is not None else [])]:
        paths |= {curve.data_path for curve in versions.every_curve(action)}
    return paths


def _with_keys(shape: RestShape, keys: bpy.types.Key | None) -> np.ndarray:
    """Return the vertices (V, 3) with the still shape keys at their present values."""
    vertices = shape.vertices
    for block in still_keys(keys):
        if block.value:
            change = block.value * (_points(block.data) - _points(block.relative_key.data))
            if block.vertex_group:
                change *= shape.weights_of(block.vertex_group)[:, None]
            vertices = vertices + change
    return vertices


def _points(points: bpy.types.bpy_prop_collection) -> np.ndarray:
    """Return the places (V, 3) of vertices or of the points of a shape key."""
    places = np.empty(3 * len(points), np.float32)
    points.foreach_get("co", places)
    return places.reshape(-1, 3).astype(np.float64)


def _mirrored(shape: RestShape, axis: int, flips_groups: bool) -> RestShape:
    """Return a shape with its mirror image at one axis; groups of the other side are those of the flipped names."""
    count, names = len(shape.vertices), list(shape.names)
    other = shape.vertices.copy()
    other[:, axis] *= -1
    flipped = []
    for name in shape.names:
        there = bpy.utils.flip_name(name) if flips_groups else name
        if there not in names:
            names.append(there)
        flipped.append(names.index(there))
    groups = np.stack([shape.groups[:, 0] + count, np.array(flipped, int)[shape.groups[:, 1]]], 1)
    return RestShape(
        np.concatenate([shape.vertices, other]),
        np.concatenate([shape.triangles, shape.triangles[:, ::-1] + count]),
        np.concatenate([shape.groups, groups]),
        np.concatenate([shape.weights, shape.weights]),
        tuple(names),
    )


def _masked(shape: RestShape, modifier: bpy.types.Modifier) -> RestShape:
    """Return a shape without the triangles that a Mask modifier hides."""
    if modifier.vertex_group not in shape.names:
        return shape
    is_shown = shape.weights_of(modifier.vertex_group) > modifier.threshold
    if modifier.invert_vertex_group:
        is_shown = ~is_shown
    return replace(shape, triangles=shape.triangles[is_shown[shape.triangles].all(1)])
