"""Rotations in NumPy: conversions between their forms, and operations named after the form that they work on.

    rotvec   (..., 3)      axis times angle, radians
    quat     (..., 4)      unit quaternion w, x, y, z; q and -q are one rotation
    matrix   (..., 3, 3)   turns column vectors: matrix @ vector
    rot6d    (..., 6)      the first two rows of a matrix (Zhou et al. 2019, in the row convention of BEAT2)
    euler    (..., 3)      three angles, radians; the order says about which axes
    yaw      (...)         one angle about Y, the vertical, radians

All functions broadcast over the leading axes.
"""

import numpy as np


def rotvec_to_quat(rotvec: np.ndarray) -> np.ndarray:
    """Convert rotation vectors (..., 3) to unit quaternions (..., 4).

    >>> rotvec_to_quat(np.array([np.pi, 0.0, 0.0])).round(6) + 0.0
    array([0., 1., 0., 0.])
    """
    rotvec = np.asarray(rotvec, np.float64)
    angle = np.linalg.norm(rotvec, axis=-1, keepdims=True)
    # sin(a/2)/a, whose limit is 1/2
    scale = 0.5 * np.sinc(angle / (2 * np.pi))
    return np.concatenate([np.cos(angle / 2), rotvec * scale], axis=-1)


def quat_to_rotvec(quaternion: np.ndarray) -> np.ndarray:
    """Convert quaternions (..., 4) of any length to the shortest rotation vectors (..., 3): angles up to half a turn.

    >>> quat_to_rotvec(np.array([-1.0, 0.0, 0.0, 0.0])) + 0.0
    array([0., 0., 0.])
    """
    quaternion = np.where(quaternion[..., :1] < 0, -quaternion, quaternion)
    vector = quaternion[..., 1:]
    sine = np.linalg.norm(vector, axis=-1, keepdims=True)
    angle = 2 * np.arctan2(sine, quaternion[..., :1])
    return np.where(sine > 1e-9, angle / np.maximum(sine, 1e-12), 2.0) * vector


def quat_to_matrix(quaternion: np.ndarray) -> np.ndarray:
    """Convert unit quaternions (..., 4) to matrices (..., 3, 3)."""
    w, x, y, z = np.moveaxis(np.asarray(quaternion, np.float64), -1, 0)
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]
    return np.stack([np.stack(row, -1) for row in rows], -2)


def matrix_to_quat(matrix: np.ndarray) -> np.ndarray:
    """Convert matrices (..., 3, 3) to unit quaternions (..., 4).

    The largest component is computed first, and the others from it (Shepperd 1978): dividing by a small one would lose
    digits.
    """
    m = np.asarray(matrix, np.float64)
    m00, m11, m22 = m[..., 0, 0], m[..., 1, 1], m[..., 2, 2]
    # Four times the products of each component with all four: w w, w x, w y, w z and so on.
    w = [1 + m00 + m11 + m22, m[..., 2, 1] - m[..., 1, 2], m[..., 0, 2] - m[..., 2, 0], m[..., 1, 0] - m[..., 0, 1]]
    x = [w[1], 1 + m00 - m11 - m22, m[..., 0, 1] + m[..., 1, 0], m[..., 0, 2] + m[..., 2, 0]]
    y = [w[2], x[2], 1 - m00 + m11 - m22, m[..., 1, 2] + m[..., 2, 1]]
    z = [w[3], x[3], y[3], 1 - m00 - m11 + m22]
    candidates = np.stack([np.stack(row, -1) for row in (w, x, y, z)], -2)
    largest = np.argmax(np.stack([w[0], x[1], y[2], z[3]], -1), -1)
    chosen = np.take_along_axis(candidates, largest[..., None, None], axis=-2)[..., 0, :]
    return chosen / np.linalg.norm(chosen, axis=-1, keepdims=True)


def rotvec_to_matrix(rotvec: np.ndarray) -> np.ndarray:
    """Convert rotation vectors (..., 3) to matrices (..., 3, 3)."""
    return quat_to_matrix(rotvec_to_quat(rotvec))


def matrix_to_rotvec(matrix: np.ndarray) -> np.ndarray:
    """Convert matrices (..., 3, 3) to rotation vectors (..., 3)."""
    return quat_to_rotvec(matrix_to_quat(matrix))


