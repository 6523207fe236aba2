"""The skin of a mesh: points spread over its outer surface, more where it is bent, each with a normal and weights.

Misfits with the mesh are found at rest, where arms are straight. A bent elbow juts out between points that are as far
apart as on a sleeve, and enters the body unnoticed. So there are more points where upper arm and forearm share a bend.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..body.joints import ELBOWS, SHOULDERS
from ..body.skeleton import JOINT, JOINT_NAMES
from .misfits import with_misfits
from .skin import BODY, FOREARM, HAND, REGIONS, UPPER_ARM, Held, Skin, regions_of

# Points of each region that are spread evenly. Fingers are thin, so that hands need more points to a surface.
_COUNTS = {BODY: 700, **dict.fromkeys(UPPER_ARM, 40), **dict.fromkeys(FOREARM, 120), **dict.fromkeys(HAND, 140)}
# Square metres of a forearm up to which these are enough; a wide sleeve gets as many points to its area.
_SLEEVE_M2 = 0.085
# So many times as many points a region has at most, with those where it is bent or wide.
_MOST = 2.5
# Metres between points at the bend of an elbow, and the weight on the upper arm from which on a point belongs to it.
_BEND_APART_M, _BEND = 0.011, 0.15
# Points at one bend at most, where a region has twice as many points as those that are spread evenly.
_AT_BEND = 40
# So many times more points are drawn at first, of which those are kept that are farthest from each other.
_DRAWN = 8
# Hands do not reach shins and feet.
_OUT_OF_REACH = [JOINT[name] for name in JOINT_NAMES if name.endswith(("_knee", "_ankle", "_foot"))]
# Joints that move one point at most, and the weight from which on one counts.
_MOST_WEIGHTS, _LEAST_WEIGHT = 8, 0.004


@dataclass(frozen=True)
class Resting:
    """A mesh where its rig rests, and how the joints lead from there to SMPL-X's rest pose.

    Attributes:
        vertices: (V, 3) where the rig rests.
        turns: (55, 3, 3) of each joint; a change of size is part of them.
        shifts: (55, 3) metres, after the turn.
    """

    vertices: np.ndarray
    turns: np.ndarray
    shifts: np.ndarray


@dataclass(frozen=True)
class Surface:
    """The triangles of a mesh in SMPL-X's rest pose.

    Attributes:
        vertices: (V, 3) metres.
        triangles: (F, 3) numbers of vertices.
        weights: (V, 55) of the joints, with sum 1 (or 0: such vertices move with no joint).
        resting: where its rig rests; None for SMPL-X's rest pose.
    """

    vertices: np.ndarray
    triangles: np.ndarray
    weights: np.ndarray
    resting: Resting | None = None


# Whether something lies before points (N, 3) in directions (N, 3): (N,) bool.
Covered = Callable[[np.ndarray, np.ndarray], np.ndarray]


def sample_skin(surface: Surface, rest_joints: np.ndarray, covered: Covered, most: float = _MOST) -> Skin | None:
    """Spread points over the outer surface of a mesh; inner layers, such as skin below clothes, get none.

    Args:
        surface: the mesh.
        rest_joints: (55, 3) metres, of its skeleton.
        covered: casts rays on the mesh; a point with a clear view in one direction lies on the outer surface.
        most: so many times as many points a region has at most, with those where it is bent or wide.

    Returns:
        The skin, or None where the mesh has no arms or no body.
    """
    random = np.random.default_rng(0)
    faces, parts = _Faces.of(surface), []
    for number in range(REGIONS):
        chosen = np.flatnonzero(faces.usable & (faces.region == number))
        if not len(chosen):
            return None
        drawn, is_outer = _drawn(faces, chosen, _DRAWN * _COUNTS[number], random, covered)
        if not len(drawn.faces):
            return None
        area = faces.areas[chosen].sum() * is_outer.mean()
        count = _COUNTS[number] * (np.clip(area / _SLEEVE_M2, 1.0, most) if number in FOREARM else 1.0)
        kept = farthest(drawn.places, round(count))
        parts.append(drawn.take(with_misfits(drawn.places, drawn.outwards, kept, round(most * _COUNTS[number]))))
        if number in FOREARM:
            parts.append(_at_bend(faces, number, parts[-1], round((most - 1) * _AT_BEND), covered))
    return _skin_of(faces, parts, rest_joints)


@dataclass(frozen=True)
class _Faces:
    """The triangles of a surface.

    Attributes:
        surface: the mesh.
        corners: (F, 3, 3) metres.
        normals: (F, 3), twice as long as the area.
        areas: (F,) square metres.
        weights: (F, 3, 55) of the corners.
        region: (F,) of the skin.
        usable: (F,) whether it has an area and weights, and hands may reach it.
    """

    surface: Surface
    corners: np.ndarray
    normals: np.ndarray
    areas: np.ndarray
    weights: np.ndarray
    region: np.ndarray
    usable: np.ndarray

    @classmethod
    def of(cls, surface: Surface) -> "_Faces":
        """Read the triangles of a surface."""
        corners = surface.vertices[surface.triangles]
        normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        areas = np.linalg.norm(normals, axis=1) / 2
        weights = surface.weights[surface.triangles]
        region, main = _regions(weights.mean(1))
        usable = (areas > 0) & (weights.sum((1, 2)) > 0) & ~np.isin(main, _OUT_OF_REACH)
        return cls(surface, corners, normals, areas, weights, region, usable)


@dataclass(frozen=True)
class _Points:
    """Points on triangles.

    Attributes:
        faces: (N,) the triangle of each.
        share: (N, 3, 1) of its corners in the point.
        places: (N, 3) metres.
        outwards: (N, 3) of length 1.
    """

    faces: np.ndarray
    share: np.ndarray
    places: np.ndarray
    outwards: np.ndarray

    def take(self, rows: np.ndarray) -> "_Points":
        """Return some of the points."""
        return _Points(self.faces[rows], self.share[rows], self.places[rows], self.outwards[rows])


def _drawn(
    faces: _Faces, chosen: np.ndarray, count: int, random: np.random.Generator, covered: Covered
) -> tuple[_Points, np.ndarray]:
    """Draw points on the `chosen` triangles; return those on the outer surface, and which of all they are (count,)."""
    drawn = random.choice(chosen, count, p=faces.areas[chosen] / faces.areas[chosen].sum())
    share = np.sort(random.random((len(drawn), 2)), 1)
    share = np.stack([share[:, 0], share[:, 1] - share[:, 0], 1 - share[:, 1]], 1)[..., None]
    places = (faces.corners[drawn] * share).sum(1)
    outwards, is_outer = _outwards(places, faces.normals[drawn] / (2 * faces.areas[drawn, None]), covered)
    return _Points(drawn, share, places, outwards).take(is_outer), is_outer


def _at_bend(faces: _Faces, forearm: int, given: _Points, most: int, covered: Covered) -> _Points:
    """Return up to `most` points of a forearm at the bend of its elbow, apart from each other and from those given."""
    side = FOREARM.index(forearm)
    upper, lower = SHOULDERS[side], ELBOWS[side]
    is_shared = np.all(np.any(faces.weights[..., [upper, lower]] > _BEND, axis=1), axis=1)
    chosen = np.flatnonzero(faces.usable & is_shared)
    if not len(chosen) or not most:
        return given.take(np.zeros(0, int))
    drawn, _ = _drawn(faces, chosen, _DRAWN * _COUNTS[forearm], np.random.default_rng(forearm), covered)
    weights = (faces.weights[drawn.faces] * drawn.share).sum(1)
    drawn = drawn.take((_regions(weights)[0] == forearm) & (weights[:, upper] > _BEND))
    away = ((drawn.places[:, None] - given.places) ** 2).sum(-1).min(1)
    kept: list[int] = []
    while len(kept) < most and away.max(initial=0.0) > _BEND_APART_M**2:
        kept.append(int(away.argmax()))
        away = np.minimum(away, ((drawn.places - drawn.places[kept[-1]]) ** 2).sum(1))
    return drawn.take(np.array(kept, int))


def _skin_of(faces: _Faces, parts: list[_Points], rest_joints: np.ndarray) -> Skin:
    """Return the points of all parts as a skin."""
    drawn, share, places, outwards = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("faces", "share", "places", "outwards")
    )
    weights, surface = faces.weights[drawn], faces.surface
    (joints, chosen), held = _greatest((weights * share).sum(1)), None
    if surface.resting is not None:
        is_turned = (outwards * faces.normals[drawn]).sum(1) < 0
        chosen, held = _held(surface.resting, surface.triangles[drawn], weights, share, joints, is_turned)
    return Skin(np.array(rest_joints, np.float64), places, outwards, joints, chosen, held)


def _greatest(dense: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the joints (N, K) with the greatest of weights (N, 55), and their weights (N, K) with sum 1."""
    used = int((dense > _LEAST_WEIGHT).sum(1).max())
    joints = np.argsort(-dense, axis=1, kind="stable")[:, : min(used, _MOST_WEIGHTS)]
    chosen = np.take_along_axis(dense, joints, 1)
    chosen[chosen <= _LEAST_WEIGHT] = 0.0
    return joints, chosen / chosen.sum(1, keepdims=True)


