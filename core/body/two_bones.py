"""Two-bone inverse kinematics with a pole: where the elbow or knee is, and the frames of its bones."""

import numpy as np


def unit(vector: np.ndarray) -> np.ndarray:
    """Scale vectors (..., 3) to length one."""
    return vector / np.maximum(np.linalg.norm(vector, axis=-1, keepdims=True), 1e-12)


def frame(primary: np.ndarray, secondary: np.ndarray) -> np.ndarray:
    """Build matrices (..., 3, 3) with the columns primary, secondary at a right angle to it, their cross product."""
    x = unit(primary)
    y = unit(secondary - (secondary * x).sum(-1, keepdims=True) * x)
    return np.stack([x, y, np.cross(x, y)], axis=-1)


def axis_angle(axis: np.ndarray, angle: np.ndarray) -> np.ndarray:
    """Build rotation matrices (T, 3, 3) about one unit axis (3,) by angles (T,), radians (Rodrigues)."""
    x, y, z = axis
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    angle = np.asarray(angle)[..., None, None]
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * (cross @ cross)


def clamp_reach(offset: np.ndarray, upper: float, lower: float, least_bend: float, most_bend: float) -> np.ndarray:
    """Shorten or lengthen offsets (T, 3), root to end, smoothly, so that the joint's bend stays within two angles.

    Args:
        offset: (T, 3) metres.
        upper: length of the first bone, metres.
        lower: length of the second bone, metres.
        least_bend: smallest bend from straight, radians.
        most_bend: largest bend from straight, radians.
    """

    def reach(bend: float) -> float:
        return float(np.sqrt(upper**2 + lower**2 + 2 * upper * lower * np.cos(bend)))

    low, high = reach(most_bend), reach(least_bend)
    distance = np.linalg.norm(offset, axis=-1, keepdims=True)
    soft = 0.012
    held = high - soft * np.logaddexp(0, (high - distance) / soft)
    held = low + soft * np.logaddexp(0, (held - low) / soft)
    return offset * np.minimum(held, high) / np.maximum(distance, 1e-9)


def two_bone(root: np.ndarray, end: np.ndarray, upper: float, lower: float, pole: np.ndarray) -> np.ndarray:
    """Place the middle joint (T, 3) between roots and ends (T, 3), on the side to which the poles (T, 3) point.

    Ends must be within reach (`clamp_reach`).
    """
    offset = end - root
    distance = np.linalg.norm(offset, axis=-1, keepdims=True)
    along = offset / distance
    side = unit(pole - (pole * along).sum(-1, keepdims=True) * along)
    forward = (upper**2 - lower**2 + distance**2) / (2 * distance)
    out = np.sqrt(np.maximum(upper**2 - forward**2, 0))
    return root + forward * along + out * side
