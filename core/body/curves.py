"""Curves in time: minimum-jerk moves between values, runs of frames."""

import numpy as np


def min_jerk(phase: np.ndarray) -> np.ndarray:
    """The minimum-jerk rise from 0 to 1 (Flash and Hogan 1985); phases outside 0-1 hold the ends."""
    s = np.clip(phase, 0.0, 1.0)
    return s * s * s * (10 + s * (6 * s - 15))


def steps(times_s: np.ndarray, initial, moves) -> np.ndarray:
    """A channel that rests at `initial` and makes minimum-jerk moves to new values.

    Moves add up, so overlapping ones blend instead of jumping.

    Args:
        times_s: (T,) seconds.
        initial: (C,) the value before the first move.
        moves: iterable of (start_s, end_s, value (C,)), in order of time.

    Returns:
        (T, C).
    """
    previous = np.asarray(initial, np.float64)
    out = np.tile(previous, (len(times_s), 1))
    for start, end, value in moves:
        value = np.asarray(value, np.float64)
        rise = min_jerk((times_s - start) / max(end - start, 1e-3))
        out += rise[:, None] * (value - previous)
        previous = value
    return out


def runs(flags: np.ndarray) -> list[tuple[int, int]]:
    """Half-open ranges of frames in which flags (T,) are true."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], np.asarray(flags, np.int8), [0]])))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]
