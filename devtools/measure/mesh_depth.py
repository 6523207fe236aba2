"""Runs in Blender: how deep hands and forearms are inside a character's own meshes, as Blender poses them.

Nothing of `core.clearance` decides here: a vertex of a hand or forearm, elbow included, is inside where the winding
number of the meshes without its own arm is above one half, and its depth is the distance from the nearest triangle.
"""

from collections.abc import Sequence

import bpy
import numpy as np
from mathutils.bvhtree import BVHTree

from core.clearance.skin import FOREARM, HAND, UPPER_ARM, Skin, regions_of
from devtools.measure.winding import winding_numbers

# Metres: vertices that are less deep are not counted.
_LEAST_M = 0.004
# Metres: nothing is deeper than this, and how far from the surface a limb is looked for first.
_MOST_M, _NEAR_M = 0.2, 0.04
_INSIDE = 0.5
# Metres: the size of the cells at rest by which parts that are far from everything are left out, and how far the inside
# of a triangle may be from its corners.
_CELL_M, _EDGE_M = 0.05, 0.03
# So many vertices are asked at once, the deepest first.
_AT_ONCE = 8


class DepthMeter:
    """Measures meshes whose vertices, one mesh after the other, are those of a skin at rest."""

    def __init__(self, skin: Skin, triangles: np.ndarray, every: int = 1):
        region = regions_of(skin.joints, skin.weights)
        self._sides = []
        for side in (0, 1):
            own = np.isin(region, (UPPER_ARM[side], FOREARM[side], HAND[side]))
            others = triangles[own[triangles].sum(1) < 2]
            limb = np.flatnonzero(np.isin(region, (FOREARM[side], HAND[side])))[::every]
            self._sides.append((others, _Balls(skin.places, np.unique(others)), _Balls(skin.places, limb)))

    def depth(self, vertices: np.ndarray) -> float:
        """Return the depth, metres, of the deepest vertex of hands and forearms among posed `vertices` (V, 3).

        A limb that is somewhere deep inside is somewhere else less deep: it begins outside. So it is looked for near
        the surface first, where few triangles count.
        """
        sides = [side for side in self._sides if self._deepest(vertices, *side, _NEAR_M)]
        return max((self._deepest(vertices, *side, _MOST_M) for side in sides), default=0.0)

    @staticmethod
    def _deepest(vertices: np.ndarray, others: np.ndarray, walls: "_Balls", limb: "_Balls", most_m: float) -> float:
        """Return the depth of the deepest vertex of a `limb` within triangles `others` (F, 3), up to `most_m`.

        Args:
            vertices: (V, 3) metres, posed.
            others: corners of the triangles.
            walls: the vertices of the triangles.
            limb: the vertices that are measured.
            most_m: nothing is looked for at a greater depth.
        """
        (middles, radius), (away, reach) = limb.posed(vertices), walls.posed(vertices)
        gaps = np.linalg.norm(middles[:, None] - away, axis=-1) - radius[:, None] - reach
        is_near, limit_m = np.zeros(len(vertices), bool), most_m + _EDGE_M
        is_near[walls.within(gaps.min(0) < limit_m)] = True
        places, around = vertices[limb.within(gaps.min(1) < limit_m)], others[is_near[others].any(1)]
        if not len(around):
            return 0.0
        used, numbers = np.unique(around, return_inverse=True)
        faces = numbers.reshape(-1, 3).tolist()
        tree, found, distances = BVHTree.FromPolygons(vertices[used].tolist(), faces, all_triangles=True), [], []
        for vertex, place in enumerate(places.tolist()):
            nearest, normal, _, distance = tree.find_nearest(place, most_m)
            if nearest is None or distance < _LEAST_M:
                continue
            # Well in front of the nearest triangle is outside; everything else is decided by the winding number.
            if sum((a - b) * c for a, b, c in zip(place, nearest, normal, strict=True)) < 0.3 * distance:
                found.append(vertex)
                distances.append(distance)
        order, corners = np.argsort(distances)[::-1], vertices[others]
        for start in range(0, len(order), _AT_ONCE):
            rows = order[start : start + _AT_ONCE]
            inside = winding_numbers(places[np.array(found)[rows]], corners) > _INSIDE
            if inside.any():
                return float(np.array(distances)[rows][inside].max())
        return 0.0


class _Balls:
    """Vertices (N,) in cells at rest; each cell lies in a ball when it is posed."""

    def __init__(self, places: np.ndarray, vertices: np.ndarray):
        _, cell = np.unique(np.floor(places[vertices] / _CELL_M), axis=0, return_inverse=True)
        order = np.argsort(cell.ravel(), kind="stable")
        self.vertices, self._cell = vertices[order], cell.ravel()[order]
        self._starts = np.searchsorted(self._cell, np.arange(self._cell.max() + 1))
        self._counts = np.diff([*self._starts, len(vertices)])[:, None]

    def posed(self, vertices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the middles (C, 3) and the radii (C,) of all cells among posed vertices (V, 3)."""
        places = vertices[self.vertices]
        middles = np.add.reduceat(places, self._starts) / self._counts
        squared = ((places - middles[self._cell]) ** 2).sum(1)
        return middles, np.sqrt(np.maximum.reduceat(squared, self._starts))

    def within(self, cells: np.ndarray) -> np.ndarray:
        """Return the vertices of some cells (C,) bool."""
        return self.vertices[cells[self._cell]]


def posed_vertices(bodies: Sequence[bpy.types.Object]) -> np.ndarray:
    """Return the vertices (V, 3) of meshes in the world, as their modifiers pose them at the present frame."""
    graph, parts = bpy.context.evaluated_depsgraph_get(), []
    for body in bodies:
        evaluated = body.evaluated_get(graph)
        mesh = evaluated.to_mesh()
        vertices = np.empty(3 * len(mesh.vertices), np.float32)
        mesh.vertices.foreach_get("co", vertices)
        evaluated.to_mesh_clear()
        world = np.array(body.matrix_world)
        parts.append(vertices.reshape(-1, 3).astype(np.float64) @ world[:3, :3].T + world[:3, 3])
    return np.concatenate(parts)
