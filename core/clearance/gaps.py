"""How far each point of an arm is outside of the body and of the other arm, and which way is out.

             surface points ∙ with normals ↑
                 ↑    ↑    ↑            the gap of a point ● is its distance from the planes through the nearest surface
             ────∙────∙────∙────        points, at right angles to their normals, weighted by nearness; it is negative
                    ● -0.02 m           within the body

The own upper arm is part of the surface, too, so that a raised forearm is not taken for one behind the armpit. But a
point that is nearest to it counts as clear: it cannot be anywhere else. Its end at the elbow is not: an elbow is always
beside it, wherever it is.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

import numpy as np

from ..body.blocks import is_short
from ..body.kinematics import forward_kinematics
from ..parallel import at_once, in_order
from ..stops import check_stop
from .clusters import Clusters
from .skin import FOREARM, HAND, UPPER_ARM, PosedSkin, Skin, moves_of
from .walls import Piece, PosedPiece, gaps_beside, pieces_of

# Metres: points farther out than this are not measured exactly.
FAR_M = 0.03
# Points that are checked of each hand and forearm at most.
_HAND, _FOREARM = 100, 360
# Of these, points of a hand and a forearm that stand for a whole arm.
_HAND_OUTLINE, _FOREARM_OUTLINE = 16, 32
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
        outline: (2, S) numbers of some checked points that are spread over all of each arm.
    """

    def __init__(self, skin: Skin):
        self.skin = skin
        arms = [_arm(skin, side) for side in (0, 1)]
        count = min(len(rows) for rows in arms)
        self.region = np.stack([skin.region[rows[:count]] for rows in arms])
        self.outline = np.stack([_outline(region) for region in self.region])
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
        near = at_once([partial(side.candidates, moves, middles, facing, reach_m) for side in self._sides])
        rows = np.flatnonzero(np.any([each.any((0, 1)) for _, each in near], axis=0))
        out = Nearness.nowhere(rows, self.region.shape[1])
        if not len(rows):
            return out
        if len(rows) < len(upright):
            moves, near = (
                moves.take(rows, -1),
                [(squared.take(rows, -1), each.take(rows, -1)) for squared, each in near],
            )
        beside = np.any([each.any(0) for _, each in near], axis=0)
        posed = {
            number: self._pieces[number].posed(moves, np.flatnonzero(beside[number]))
            for number in np.flatnonzero(beside.any(1)).tolist()
        }
        parts = [[each[:, side] for each in (out.points, out.gaps, out.outwards, out.touched)] for side in (0, 1)]
        at_once(
            [
                partial(side.measure, moves, posed, each, reach_m, part)
                for side, each, part in zip(self._sides, near, parts, strict=True)
            ]
        )
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
        is_upper, at_elbow = regions == UPPER_ARM[side], np.array([piece.at_elbow for piece in pieces])
        self._is_own, is_never = is_upper & ~at_elbow, np.isin(regions, (FOREARM[side], HAND[side]))
        is_never |= is_upper & at_elbow
        self._never, self._obstacles = np.flatnonzero(is_never), np.flatnonzero(~is_never & ~self._is_own)
        self._wall_radius = radius.astype(np.float32)
        groups = tuple(arm[skin.region[arm] == region] for region in (HAND[side], FOREARM[side]))
        probes = Clusters.of(skin, groups, _PROBES)
        # Columns of the checked points of each cluster (A, S); a smaller cluster has its first point several times.
        column = {point: number for number, point in enumerate(arm.tolist())}
        most = max(map(len, probes.members))
        filled = [np.concatenate([rows, np.full(most - len(rows), rows[0])]) for rows in probes.members]
        self._columns = np.array([[column[point] for point in rows.tolist()] for rows in filled])
        self._probes = [PosedSkin(skin, rows) for rows in filled]
        self._middles, self._radius = probes.posed_middles, probes.radius.astype(np.float32)

    def candidates(
        self, moves: np.ndarray, middles: np.ndarray, facing: np.ndarray, reach_m: float
    ) -> tuple[np.ndarray, np.ndarray]:
        """Find out which pieces of the skin may be near which clusters of the arm.

        Args:
            moves: of the joints.
            middles: (C, 3, T) of the pieces.
            facing: (C, 3, T) their normals.
            reach_m: gaps up to this shall be exact.

        Returns:
            The squared distances of their middles, and whether a piece may have a point that is near a cluster,
            (A, C, T) each.
        """
        probes = self._middles.places(moves)
        squared = np.einsum("adt,cdt->act", -2 * probes, middles)
        squared += (probes**2).sum(1)[:, None] + (middles**2).sum(1)
        others = squared[:, self._obstacles]
        least = others.min(1)
        nearest = self._obstacles[_first(others, least)]
        frames = np.arange(moves.shape[-1])
        outside = sum(
            (probes[:, axis] - middles[nearest, axis, frames]) * facing[nearest, axis, frames] for axis in range(3)
        )
        radius = self._radius[:, None]
        touching = np.sqrt(np.maximum(least, 0.0)) + radius + self._wall_radius[nearest]
        depth = np.maximum(np.minimum(radius - outside, touching), reach_m)
        near = squared < ((radius + depth)[:, None] + self._wall_radius[:, None]) ** 2
        near &= near[:, self._obstacles].any(1, keepdims=True)
        near[:, self._never] = False
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
        grouped = np.stack([each.places(moves) for each in self._probes])  # (A, S, 3, N)
        count, frames = out[0].shape[1], moves.shape[-1]
        points, (piece, nearest) = np.empty((count, 3, frames), np.float32), np.empty((2, count, frames), np.int16)
        points[self._columns] = grouped
        piece[self._columns], nearest[self._columns] = _nearest(grouped, posed, active)
        out[0][:] = points.transpose(2, 0, 1)
        for number, here in _by_piece(piece):
            if not self._is_own[number]:
                point, frame = here
                parts = _gaps(points[point, :, frame], frame, nearest[here], posed[number], reach_m)
                for values, part in zip(out[1:], (*parts, self._pieces[number].region), strict=True):
                    values[frame, point] = part

    def _active(
        self,
        moves: np.ndarray,
        posed: Mapping[int, PosedPiece],
        near: tuple[np.ndarray, np.ndarray],
        reach_m: float,
    ) -> np.ndarray:
        """Return which clusters of the arm are to be compared with which pieces, (A, C, N).

        A point of a cluster may be as much deeper than the middle of the cluster as it is far from it.
        """
        middles = self._middles.places(moves)
        gap = np.full((len(middles), middles.shape[-1]), CLEAR_M, np.float32)
        compared = near[1].any(0, keepdims=True) & ~self._is_own[:, None]
        piece, nearest = (found[0] for found in _nearest(middles[None], posed, compared))
        for number, here in _by_piece(piece):
            wall, first = posed[number], nearest[here]
            row = wall.row_of[here[1]]
            normals, place = wall.normals(row)
            offset = middles[here[0], :, here[1]] - wall.places[first, :, row]
            side = np.sign((offset * normals[first, :, place]).sum(-1))
            gap[here] = side * np.sqrt((offset**2).sum(-1))
        radius = self._radius[:, None]
        limit = radius + np.maximum(radius - gap, reach_m)
        found = near[0] < (limit[:, None] + self._wall_radius[:, None]) ** 2
        return near[1] & found & (gap < radius + reach_m)[:, None]


