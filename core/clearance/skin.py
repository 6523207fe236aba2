"""The skin of a body as some hundred points with normals: what arms can run into, and what of the arms runs into it.

from the front         each point lies on the outer surface of a mesh and moves with it: it has the weights of the
    ∙ ∙                mesh on the 55 joints (linear blend skinning, as in Blender)
  ∙     ∙
∙ ∙     ∙ ∙  upper     The points of each region are ordered: the first n of them are spread over the whole region,
∙ ∙     ∙ ∙  forearm   for every n.
∙ ∙∙∙∙∙∙∙ ∙  hand
"""

from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np

from ..body.joints import ELBOWS, SHOULDERS, SIDES
from ..body.skeleton import JOINT_COUNT, JOINT_NAMES, PARENTS

# Regions of the skin: the body, then upper arm, forearm and hand of each side.
BODY, REGIONS = 0, 7
UPPER_ARM, FOREARM, HAND = (1, 4), (2, 5), (3, 6)
# With a smaller cosine to the normal that turns with the joints, a triangle is folded, and lies on its face.
_FOLDED = 0.3
_FILE = Path(__file__).with_name("skin.npz")


def _regions_of_joints() -> np.ndarray:
    """Return the region (55,) whose skin each joint moves."""
    regions = np.zeros(JOINT_COUNT, int)
    for side, name in enumerate(SIDES):
        for joint in range(JOINT_COUNT):
            if JOINT_NAMES[joint].startswith(f"{name}_"):
                above, chain = joint, set()
                while above >= 0:
                    chain.add(above)
                    above = PARENTS[above]
                if SHOULDERS[side] in chain:
                    regions[joint] = HAND[side]
        regions[SHOULDERS[side]], regions[ELBOWS[side]] = UPPER_ARM[side], FOREARM[side]
    return regions


REGION_OF_JOINT = _regions_of_joints()


@dataclass(frozen=True)
class Held:
    """Points of a skin as each of their K joints holds them at rest.

    Joints hold a point in several places where the rig rests in another pose than SMPL-X: a coat that is weighted on
    hip and upper arm cannot be the same in both rest poses, unless the upper arm takes its share of it along.

    Attributes:
        places: (N, K, 3) metres.
        normals: (N, K, 3) of length 1.
        edges: (N, K, 2, 4) two edges of the triangle that a point lies in, as sums over its joints: a vector, metres,
            that turns with the joint, and a share of the joint's shift. Their cross product points outwards. Where
            neighbours have other weights, a surface bends more than its normals turn. None for points in no triangle.
    """

    places: np.ndarray
    normals: np.ndarray
    edges: np.ndarray | None = None


@dataclass(frozen=True)
class Skin:
    """Points on the skin of one body, at rest.

    Attributes:
        rest_joints: (55, 3) metres, the skeleton of the body in SMPL-X's rest pose.
        places: (N, 3) metres.
        normals: (N, 3) of length 1, outwards.
        joints: (N, K) joints that move each point.
        weights: (N, K) of these joints, with sum 1.
        held: how the joints hold each point, where the rig rests in another pose; None where all hold it at its place.
    """

    rest_joints: np.ndarray
    places: np.ndarray
    normals: np.ndarray
    joints: np.ndarray
    weights: np.ndarray
    held: Held | None = None

    @cached_property
    def region(self) -> np.ndarray:
        """The region (N,) of each point: that with most of its weight."""
        return regions_of(self.joints, self.weights)

    def rows(self, *regions: int) -> np.ndarray:
        """Return the numbers (P,) of the points of some regions, region by region, in their order."""
        return np.concatenate([np.flatnonzero(self.region == region) for region in regions])

    def on(self, rest_joints: np.ndarray) -> "Skin":
        """Return the skin on another skeleton (55, 3): every point keeps its place beside its bones, scaled with them.

        A part of the body is as much thicker or thinner as the whole skeleton is taller or smaller.
        """
        if rest_joints is self.rest_joints or np.allclose(rest_joints, self.rest_joints, atol=1e-4):
            return self
        old, new = self.rest_joints, np.asarray(rest_joints, np.float64)
        scale = np.ptp(new[:, 1]) / np.ptp(old[:, 1])
        places = np.zeros_like(self.places)
        for column in range(self.joints.shape[1]):
            joint, weight = self.joints[:, column], self.weights[:, column]
            places += weight[:, None] * (new[joint] + _stretched(self.places, joint, old, new, scale))
        return Skin(new, places, self.normals, self.joints, self.weights)


def _stretched(places: np.ndarray, joint: np.ndarray, old: np.ndarray, new: np.ndarray, scale: float) -> np.ndarray:
    """Return points (N, 3) relative to their joints: along the bone stretched with it, across it scaled."""
    child = _CHILD[joint]
    along, wanted = old[child] - old[joint], new[child] - new[joint]
    length = np.maximum(np.linalg.norm(along, axis=1), 1e-9)
    axis = along / length[:, None]
    offset = places - old[joint]
    share = (offset * axis).sum(1)
    across = offset - share[:, None] * axis
    inside = np.clip(share / length, 0.0, 1.0)
    beyond = share - inside * length
    direction = wanted / np.maximum(np.linalg.norm(wanted, axis=1), 1e-9)[:, None]
    return inside[:, None] * wanted + scale * (across + beyond[:, None] * direction)


