"""How far each point of an arm is outside of the body and of the other arm, and which way is out.

             surface points ∙ with normals ↑
                 ↑    ↑    ↑            the gap of a point ● is its distance from the planes through the nearest surface
             ────∙────∙────∙────        points, at right angles to their normals, weighted by nearness; it is negative
                    ● -0.02 m           within the body

The own upper arm is part of the surface, too, so that a raised forearm is not taken for one behind the armpit. But a
point that is nearest to it counts as clear: it cannot be anywhere else.
"""

from dataclasses import dataclass

import numpy as np

from ..body.joints import ELBOWS, WRISTS
from ..body.kinematics import forward_kinematics
from .skin import BODY, FOREARM, HAND, UPPER_ARM, PosedSkin, Skin

# Metres: points farther out than this are not measured exactly.
FAR_M = 0.03
# So many surface points around the nearest one make the surface at a point.
_NEIGHBOURS = 6
# Points of the surface that face away from the nearest one by more than this (a cosine) belong to another side.
_SAME_SIDE = 0.2
# Points that are checked of each hand and forearm; and those, with those of the body, by which frames are chosen.
_HAND, _FOREARM = 90, 50
_COARSE_ARM, _COARSE_BODY = 14, 200
# Metres: frames in which coarse points are farther out than this are not looked at closely.
_COARSE_M = 0.06
# Share of the forearm, from the elbow, that is not looked at: it lies in the crook of the arm.
_CROOK = 0.3
# A point behind a plane is inside if it lies within so many widths between surface points, aside of the nearest one.
_ASIDE = 1.5
# Metres: nothing is deeper within a region than this. Body, then upper arm, forearm and hand of each side.
_THICK_M = np.array([0.16, 0.07, 0.06, 0.035, 0.07, 0.06, 0.035])
# The gap of points that cannot be inside, metres.
_CLEAR_M = 1.0
_BLOCK = 128


@dataclass(frozen=True)
class Nearness:
    """Points of both arms and the surface beside them, in N frames.

    Attributes:
        points: (N, 2, P, 3) metres, points of the left and the right arm, in the pelvis' frame.
        gaps: (N, 2, P) metres outside of the surface, negative within it; not exact beyond `FAR_M`.
        outwards: (N, 2, P, 3) the direction in which a gap grows.
        touched: (N, 2, P) region of the skin that is nearest.
    """

    points: np.ndarray
    gaps: np.ndarray
    outwards: np.ndarray
    touched: np.ndarray


class Surroundings:
    """What each arm of a body can run into, computed once for a skin.

    Attributes:
        skin: of the body.
        region: (2, P) region of every checked point: hand or forearm of its side.
    """

    def __init__(self, skin: Skin):
        self.skin = skin
        arms = [_arm(skin, side, _HAND, _FOREARM) for side in (0, 1)]
        count = min(len(rows) for rows in arms)
        self.region = np.stack([skin.region[rows[:count]] for rows in arms])
        self._sides = [_Side(skin, side, rows[:count]) for side, rows in enumerate(arms)]
        self._coarse = [
            _Side(skin, side, _arm(skin, side, _COARSE_ARM, _COARSE_ARM), _COARSE_BODY, _COARSE_ARM) for side in (0, 1)
        ]

    def near(self, rotations: np.ndarray) -> np.ndarray:
        """Return the frames (N,) of a motion (T, 55, 3) in which a hand or forearm is near anything."""
        found = np.zeros(len(rotations), bool)
        for start in range(0, len(rotations), _BLOCK):
            block = slice(start, start + _BLOCK)
            posed = _posed(rotations[block], self.skin)
            for side in self._coarse:
                found[block] |= (side.planes(*posed)[1] < _COARSE_M).any(1)
        return np.flatnonzero(found)

    def of(self, rotations: np.ndarray) -> Nearness:
        """Measure gaps in N frames of rotations (N, 55, 3), parent-local rotation vectors; N is at least 1."""
        blocks = []
        for start in range(0, len(rotations), _BLOCK):
            posed = _posed(rotations[start : start + _BLOCK], self.skin)
            sides = [side.gaps(*posed) for side in self._sides]
            blocks.append([np.stack(parts, 1) for parts in zip(*sides, strict=True)])
        return Nearness(*(np.concatenate(parts) for parts in zip(*blocks, strict=True)))


