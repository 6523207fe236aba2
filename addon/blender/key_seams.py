"""Seams between new values of a channel and the keys beside them: the new values continue the keys.

    planned     ──────────╮ new rows ╭──────────         The plan is for all frames; only some rows are written.
    keyed       ════╗     │          │    ╔═════         Beside them, the keys may differ from the plan: another
                    ╚═════╡          ╞════╝              part was made again, and the rest pose of the take moved.
    written     ════════╗╱            ╲╔════════         The difference fades out within the new rows.

Two more things must continue: the sign of quaternions (q and -q are one rotation, but curves between them turn round),
and whole turns of Euler angles (370 degrees must not become 10).
"""

import numpy as np

from ...core.body.blend import margin_over
from ...core.body.curves import min_jerk, runs
from ...core.body.rotation import quat_conjugate, quat_multiply, quat_to_rotvec, rotvec_to_quat
from .fcurves import Channel
from .paths import is_euler, is_quaternion

TURN = 2 * np.pi
# Keys are in single precision: smaller differences are not seen.
_SAME = 1e-5


def apart(path: str, values: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return how far values of a channel are from others: rotation vectors of quaternions, otherwise differences.

    Args:
        path: the channel's data path.
        values: (T, C) keys or planned values; quaternions of any length.
        others: (T, C), likewise.

    Returns:
        (T, 3) radians for quaternions; otherwise (T, C) in the channel's unit, with the whole turns of Euler angles.
    """
    if is_quaternion(path):
        return quat_to_rotvec(quat_multiply(values, quat_conjugate(others)))
    return values - others


def joined(channel: Channel, now: np.ndarray, rows: np.ndarray) -> Channel:
    """Return a channel whose rows (T,) continue the keys (T, C) around them, in place and speed.

    Args:
        channel: planned values for all frames.
        now: (T, C) the values that are keyed now.
        rows: frames that are going to be written.
    """
    values, now = np.array(channel.values, np.float64), now.astype(np.float64)
    turning = is_quaternion(channel.path)
    for start, end in runs(rows):
        if end - start == len(rows):
            continue
        inner, there = (values[start], now[start - 1]) if start else (values[end - 1], now[end])
        if turning and inner @ there < 0:
            values *= -1
        elif is_euler(channel.path):
            values += TURN * np.round((there - inner) / TURN)
        planned, within = np.array(values), np.arange(start, end)
        for row, before, near in ((start - 1, start - 2, within), (end, end + 1, within[::-1])):
            if 0 <= row < len(rows):
                outside = [row, before if 0 <= before < len(rows) else row]
                _fade(values, near, apart(channel.path, now[outside], planned[outside]), turning)
    return Channel(channel.path, values, channel.group)


def _fade(values: np.ndarray, near: np.ndarray, off: np.ndarray, turning: bool) -> None:
    """Add a difference that begins as the one beside the rows and fades out, in place and speed.

    Args:
        values: (T, C), which are changed.
        near: numbers of the rows, the one beside the keys first.
        off: (2, C) how far the keys are from the plan in the row beside them, and in the row one further away.
        turning: whether the values are quaternions.
    """
    if np.abs(off).max() < _SAME:
        return
    length = min(len(near), margin_over(np.abs(off).max()))
    near, speed = near[:length], (off[0] - off[1]) * (length + 1)
    s = np.arange(1, length + 1)[:, None] / (length + 1)
    # The quintic from the place and the speed at s = 0 to neither at s = 1, without acceleration at the ends.
    offset = off[0] * (1 - min_jerk(s)) + speed * (s - 6 * s**3 + 8 * s**4 - 3 * s**5)
    values[near] = quat_multiply(rotvec_to_quat(offset), values[near]) if turning else values[near] + offset
