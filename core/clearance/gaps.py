"""How far each point of an arm is outside of the body and of the other arm, and which way is out.

             surface points ∙ with normals ↑
                 ↑    ↑    ↑            the gap of a point ● is its distance from the planes through the nearest surface
             ────∙────∙────∙────        points, at right angles to their normals, weighted by nearness; it is negative
                    ● -0.02 m           within the body

The own upper arm is part of the surface, too, so that a raised forearm is not taken for one behind the armpit. But a
point that is nearest to it counts as clear: it cannot be anywhere else.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from ..body.blocks import is_short
from ..body.kinematics import forward_kinematics
from ..parallel import in_order
from ..stops import check_stop
from .clusters import Clusters
from .skin import FOREARM, HAND, UPPER_ARM, PosedSkin, Skin, moves_of
from .walls import Piece, PosedPiece, pieces_of

# Metres: points farther out than this are not measured exactly.
FAR_M = 0.03
# Points of the surface that face away from the nearest one by more than this (a cosine) belong to another side.
_SAME_SIDE = 0.2
# Points that are checked of each hand and forearm.
_HAND, _FOREARM = 100, 120
# Points of a cluster of the checked ones, and of a piece of the surface.
_PROBES, _PIECE = 48, 24
# A point behind a plane is inside if it lies within so many widths between surface points, aside of the nearest one.
_ASIDE = 1.5
# The gap of points that cannot be inside, metres.
CLEAR_M = 1.0
_BLOCK = 1024

T = TypeVar("T")


@dataclass(frozen=True)
class Nearness:
    """Points of both arms and the surface beside them, in the N frames in which anything is near.

    Attributes:
        rows: (N,) the frames, rising.
        points: (N, 2, P, 3) metres, points of the left and the right arm, in the pelvis' frame.
        gaps: (N, 2, P) metres outside of the surface, negative within it; not exact beyond the reach.
        outwards: (N, 2, P, 3) the direction in which a gap grows.
        touched: (N, 2, P) region of the skin that is nearest.
    """

    rows: np.ndarray
    points: np.ndarray
    gaps: np.ndarray
    outwards: np.ndarray
    touched: np.ndarray

    @classmethod
    def nowhere(cls, rows: np.ndarray, count: int) -> "Nearness":
        """Make room for `count` points of each arm in frames (N,), all of them far from everything."""
        shape = (len(rows), 2, count)
        return cls(
            rows,
            np.zeros((*shape, 3), np.float32),
            np.full(shape, CLEAR_M, np.float32),
            np.zeros((*shape, 3), np.float32),
            np.zeros(shape, np.int8),
        )

    @property
    def depth(self) -> np.ndarray:
        """How deep the deepest point is inside, metres (N,); 0 where all points are outside."""
        return np.maximum(-self.gaps.min((1, 2), initial=CLEAR_M).astype(np.float64), 0.0)


class Surroundings:
    """What each arm of a body can run into, computed once for a skin.

    Attributes:
        skin: of the body.
        region: (2, P) region of every checked point: hand or forearm of its side.
    """

    def __init__(self, skin: Skin):
        self.skin = skin
        arms = [_arm(skin, side) for side in (0, 1)]
        count = min(len(rows) for rows in arms)
        self.region = np.stack([skin.region[rows[:count]] for rows in arms])
        clusters, self._pieces = pieces_of(skin, _PIECE)
        self._middles = clusters.posed_middles
        self._sides = [_Side(skin, side, rows[:count], self._pieces, clusters.radius) for side, rows in enumerate(arms)]

    def of(self, rotations: np.ndarray, reach_m: float = FAR_M) -> Nearness:
        """Measure gaps in the frames of rotations (T, 55, 3), parent-local rotation vectors.

        Args:
            rotations: of the motion.
            reach_m: gaps up to this are exact; a smaller one takes less time.
        """
        blocks = list(self.measured(rotations, reach_m, lambda seen: seen))
        if not blocks:
            return Nearness.nowhere(np.zeros(0, int), self.region.shape[1])
        parts = zip(*([each.rows, each.points, each.gaps, each.outwards, each.touched] for each in blocks), strict=True)
        return Nearness(*(np.concatenate(part) for part in parts))

    def measured(self, rotations: np.ndarray, reach_m: float, kept: Callable[[Nearness], T]) -> Iterator[T]:
        """Measure block by block, as `of` does; yield what is kept of each block."""

        def measure(start: int) -> T:
            return kept(self._block(rotations[start : start + _BLOCK], start, reach_m))

        starts = range(0, len(rotations), _BLOCK)
        return in_order(measure, starts) if is_short(len(rotations)) else map(measure, starts)

    def _block(self, rotations: np.ndarray, start: int, reach_m: float) -> Nearness:
        check_stop()
        upright = rotations.copy()
        upright[:, 0] = 0.0
        moves = moves_of(*forward_kinematics(upright, np.zeros((len(upright), 3)), self.skin.rest_joints), self.skin)
        middles, facing = self._middles.places(moves), self._middles.normals(moves)
        near = [side.candidates(moves, middles, facing, reach_m) for side in self._sides]
        rows = np.flatnonzero(np.any([each.any((1, 2)) for _, each in near], axis=0))
        out, moves = Nearness.nowhere(rows, self.region.shape[1]), moves[rows]
        if not len(rows):
            return out
        near = [(squared[rows], each[rows]) for squared, each in near]
        beside = np.any([each.any(1) for _, each in near], axis=0)
        posed = {
            number: self._pieces[number].posed(moves, np.flatnonzero(beside[:, number]))
            for number in np.flatnonzero(beside.any(0)).tolist()
        }
        for number, side in enumerate(self._sides):
            part = [values[:, number] for values in (out.points, out.gaps, out.outwards, out.touched)]
            side.measure(moves, posed, near[number], reach_m, part)
        return replace(out, rows=rows + start)


class _Side:
    """One arm, the points of which are measured against its obstacles: the body and the other arm.

    Args:
        skin: of the body.
        side: 0 is left.
        arm: (P,) points of the skin that are checked.
        pieces: of the skin.
        radius: (C,) of the pieces, metres.
    """

    def __init__(self, skin: Skin, side: int, arm: np.ndarray, pieces: Sequence[Piece], radius: np.ndarray):
        self._pieces, regions = pieces, np.array([piece.region for piece in pieces])
        self._is_own, is_never = regions == UPPER_ARM[side], np.isin(regions, (FOREARM[side], HAND[side]))
        self._never, self._obstacles = np.flatnonzero(is_never), np.flatnonzero(~is_never & ~self._is_own)
        self._wall_radius = radius.astype(np.float32)
        groups = tuple(arm[skin.region[arm] == region] for region in (HAND[side], FOREARM[side]))
        probes = Clusters.of(skin, groups, _PROBES)
        # Columns of the checked points of each cluster (A, S); a smaller cluster has its first point several times.
        column = {point: number for number, point in enumerate(arm.tolist())}
        most = max(map(len, probes.members))
        filled = (np.concatenate([rows, np.full(most - len(rows), rows[0])]) for rows in probes.members)
        self._columns = np.array([[column[point] for point in rows.tolist()] for rows in filled])
        self._probes = PosedSkin(skin, arm)
        self._middles, self._radius = probes.posed_middles, probes.radius.astype(np.float32)

    def candidates(
        self, moves: np.ndarray, middles: np.ndarray, facing: np.ndarray, reach_m: float
    ) -> tuple[np.ndarray, np.ndarray]:
        """Find out which pieces of the skin may be near which clusters of the arm.

        Args:
            moves: of the joints.
            middles: (T, C, 3) of the pieces.
            facing: (T, C, 3) their normals.
            reach_m: gaps up to this shall be exact.

        Returns:
            The squared distances of their middles, and whether a piece may have a point that is near a cluster,
            (T, A, C) each.
        """
        probes = self._middles.places(moves)
        squared = (probes**2).sum(-1)[..., None] - 2 * probes @ middles.transpose(0, 2, 1)
        squared += (middles**2).sum(-1)[:, None]
        others = squared[:, :, self._obstacles]
        first, frames = others.argmin(-1), np.arange(len(moves))[:, None]
        nearest = self._obstacles[first]
        outside = ((probes - middles[frames, nearest]) * facing[frames, nearest]).sum(-1)
        least = np.sqrt(np.maximum(np.take_along_axis(others, first[..., None], -1)[..., 0], 0.0))
        depth = np.maximum(
            np.minimum(self._radius - outside, least + self._radius + self._wall_radius[nearest]), reach_m
        )
        near = squared < ((self._radius + depth)[..., None] + self._wall_radius) ** 2
        near &= near[:, :, self._obstacles].any(-1, keepdims=True)
        near[:, :, self._never] = False
        return squared, near

    def measure(
        self,
        moves: np.ndarray,
        posed: Mapping[int, PosedPiece],
        near: tuple[np.ndarray, np.ndarray],
        reach_m: float,
        out: Sequence[np.ndarray],
    ) -> None:
        """Write points, gaps, directions and regions, as in `Nearness`, of N frames of this arm."""
        active = self._active(moves, posed, near, reach_m)
        points = self._probes.places(moves)
        out[0][:] = points
        piece, nearest = (np.empty(points.shape[:2], int) for _ in range(2))
        piece[:, self._columns], nearest[:, self._columns] = _nearest(points[:, self._columns], posed, active)
        for number, here in _by_piece(piece):
            if not self._is_own[number]:
                parts = _gaps(points[here], here[0], nearest[here], self._pieces[number], posed[number], reach_m)
                for values, part in zip(out[1:], (*parts, self._pieces[number].region), strict=True):
                    values[here] = part

    def _active(
        self,
        moves: np.ndarray,
        posed: Mapping[int, PosedPiece],
        near: tuple[np.ndarray, np.ndarray],
        reach_m: float,
    ) -> np.ndarray:
        """Return which clusters of the arm are to be compared with which pieces, (N, A, C).

        A point of a cluster may be as much deeper than the middle of the cluster as it is far from it.
        """
        middles = self._middles.places(moves)
        gap = np.full(middles.shape[:2], CLEAR_M, np.float32)
        compared = near[1].any(1, keepdims=True) & ~self._is_own
        piece, nearest = (found[:, 0] for found in _nearest(middles[:, None], posed, compared))
        for number, here in _by_piece(piece):
            row = posed[number].row_of[here[0]], nearest[here]
            offset = middles[here] - posed[number].places[row]
            side = np.sign((offset * posed[number].normals[row]).sum(-1))
            gap[here] = side * np.sqrt((offset**2).sum(-1))
        limit = self._radius + np.maximum(self._radius - gap, reach_m)
        found = near[0] < (limit[..., None] + self._wall_radius) ** 2
        return near[1] & found & (gap < self._radius + reach_m)[..., None]


def _nearest(points: np.ndarray, posed: Mapping[int, PosedPiece], active: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the piece, and its point, that is nearest to each point of clusters; -1 where there is none.

    Args:
        points: (N, A, S, 3) of A clusters.
        posed: the pieces.
        active: (N, A, C) the pieces with which a cluster is compared.

    Returns:
        (N, A, S) each.
    """
    clusters, size = active.shape[0] * active.shape[1], points.shape[2]
    left = np.ones((clusters, size, 4), np.float32)
    left[..., :3] = points.reshape(clusters, size, 3)
    frame, active = np.repeat(np.arange(len(points)), points.shape[1]), active.reshape(clusters, -1)
    least = np.full((clusters, size), np.inf, np.float32)
    found = np.full((2, clusters, size), -1, np.int16)
    for number in np.flatnonzero(active.any(0)).tolist():
        here, wall = np.flatnonzero(active[:, number]), posed[number]
        distance = left[here] @ wall.products[wall.row_of[frame[here]]]  # (K, S, M)
        first = distance.argmin(-1)
        rows = np.arange(first.size) * distance.shape[-1]
        distance = distance.ravel()[rows + first.ravel()].reshape(first.shape)
        row, column = np.nonzero(distance < least[here])
        place = here[row], column
        least[place] = distance[row, column]
        found[0][place], found[1][place] = number, first[row, column]
    piece, nearest = found.reshape(2, *points.shape[:3])
    return piece, nearest


