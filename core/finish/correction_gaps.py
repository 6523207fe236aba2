"""Corrections of a foot between its contacts: they lead from one contact to the next, or they fade out.

The correction of a foot is the difference between its wanted place and its place in the motion. It is known in contacts
only:

    known           ▇▇▇▇▇▇ . . . . . ▇▇▇▇        contact, gap, contact
    `bridge_gaps`   ▇▇▇▇▇▇╲ eased   ╱▇▇▇▇▇       for places: the foot moves from one to the other
    `fade_gaps`     ▇▇▇▇▇▇╲___   ___╱▇▇▇▇▇       for heights: the motion's own height is back at once

Both leave a contact with the slope that the correction has there, so that the foot does not jerk.
"""

from itertools import pairwise

import numpy as np

from ..body.curves import min_jerk, runs

# Seconds within which the slope at the end of a contact, and a fading correction, fall to 0: about the time in which a
# foot leaves the floor.
_SPENT_S = 0.2


def bridge_gaps(values: np.ndarray, known: np.ndarray, fps: float) -> np.ndarray:
    """Fill a correction (T, C) where it is not known: eased between known values, constant beyond them.

    Args:
        values: (T, C); what is not known is ignored.
        known: (T,) bool.
        fps: frames per second.
    """
    if known.all() or not known.any():
        return values if known.all() else np.zeros_like(values)
    spent_in = _frames_to_spend(fps)
    out = values.copy()
    inside = np.flatnonzero(known)
    out[: inside[0]] = values[inside[0]]
    out[inside[-1] + 1 :] = values[inside[-1]]
    for a, b in pairwise(inside):
        if b - a > 1:
            slope_a = values[a] - values[a - 1] if a > 0 and known[a - 1] else np.zeros_like(values[a])
            slope_b = values[b + 1] - values[b] if b + 1 < len(known) and known[b + 1] else np.zeros_like(values[b])
            out[a + 1 : b] = _bridge(values[a], slope_a, values[b], slope_b, int(b - a - 1), spent_in)
    return out


def fade_gaps(values: np.ndarray, known: np.ndarray, fps: float) -> np.ndarray:
    """Fill a correction (T, C) where it is not known: from each known end it fades to zero.

    It starts with the slope at that end. Where two ends are near, the two fading corrections are added.

    Args:
        values: (T, C); what is not known is ignored.
        known: (T,) bool.
        fps: frames per second.
    """
    spent_in = _frames_to_spend(fps)
    fading = np.where(known[:, None], values, 0.0)
    for start, end in runs(known):
        for last, step, count in ((end - 1, 1, len(known) - end), (start, -1, start)):
            frame = np.arange(1, min(spent_in, count) + 1)[:, None]
            inner = last - step
            slope = (values[last] - values[inner]) if start <= inner < end else np.zeros(values.shape[1])
            left = np.clip(1 - frame / spent_in, 0.0, 1.0) ** 2
            fading[last + step * frame[:, 0]] += left * ((1 + 2 * frame / spent_in) * values[last] + frame * slope)
    return np.where(known[:, None], values, fading)


def _bridge(
    start: np.ndarray, start_slope: np.ndarray, end: np.ndarray, end_slope: np.ndarray, count: int, spent_in: int
) -> np.ndarray:
    """Return values (count, ...) strictly between two ends that are count + 1 frames apart.

    An eased curve leads from one end to the other. The slopes at the ends, per frame, are added to it; they fall to 0
    within `spent_in` frames.
    """
    span = count + 1
    frame = np.arange(1, span).reshape(-1, *[1] * np.ndim(start))
    spent_in = min(spent_in, span)

    def spent(after: np.ndarray) -> np.ndarray:
        return after * np.clip(1 - after / spent_in, 0.0, 1.0) ** 2

    rise = start + min_jerk(frame / span) * (end - start)
    return rise + spent(frame) * start_slope - spent(span - frame) * end_slope


def _frames_to_spend(fps: float) -> int:
    return max(2, round(_SPENT_S * fps))
