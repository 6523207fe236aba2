"""Small pictures of meshes, drawn by NumPy: Blender itself draws only with a window, or renders for seconds.

    triangles in the scene ── turned to the view ── large ones cut ── pixels in each ── the nearest one at each pixel

All triangles are drawn together: one step tests, for every triangle, the pixel that is some columns and rows from its
lowest corner. So triangles must be small, and large ones are cut. Pictures are drawn twice as large and halved, which
smooths edges.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import bpy
import numpy as np

_FILLED = 0.92
_FINER = 2
# Larger triangles are cut before their pixels are looked for, pixels.
_SMALL = 6
# Where the light is, seen from the eye: right, up, towards the eye; and how bright what it does not reach is.
_LIGHT = np.array([-0.45, 0.55, 0.7]) / np.linalg.norm([-0.45, 0.55, 0.7])
_DARKEST = 0.3
# sRGB from linear colours, near enough for a picture of this size.
_GAMMA = 1 / 2.2
_UP = np.array([0.0, 0.0, 1.0])


@dataclass(frozen=True)
class Surface:
    """Triangles of meshes as the scene shows them.

    Attributes:
        corners: (N, 3, 3) metres, in the scene.
        colours: (N, 3) linear.
    """

    corners: np.ndarray
    colours: np.ndarray


def surface(objects: Iterable[bpy.types.Object], depsgraph: bpy.types.Depsgraph) -> Surface:
    """Return the triangles of meshes with all that deforms them."""
    corners, colours = [np.zeros((0, 3, 3))], [np.zeros((0, 3))]
    for each in objects:
        evaluated = each.evaluated_get(depsgraph)
        mesh = evaluated.to_mesh()
        mesh.calc_loop_triangles()
        points = np.empty(3 * len(mesh.vertices), np.float32)
        mesh.vertices.foreach_get("co", points)
        count = len(mesh.loop_triangles)
        indices, material = np.empty(3 * count, np.int32), np.empty(count, np.int32)
        mesh.loop_triangles.foreach_get("vertices", indices)
        mesh.loop_triangles.foreach_get("material_index", material)
        place = np.array(evaluated.matrix_world)
        corners.append((points.reshape(-1, 3) @ place[:3, :3].T + place[:3, 3])[indices.reshape(-1, 3)])
        palette = [(0.8, 0.8, 0.8) if used is None else used.diffuse_color[:3] for used in mesh.materials]
        palette = np.array(palette or [(0.8, 0.8, 0.8)])
        colours.append(palette[np.clip(material, 0, len(palette) - 1)])
        evaluated.to_mesh_clear()
    return Surface(np.concatenate(corners), np.concatenate(colours))


def draw(what: Surface, view: np.ndarray, size: int) -> np.ndarray:
    """Draw triangles, as large as the picture allows, on a transparent ground.

    Args:
        what: at least one triangle.
        view: (3, 3) axes of the view as rows: right, up, towards the eye.
        size: width and height, pixels.

    Returns:
        colours (size, size, 4), sRGB with transparency, 0-1, the lowest row first as Blender has it.
    """
    corners = what.corners @ view.T
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    length = np.linalg.norm(across, axis=1)
    # Clothes and hair are often one layer, which is seen from both sides.
    normals = across * np.where(across[:, 2:] < 0, -1, 1) / np.maximum(length, 1e-20)[:, None]
    light = _DARKEST + (1 - _DARKEST) * np.clip(normals @ _LIGHT, 0, 1)
    shades = np.clip(what.colours * light[:, None], 0, 1) ** _GAMMA
    wide = size * _FINER
    low, high = corners.reshape(-1, 3).min(0), corners.reshape(-1, 3).max(0)
    scale = wide * _FILLED / max(*(high - low)[:2], 1e-9)
    corners = (corners - (low + high) / 2) * scale
    corners[..., :2] += wide / 2
    pixels, depths, owners = _dots(corners.astype(np.float32))
    columns, rows = np.clip(pixels.astype(int), 0, wide - 1).T
    fine = np.zeros((wide * wide, 4), np.float32)
    # Of equal places the last value stays: the nearest dots come last.
    order = np.argsort(depths, kind="stable")
    fine[(rows * wide + columns)[order]] = np.concatenate([shades, np.ones((len(shades), 1))], 1)[owners[order]]
    squares = fine.reshape(size, _FINER, size, _FINER, 4)
    covered = squares[..., 3:].sum((1, 3))
    colours = (squares[..., :3] * squares[..., 3:]).sum((1, 3)) / np.maximum(covered, 1)
    return np.concatenate([colours, covered / _FINER**2], -1).astype(np.float32)


def front_view(shoulders: np.ndarray, aside: float, above: float) -> np.ndarray:
    """Return the axes (3, 3) of a view of a character's front: right, up, towards the eye.

    The front is where the shoulders say, because any axis of an armature may point forward.

    Args:
        shoulders: (2, 3) the left and the right one, in the scene.
        aside: how far the eye is beside the front, to the character's left, radians.
        above: how far it is above, radians.
    """
    left = (shoulders[0] - shoulders[1]) * (1, 1, 0)
    size = np.linalg.norm(left)
    left = left / size if size > 1e-6 else np.array([1.0, 0.0, 0.0])
    flat = np.cos(aside) * np.cross(left, _UP) + np.sin(aside) * left
    towards = np.cos(above) * flat + np.sin(above) * _UP
    right = np.cross(_UP, flat)
    return np.array([right, np.cross(towards, right), towards])


def _small(corners: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cut triangles (N, 3, 3), pixels, into quarters until none is wider or higher than `_SMALL` pixels.

    Returns:
        triangles (M, 3, 3), and for each the number (M,) of the one that it was cut from.
    """
    owners, done, numbers = np.arange(len(corners)), [], []
    while len(corners):
        small = np.ptp(corners[..., :2], axis=1).max(1) <= _SMALL
        done.append(corners[small])
        numbers.append(owners[small])
        a, b, c = np.moveaxis(corners[~small], 1, 0)
        ab, bc, ca = (a + b) / 2, (b + c) / 2, (c + a) / 2
        pieces = ((a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca))
        corners = np.concatenate([np.stack(piece, 1) for piece in pieces])
        owners = np.tile(owners[~small], 4)
    return np.concatenate(done), np.concatenate(numbers)


