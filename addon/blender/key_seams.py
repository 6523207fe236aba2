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

_TURN = 2 * np.pi
# Keys are in single precision: smaller differences are not seen.
_SAME = 1e-5


def joined(channel: Channel, now: np.ndarray, rows: np.ndarray) -> Channel:
    """Return a channel whose rows (T,) continue the keys (T, C) around them, in place and speed.

    Args:
        channel: planned values for all frames.
        now: (T, C) the values that are keyed now.
        rows: frames that are going to be written.
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
    """Add a difference that begins as the one beside the rows and fades out, in place and speed.

    Args:
        values: (T, C), which are changed.
        near: numbers of the rows, the one beside the keys first.
        keyed: (2, C) keys in the row beside them, and in the row one further away.
        planned: (2, C) planned values of these two rows.
        turning: whether the values are quaternions.
    """
    off = quat_to_rotvec(quat_multiply(keyed, quat_conjugate(planned))) if turning else keyed - planned
    if np.abs(off).max() < _SAME:
        return
    length = min(len(near), margin_over(np.abs(off).max()))
    near, speed = near[:length], (off[0] - off[1]) * (length + 1)
    s = np.arange(1, length + 1)[:, None] / (length + 1)
    # The quintic from the place and the speed at s = 0 to neither at s = 1, without acceleration at the ends.
    offset = off[0] * (1 - min_jerk(s)) + speed * (s - 6 * s**3 + 8 * s**4 - 3 * s**5)
    values[near] = quat_multiply(rotvec_to_quat(offset), values[near]) if turning else values[near] + offset
