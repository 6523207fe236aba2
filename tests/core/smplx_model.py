"""A small file in the format of an SMPL-X model: the real one may not be redistributed."""

from pathlib import Path

import numpy as np

from core.body.skeleton import PARENTS, default_rest_joints

LIP, SKULL = 55, 56  # vertices that follow the jaw and the head alone


def write_smplx(path: Path, vertices: int = 70, seed: int = 0) -> dict[str, np.ndarray]:
    """Vertex j is joint j of the bundled skeleton; then a lip 10 cm before the jaw, a point of the skull, and noise."""
    random = np.random.default_rng(seed)
    rest = default_rest_joints()
    template = random.normal(0, 0.3, (vertices, 3))
    template[:55] = rest
    template[LIP], template[SKULL] = rest[22] + [0, 0, 0.1], rest[15] + [0, 0.1, 0]
    regressor = np.zeros((55, vertices))
    regressor[np.arange(55), np.arange(55)] = 1
    weights = np.zeros((vertices, 55))
    weights[np.arange(55), np.arange(55)] = 1
    weights[LIP, 22] = weights[SKULL, 15] = 1
    weights[57:] = random.dirichlet(np.ones(55), vertices - 57)
    shapedirs = np.zeros((vertices, 3, 400))
    shapedirs[57:] = random.normal(0, 0.01, (vertices - 57, 3, 400))
    shapedirs[SKULL, 1, 300] = 0.02  # the first expression lifts the skull's point by 2 cm
    posedirs = np.zeros((vertices, 3, 54 * 9))
    posedirs[57:] = random.normal(0, 0.01, (vertices - 57, 3, 54 * 9))
    parents = np.array(PARENTS)
    parents[0] = 2**32 - 1
    arrays = {
        "v_template": template,
        "shapedirs": shapedirs,
        "posedirs": posedirs,
        "J_regressor": regressor,
        "weights": weights,
        "kintree_table": np.stack([parents, np.arange(55)]).astype(np.uint32),
        "f": np.array([[0, 1, 2]], np.uint32),
        "hands_meanl": np.zeros(45),
        "hands_meanr": np.zeros(45),
        "hands_componentsl": np.eye(45),
        "hands_componentsr": np.eye(45),
        "lmk_faces_idx": np.zeros(51, np.int64),
        "lmk_bary_coords": np.full((51, 3), 1 / 3),
        "dynamic_lmk_faces_idx": np.zeros((79, 17), np.int64),
        "dynamic_lmk_bary_coords": np.full((79, 17, 3), 1 / 3),
    }
    np.savez(path, **arrays)
    return arrays
