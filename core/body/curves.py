"""Curves in time: minimum-jerk moves, Gaussian smoothing, upper envelopes, soft limits, runs of frames.

    min_jerk          gaussian                envelope (nowhere below)     soft_limit(x, free, most)
        ╭───          ╷   ╷                     ╭───╮                      most  ┄┄┄┄┄┄┄┄┄╭───
       ╱              │╭─╮│      a spike       ╱ ╷ ╷ ╲   two spikes              free ┄┄╱
    ──╯              ─╯   ╰─     becomes      ╯  │ │  ╰  are both                    ╱
    0   1             a hump     a hump                  under it                   ╱ x

Time is always the first axis, and nothing is delayed: every filter is symmetric.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike

from ..filters import gaussian_filter1d, maximum_filter1d
from ..stops import check_stop

# A Gaussian narrower than this, in frames, changes nothing that anybody sees.
_LEAST_SIGMA = 0.1


def min_jerk(phase: np.ndarray) -> np.ndarray:
    """Rise from 0 to 1 with minimum jerk (Flash and Hogan 1985); phases outside 0-1 hold the ends."""
    s = np.clip(phase, 0.0, 1.0)
    return s * s * s * (10 + s * (6 * s - 15))


def steps(times_s: np.ndarray, initial: ArrayLike, moves: Iterable[tuple[float, float, ArrayLike]]) -> np.ndarray:
    """Make a channel that rests at `initial` and makes minimum-jerk moves to new values.

    Moves add up, so overlapping ones blend instead of jumping.

    Args:
        times_s: (T,) seconds, ascending.
        initial: (C,) the value before the first move.
        moves: (start_s, end_s, value (C,)) of each move, in order of time.

    Returns:
        (T, C).
    """
    previous = np.asarray(initial, np.float64)
    out = np.empty((len(times_s), *previous.shape))
    made, rest = 0, previous  # so many frames are made; the others have this value as yet
    for start, end, value in moves:
        check_stop()
        value, length = np.asarray(value, np.float64), max(end - start, 1e-3)
        # A frame more on both sides, in which the move has not begun, or is over.
        first = max(int(np.searchsorted(times_s, start)) - 1, 0)
        last = max(int(np.searchsorted(times_s, start + length, side="right")) + 1, made)
        out[made:last] = rest
        rise = min_jerk((times_s[first:last] - start) / length)
        out[first:last] += rise[:, None] * (value - previous)
        made, rest, previous = min(last, len(out)), rest + (value - previous), value
    out[made:] = rest
    return out


def runs(flags: np.ndarray) -> list[tuple[int, int]]:
    """Return half-open ranges of frames in which flags (T,) are true.

    >>> runs(np.array([False, True, True, False, True]))
    [(1, 3), (4, 5)]
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[0], np.asarray(flags, np.int8), [0]])))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def gaussian(values: np.ndarray, sigma: float) -> np.ndarray:
    """Smooth values (T, ...) with a Gaussian of `sigma` frames, cut off at three sigma; the ends are held."""
    radius = min(int(np.ceil(3 * sigma)), len(values))
    if radius < 1 or sigma < _LEAST_SIGMA:
        return values
    return gaussian_filter1d(values, sigma, axis=0, mode="nearest", radius=radius)


def envelope(values: np.ndarray, radius: int) -> np.ndarray:
    """Return a smooth curve (T, ...) nowhere below the values, which reaches `radius` frames to either side.

    It is the running maximum over the radius, under a Gaussian that reaches as far: within the Gaussian's reach of a
    frame every running maximum includes that frame's value, so their mean is not below it.
    """
    highest = maximum_filter1d(values, 2 * radius + 1, axis=0, mode="nearest")
    return gaussian_filter1d(highest, radius / 3, axis=0, mode="nearest", radius=radius)


def soft_limit(values: np.ndarray, free: float, most: float) -> np.ndarray:
    """Leave non-negative values unchanged up to `free`; beyond, bend them smoothly towards `most`."""
    over = np.maximum(values - free, 0.0)
    return np.minimum(values, free) + (most - free) * np.tanh(over / (most - free))
