"""Runs in Blender: how deep hands and forearms are inside a character's own mesh, as Blender poses it.

Nothing of `core.clearance` decides here: a vertex is inside where the winding number of the mesh without its own arm is
above one half, and its depth is the distance from the nearest triangle.
"""

import bpy
import numpy as np
from mathutils.bvhtree import BVHTree

from core.body.joints import ELBOWS, WRISTS
from core.clearance.skin import FOREARM, HAND, UPPER_ARM, Skin, regions_of
from devtools.measure.winding import winding_numbers

# Metres: vertices that are less deep are not counted.
_LEAST_M = 0.004
# Metres: nothing is deeper than this, and how far from the surface a limb is looked for first.
_MOST_M, _NEAR_M = 0.2, 0.04
# Share of the forearm, from the elbow, that lies in the crook of the arm.
_CROOK = 0.3
_INSIDE = 0.5


class DepthMeter:
    """Measures one mesh whose vertices are those of a skin at rest."""

    def __init__(self, skin: Skin, triangles: np.ndarray, every: int = 1):
        region = regions_of(skin.joints, skin.weights)
        self._sides = []
        for side in (0, 1):
            own = np.isin(region, (UPPER_ARM[side], FOREARM[side], HAND[side]))
            others = triangles[own[triangles].sum(1) < 2]
            elbow, wrist = skin.rest_joints[ELBOWS[side]], skin.rest_joints[WRISTS[side]]
            along = (skin.places - elbow) @ (wrist - elbow) / ((wrist - elbow) @ (wrist - elbow))
            limb = np.flatnonzero((region == HAND[side]) | ((region == FOREARM[side]) & (along > _CROOK)))
            self._sides.append((others, limb[::every]))

    def depth(self, vertices: np.ndarray) -> float:
        """Return the depth, metres, of the deepest vertex of hands and forearms among posed `vertices` (V, 3).

        A limb that is somewhere deep inside is somewhere else less deep: it begins outside. So it is looked for near
        the surface first, where few triangles count.
        """
        sides = [side for side in self._sides if self._deepest(vertices, *side, _NEAR_M)]
        return max((self._deepest(vertices, *side, _MOST_M) for side in sides), default=0.0)

    @staticmethod
    def _deepest(vertices: np.ndarray, others: np.ndarray, limb: np.ndarray, most_m: float) -> float:
        """Return the depth of the deepest vertex of a `limb` (L,) within triangles `others` (F, 3), up to `most_m`."""
        places = vertices[limb]
        near = ((vertices > places.min(0) - most_m) & (vertices < places.max(0) + most_m)).all(1)
        around = others[near[others].any(1)]
        if not len(around):
            return 0.0
        used, corners = np.unique(around, return_inverse=True)
        corners = corners.reshape(-1, 3).tolist()
        tree, found, distances = BVHTree.FromPolygons(vertices[used].tolist(), corners, all_triangles=True), [], []
        for vertex, place in enumerate(places.tolist()):
            nearest, normal, _, distance = tree.find_nearest(place, most_m)
            if nearest is None or distance < _LEAST_M:
                continue
            # Well in front of the nearest triangle is outside; everything else is decided by the winding number.
            if sum((a - b) * c for a, b, c in zip(place, nearest, normal, strict=True)) < 0.3 * distance:
                found.append(vertex)
                distances.append(distance)
        if not found:
            return 0.0
        order = np.argsort(distances)[::-1]
        for start in range(0, len(order), 32):
            rows = order[start : start + 32]
            inside = winding_numbers(places[np.array(found)[rows]], vertices[others]) > _INSIDE
            if inside.any():
                return float(np.array(distances)[rows][inside].max())
        return 0.0


def posed_vertices(body: bpy.types.Object) -> np.ndarray:
    """Return the vertices (V, 3) of a mesh in the world, as its modifiers pose it at the present frame."""
    evaluated = body.evaluated_get(bpy.context.evaluated_depsgraph_get())
    mesh = evaluated.to_mesh()
    vertices = np.empty(3 * len(mesh.vertices), np.float32)
    mesh.vertices.foreach_get("co", vertices)
    evaluated.to_mesh_clear()
    world = np.array(body.matrix_world)
    return vertices.reshape(-1, 3).astype(np.float64) @ world[:3, :3].T + world[:3, 3]