def _children() -> np.ndarray:
    """Return the joint (55,) at the other end of each joint's bone; its own where nothing follows."""
    child = np.arange(JOINT_COUNT)
    for joint in reversed(range(1, JOINT_COUNT)):
        child[PARENTS[joint]] = joint
    for name, end in (("pelvis", "spine1"), ("spine3", "neck"), ("head", "head")):
        child[JOINT_NAMES.index(name)] = JOINT_NAMES.index(end)
    for side in SIDES:
        child[JOINT_NAMES.index(f"{side}_wrist")] = JOINT_NAMES.index(f"{side}_middle1")
    return child


_CHILD = _children()


def regions_of(joints: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the region (N,) in which each of N points has most of its weights (N, K) on joints (N, K)."""
    share = np.zeros((len(joints), REGIONS))
    for column in range(joints.shape[1]):
        np.add.at(share, (np.arange(len(joints)), REGION_OF_JOINT[joints[:, column]]), weights[:, column])
    return share.argmax(1)


@cache
def default_skin() -> Skin:
    """Return the skin of the bundled character."""
    with np.load(_FILE, allow_pickle=False) as data:
        return Skin(
            data["rest_joints"],
            data["places"].astype(np.float64),
            data["normals"].astype(np.float64),
            data["joints"].astype(int),
            data["weights"].astype(np.float64),
        )


def save_skin(skin: Skin) -> None:
    """Write the skin of the bundled character, in few bytes."""
    np.savez_compressed(
        _FILE,
        rest_joints=skin.rest_joints,
        places=skin.places.astype(np.float32),
        normals=skin.normals.astype(np.float16),
        joints=skin.joints.astype(np.uint8),
        weights=skin.weights.astype(np.float16),
    )


def moves_of(positions: np.ndarray, world: np.ndarray, skin: Skin) -> np.ndarray:
    """Return the moves (55, 4, 3, T) of a skin's joints, a turn and a shift each, as `PosedSkin` takes them.

    Args:
        positions: (T, 55, 3) metres, of the posed joints.
        world: (T, 55, 3, 3) their turns.
        skin: at rest.
    """
    shift = positions - (world @ skin.rest_joints[:, :, None])[..., 0]
    moves = np.empty((len(skin.rest_joints), 4, 3, len(positions)), np.float32)
    moves[:, :3], moves[:, 3] = world.transpose(1, 3, 2, 0), shift.transpose(1, 2, 0)
    return moves


class PosedSkin:
    """Some points of a skin, ready to be posed at many frames at once.

    A point is Σ weight · (turn · (held - joint at rest) + joint), a product of two matrices for all frames and points.
    The product is `einsum`, because Blender's own NumPy has no BLAS; frames come last, so that its loops are long.
    """

    def __init__(self, skin: Skin, rows: np.ndarray):
        joints, weights = skin.joints[rows], skin.weights[rows]
        self._used = np.unique(joints[weights > 0])
        held = skin.held
        places = skin.places[rows, None] if held is None else held.places[rows]
        normals = skin.normals[rows, None] if held is None else held.normals[rows]
        homogeneous = np.concatenate([places, np.ones((*places.shape[:2], 1))], 2)
        self._places, self._normals = (
            self._by_joint(joints, weights[..., None] * values) for values in (homogeneous, normals)
        )
        edges = None if held is None else held.edges
        self._edges = [] if edges is None else [self._by_joint(joints, edges[rows, :, edge]) for edge in (0, 1)]

    def places(self, moves: np.ndarray, frames: np.ndarray | None = None) -> np.ndarray:
        """Return the points (N, 3, T), float32, for moves (55, 4, 3, T) of the joints (`moves_of`), or some frames."""
        return _product(self._places, self._moved(moves, frames))

    def normals(self, moves: np.ndarray, frames: np.ndarray | None = None) -> np.ndarray:
        """Return the normals (N, 3, T), float32, of length 1."""
        if not self._edges:
            return _unit(_product(self._normals, self._moved(moves[:, :3], frames)))
        moved = self._moved(moves, frames)
        normals = _unit(_product(self._normals, np.ascontiguousarray(moved[:, :3])))
        (a, b, c), (x, y, z) = (_product(edge, moved).swapaxes(0, 1) for edge in self._edges)
        bent = _unit(np.stack([b * z - c * y, c * x - a * z, a * y - b * x], 1))
        return np.where((bent * normals).sum(1, keepdims=True) < _FOLDED, normals, bent)

    def _by_joint(self, joints: np.ndarray, values: np.ndarray) -> np.ndarray:
        """Return values (N, K, D) of joints (N, K) as a matrix (used joints · D, N), float32."""
        dense = np.zeros((len(joints), JOINT_COUNT, values.shape[2]))
        np.add.at(dense, (np.arange(len(joints))[:, None], joints), values)
        return dense[:, self._used].reshape(len(joints), -1).T.astype(np.float32)

    def _moved(self, moves: np.ndarray, frames: np.ndarray | None) -> np.ndarray:
        chosen = moves[self._used]
        return chosen if frames is None else chosen.take(frames, -1)


def _unit(vectors: np.ndarray) -> np.ndarray:
    """Return vectors (N, 3, T) with length 1."""
    return vectors / np.maximum(np.sqrt((vectors**2).sum(1, keepdims=True)), 1e-9)


def _product(values: np.ndarray, moves: np.ndarray) -> np.ndarray:
    return np.einsum("kn,ki->ni", values, moves.reshape(len(values), -1)).reshape(-1, *moves.shape[2:])
