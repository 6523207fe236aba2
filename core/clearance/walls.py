"""The skin as obstacles: pieces of some dozen points, each posed only in those frames in which an arm is near it.

A piece is posed together with the neighbours of its points, so that the surface around each of its points is known.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..body.joints import ELBOWS
from .clusters import Clusters
from .skin import REGIONS, UPPER_ARM, PosedSkin, Skin

# So many surface points around the nearest one make the surface at a point.
_NEIGHBOURS = 6
# Points of the surface that face away from the nearest one by more than this (a cosine) belong to another side.
_SAME_SIDE = 0.2
# Metres: points of the surface count as no nearer to each other than this.
_LEAST_WIDTH_M = 0.004
# With a greater weight on the elbow, a point of an upper arm is at its elbow.
_AT_ELBOW = 0.1
# Metres: nothing is deeper inside than this. Where the skin of the other side is near, so many times the radius of the
# ball between both sides: the points on the skin are some way apart.
_MOST_DEEP_M, _ROOMY = 0.16, 1.4


@dataclass(frozen=True)
class PosedPiece:
    """A piece in those N of T frames in which it is near an arm.

    Attributes:
        row_of: (T,) row of each frame.
        frames: (N,) frame of each row.
        places: (M, 3, N) metres; the piece's own points first.
        products: (count, 4, N) -2 · place and its square of its own points, for distances as sums of products.
        piece: the piece.
        moves: (55, 4, 3, T) of all joints.
    """

    row_of: np.ndarray
    frames: np.ndarray
    places: np.ndarray
    products: np.ndarray
    piece: "Piece"
    moves: np.ndarray

    def normals(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the normals (M, 3, L) in L of the N rows, and the place of each of `rows` (K,) among these."""
        used, place = np.unique(rows, return_inverse=True)
        return self.piece.skin.normals(self.moves, self.frames[used]), place


@dataclass(frozen=True)
class Piece:
    """Points of a skin beside each other, of one region.

    Attributes:
        region: of all of its points.
        at_elbow: whether it is the end of an upper arm at the elbow.
        count: how many points it has; its neighbours follow them.
        around: (count, neighbours) the points around each point, itself first.
        width: (count,) metres between points.
        room: (count,) metres that something can be deep inside beside each point.
        skin: its points and their neighbours, ready to be posed.
    """

    region: int
    at_elbow: bool
    count: int
    around: np.ndarray
    width: np.ndarray
    room: np.ndarray
    skin: PosedSkin

    def posed(self, moves: np.ndarray, frames: np.ndarray) -> PosedPiece:
        """Pose the piece in `frames` (N,) of the moves (55, 4, 3, T) of all joints."""
        row_of = np.zeros(moves.shape[-1], int)
        row_of[frames] = np.arange(len(frames))
        places = self.skin.places(moves, frames)
        own = places[: self.count]
        products = np.concatenate([-2 * own, (own**2).sum(1, keepdims=True)], 1)
        return PosedPiece(row_of, frames, places, products, self, moves)


def pieces_of(skin: Skin, size: int) -> tuple[Clusters, tuple[Piece, ...]]:
    """Divide a skin into pieces of up to `size` points."""
    clusters = Clusters.of(skin, tuple(_groups(skin)), size)
    (around, width), room = _neighbours(skin), _rooms(skin)
    pieces = []
    for own in clusters.members:
        rows = np.concatenate([own, np.setdiff1d(around[own], own)])
        place = np.zeros(len(skin.places), int)
        place[rows] = np.arange(len(rows))
        region, posed = int(skin.region[own[0]]), PosedSkin(skin, rows)
        at_elbow = region in UPPER_ARM and bool(_elbow_weights(skin)[own[0]] > _AT_ELBOW)
        pieces.append(Piece(region, at_elbow, len(own), place[around[own]], width[own], room[own], posed))
    return clusters, tuple(pieces)


