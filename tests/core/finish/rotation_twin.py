"""Single rotations for the slow twin of the foot lock: Rodrigues' formula and its inverse."""

import numpy as np


def about(axis, angle: float) -> np.ndarray:
    """The turn (3, 3) by an angle, radians, about a unit axis (3,)."""
    x, y, z = axis
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross


def matrix_of(rotvec) -> np.ndarray:
    """A rotation vector (3,) as a matrix."""
    angle = np.linalg.norm(rotvec)
    return np.eye(3) if angle < 1e-14 else about(rotvec / angle, angle)


def rotvec_of(turn: np.ndarray) -> np.ndarray:
    """A matrix as a rotation vector (3,); clearly less than half a turn."""
    skew = np.array([turn[2, 1] - turn[1, 2], turn[0, 2] - turn[2, 0], turn[1, 0] - turn[0, 1]]) / 2
    sine = np.linalg.norm(skew)
    return skew if sine < 1e-14 else skew / sine * np.arctan2(sine, (np.trace(turn) - 1) / 2)


def yaw(angle: float) -> np.ndarray:
    """The turn about the vertical."""
    return about([0.0, 1.0, 0.0], angle)


def heading(turn: np.ndarray) -> float:
    """Where a turn takes +Z, seen from above, radians."""
    return float(np.arctan2(turn[0, 2], turn[2, 2]))


def wrapped(angle: float) -> float:
    """The angle between minus and plus half a turn."""
    return float((angle + np.pi) % (2 * np.pi) - np.pi)