def matrix_to_rot6d(matrix: np.ndarray) -> np.ndarray:
    """Convert matrices (..., 3, 3) to rot6d (..., 6): their first two rows."""
    return matrix[..., :2, :].reshape(*matrix.shape[:-2], 6)


def rot6d_to_matrix(rot6d: np.ndarray) -> np.ndarray:
    """Convert rot6d (..., 6) to matrices (..., 3, 3).

    The two rows that a network predicts need not be orthonormal; the Gram-Schmidt process makes them so.
    """
    first, second = rot6d[..., :3], rot6d[..., 3:]
    a = first / np.maximum(np.linalg.norm(first, axis=-1, keepdims=True), 1e-12)
    b = second - (a * second).sum(-1, keepdims=True) * a
    b = b / np.maximum(np.linalg.norm(b, axis=-1, keepdims=True), 1e-12)
    return np.stack([a, b, np.cross(a, b)], -2)


def rotvec_to_rot6d(rotvec: np.ndarray) -> np.ndarray:
    """Convert rotation vectors (..., 3) to rot6d (..., 6)."""
    return matrix_to_rot6d(rotvec_to_matrix(rotvec))


def rot6d_to_rotvec(rot6d: np.ndarray) -> np.ndarray:
    """Convert rot6d (..., 6) to rotation vectors (..., 3)."""
    return matrix_to_rotvec(rot6d_to_matrix(rot6d))


def matrix_to_euler(matrix: np.ndarray, order: str) -> np.ndarray:
    """Split rotations into three turns, one about each axis.

    The order names the axes as the factors stand in the product: with "ZXY" a matrix is Rz @ Rx @ Ry, and the angles
    are those about Z, X and Y. This is the order of scipy's `Rotation.as_euler("ZXY")`; Blender names the same order
    the other way round, "YXZ". Where the middle angle is a quarter turn (gimbal lock), the outer two turn about one
    line: the first is 0, and the last has the whole turn.

    Args:
        matrix: (..., 3, 3).
        order: the letters X, Y and Z, each once.

    Returns:
        Angles (..., 3) in the order of the letters, radians; the middle one is within a quarter turn.

    >>> matrix_to_euler(yaw_to_matrix(0.25), "YXZ") + 0.0
    array([0.25, 0.  , 0.  ])
    """
    i, j, k = ("XYZ".index(letter) for letter in order)
    sign = 1.0 if (i, j, k) in ((0, 1, 2), (1, 2, 0), (2, 0, 1)) else -1.0
    m = np.asarray(matrix, np.float64)
    cosine = np.hypot(m[..., k, k], m[..., j, k])
    locked = cosine < 1e-6
    first = np.where(locked, 0.0, np.arctan2(-sign * m[..., j, k], m[..., k, k]))
    middle = np.arctan2(sign * m[..., i, k], cosine)
    free, last = np.arctan2(-sign * m[..., i, j], m[..., i, i]), np.arctan2(sign * m[..., j, i], m[..., j, j])
    return np.stack([first, middle, np.where(locked, last, free)], axis=-1)


def matrix_to_yaw(matrix: np.ndarray) -> np.ndarray:
    """Return the heading of matrices (..., 3, 3): the angle (...) about Y, the vertical, radians; 0 faces +Z.

    It is the first angle of `matrix_to_euler(matrix, "YXZ")`.
    """
    return np.arctan2(matrix[..., 0, 2], matrix[..., 2, 2])


def yaw_to_matrix(yaw: np.ndarray) -> np.ndarray:
    """Convert angles (...) about Y, the vertical, to matrices (..., 3, 3)."""
    return rotvec_to_matrix(np.asarray(yaw)[..., None] * np.array([0.0, 1.0, 0.0]))


