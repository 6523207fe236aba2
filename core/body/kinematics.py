"""Forward kinematics: parent-local rotations to joint positions and rotations in the world."""

from collections.abc import Iterator, Sequence

import numpy as np

from ..stops import check_stop
from .blocks import BLOCK_FRAMES
from .rotation import rotvec_to_matrix
from .skeleton import PARENTS


def forward_kinematics(
    rotations: np.ndarray, translation: np.ndarray, rest_joints: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Pose a skeleton (the SMPL-X convention: the root sits at rest_joints[0] + translation).

    Args:
        rotations: (T, 55, 3) parent-local rotation vectors, radians.
        translation: (T, 3) metres.
        rest_joints: (55, 3) metres.

    Returns:
        positions (T, 55, 3) in metres and world rotation matrices (T, 55, 3, 3).
    """
    return _posed(rotations, translation, rest_joints, PARENTS)


def chosen_joints(
    rotations: np.ndarray, translation: np.ndarray, rest_joints: np.ndarray, joints: Sequence[int]
) -> tuple[np.ndarray, np.ndarray]:
    """Compute `forward_kinematics` for K joints only. It works block by block, so that long takes need little memory.

    Returns:
        positions (T, K, 3) in metres and world rotation matrices (T, K, 3, 3).
    """
    joints = list(joints)
    used = sorted({above for joint in joints for above in _chain(joint)})
    rows = [used.index(joint) for joint in joints]
    parents = [-1 if PARENTS[joint] < 0 else used.index(PARENTS[joint]) for joint in used]
    positions = np.empty((len(rotations), len(joints), 3))
    world = np.empty((len(rotations), len(joints), 3, 3))
    for start in range(0, len(rotations), BLOCK_FRAMES):
        block = slice(start, start + BLOCK_FRAMES)
        places, turns = _posed(rotations[block, used], translation[block], rest_joints[used], parents)
        positions[block], world[block] = places[:, rows], turns[:, rows]
    return positions, world


def _chain(joint: int) -> Iterator[int]:
    """Yield a joint and those that carry it."""
    while joint >= 0:
        yield joint
        joint = PARENTS[joint]


def _posed(
    rotations: np.ndarray, translation: np.ndarray, rest_joints: np.ndarray, parents: Sequence[int]
) -> tuple[np.ndarray, np.ndarray]:
    """Pose J joints as `forward_kinematics` does; each comes after its parent, and the parent of the first is -1."""
    check_stop()
    world = rotvec_to_matrix(rotations)
    positions = np.empty(world.shape[:-1])
    positions[:, 0] = rest_joints[0] + translation
    for joint, parent in enumerate(parents):
        if parent < 0:
            continue
        positions[:, joint] = positions[:, parent] + world[:, parent] @ (rest_joints[joint] - rest_joints[parent])
        world[:, joint] = world[:, parent] @ world[:, joint]
    return positions, world
