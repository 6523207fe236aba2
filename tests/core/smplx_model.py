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


def write_person(path: Path, vertices: int = 240, coefficients: int = 400, seed: int = 1) -> dict[str, np.ndarray]:
    """The same with all that a real file has: shapes that move joints, few joints a vertex, faces and their texture.

    Args:
        path: of the npz.
        vertices: at least 58.
        coefficients: 400 for the layout with 300 shapes and 100 expressions, 20 for that with ten of each.
        seed: of its looks.
    """
    random = np.random.default_rng(seed)
    arrays = write_smplx(path, vertices, seed)
    directions = arrays["shapedirs"]
    directions[:55, :, :300] = random.normal(0, 0.004, (55, 3, 300))
    # All hundred together move jaw and eyes by about two millimetres, the first ones most.
    falling = 1.0 / np.sqrt(1 + np.arange(100))
    directions[[12, 15, 22, 23, 24], :, 300:] = random.normal(0, 0.0005, (5, 3, 100)) * falling
    if coefficients == 20:
        directions = directions[:, :, [*range(10), *range(300, 310)]]
    weights = arrays["weights"]
    for vertex in range(57, vertices):
        joint = int(random.integers(55))
        chosen = [joint, max(PARENTS[joint], 0), max(PARENTS[max(PARENTS[joint], 0)], 0)]
        weights[vertex] = 0
        np.add.at(weights[vertex], chosen, random.dirichlet(np.ones(3)))
        # Skin lies near its joint.
        arrays["v_template"][vertex] = arrays["v_template"][joint] + random.normal(0, 0.05, 3)
    # A tenth of what the noise of the plain stand-in does: real correctives are millimetres.
    arrays["posedirs"] *= 0.1
    faces = np.array([random.choice(vertices, 3, replace=False) for _ in range(vertices)])
    arrays |= {"shapedirs": directions, "f": np.unique(np.sort(faces, axis=1), axis=0).astype(np.uint32)}
    arrays |= {"vt": random.uniform(0, 1, (50, 2)), "ft": random.integers(0, 50, arrays["f"].shape).astype(np.uint32)}
    # Real files hold tables that only pickle reads.
    np.savez(path, **arrays, part2num=np.array({"head": 15}, dtype=object))
    return arrays


def posed_by_definition(arrays: dict, betas, expression, rotations, translation) -> tuple[np.ndarray, np.ndarray]:
    """Joints (55, 3) and vertices (V, 3) of one frame, as the SMPL-X paper defines them, one thing after another.

    Args:
        arrays: of a model file.
        betas, expression: coefficients, any number of them.
        rotations: (55, 3, 3) matrices.
        translation: (3,).
    """
    directions = arrays["shapedirs"]
    first = 300 if directions.shape[2] == 400 else 10
    count, own = min(len(betas), first), min(len(expression), directions.shape[2] - first)
    shaped = arrays["v_template"] + directions[:, :, :count] @ betas[:count]
    shaped = shaped + directions[:, :, first : first + own] @ expression[:own]
    rest = arrays["J_regressor"] @ shaped
    corrected = shaped + arrays["posedirs"] @ (rotations[1:] - np.eye(3)).reshape(-1)
    turns, places = [rotations[0]], [rest[0]]
    for joint in range(1, 55):
        parent = PARENTS[joint]
        places.append(places[parent] + turns[parent] @ (rest[joint] - rest[parent]))
        turns.append(turns[parent] @ rotations[joint])
    vertices = np.zeros_like(corrected)
    for joint in range(55):
        moved = (corrected - rest[joint]) @ turns[joint].T + places[joint]
        vertices += arrays["weights"][:, joint, None] * moved
    return np.array(places) + translation, vertices + translation


def body_by_definition(arrays: dict, betas):
    """What the worker should make of a model file, without the package that it uses."""
    from core.smplx.body import SmplxBody

    directions, template = arrays["shapedirs"], arrays["v_template"]
    first = 300 if directions.shape[2] == 400 else 10
    own = np.zeros(min(max(len(betas), 10), first))
    own[: len(betas)] = betas[: len(own)]
    shapes = np.moveaxis(directions[:, :, : len(own)], 2, 0)
    expressions = np.moveaxis(directions[:, :, first:], 2, 0)
    return SmplxBody(
        template=template,
        faces=arrays["f"].astype(np.int32),
        weights=arrays["weights"],
        betas=own,
        shapes=shapes,
        rest_joints=arrays["J_regressor"] @ (template + np.tensordot(own, shapes, 1)),
        expressions=expressions,
        expression_joints=np.array([arrays["J_regressor"] @ shape for shape in expressions]),
        correctives=np.moveaxis(arrays["posedirs"], 2, 0),
        uv=arrays["vt"][arrays["ft"].astype(int)],
        gender="neutral",
    )
