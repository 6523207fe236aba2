"""The asset file: one mesh, its materials, its weights on 55 joints, its 52 facial shapes, packed small."""

from pathlib import Path

import numpy as np

from core.body.parts import ARKIT_NAMES
from training.character.materials import MATERIALS
from training.character.mesh import NONE, Mesh
from training.character.skin import INFLUENCES, strongest

# Deltas below 20 micrometres cannot be seen and would double the file.
SMALLEST_DELTA_M = 2e-5
# Vertex index in the place of the fourth corner of a triangle, in the file.
NO_VERTEX = 65535


def write_asset(path: Path, mesh: Mesh, rest_joints: np.ndarray) -> None:
    """Write `character.npz`; the same input gives the same bytes.

    Args:
        path: the file.
        mesh: the character in its rest pose, SMPL-X axes; its materials index MATERIALS.
        rest_joints: (55, 3) metres.
    """
    weights = strongest(mesh.weights)
    joints = np.argsort(-weights, axis=1, kind="stable")[:, :INFLUENCES]
    moved = [np.flatnonzero(np.abs(shape).max(axis=1) > SMALLEST_DELTA_M) for shape in mesh.shapes]
    np.savez_compressed(
        path,
        vertices=mesh.vertices.astype(np.float32),
        faces=np.where(mesh.faces == NONE, NO_VERTEX, mesh.faces).astype(np.uint16),
        face_material=mesh.material.astype(np.uint8),
        material_names=np.array(list(MATERIALS)),
        material_colours=np.array([[*colour, roughness] for colour, roughness in MATERIALS.values()], np.float32),
        weight_joints=joints.astype(np.uint8),
        weights=np.take_along_axis(weights, joints, axis=1).astype(np.float32),
        shape_names=np.array(ARKIT_NAMES),
        shape_starts=np.cumsum([0, *map(len, moved)]).astype(np.int32),
        shape_vertices=np.concatenate(moved).astype(np.uint16),
        shape_deltas=np.concatenate([s[m] for s, m in zip(mesh.shapes, moved, strict=True)]).astype(np.float16),
        rest_joints=rest_joints,
    )
