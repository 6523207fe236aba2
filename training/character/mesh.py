"""A mesh with weights and shapes, and the operations that make clothes: take faces, cut, refine, inflate, join."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

# Vertex index in the place of the fourth corner of a triangle.
NONE = -1


@dataclass(frozen=True)
class Mesh:
    """A mesh: vertices with their weights and shapes, and faces with their materials.

    Attributes:
        vertices: (V, 3) metres.
        weights: (V, 55).
        shapes: (S, V, 3) metres.
        faces: (F, 4) vertex indices; the fourth is NONE in a triangle.
        material: (F,) numbers.
    """

    vertices: np.ndarray
    weights: np.ndarray
    shapes: np.ndarray
    faces: np.ndarray
    material: np.ndarray

    def take(self, chosen: np.ndarray) -> "Mesh":
        """Return only the chosen faces (F,), and the vertices that they use."""
        faces = self.faces[chosen]
        used = np.unique(faces[faces >= 0])
        number = np.full(len(self.vertices) + 1, NONE)
        number[used] = np.arange(len(used))
        return Mesh(self.vertices[used], self.weights[used], self.shapes[:, used], number[faces], self.material[chosen])

    def painted(self, material: int | np.ndarray, where: np.ndarray | slice = slice(None)) -> "Mesh":
        """Return the mesh with a material on some of its faces."""
        painted = self.material.copy()
        painted[where] = material
        return replace(self, material=painted)

    def middles(self) -> np.ndarray:
        """Return the middle (F, 3) of each face."""
        is_corner = self.faces >= 0
        return (self.vertices[self.faces] * is_corner[..., None]).sum(1) / is_corner.sum(1)[:, None]

    def normals(self) -> np.ndarray:
        """Return the unit normal (V, 3) of each vertex."""
        a, b, c = (self.vertices[self.faces[:, corner]] for corner in range(3))
        d = np.where((self.faces[:, 3] >= 0)[:, None], self.vertices[self.faces[:, 3]], a)
        normal = np.cross(c - a, d - b)
        total = np.zeros_like(self.vertices)
        for corner in range(4):
            is_corner = self.faces[:, corner] >= 0
            np.add.at(total, self.faces[is_corner, corner], normal[is_corner])
        return total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12)

    def inflated(self, offset_m: np.ndarray | float) -> "Mesh":
        """Return the mesh with each vertex pushed along its normal by its offset (V,), metres."""
        return replace(
            self, vertices=self.vertices + self.normals() * np.broadcast_to(offset_m, len(self.vertices))[:, None]
        )


def edges(faces: np.ndarray) -> np.ndarray:
    """Return the unique edges (E, 2) of faces (F, 4)."""
    pairs = []
    for corner in range(4):
        start, end = faces[:, corner], faces[:, (corner + 1) % 4]
        # a triangle closes from its third corner
        end = np.where(end == NONE, faces[:, 0], end)
        pairs.append(np.stack([start, end], -1)[start != NONE])
    return np.unique(np.sort(np.concatenate(pairs), axis=1), axis=0)


def cut(mesh: Mesh, level: Callable[[np.ndarray], np.ndarray]) -> tuple[Mesh, np.ndarray]:
    """Make the line where `level` is zero an edge of the mesh.

    Vertices slide along their edges onto the line, and quads that it still crosses become triangles, so that the border
    between two materials is a curve and not a staircase.

    Args:
        mesh: to cut.
        level: of points (..., 3), positive inside.

    Returns:
        the mesh, and which faces (F,) lie inside.
    """
    value = level(mesh.vertices)
    pairs = edges(mesh.faces)
    pairs = pairs[value[pairs[:, 0]] * value[pairs[:, 1]] < 0]
    share = value[pairs[:, 0]] / (value[pairs[:, 0]] - value[pairs[:, 1]])
    flipped = share > 0.5
    pairs[flipped] = pairs[flipped][:, ::-1]
    share = np.where(flipped, 1 - share, share)
    order = np.argsort(share, kind="stable")
    moved, first = np.unique(pairs[order, 0], return_index=True)
    towards, share = pairs[order][first, 1], share[order][first]
    vertices, weights, shapes = mesh.vertices.copy(), mesh.weights.copy(), mesh.shapes.copy()
    vertices[moved] += (mesh.vertices[towards] - mesh.vertices[moved]) * share[:, None]
    weights[moved] += (mesh.weights[towards] - mesh.weights[moved]) * share[:, None]
    shapes[:, moved] += (mesh.shapes[:, towards] - mesh.shapes[:, moved]) * share[:, None]
    value[moved] = 0.0
    faces, material = _split(mesh.faces, mesh.material, np.sign(value))
    inside = np.where(faces >= 0, value[faces], 0.0).sum(1) > 0
    return Mesh(vertices, weights, shapes, faces, material), inside


def _split(faces: np.ndarray, material: np.ndarray, sign: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    corner = np.where(faces >= 0, sign[faces], 0)
    whole = (faces[:, 3] < 0) | (corner.min(1) >= 0) | (corner.max(1) <= 0)
    out, painted = [faces[whole]], [material[whole]]
    for start in (0, 1):
        # opposite corners on the line, or else the diagonal that leaves the odd corner alone
        diagonal = (corner[:, start] == 0) & (corner[:, start + 2] == 0) & ~whole
        for corners in ((start, start + 1, start + 2), (start + 2, (start + 3) % 4, start)):
            triangles = np.full((diagonal.sum(), 4), NONE)
            triangles[:, :3] = faces[diagonal][:, corners]
            out.append(triangles)
            painted.append(material[diagonal])
        whole = whole | diagonal
    out.append(faces[~whole])
    painted.append(material[~whole])
    return np.concatenate(out), np.concatenate(painted)


def refined(mesh: Mesh) -> Mesh:
    """Divide each quad of a mesh without triangles into four flat ones."""
    pairs = edges(mesh.faces)
    count, face_count = len(mesh.vertices), len(mesh.faces)

    def grown(values: np.ndarray) -> np.ndarray:
        return np.concatenate([values, values[pairs].mean(1), values[mesh.faces].mean(1)])

    number = {tuple(pair): count + index for index, pair in enumerate(pairs.tolist())}
    middle = count + len(pairs) + np.arange(face_count)
    on_edge = np.array(
        [[number[tuple(sorted((face[i], face[(i + 1) % 4])))] for i in range(4)] for face in mesh.faces.tolist()]
    )
    faces = np.concatenate(
        [np.stack([mesh.faces[:, i], on_edge[:, i], middle, on_edge[:, i - 1]], -1) for i in range(4)]
    )
    return Mesh(
        grown(mesh.vertices),
        grown(mesh.weights),
        np.stack([grown(shape) for shape in mesh.shapes]),
        faces,
        np.tile(mesh.material, 4),
    )


def join(meshes: list[Mesh]) -> Mesh:
    """Join several meshes into one."""
    starts = np.cumsum([0, *[len(mesh.vertices) for mesh in meshes]])
    return Mesh(
        np.concatenate([mesh.vertices for mesh in meshes]),
        np.concatenate([mesh.weights for mesh in meshes]),
        np.concatenate([mesh.shapes for mesh in meshes], axis=1),
        np.concatenate(
            [np.where(mesh.faces >= 0, mesh.faces + start, NONE) for mesh, start in zip(meshes, starts, strict=False)]
        ),
        np.concatenate([mesh.material for mesh in meshes]),
    )
