"""The character's mesh, built from its asset: faces, materials, vertex groups and 52 shape keys, set in bulk."""

from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import bpy
import numpy as np

from ...core.body.skeleton import JOINT_NAMES
from ...core.errors import GestureError
from ...core.files import DAMAGED
from .bone_space import TO_BLENDER

ASSET_FILE = Path(__file__).parents[1] / "assets" / "character.npz"
NO_VERTEX = 65535


@dataclass(frozen=True)
class Asset:
    """The arrays of `character.npz`; positions are in metres, SMPL-X axes and the rest pose.

    Attributes:
        vertices: (V, 3).
        faces: (F, 4) vertex indices; NO_VERTEX in the fourth place of a triangle.
        face_material: (F,) index into `material_names`.
        material_names: (M,).
        material_colours: (M, 4) linear red, green, blue, and roughness.
        weight_joints: (V, K) joints that move each vertex.
        weights: (V, K) of these joints, with sum 1.
        shape_names: (S,).
        shape_starts: (S + 1,) shape k has the rows from shape_starts[k] up to shape_starts[k + 1] of the next two.
        shape_vertices: (R,) vertex indices.
        shape_deltas: (R, 3) how far a shape moves these vertices.
        rest_joints: (55, 3).
    """

    vertices: np.ndarray
    faces: np.ndarray
    face_material: np.ndarray
    material_names: np.ndarray
    material_colours: np.ndarray
    weight_joints: np.ndarray
    weights: np.ndarray
    shape_names: np.ndarray
    shape_starts: np.ndarray
    shape_vertices: np.ndarray
    shape_deltas: np.ndarray
    rest_joints: np.ndarray

    @cached_property
    def shared_weights(self) -> list[tuple[int, list[int], float]]:
        """A joint, vertices and their weight; Blender sets one weight per call, for all vertices that share it."""
        found = []
        for joint in range(len(JOINT_NAMES)):
            vertices, slots = np.nonzero((self.weight_joints == joint) & (self.weights > 0))
            weights, shared = np.unique(self.weights[vertices, slots], return_inverse=True)
            order = np.argsort(shared, kind="stable")
            bounds = np.searchsorted(shared[order], np.arange(len(weights) + 1))
            for weight, start, end in zip(weights, bounds[:-1], bounds[1:], strict=True):
                found.append((joint, vertices[order[start:end]].tolist(), float(weight)))
        return found


@cache
def load_asset(path: Path = ASSET_FILE) -> Asset:
    """Read the asset of the bundled character.

    Raises:
        GestureError: the file is missing or damaged.
    """
    try:
        with np.load(path, allow_pickle=False) as data:
            return Asset(**{name: data[name] for name in Asset.__dataclass_fields__})
    except DAMAGED as error:
        raise GestureError(
            f"The bundled character {path.name} is missing or damaged.",
            remedy="Install the extension again, or run `python build.py character` in a checkout.",
            detail=str(error),
        ) from error


def build_mesh(asset: Asset, name: str, made: list[bpy.types.ID]) -> bpy.types.Object:
    """Build the mesh object, which the caller links; `made` gets the data-blocks to remove if a later step fails."""
    mesh = bpy.data.meshes.new(name)
    made.append(mesh)
    _set_faces(mesh, asset)
    for material_name, colour in zip(asset.material_names, asset.material_colours, strict=True):
        material = _material(str(material_name), colour)
        made.append(material)
        mesh.materials.append(material)
    mesh.update(calc_edges=True)
    mesh.validate()
    body = bpy.data.objects.new(name, mesh)
    made.append(body)
    _set_groups(body, asset)
    _set_shapes(body, asset)
    return body


def _set_faces(mesh: bpy.types.Mesh, asset: Asset) -> None:
    """Give the mesh its vertices and its faces of three or four corners."""
    face_count, is_corner = len(asset.faces), asset.faces != NO_VERTEX
    corners = is_corner.sum(1)
    mesh.vertices.add(len(asset.vertices))
    mesh.vertices.foreach_set("co", _flat(asset.vertices @ TO_BLENDER.T))
    mesh.loops.add(int(corners.sum()))
    mesh.loops.foreach_set("vertex_index", asset.faces[is_corner].astype(np.int32))
    mesh.polygons.add(face_count)
    mesh.polygons.foreach_set("loop_start", (np.cumsum(corners) - corners).astype(np.int32))
    mesh.polygons.foreach_set("material_index", asset.face_material.astype(np.int32))
    mesh.polygons.foreach_set("use_smooth", np.ones(face_count, bool))


def _set_groups(body: bpy.types.Object, asset: Asset) -> None:
    """Give the mesh a vertex group for each bone."""
    groups = [body.vertex_groups.new(name=name) for name in JOINT_NAMES]
    for joint, vertices, weight in asset.shared_weights:
        groups[joint].add(vertices, weight, "REPLACE")


def _set_shapes(body: bpy.types.Object, asset: Asset) -> None:
    """Give the mesh its shape keys, all at 0."""
    basis = asset.vertices @ TO_BLENDER.T
    body.shape_key_add(name="Basis", from_mix=False)
    for index, name in enumerate(asset.shape_names):
        part = slice(asset.shape_starts[index], asset.shape_starts[index + 1])
        points = basis.copy()
        points[asset.shape_vertices[part]] += asset.shape_deltas[part].astype(np.float64) @ TO_BLENDER.T
        block = body.shape_key_add(name=str(name), from_mix=False)
        # `points` is what `data` is, with bulk access that converts nothing.
        block.points.foreach_set("co", _flat(points))
        block.value = 0.0


def _material(name: str, colour: np.ndarray) -> bpy.types.Material:
    """Make a material of one colour (4,): red, green, blue, roughness."""
    material = bpy.data.materials.new(name.replace("_", " ").capitalize())
    red, green, blue, roughness = (float(value) for value in colour)
    if material.node_tree is None:  # From Blender 5.0 on there always is one.
        material.use_nodes = True
    shader = next(node for node in material.node_tree.nodes if node.type == "BSDF_PRINCIPLED")
    shader.inputs["Base Color"].default_value = (red, green, blue, 1.0)
    shader.inputs["Roughness"].default_value = roughness
    # The solid viewport shows these.
    material.diffuse_color = (red, green, blue, 1.0)
    material.roughness = roughness
    return material


def _flat(points: np.ndarray) -> np.ndarray:
    """Return points (V, 3) as `foreach_set` wants them: one row in single precision."""
    return np.ascontiguousarray(points, np.float32).ravel()
