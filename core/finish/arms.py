"""Wrists on their own smoothed paths: what smoothing joint by joint leaves of the shake is solved away in the arms."""

import numpy as np

from ..body.kinematics import chosen_joints
from ..body.motion import Motion
from ..body.parts import Part
from ..body.rotation import matrix_to_rotvec, rotvec_to_matrix
from ..body.skeleton import JOINT
from .settings import FinishSettings
from .smooth import CUTOFF_HZ, smooth_track

_SIDES = ("left", "right")
_STEPS = 3
# A straight arm cannot lengthen: below this share of its length squared the solver gives way instead of whirling.
_DAMPING = 0.02


def refine_wrists(motion: Motion, before: Motion, settings: FinishSettings) -> Motion:
    """Bring each wrist to its smoothed path, relative to the pelvis, by turning shoulder and elbow a little.

    Args:
        motion: after the rotations were smoothed.
        before: the motion as it came, whose wrist paths are the reference.
        settings: `upper` is the strength.

    Returns:
        The motion with shoulder, elbow and wrist rotations changed; the hands keep their direction in the world.
    """
    if settings.upper <= 0 or motion.frame_count < 4:
        return motion
    rotations = motion.rotations.copy()
    for side in _SIDES:
        chain = [JOINT[f"{side}_{name}"] for name in ("collar", "shoulder", "elbow", "wrist")]
        reference, _ = chosen_joints(before.rotations, before.translation, before.skeleton, (0, chain[-1]))
        path = smooth_track(reference[:, 1] - reference[:, 0], CUTOFF_HZ[Part.UPPER], motion.fps, settings.upper)
        positions, world = chosen_joints(motion.rotations, motion.translation, motion.skeleton, (0, *chain))
        pelvis, _, shoulder, elbow, wrist = np.moveaxis(positions, 1, 0)
        turns = _reach(shoulder, elbow - shoulder, wrist - elbow, path + pelvis)
        _, collar, upper, lower, hand = np.moveaxis(world, 1, 0)
        upper, lower = turns[0] @ upper, turns[1] @ turns[0] @ lower
        rotations[:, chain[1]] = matrix_to_rotvec(np.swapaxes(collar, -1, -2) @ upper)
        rotations[:, chain[2]] = matrix_to_rotvec(np.swapaxes(upper, -1, -2) @ lower)
        rotations[:, chain[3]] = matrix_to_rotvec(np.swapaxes(lower, -1, -2) @ hand)
    return motion.replace(rotations=rotations)


def _reach(root: np.ndarray, upper: np.ndarray, lower: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Turns (T, 3, 3), in the world, of the shoulder and then of the elbow that bring the wrist to the target.

    Damped least squares: the smallest turns that do it, and no whirl where the arm is straight.
    """
    frames = len(root)
    shoulder = np.tile(np.eye(3), (frames, 1, 1))
    elbow = shoulder.copy()
    damping = _DAMPING * ((upper + lower) ** 2).sum(-1).max() * np.eye(3)
    for _ in range(_STEPS):
        first = np.einsum("tij,tj->ti", shoulder, upper)
        second = np.einsum("tij,tjk,tk->ti", elbow, shoulder, lower)
        arm = first + second
        error = target - root - arm
        normal = _squared_lever(arm) + _squared_lever(second) + damping
        force = np.linalg.solve(normal, error[..., None])[..., 0]
        shoulder = rotvec_to_matrix(np.cross(arm, force)) @ shoulder
        elbow = rotvec_to_matrix(np.cross(second, force)) @ elbow
    return shoulder, elbow


def _squared_lever(lever: np.ndarray) -> np.ndarray:
    """|r|² I - r rᵀ (T, 3, 3): how far a turn about any axis moves the end of a lever r (T, 3)."""
    return (lever**2).sum(-1)[:, None, None] * np.eye(3) - lever[:, :, None] * lever[:, None, :]
