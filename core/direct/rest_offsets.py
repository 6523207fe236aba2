"""Turns away from rest as rotation vectors that do not wrap at half a turn: quaternions to vectors and back.

A rotation vector as `body.rotation` makes it is at most half a turn long: at 181 degrees it jumps to -179 degrees, and
scaled by 0.5 it would jump from 90 to -90. Quaternions whose signs are continuous in time tell both apart:

    turn, degrees     170   179   181   190
    `quat_to_rotvec`  170   179  -179  -170       jumps
    here              170   179   181   190       may be scaled and smoothed
"""

import numpy as np


def quat_to_offset(quaternions: np.ndarray) -> np.ndarray:
    """Return rotation vectors (..., 3), up to a whole turn long, of unit quaternions (..., 4) whose signs count."""
    vector = quaternions[..., 1:]
    sine = np.sqrt((vector**2).sum(-1))
    angle = 2 * np.arctan2(sine, quaternions[..., 0])
    return np.where(sine > 1e-9, angle / np.maximum(sine, 1e-12), 2.0)[..., None] * vector


def offset_to_quat(offset: np.ndarray) -> np.ndarray:
    """Return unit quaternions (..., 4) of rotation vectors (..., 3), the inverse of `quat_to_offset`."""
    angle = np.sqrt((offset**2).sum(-1))
    half = 0.5 * angle
    scale = np.where(angle > 1e-9, np.sin(half) / np.maximum(angle, 1e-12), 0.5)
    out = np.empty((*offset.shape[:-1], 4))
    out[..., 0] = np.cos(half)
    out[..., 1:] = scale[..., None] * offset
    return out


def left_multiplier(quaternion: np.ndarray) -> np.ndarray:
    """Return matrices (..., 4, 4) M for which `rows @ M` multiplies quaternions by these (..., 4) on their left.

    `rows @ left_multiplier(q)` is `quat_multiply(q, rows)`, but one matrix product for many frames.
    """
    w, x, y, z = np.moveaxis(quaternion, -1, 0)
    columns = [[w, x, y, z], [-x, w, z, -y], [-y, -z, w, x], [-z, y, -x, w]]
    return np.stack([np.stack(row, -1) for row in columns], -2)
