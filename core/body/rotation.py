"""Rotations in numpy: rotation vectors, matrices, rot6d and quaternions (w, x, y, z)."""

import numpy as np


def rotvec_to_quaternion(rotvec: np.ndarray) -> np.ndarray:
    """Rotation vectors (..., 3), radians, to unit quaternions (..., 4), w first."""
    rotvec = np.asarray(rotvec, np.float64)
    angle = np.linalg.norm(rotvec, axis=-1, keepdims=True)
    # sin(a/2)/a, whose limit is 1/2
    scale = 0.5 * np.sinc(angle / (2 * np.pi))
    return np.concatenate([np.cos(angle / 2), rotvec * scale], axis=-1)


def quaternion_to_rotvec(quaternion: np.ndarray) -> np.ndarray:
    """Unit quaternions (..., 4) to the shortest rotation vectors (..., 3)."""
    quaternion = np.where(quaternion[..., :1] < 0, -quaternion, quaternion)
    vector = quaternion[..., 1:]
    sine = np.linalg.norm(vector, axis=-1, keepdims=True)
    angle = 2 * np.arctan2(sine, quaternion[..., :1])
    return np.where(sine > 1e-9, angle / np.maximum(sine, 1e-12), 2.0) * vector


def quaternion_to_matrix(quaternion: np.ndarray) -> np.ndarray:
    """Unit quaternions (..., 4) to matrices (..., 3, 3)."""
    w, x, y, z = np.moveaxis(np.asarray(quaternion, np.float64), -1, 0)
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]
    return np.stack([np.stack(row, -1) for row in rows], -2)


def matrix_to_quaternion(matrix: np.ndarray) -> np.ndarray:
    """Matrices (..., 3, 3) to unit quaternions (..., 4), the largest component first computed (Shepperd 1978)."""
    m = np.asarray(matrix, np.float64)
    m00, m11, m22 = m[..., 0, 0], m[..., 1, 1], m[..., 2, 2]
    # four times the square of each component, times itself and the others
    w = [1 + m00 + m11 + m22, m[..., 2, 1] - m[..., 1, 2], m[..., 0, 2] - m[..., 2, 0], m[..., 1, 0] - m[..., 0, 1]]
    x = [w[1], 1 + m00 - m11 - m22, m[..., 0, 1] + m[..., 1, 0], m[..., 0, 2] + m[..., 2, 0]]
    y = [w[2], x[2], 1 - m00 + m11 - m22, m[..., 1, 2] + m[..., 2, 1]]
    z = [w[3], x[3], y[3], 1 - m00 - m11 + m22]
    candidates = np.stack([np.stack(row, -1) for row in (w, x, y, z)], -2)
    largest = np.argmax(np.stack([w[0], x[1], y[2], z[3]], -1), -1)
    chosen = np.take_along_axis(candidates, largest[..., None, None], axis=-2)[..., 0, :]
    return chosen / np.linalg.norm(chosen, axis=-1, keepdims=True)


def rotvec_to_matrix(rotvec: np.ndarray) -> np.ndarray:
    """Rotation vectors (..., 3) to matrices (..., 3, 3)."""
    return quaternion_to_matrix(rotvec_to_quaternion(rotvec))


def matrix_to_rotvec(matrix: np.ndarray) -> np.ndarray:
    """Matrices (..., 3, 3) to rotation vectors (..., 3)."""
    return quaternion_to_rotvec(matrix_to_quaternion(matrix))


def matrix_to_rot6d(matrix: np.ndarray) -> np.ndarray:
    """Matrices (..., 3, 3) to their first two rows (..., 6) (Zhou et al. 2019, in the row convention of BEAT2)."""
    return matrix[..., :2, :].reshape(*matrix.shape[:-2], 6)


def rot6d_to_matrix(rot6d: np.ndarray) -> np.ndarray:
    """Two rows (..., 6), not necessarily orthonormal, to matrices (..., 3, 3) by Gram-Schmidt."""
    first, second = rot6d[..., :3], rot6d[..., 3:]
    a = first / np.maximum(np.linalg.norm(first, axis=-1, keepdims=True), 1e-12)
    b = second - (a * second).sum(-1, keepdims=True) * a
    b = b / np.maximum(np.linalg.norm(b, axis=-1, keepdims=True), 1e-12)
    return np.stack([a, b, np.cross(a, b)], -2)


def rotvec_to_rot6d(rotvec: np.ndarray) -> np.ndarray:
    """Rotation vectors (..., 3) to rot6d (..., 6)."""
    return matrix_to_rot6d(rotvec_to_matrix(rotvec))


def rot6d_to_rotvec(rot6d: np.ndarray) -> np.ndarray:
    """rot6d (..., 6) to rotation vectors (..., 3)."""
    return matrix_to_rotvec(rot6d_to_matrix(rot6d))


def multiply(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Hamilton product of quaternions (..., 4): the rotation b, then a."""
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


def conjugate(quaternion: np.ndarray) -> np.ndarray:
    """The inverse of unit quaternions (..., 4)."""
    return quaternion * np.array([1.0, -1.0, -1.0, -1.0])


def continuous(quaternions: np.ndarray) -> np.ndarray:
    """Quaternions (T, ..., 4) with signs chosen so that neighbours in time lie in one hemisphere."""
    dots = (quaternions[1:] * quaternions[:-1]).sum(-1)
    signs = np.cumprod(np.where(dots < 0, -1.0, 1.0), axis=0)
    out = np.array(quaternions, np.float64)
    out[1:] *= signs[..., None]
    return out


def slerp(a: np.ndarray, b: np.ndarray, weight: np.ndarray | float, shorter: bool = True) -> np.ndarray:
    """Spherical interpolation from a to b (..., 4); weight broadcasts over (...).

    Along the shorter arc of rotation; with `shorter` off along the arc between the quaternions as they are given, which
    does not swap sides in time where their signs are continuous.
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