def _dots(corners: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Find the pixels whose middles triangles (N, 3, 3) cover.

    Returns:
        columns and rows (M, 2), depths (M,), and numbers of the triangles (M,).
    """
    corners, owners = _small(corners)
    lowest = np.floor(corners[..., :2].min(1))
    extent = np.floor(corners[..., :2].max(1)) - lowest
    pixels, depths, numbers = [], [], []
    for across, up in np.ndindex(_SMALL + 2, _SMALL + 2):
        rows = np.flatnonzero((extent[:, 0] >= across) & (extent[:, 1] >= up))
        pixel = lowest[rows] + (across, up)
        ends = corners[rows, :, :2] - (pixel + 0.5)[:, None]
        after = np.roll(ends, -1, axis=1)
        # Twice the area of the triangles that a middle makes with each side: of one sign where it is inside.
        areas = ends[..., 0] * after[..., 1] - ends[..., 1] * after[..., 0]
        inside = (np.abs(np.sign(areas).sum(1)) >= 2) & ((areas >= 0).all(1) | (areas <= 0).all(1))
        areas = np.roll(areas[inside], -1, axis=1)
        found = rows[inside]
        depths.append((areas * corners[found, :, 2]).sum(1) / areas.sum(1))
        pixels.append(pixel[inside])
        numbers.append(owners[found])
    return np.concatenate(pixels), np.concatenate(depths), np.concatenate(numbers)
