"""Turns away from rest: rotation vectors that do not wrap at half a turn, from quaternions and back."""

import numpy as np


def offset_of(quaternions: np.ndarray) -> np.ndarray:
    """Rotation vectors (..., 3), up to a whole turn long, of unit quaternions (..., 4) as their signs are.

    Where the signs are continuous in time so are the vectors: they do not jump to the other side at half a turn.
    """
    vector = quaternions[..., 1:]
    sine = np.sqrt((vector**2).sum(-1))
    angle = 2 * np.arctan2(sine, quaternions[..., 0])
    return np.where(sine > 1e-9, angle / np.maximum(sine, 1e-12), 2.0)[..., None] * vector


def turn_by(offset: np.ndarray) -> np.ndarray:
    """Unit quaternions (..., 4) of rotation vectors (..., 3), the inverse of `offset_of`."""
    angle = np.sqrt((offset**2).sum(-1))
    half = 0.5 * angle
    scale = np.where(angle > 1e-9, np.sin(half) / np.maximum(angle, 1e-12), 0.5)
    out = np.empty((*offset.shape[:-1], 4))
    out[..., 0] = np.cos(half)
    out[..., 1:] = scale[..., None] * offset
    return out


def left_factor(quaternion: np.ndarray) -> np.ndarray:
    """Matrices (..., 4, 4) that multiply quaternions, as rows on their left, by these (..., 4): rows @ matrix."""
    w, x, y, z = np.moveaxis(quaternion, -1, 0)
    columns = [[w, x, y, z], [-x, w, z, -y], [-y, -z, w, x], [-z, y, -x, w]]
    return np.stack([np.stack(row, -1) for row in columns], -2)
