"""Spread of edits: the frames around an edited one get a share of its change, so that they lead over to it.

One key of an elbow was turned by 30° in frame 5. Played back, the elbow pops: 30° within a frame, and back. Spread over
3 frames on either side, each neighbour gets a share of the 30°; the edited frame itself stays as it is:

    frame     1    2    3    4    5    6    7    8    9
    before    0    0    0    0   30    0    0    0    0
    after     0    3.1  15   27  30   27   15   3.1  0      shares of minimum jerk: 0.10, 0.50, 0.90

How much an edit changed its frame is measured at its first and at its last frame, against where the neighbour would
arrive there if it went on as the unedited motion does. So neither the unedited motion nor its speed must be keyed
beside the edit: keys that already lead over to something, or an older edit, are neighbours as good.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .curves import min_jerk, runs
from .rotation import quat_conjugate, quat_multiply, quat_to_rotvec, rotvec_to_quat


@dataclass(frozen=True)
class Side:
    """One side of a run of edited frames.

    Attributes:
        edge: the edited frame at this side.
        near: (N,) the frames beside it that change, the nearest first.
        shares: (N,) how much of the edit's change each of them gets.
    """

    edge: int
    near: np.ndarray
    shares: np.ndarray


def sides_of(edited: np.ndarray, kept: np.ndarray, frame_count: int, is_eased: bool = True) -> list[Side]:
    """Return both sides of every run of edited frames, where a frame beside it may change.

    Args:
        edited: (T,) frames whose change is spread.
        kept: (T,) frames that stay: the edited ones, and others.
        frame_count: how many frames on a side change; fewer where a frame that stays is nearer.
        is_eased: whether the shares rise with minimum jerk; if not, evenly.
    """
    found = []
    for start, end in runs(edited):
        before, after = kept[:start][::-1], kept[end:]
        for edge, step, there in ((start, -1, before), (end - 1, 1, after)):
            length = min(frame_count, int(there.argmax()) if there.any() else len(there))
            if length > 0:
                away = np.arange(1, length + 1)
                phase = away / (length + 1)
                found.append(Side(edge, edge + step * away, 1 - (min_jerk(phase) if is_eased else phase)))
    return found


def spread_values(values: np.ndarray, base: np.ndarray, sides: Sequence[Side], are_angles: bool = False) -> np.ndarray:
    """Let the frames beside edited ones lead over to them.

    Args:
        values: (T, C), edited.
        base: (T, C), unedited.
        sides: sides of the edits.
        are_angles: whether the values are angles, radians: the change is then at most half a turn.

    Returns:
        (T, C); frames of no side are as they were.
    """
    out = np.array(values, np.float64)
    for side in sides:
        next_to = side.near[0]
        change = values[side.edge] - values[next_to] - (base[side.edge] - base[next_to])
        if are_angles:
            change = change - 2 * np.pi * np.round(change / (2 * np.pi))
        out[side.near] += side.shares[:, None] * change
    return out


def spread_quats(values: np.ndarray, base: np.ndarray, sides: Sequence[Side]) -> np.ndarray:
    """Let the rotations beside edited ones lead over to them, each on the shorter arc.

    Args:
        values: (T, 4) quaternions of any length, edited.
        base: (T, 4) unit quaternions, unedited.
        sides: sides of the edits.

    Returns:
        (T, 4); frames of no side are as they were.
    """
    out, turns = np.array(values, np.float64), np.asarray(values, np.float64)
    for side in sides:
        edge, near, shares = side.edge, side.near, side.shares
        step = quat_multiply(base[edge], quat_conjugate(base[near[0]]))
        change = quat_multiply(turns[edge], quat_conjugate(quat_multiply(step, turns[near[0]])))
        out[near] = quat_multiply(rotvec_to_quat(shares[:, None] * quat_to_rotvec(change)), out[near])
    return out