def _held(
    resting: Resting,
    vertices: np.ndarray,
    weights: np.ndarray,
    share: np.ndarray,
    joints: np.ndarray,
    is_turned: np.ndarray,
) -> tuple[np.ndarray, Held]:
    """Return the weights (N, K) of points, and how the joints hold them.

    Args:
        resting: the mesh where its rig rests.
        vertices: (N, 3) of the triangle of each point.
        weights: (N, 3, 55) of these vertices.
        share: (N, 3, 1) of these vertices in the point.
        joints: (N, K) of each point.
        is_turned: (N,) whether the normal of the triangle points inwards.
    """
    weights = np.take_along_axis(weights, joints[:, None], 2)
    weights /= np.maximum(weights.sum(2, keepdims=True), 1e-9)
    turns, at_rest = resting.turns[joints], resting.vertices[vertices]
    places = np.einsum("nkij,ncj->ncki", turns, at_rest) + resting.shifts[joints][:, None]
    # A corner is Σ weight · (turn · place + shift): four numbers of each joint.
    corners = weights[..., None] * np.concatenate([places, np.ones((*places.shape[:-1], 1))], -1)
    edges, sides = (each[:, 1:] - each[:, :1] for each in (corners, at_rest))
    for each in (edges, sides):
        each[is_turned] = each[is_turned][:, ::-1]
    normals = np.einsum("nkij,nj->nki", turns, np.cross(sides[:, 0], sides[:, 1]))
    normals /= np.maximum(np.linalg.norm(normals, axis=-1, keepdims=True), 1e-12)
    point = (share[..., None] * corners).sum(1)
    return point[..., 3], Held(point[..., :3] / np.maximum(point[..., 3:], 1e-9), normals, edges.swapaxes(1, 2))


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
