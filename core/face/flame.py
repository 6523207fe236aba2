"""SMPL-X's 100 facial coefficients and ARKit's 52 weights translated into each other, by how they move a face.

The user's own SMPL-X file says how each coefficient moves the vertices of its head. The bundled character says how each
ARKit shape moves the vertices of another head. `solve` lays one head over the other, first by their joints, then by
their surfaces, so that points of one have counterparts on the other. Let A hold the movements of these points by the
ARKit shapes, and F their movements by the coefficients. Both translations are solved by least squares: they look for
weights w and coefficients c for which A w comes nearest to F c.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..body.parts import EXPRESSION_WIDTHS
from ..body.skeleton import JOINT, JOINT_COUNT
from ..errors import GestureError
from ..inputs import Npz
from ..smplx.model_errors import reading
from .least_squares import bounded_least_squares

_EXPRESSION_FROM = 300
_ANCHORS = tuple(JOINT[name] for name in ("neck", "head", "jaw", "left_eye_smplhf", "right_eye_smplhf"))
# A vertex of the character belongs to the face when an ARKit shape moves it by more, metres.
_MOVES_M = 0.0015
# Metres that are added to the distance of two points whose surfaces face opposite ways. So the lips, which touch, are
# not mixed up.
_NORMAL_M = 0.015
_FIT_ROUNDS = 8
_CHUNK = 512
# Number of points of the face that are used, about; more do not help.
_POINTS = 2500
# Added to the matrix's diagonal, as a share of its mean: it keeps shapes that look alike from cancelling each other.
_RIDGE = 1e-3


@dataclass(frozen=True)
class ShapedHead:
    """A head with the shapes it can take.

    Attributes:
        vertices: (V, 3) metres, at rest.
        faces: (F, 3) triangles.
        shapes: (K, V, 3) displacement of the vertices at a weight of 1 of each shape.
        joints: (55, 3) metres, at rest.
    """

    vertices: np.ndarray
    faces: np.ndarray
    shapes: np.ndarray
    joints: np.ndarray


@dataclass(frozen=True)
class FlameArkit:
    """The solved translation: products of the matrices A and F, which the docstring of this module explains.

    Attributes:
        arkit_gram: (52, 52) AᵀA.
        arkit_flame: (52, 100) AᵀF.
        flame_gram: (100, 100) FᵀF.
    """

    arkit_gram: np.ndarray
    arkit_flame: np.ndarray
    flame_gram: np.ndarray

    def to_arkit(self, coefficients: np.ndarray) -> np.ndarray:
        """Return the weights (T, 52), 0-1, that move the face most like coefficients (T, 100)."""
        return bounded_least_squares(self.arkit_gram, coefficients @ self.arkit_flame.T)

    def to_flame(self, weights: np.ndarray) -> np.ndarray:
        """Return the coefficients (T, 100) that move the face most like weights (T, 52)."""
        return np.linalg.solve(self.flame_gram, self.arkit_flame.T @ weights.T).T


def load_flame_head(path: Path) -> ShapedHead:
    """Read the head of a user's SMPLX_*.npz with 100 expression shapes; shapes that the file lacks move nothing.

    Raises:
        GestureError: no such file, or not an SMPL-X model with expressions.
    """
    with reading(path, "an SMPL-X model file with a face"):
        data = Npz(path)
        vertices, directions, regressor, weights = (
            data.numbers(name) for name in ("v_template", "shapedirs", "J_regressor", "weights")
        )
        faces = data.numbers("f").astype(np.int64)
        own = directions[:, :, _EXPRESSION_FROM:] if directions.shape[2] > _EXPRESSION_FROM else directions[:, :, 10:20]
        shapes = np.zeros((EXPRESSION_WIDTHS["flame100"], len(vertices), 3))
        shapes[: own.shape[2]] = np.moveaxis(own, 2, 0)[: len(shapes)]
        if regressor.shape != (JOINT_COUNT, len(vertices)) or not own.size:
            raise ValueError(f"J_regressor {regressor.shape}, shapedirs {directions.shape}")
        if not all(np.isfinite(values).all() for values in (vertices, directions, regressor, weights)):
            raise ValueError("values that are not numbers")
        if faces.size and not 0 <= faces.min() <= faces.max() < len(vertices):
            raise ValueError("triangles of vertices that it lacks")
    head = weights[:, [JOINT[name] for name in ("head", "jaw", "left_eye_smplhf", "right_eye_smplhf")]].sum(1) > 0.5
    return _part(ShapedHead(vertices, faces, shapes, regressor @ vertices), head)


def solve(flame: ShapedHead, arkit: ShapedHead) -> FlameArkit:
    """Lay both heads over each other, and solve the translation on points of the face.

    Raises:
        GestureError: the heads have nothing in common.
    """
    moving = np.linalg.norm(arkit.shapes, axis=2).max(axis=0) > _MOVES_M
    face = _part(arkit, moving)
    scale, turn, shift = _similarity(arkit.joints[list(_ANCHORS)], flame.joints[list(_ANCHORS)])
    target = _features(flame.vertices, _normals(flame))
    some = slice(None, None, max(1, len(face.vertices) // _POINTS))
    own, own_normals, shapes = face.vertices[some], _normals(face)[some], face.shapes[:, some]
    for _ in range(_FIT_ROUNDS):
        near, distance = _nearest(_features(scale * own @ turn.T + shift, own_normals @ turn.T), target)
        close = distance <= np.median(distance) * 2 + 1e-9
        if close.sum() < 10:
            break
        scale, turn, shift = _similarity(own[close], flame.vertices[near[close]])
    near, distance = _nearest(_features(scale * own @ turn.T + shift, own_normals @ turn.T), target)
    close = distance < 2 * _NORMAL_M
    if close.sum() < 10:
        raise GestureError(
            "The face of this SMPL-X file cannot be laid over the character's.",
            remedy="Choose the SMPLX_NEUTRAL.npz that you downloaded.",
        )
    ours = (scale * shapes[:, close] @ turn.T).reshape(len(shapes), -1)
    theirs = flame.shapes[:, near[close]].reshape(len(flame.shapes), -1)
    return FlameArkit(_ridged(ours @ ours.T), ours @ theirs.T, _ridged(theirs @ theirs.T))


def _ridged(gram: np.ndarray) -> np.ndarray:
    stiffness = np.trace(gram) / len(gram)
    return gram + _RIDGE * (stiffness or 1.0) * np.eye(len(gram))


def _part(head: ShapedHead, chosen: np.ndarray) -> ShapedHead:
    """Return the chosen vertices (V,) bool of a head, and the triangles between them."""
    number = np.cumsum(chosen) - 1
    faces = number[head.faces[chosen[head.faces].all(axis=1)]]
    return ShapedHead(head.vertices[chosen], faces, head.shapes[:, chosen], head.joints)


def _similarity(source: np.ndarray, target: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
    """Find the scale, rotation and shift that lay points (N, 3) over others (Umeyama 1991)."""
    a, b = source - source.mean(0), target - target.mean(0)
    u, singular, vt = np.linalg.svd(b.T @ a)
    flip = np.diag([1.0, 1.0, np.sign(np.linalg.det(u @ vt))])
    turn = u @ flip @ vt
    scale = float((singular * np.diag(flip)).sum() / np.square(a).sum())
    return scale, turn, target.mean(0) - scale * turn @ source.mean(0)


def _normals(head: ShapedHead) -> np.ndarray:
    a, b, c = (head.vertices[head.faces[:, corner]] for corner in range(3))
    normals = np.zeros_like(head.vertices)
    across = np.cross(b - a, c - a)
    for corner in range(3):
        np.add.at(normals, head.faces[:, corner], across)
    return normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)


def _features(points: np.ndarray, normals: np.ndarray) -> np.ndarray:
    return np.concatenate([points, 0.5 * _NORMAL_M * normals], axis=1)


def _nearest(points: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Find the nearest target of each point: its index and its distance."""
    index, distance = np.empty(len(points), np.int64), np.empty(len(points))
    size = np.square(targets).sum(1)
    for start in range(0, len(points), _CHUNK):
        block = points[start : start + _CHUNK]
        squared = np.square(block).sum(1)[:, None] + size - 2 * block @ targets.T
        nearest = squared.argmin(axis=1)
        index[start : start + _CHUNK] = nearest
        distance[start : start + _CHUNK] = np.sqrt(np.maximum(squared[np.arange(len(block)), nearest], 0))
    return index, distance