def _nearest(points: np.ndarray, posed: Mapping[int, PosedPiece], active: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the piece, and its point, that is nearest to each point of clusters, (A, S, N) each; -1 for none.

    Args:
        points: (A, S, 3, N) of A clusters.
        posed: the pieces.
        active: (A, C, N) the pieces with which a cluster is compared.
    """
    clusters, size, _, frames = points.shape
    extended = np.ones((size, 4, clusters, frames), np.float32)
    extended[:, :3] = points.transpose(1, 2, 0, 3)
    left = extended.reshape(size, 4, -1)
    active = np.ascontiguousarray(active.transpose(1, 0, 2)).reshape(active.shape[1], -1)
    least = np.full((size, clusters * frames), np.inf, np.float32)
    piece, nearest = np.full((2, *least.shape), -1, np.int16)
    for number in np.flatnonzero(active.any(1)).tolist():
        here, wall = np.flatnonzero(active[number]), posed[number]
        distance = np.einsum("sdk,mdk->smk", left.take(here, -1), wall.products.take(wall.row_of[here % frames], -1))
        smallest = distance.min(1)
        point, place = np.nonzero(smallest < least.take(here, -1))
        nearer = point, here[place]
        least[nearer], piece[nearer] = smallest[point, place], number
        nearest[nearer] = _first(distance, smallest)[point, place]
    piece, nearest = (each.reshape(size, clusters, frames).transpose(1, 0, 2) for each in (piece, nearest))
    return piece, nearest


def _first(values: np.ndarray, least: np.ndarray) -> np.ndarray:
    """Return where along the middle axis of values (A, M, N) the smallest ones (A, N) are: (A, N) int16.

    NumPy's `argmin` is many times slower along an axis that is not the last one.
    """
    count = values.shape[1]
    backwards = np.arange(count, 0, -1).astype(np.uint8 if count < 256 else np.uint16)[:, None]
    return (count - ((values == least[:, None]) * backwards).max(1).astype(np.int16)).astype(np.int16)


def _by_piece(piece: np.ndarray) -> Iterator[tuple[int, tuple[np.ndarray, np.ndarray]]]:
    """Yield each piece of (P, N) that is not -1, and the rows and columns in which it is."""
    row, column = np.nonzero(piece >= 0)
    order = np.argsort(piece[row, column], kind="stable")
    row, column = row[order], column[order]
    numbers, starts = np.unique(piece[row, column], return_index=True)
    rows, columns = (np.split(values, starts[1:]) for values in (row, column))
    yield from zip(numbers.tolist(), zip(rows, columns, strict=True), strict=False)


def _gaps(
    points: np.ndarray, frame: np.ndarray, nearest: np.ndarray, posed: PosedPiece, reach_m: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return gaps (K,) and directions (K, 3) of points (K, 3) in frames (K,) beside their nearest points of a piece."""
    piece, row = posed.piece, posed.row_of[frame]
    normals, place = posed.normals(row)
    width, facing = piece.width[nearest], normals[nearest, :, place]
    offset = points - posed.places[nearest, :, row]
    gap = (offset * facing).sum(-1)
    aside = (offset**2).sum(-1) - gap**2 > (_ASIDE * width - np.minimum(gap, 0.0) / 4) ** 2
    beyond = (gap < 0) & aside | (gap < -piece.room[nearest])
    gap = np.where(beyond, CLEAR_M, gap).astype(np.float32)
    near = np.flatnonzero(gap < reach_m)
    around = piece.around[nearest[near]]
    offset = points[near, None] - posed.places[around, :, row[near, None]]
    facings = normals[around, :, place[near, None]]
    gap[near], outwards = gaps_beside(offset, facings, width[near])
    facing[near] = outwards / np.maximum(np.linalg.norm(outwards, axis=-1, keepdims=True), 1e-9)
    return gap, facing


def _arm(skin: Skin, side: int) -> np.ndarray:
    """Return the rows (P,) of a hand, and of its forearm from the tip of the elbow on, that are checked."""
    return np.concatenate([skin.rows(HAND[side])[:_HAND], skin.rows(FOREARM[side])[:_FOREARM]])


def _outline(region: np.ndarray) -> np.ndarray:
    """Return the numbers (S,) of points that are spread over all of an arm, for the regions (P,) of its points."""
    parts = ((HAND, _HAND_OUTLINE), (FOREARM, _FOREARM_OUTLINE))
    return np.concatenate([np.resize(np.flatnonzero(np.isin(region, own))[:count], count) for own, count in parts])