def _groups(skin: Skin) -> Iterator[np.ndarray]:
    """Yield the points of each region; those of upper arms at the elbow are a group of their own."""
    elbow = _elbow_weights(skin)
    for region in range(REGIONS):
        rows = skin.rows(region)
        at_elbow = (elbow[rows] > _AT_ELBOW) & (region in UPPER_ARM)
        yield from (rows[~at_elbow], rows[at_elbow])


def _elbow_weights(skin: Skin) -> np.ndarray:
    """Return the weight (N,) of both elbows in each point."""
    return np.where(np.isin(skin.joints, ELBOWS), skin.weights, 0.0).sum(1)


def _neighbours(skin: Skin) -> tuple[np.ndarray, np.ndarray]:
    """Return, for M points of a skin, those around each of them (M, neighbours), itself first, and their distance (M,).

    Points of another region are no neighbours: a hand is not part of the thigh that it touches.
    """
    around, width = np.zeros((len(skin.places), _NEIGHBOURS), int), np.zeros(len(skin.places))
    for region in range(REGIONS):
        rows = skin.rows(region)
        order, width[rows] = neighbours_of(skin.places[rows])
        around[rows] = rows[order]
    return around, width


def neighbours_of(places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the points around each of N points (N, neighbours), itself first, and their mean distance (N,), metres.

    Where there are fewer points than neighbours, a point is its own neighbour, several times.
    """
    squared = ((places[:, None] - places[None]) ** 2).sum(-1)
    np.fill_diagonal(squared, -1.0)
    order = np.argsort(squared, axis=1, kind="stable")[:, :_NEIGHBOURS]
    distance = np.maximum(np.take_along_axis(squared, order, 1)[:, 1:4], 0.0)
    width = np.sqrt(distance.sum(1) / max(distance.shape[1], 1))
    around = np.concatenate([order, np.tile(order[:, :1], (1, _NEIGHBOURS - order.shape[1]))], 1)
    return around, np.maximum(width, _LEAST_WIDTH_M)


def gaps_beside(offset: np.ndarray, facings: np.ndarray, width: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return gaps (K,) and ways out (K, 3), not of length 1, beside a surface that is known at some points.

    The gap is the distance from the planes through these points, weighted by nearness.

    Args:
        offset: (K, S, 3) from S points of the surface, the nearest first, metres.
        facings: (K, S, 3) the normals there.
        width: (K,) metres between points of the surface.
    """
    squared = (offset**2).sum(-1)
    closeness = (squared[:, :1] - squared) / width[:, None] ** 2
    weight = np.where((facings * facings[:, :1]).sum(-1) > _SAME_SIDE, np.exp(np.minimum(closeness, 0.0)), 0.0)
    weight /= weight.sum(-1, keepdims=True)
    return (weight * (offset * facings).sum(-1)).sum(-1), (weight[..., None] * facings).sum(-2)


def _rooms(skin: Skin) -> np.ndarray:
    """Return how deep something can be inside beside each point of a skin, metres (N,).

    It is the radius of the largest ball that touches the point from within and has no point of the other side inside:

        ↑                    ball through a point with normal n and another one, d away from it: |d|² / 2 n·d
        ●━━━╮
        ( ↕ )  other side: normals that face the other way
        ╰━━━╯
    """
    room = np.full(len(skin.places), _MOST_DEEP_M)
    for region in range(REGIONS):
        rows = skin.rows(region)
        offset = skin.places[rows][:, None] - skin.places[rows][None]
        behind = (offset * skin.normals[rows][:, None]).sum(-1)
        faces_away = (skin.normals[rows] @ skin.normals[rows].T < 0) & (behind > 0)
        radius = np.where(faces_away, (offset**2).sum(-1) / np.maximum(2 * behind, 1e-9), np.inf)
        room[rows] = np.minimum(_ROOMY * radius.min(1, initial=np.inf), _MOST_DEEP_M)
    return room