class _Side:
    """One arm and its obstacles: the body and the other arm."""

    def __init__(self, skin: Skin, side: int, arm: np.ndarray, most_body: int | None = None, most: int | None = None):
        own, other = UPPER_ARM[side], 1 - side
        limbs = [skin.rows(region)[:most] for region in (own, UPPER_ARM[other], FOREARM[other], HAND[other])]
        rows = np.concatenate([skin.rows(BODY)[:most_body], *limbs])
        self._arm, self._surface = PosedSkin(skin, arm), PosedSkin(skin, rows)
        self._region = skin.region[rows]
        self._is_own = self._region == own
        self._around, self._width = _neighbours(skin.places[rows], self._region)

    def planes(self, positions: np.ndarray, world: np.ndarray) -> tuple[np.ndarray, ...]:
        """Return the nearest surface point (N, P), the gap (N, P) from its plane, and all that was posed for it."""
        points, surface = self._arm.places(positions, world), self._surface.places(positions, world)
        normals = self._surface.normals(world)
        nearest = _nearest(points, surface)
        frames = np.arange(len(points))[:, None]
        offset, facing = points - surface[frames, nearest], normals[frames, nearest]
        gap = (offset * facing).sum(-1)
        aside = (offset**2).sum(-1) - gap**2 > (_ASIDE * self._width[nearest] - np.minimum(gap, 0.0) / 4) ** 2
        beyond = (gap < 0) & aside | (gap < -_THICK_M[self._region[nearest]])
        gap = np.where(self._is_own[nearest] | beyond, _CLEAR_M, gap)
        return nearest, gap, facing, points, surface, normals

    def gaps(self, positions: np.ndarray, world: np.ndarray) -> tuple[np.ndarray, ...]:
        """Return points, gaps, directions and regions of the surface, as in `Nearness`, of this arm."""
        nearest, gap, facing, points, surface, normals = self.planes(positions, world)
        frame, point = np.nonzero(gap < FAR_M)
        around = self._around[nearest[frame, point]]
        offset = points[frame, point][:, None] - surface[frame[:, None], around]
        facings = normals[frame[:, None], around]
        squared = (offset**2).sum(-1)
        closeness = (squared[:, :1] - squared) / self._width[nearest[frame, point]][:, None] ** 2
        weight = np.where((facings * facings[:, :1]).sum(-1) > _SAME_SIDE, np.exp(np.minimum(closeness, 0.0)), 0.0)
        weight /= weight.sum(-1, keepdims=True)
        gap[frame, point] = (weight * (offset * facings).sum(-1)).sum(-1)
        outwards = (weight[..., None] * facings).sum(-2)
        facing[frame, point] = outwards / np.maximum(np.linalg.norm(outwards, axis=-1, keepdims=True), 1e-9)
        return points, gap, facing, self._region[nearest]


def _posed(rotations: np.ndarray, skin: Skin) -> tuple[np.ndarray, np.ndarray]:
    """Pose the joints in the pelvis' frame."""
    upright = rotations.copy()
    upright[:, 0] = 0.0
    return forward_kinematics(upright, np.zeros((len(rotations), 3)), skin.rest_joints)


def _nearest(points: np.ndarray, surface: np.ndarray) -> np.ndarray:
    """Return for points (N, P, 3) the number (N, P) of the nearest surface point of (N, M, 3) in their frame."""
    ones = np.ones((*points.shape[:2], 1), np.float32)
    left = np.concatenate([points.astype(np.float32), ones], -1)
    right = np.concatenate([-2 * surface, (surface**2).sum(-1, keepdims=True)], -1).astype(np.float32)
    return (left @ right.transpose(0, 2, 1)).argmin(-1)


def _arm(skin: Skin, side: int, hand: int, forearm: int) -> np.ndarray:
    """Return the rows (P,) of a hand, and of its forearm beyond the crook of the arm, so many of each at most."""
    elbow, wrist = skin.rest_joints[ELBOWS[side]], skin.rest_joints[WRISTS[side]]
    rows = skin.rows(FOREARM[side])
    along = (skin.places[rows] - elbow) @ (wrist - elbow) / max((wrist - elbow) @ (wrist - elbow), 1e-9)
    return np.concatenate([skin.rows(HAND[side])[:hand], rows[along > _CROOK][:forearm]])


def _neighbours(places: np.ndarray, region: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return, for M surface points, those around each of them (M, neighbours), itself first, and their distance (M,).

    Points of another region are no neighbours: a hand is not part of the thigh that it touches.
    """
    squared = ((places[:, None] - places[None]) ** 2).sum(-1)
    squared[region[:, None] != region[None]] = np.inf
    np.fill_diagonal(squared, -1.0)
    around = np.argsort(squared, axis=1, kind="stable")[:, :_NEIGHBOURS]
    distance = np.take_along_axis(squared, around, 1)
    around = np.where(np.isfinite(distance), around, around[:, :1])
    spread = np.sqrt(np.where(np.isfinite(distance[:, 1:4]), np.maximum(distance[:, 1:4], 0.0), 0.0).mean(1))
    return around, np.maximum(spread, 0.004)
