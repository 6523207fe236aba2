"""Strokes on stress: the decoded body runs a little faster or slower, so that strokes end on stressed syllables.

    speech     ▂▇▂▁▂▅▁▂▇▂▁▁▂▇▂          ▇ stressed syllables
    decoded    ──╱╲──────╱╲───────        a stroke ends 3 frames early, another one 2 frames late
    delay      __╱‾╲________________       3 frames at the first end,
                        ╲_╱               -2 frames at the second one, minimum jerk between them
    shown      ───╱╲────╱╲────────        frame t shows the decoded frame t - delay(t)

Which strokes move, and how far, is decided for the whole take at once (Viterbi 1967): ends that are near each other
move alike, because the pace may change by `_MOST_SLOPE` at most. Strokes in pauses find no syllable, and stay.
Arms, hands and trunk move together; the head nods to the voice by itself, and stays as it is.
"""

from collections.abc import Sequence

import numpy as np

from ..body.curves import min_jerk
from ..body.joints import SIDES
from ..body.motion import Motion
from ..body.parts import AREAS, SPECS, Part
from ..body.rotation import quat_continuous, quat_to_rotvec, rotvec_to_quat
from ..direct.retiming import most_change, turns_at
from ..direct.strokes import find_strokes, wrist_paths
from ..stops import check_stop

# Weights may ask for moves up to this length.
MOST_SECONDS = 0.3
# The joints that are moved in time.
JOINTS = tuple(
    joint for part in (Part.UPPER, Part.HANDS) for joint in SPECS[part].joints if joint not in AREAS["head"].joints
)
_ARMS = [[*AREAS[f"{side}_arm"].joints, *AREAS[f"{side}_hand"].joints] for side in SIDES]
_TRUNK = [joint for joint in JOINTS if joint not in {*_ARMS[0], *_ARMS[1]}]
NOT_LATER = np.zeros((0, len(SIDES)))
# Share by which the pace may change.
_MOST_SLOPE = 0.2
# Delays that a stroke may have are multiples of this, in frames.
_STEP = 0.25
# Seconds within which an end counts as on the syllable, and (sigma) beyond which it is of no use to come nearer.
_ON_S, _NEAR_S = 0.02, 0.08
# What the longest delay costs, as a share of what a stroke gains that lands: strokes do not move for nothing.
_COST = 0.05
# Frames and joints that are read at a time, so that a long take needs little memory.
_ROWS, _COLUMNS = 2048, 10


def on_stress(
    motion: Motion, stressed_s: Sequence[float] | np.ndarray, most_s: float, later: np.ndarray = NOT_LATER
) -> Motion:
    """Move the ends of strokes to stressed syllables.

    Args:
        motion: as decoded; frames that do not move keep their values to the bit.
        stressed_s: when syllables are stressed, ascending seconds.
        most_s: how far an end may move; 0 leaves the motion as it is.
        later: (T or more, 2) by how many frames the left and the right arm are later than that.
    """
    if most_s <= 0 or not len(stressed_s) or motion.frame_count < 2:
        return motion
    check_stop()
    strokes = find_strokes(wrist_paths(motion.rotations, motion.skeleton), motion.fps)
    ends = np.unique([stroke.apex for stroke in strokes]).astype(float)
    check_stop()
    late = delays_to(ends, np.asarray(stressed_s) * motion.fps, motion.frame_count, most_s * motion.fps, motion.fps)
    rotations = motion.rotations.copy()
    _move(rotations, _TRUNK, late)
    for joints, arm in zip(_ARMS, later[: len(late)].T, strict=True):
        _move(rotations, joints, late + arm if len(arm) == len(late) else late)
    return motion.replace(rotations=rotations)


def _move(rotations: np.ndarray, joints: Sequence[int], late: np.ndarray) -> None:
    """Let joints be late by frames (T,), in place; rows in which they are not keep their values."""
    rows = np.flatnonzero(late)
    for first in range(0, len(joints), _COLUMNS):
        check_stop()
        some_joints = np.array(joints[first : first + _COLUMNS])
        turns = quat_continuous(rotvec_to_quat(rotations[:, some_joints]))
        for start in range(0, len(rows), _ROWS):
            check_stop()
            some = rows[start : start + _ROWS]
            rotations[np.ix_(some, some_joints)] = quat_to_rotvec(turns_at(turns, some - late[some]))


def delays_to(ends: np.ndarray, stressed: np.ndarray, frame_count: int, most: float, fps: float) -> np.ndarray:
    """Return by how many frames the body is late in each frame (T,), so that as many ends as possible land.

    Args:
        ends: frames in which strokes end, ascending.
        stressed: frames of the stressed syllables, ascending.
        frame_count: T.
        most: frames by which an end may move.
        fps: frames per second.
    """
    late = np.zeros(frame_count)
    if not len(ends) or not len(stressed):
        return late
    count = int(most / _STEP)
    choices = _STEP * np.arange(-count, count + 1)
    gains = _gains(ends[:, None] + choices, stressed, fps) - _COST * np.abs(choices) / most
    gaps = np.diff([0.0, *ends, frame_count - 1.0])
    chosen = choices[_best_path(gains, choices, gaps)]
    places, delays = [0.0, *(ends + chosen), frame_count - 1.0], [0.0, *chosen, 0.0]
    frames = np.arange(frame_count)
    after = np.clip(np.searchsorted(places, frames), 1, len(places) - 1)
    start, end = np.take(places, after - 1), np.take(places, after)
    phase = min_jerk((frames - start) / np.maximum(end - start, 1e-6))
    return np.take(delays, after - 1) * (1 - phase) + np.take(delays, after) * phase


def _gains(places: np.ndarray, stressed: np.ndarray, fps: float) -> np.ndarray:
    """Return how well ends at places (N, K) land, 0-1."""
    after = np.clip(np.searchsorted(stressed, places), 1, max(len(stressed) - 1, 1))
    beside = np.stack([np.take(stressed, after - 1), np.take(stressed, after, mode="clip")])
    away_s = np.abs(places - beside).min(0) / fps
    return np.exp(-0.5 * np.square(np.maximum(away_s - _ON_S, 0) / _NEAR_S))


def _best_path(gains: np.ndarray, choices: np.ndarray, gaps: np.ndarray) -> np.ndarray:
    """Return the numbers (N,) of the delays that gain most together and change no faster than they may.

    Args:
        gains: (N, K) of N ends and K delays.
        choices: (K,) the delays, frames.
        gaps: (N + 1,) frames from the start to the first end, from each end to the next, and to the take's end; at the
            start and at the end of the take there is no delay.
    """
    steps = most_change(gaps, _MOST_SLOPE)
    change = np.abs(choices[:, None] - choices)  # (to, from)
    best = np.where(np.abs(choices) <= steps[0], gains[0], -np.inf)
    came_from = []
    for gain, step in zip(gains[1:], steps[1:-1], strict=True):
        ways = np.where(change <= step, best, -np.inf)
        came_from.append(ways.argmax(1))
        best = ways.max(1) + gain
    path = [int(np.where(np.abs(choices) <= steps[-1], best, -np.inf).argmax())]
    for source in reversed(came_from):
        path.append(int(source[path[-1]]))
    return np.array(path[::-1])
