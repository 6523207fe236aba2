"""New values of a channel made to continue the keys beside them: in sign, in whole turns and in place."""

import numpy as np

from ...core.body.blend import DEFAULT_MARGIN
from ...core.body.curves import runs
from ...core.body.rotation import quat_conjugate, quat_multiply, quat_to_rotvec, rotvec_to_quat
from ..blender.fcurves import Channel

_TURN = 2 * np.pi
# Keys are in single precision: what differs by less is the same.
_SAME = 1e-5
# Large differences take longer: so many frames more per radian or metre.
_LONGER = 40


def joined(channel: Channel, now: np.ndarray, rows: np.ndarray) -> Channel:
    """The channel with its rows (T,) continuing what is keyed, (T, C), around them.

    What is not written should be what is keyed; where it is not (a take's rest, or its accents, moved when a part of it
    was made anew) the difference fades out within the rows, place and speed.
    """
    values, now = np.array(channel.values, np.float64), now.astype(np.float64)
    turning = channel.path.endswith("rotation_quaternion")
    for start, end in runs(rows):
        if end - start == len(rows):
            continue
        inner, there = (values[start], now[start - 1]) if start else (values[end - 1], now[end])
        if turning and inner @ there < 0:
            values *= -1
        elif channel.path.endswith("rotation_euler"):
            values += _TURN * np.round((there - inner) / _TURN)
        planned, within = np.array(values), np.arange(start, end)
        for row, before, near in ((start - 1, start - 2, within), (end, end + 1, within[::-1])):
            if 0 <= row < len(rows):
                outside = [row, before if 0 <= before < len(rows) else row]
                _fade(values, near, now[outside], planned[outside], turning)
    return Channel(channel.path, values, channel.group)


def _fade(values: np.ndarray, near: np.ndarray, keyed: np.ndarray, planned: np.ndarray, turning: bool) -> None:
    """Let rows of values, the nearest first, lead over from what is keyed beside them, where that was not planned.

    Args:
        values: (T, C), changed.
        near: rows of it.
        keyed: (2, C) what is, in the row beside them and in the one beside that.
        planned: (2, C) what should be there.
        turning: whether they are quaternions.
    """
    off = quat_to_rotvec(quat_multiply(keyed, quat_conjugate(planned))) if turning else keyed - planned
    if np.abs(off).max() < _SAME:
        return
    length = min(len(near), DEFAULT_MARGIN + round(_LONGER * np.abs(off).max()))
    near, speed = near[:length], (off[0] - off[1]) * (length + 1)
    s = np.arange(1, length + 1)[:, None] / (length + 1)
    # From a place and a speed to none of both, without a jerk at either end.
    offset = off[0] * (1 - s**3 * (10 - 15 * s + 6 * s**2)) + speed * (s - 6 * s**3 + 8 * s**4 - 3 * s**5)
    values[near] = quat_multiply(rotvec_to_quat(offset), values[near]) if turning else values[near] + offset