def _by_piece(piece: np.ndarray) -> Iterator[tuple[int, tuple[np.ndarray, np.ndarray]]]:
    """Yield each piece of (N, P) that is not -1, and the rows and columns in which it is."""
    row, column = np.nonzero(piece >= 0)
    order = np.argsort(piece[row, column], kind="stable")
    row, column = row[order], column[order]
    numbers, starts = np.unique(piece[row, column], return_index=True)
    rows, columns = (np.split(values, starts[1:]) for values in (row, column))
    yield from zip(numbers.tolist(), zip(rows, columns, strict=True), strict=False)


def _gaps(
    points: np.ndarray, frame: np.ndarray, nearest: np.ndarray, piece: Piece, posed: PosedPiece, reach_m: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return gaps (K,) and directions (K, 3) of points (K, 3) in frames (K,) beside their nearest points of a piece."""
    row, width = posed.row_of[frame], piece.width[nearest]
    facing = posed.normals[row, nearest]
    offset = points - posed.places[row, nearest]
    gap = (offset * facing).sum(-1)
    aside = (offset**2).sum(-1) - gap**2 > (_ASIDE * width - np.minimum(gap, 0.0) / 4) ** 2
    beyond = (gap < 0) & aside | (gap < -piece.room[nearest])
    gap = np.where(beyond, CLEAR_M, gap).astype(np.float32)
    near = np.flatnonzero(gap < reach_m)
    around, row = piece.around[nearest[near]], row[near, None]
    offset = points[near, None] - posed.places[row, around]
    facings = posed.normals[row, around]
    squared = (offset**2).sum(-1)
    closeness = (squared[:, :1] - squared) / width[near, None] ** 2
    weight = np.where((facings * facings[:, :1]).sum(-1) > _SAME_SIDE, np.exp(np.minimum(closeness, 0.0)), 0.0)
    weight /= weight.sum(-1, keepdims=True)
    gap[near] = (weight * (offset * facings).sum(-1)).sum(-1)
    outwards = (weight[..., None] * facings).sum(-2)
    facing[near] = outwards / np.maximum(np.linalg.norm(outwards, axis=-1, keepdims=True), 1e-9)
    return gap, facing


def _arm(skin: Skin, side: int) -> np.ndarray:
    """Return the rows (P,) of a hand, and of its forearm from the tip of the elbow on, that are checked."""
    return np.concatenate([skin.rows(HAND[side])[:_HAND], skin.rows(FOREARM[side])[:_FOREARM]])
