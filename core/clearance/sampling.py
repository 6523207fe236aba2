"""The skin of a mesh: points spread evenly over its outer surface, each with a normal and weights."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..body.skeleton import JOINT, JOINT_NAMES
from .skin import BODY, FOREARM, HAND, REGIONS, UPPER_ARM, Skin, regions_of

# Points of each region. Fingers are thin, so that hands need more points to a surface.
_COUNTS = {BODY: 700, **dict.fromkeys(UPPER_ARM, 40), **dict.fromkeys(FOREARM, 120), **dict.fromkeys(HAND, 140)}
# So many times more points are drawn at first, of which those are kept that are farthest from each other.
_DRAWN = 8
# Hands do not reach shins and feet.
_OUT_OF_REACH = [JOINT[name] for name in JOINT_NAMES if name.endswith(("_knee", "_ankle", "_foot"))]
_MOST_WEIGHTS = 4


@dataclass(frozen=True)
class Surface:
    """The triangles of a mesh in SMPL-X's rest pose.

    Attributes:
        vertices: (V, 3) metres.
        triangles: (F, 3) numbers of vertices.
        weights: (V, 55) of the joints, with sum 1 (or 0: such vertices move with no joint).
    """

    vertices: np.ndarray
    triangles: np.ndarray
    weights: np.ndarray


# Whether something lies before points (N, 3) in directions (N, 3): (N,) bool.
Covered = Callable[[np.ndarray, np.ndarray], np.ndarray]


def sample_skin(surface: Surface, rest_joints: np.ndarray, covered: Covered) -> Skin | None:
    """Spread points over the outer surface of a mesh; inner layers, such as skin below clothes, get none.

    Args:
        surface: the mesh.
        rest_joints: (55, 3) metres, of its skeleton.
        covered: casts rays on the mesh; a point with a clear view in one direction lies on the outer surface.

    Returns:
        The skin, or None where the mesh has no arms or no body.
    """
    random = np.random.default_rng(0)
    corners = surface.vertices[surface.triangles]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    areas = np.linalg.norm(normals, axis=1) / 2
    weights = surface.weights[surface.triangles]
    region, main = _regions(weights.mean(1))
    usable = (areas > 0) & (weights.sum((1, 2)) > 0) & ~np.isin(main, _OUT_OF_REACH)
    parts = []
    for number in range(REGIONS):
        faces = np.flatnonzero(usable & (region == number))
        if not len(faces):
            return None
        drawn = random.choice(faces, _DRAWN * _COUNTS[number], p=areas[faces] / areas[faces].sum())
        share = np.sort(random.random((len(drawn), 2)), 1)
        share = np.stack([share[:, 0], share[:, 1] - share[:, 0], 1 - share[:, 1]], 1)[..., None]
        places = (corners[drawn] * share).sum(1)
        outwards, is_outer = _outwards(places, normals[drawn] / (2 * areas[drawn, None]), covered)
        drawn, share, places, outwards = (values[is_outer] for values in (drawn, share, places, outwards))
        if not len(drawn):
            return None
        kept = farthest(places, _COUNTS[number])
        parts.append((places[kept], outwards[kept], (weights[drawn[kept]] * share[kept]).sum(1)))
    places, outwards, dense = (np.concatenate(part) for part in zip(*parts, strict=True))
    joints = np.argsort(-dense, axis=1, kind="stable")[:, :_MOST_WEIGHTS]
    chosen = np.take_along_axis(dense, joints, 1)
    return Skin(np.array(rest_joints, np.float64), places, outwards, joints, chosen / chosen.sum(1, keepdims=True))


def _regions(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the region (F,) and the main joint (F,) of triangles with mean weights (F, 55)."""
    joints = np.tile(np.arange(weights.shape[1]), (len(weights), 1))
    return regions_of(joints, weights), weights.argmax(1)


def _outwards(places: np.ndarray, normals: np.ndarray, covered: Covered) -> tuple[np.ndarray, np.ndarray]:
    """Return normals (N, 3) that point outwards, and which of the points (N,) lie on the outer surface.

    A point is on the outer surface if some direction on one side of its triangle is clear. Meshes may have triangles
    that face inwards; where only the side behind a triangle is clear, its normal is turned.
    """
    before, behind = (_has_view(places, sign * normals, covered) for sign in (1, -1))
    turned = np.where((behind & ~before)[:, None], -normals, normals)
    return turned, before | behind


def _has_view(places: np.ndarray, normals: np.ndarray, covered: Covered) -> np.ndarray:
    """Return whether something can be seen from points (N, 3), straight ahead or 50° aside: (N,) bool."""
    side = np.cross(normals, np.where(np.abs(normals[:, :1]) < 0.6, [[1.0, 0, 0]], [[0, 1.0, 0]]))
    side /= np.maximum(np.linalg.norm(side, axis=1, keepdims=True), 1e-9)
    up = np.cross(normals, side)
    seen = np.zeros(len(places), bool)
    for direction in (normals, *(normals * 0.64 + 0.77 * each for each in (side, -side, up, -up))):
        left = np.flatnonzero(~seen)
        seen[left] = ~covered(places[left] + 1e-3 * normals[left], direction[left])
    return seen


def farthest(points: np.ndarray, count: int) -> np.ndarray:
    """Choose up to `count` of points (N, 3), each as far as possible from all before: their numbers, in this order."""
    chosen = [int(np.argmax(((points - points.mean(0)) ** 2).sum(1)))]
    distance = ((points - points[chosen[0]]) ** 2).sum(1)
    while len(chosen) < min(count, len(points)):
        chosen.append(int(distance.argmax()))
        distance = np.minimum(distance, ((points - points[chosen[-1]]) ** 2).sum(1))
    return np.array(chosen)
