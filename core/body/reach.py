"""Arms that reach: the smallest turns of shoulder and elbow that bring the wrist to a place."""

import numpy as np

from .rotation import rotvec_to_matrix

# A straight arm cannot lengthen: below this share of its length squared the solver gives way instead of whirling.
_DAMPING = 0.02


def reach(
    root: np.ndarray, upper: np.ndarray, lower: np.ndarray, target: np.ndarray, steps: int = 3
) -> tuple[np.ndarray, np.ndarray]:
    """Turns (T, 3, 3), in the world, of the shoulder and then of the elbow that bring the wrist to the target.

    Damped least squares: the smallest turns that do it, and no whirl where the arm is straight.
    """
    frames = len(root)
    shoulder = np.tile(np.eye(3), (frames, 1, 1))
    elbow = shoulder.copy()
    damping = _DAMPING * ((upper + lower) ** 2).sum(-1).max() * np.eye(3)
    for _ in range(steps):
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