def quat_multiply(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Multiply quaternions (..., 4) (the Hamilton product): the rotation b, then a.

    >>> i, j = np.eye(4)[1], np.eye(4)[2]
    >>> quat_multiply(i, j)
    array([0., 0., 0., 1.])
    """
    aw, ax, ay, az = np.moveaxis(a, -1, 0)
    bw, bx, by, bz = np.moveaxis(b, -1, 0)
    return np.stack(
        [
            aw * bw - ax * bx - ay * by - az * bz,
            aw * bx + ax * bw + ay * bz - az * by,
            aw * by - ax * bz + ay * bw + az * bx,
            aw * bz + ax * by - ay * bx + az * bw,
        ],
        -1,
    )


def quat_conjugate(quaternion: np.ndarray) -> np.ndarray:
    """Invert unit quaternions (..., 4)."""
    return quaternion * np.array([1.0, -1.0, -1.0, -1.0])


def quat_continuous(quaternions: np.ndarray) -> np.ndarray:
    """Choose the signs of quaternions (T, ..., 4) so that neighbours in time lie in one hemisphere.

    q and -q are one rotation, but a curve from one to the other would pass through every rotation between. The first
    frame keeps its sign.

    >>> quat_continuous(np.array([[1.0, 0, 0, 0], [-1.0, 0, 0, 0]]))[1] + 0.0
    array([1., 0., 0., 0.])
    """
    dots = (quaternions[1:] * quaternions[:-1]).sum(-1)
    signs = np.cumprod(np.where(dots < 0, -1.0, 1.0), axis=0)
    out = np.array(quaternions, np.float64)
    out[1:] *= signs[..., None]
    return out


def quat_slerp(a: np.ndarray, b: np.ndarray, weight: np.ndarray | float, shorter: bool = True) -> np.ndarray:
    """Interpolate quaternions (..., 4) at an even speed (spherically).

    Args:
        a: where weight 0 is.
        b: where weight 1 is.
        weight: broadcasts over (...).
        shorter: take the shorter of the two arcs of rotation. False takes the arc between the quaternions as they are
            given; where the signs of both are continuous in time, it does not swap sides from frame to frame.
    """
    dot = (a * b).sum(-1, keepdims=True)
    if shorter:
        b, dot = np.where(dot < 0, -b, b), np.abs(dot)
    angle = np.arccos(np.clip(dot, -1.0, 1.0))
    weight = np.asarray(weight, np.float64)[..., None]
    sine = np.sin(angle)
    small = sine < 1e-6
    safe = np.where(small, 1.0, sine)
    wa = np.where(small, 1 - weight, np.sin((1 - weight) * angle) / safe)
    wb = np.where(small, weight, np.sin(weight * angle) / safe)
    out = wa * a + wb * b
    return out / np.maximum(np.linalg.norm(out, axis=-1, keepdims=True), 1e-12)


def quat_between(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Return the quaternion (4,) that turns one vector (3,) the shortest way into the direction of another."""
    source, target = unit_vector(source), unit_vector(target)
    cosine = float(source @ target)
    if cosine < -1 + 1e-8:
        # The vectors are opposite, so a half turn about any axis at a right angle to them will do. The cross product
        # with the coordinate axis that is farthest from the vectors is such an axis.
        across = np.cross(source, np.eye(3)[np.argmin(np.abs(source))])
        return np.concatenate([[0.0], unit_vector(across)])
    quaternion = np.concatenate([[1 + cosine], np.cross(source, target)])
    return quaternion / np.linalg.norm(quaternion)


def quat_twist(quaternion: np.ndarray, axis: np.ndarray) -> np.ndarray:
    """Return the twist of rotations (..., 4) about an axis (3,).

    A rotation is a twist about the axis, done first, and then a swing that turns the axis itself: q = swing * twist.
    """
    axis = unit_vector(axis)
    along = quaternion[..., 1:] @ axis
    twist = np.concatenate([quaternion[..., :1], along[..., None] * axis], axis=-1)
    norm = np.linalg.norm(twist, axis=-1, keepdims=True)
    return np.where(norm > 1e-6, twist / np.maximum(norm, 1e-12), [1.0, 0.0, 0.0, 0.0])


def quat_power(quaternion: np.ndarray, share: float) -> np.ndarray:
    """Return a share (0-1) of rotations (..., 4), along the short way."""
    return quat_slerp(np.broadcast_to([1.0, 0.0, 0.0, 0.0], quaternion.shape), quaternion, share)


def unit_vector(vector: np.ndarray) -> np.ndarray:
    """Scale one vector (3,) to the length 1; a vector of length 0 stays 0."""
    return vector / max(float(np.linalg.norm(vector)), 1e-12)
