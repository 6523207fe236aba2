"""Pauses of speech, and how far a body has settled into its rest pose in them.

words     ▇▇▇▇▇▇▇           ▇▇▇▇▇▇
settled            ╭──────╮          0 while somebody speaks, 1 at rest; down in `settle_s`,
────────╯        ╲─────    and up again 0.1 s before the next word
"""

from collections.abc import Iterable

import numpy as np

from ..body.curves import min_jerk

# Gestures begin before the words, so the body has left its rest pose this many seconds before the next word.
_LEAD_S = 0.1


def pauses(speech: np.ndarray, duration_s: float, least_s: float) -> list[tuple[float, float]]:
    """Find the stretches without a word, seconds (start, end), that are longer than `least_s`.

    Args:
        speech: (N, 2) starts and ends of words; without any word there is no pause.
        duration_s: length of the take.
        least_s: the shortest pause that counts.
    """
    found, until = [], 0.0
    for start, end in sorted(map(tuple, np.asarray(speech, float).reshape(-1, 2).tolist())):
        if start - until > least_s:
            found.append((until, start))
        until = max(until, end)
    if len(speech) and duration_s - until > least_s:
        found.append((until, duration_s))
    return found


def settling(where: Iterable[tuple[float, float]], frame_count: int, fps: float, settle_s: float) -> np.ndarray:
    """Return how far a body that rests in these stretches has settled, (T,) from 0 to 1.

    Every stretch is entered and left along a minimum-jerk curve. A stretch shorter than both curves together is left
    before the body has settled completely. Where a stretch begins at the take's start the body is at rest already, and
    where one ends at the take's end it is still at rest there.

    Args:
        where: seconds (start, end).
        frame_count: length of the take.
        fps: frames per second.
        settle_s: from moving to resting.
    """
    times_s = np.arange(frame_count) / fps
    settled = np.zeros(frame_count)
    last_s = (frame_count - 1) / fps
    for start, end in where:
        down = min_jerk((times_s - start) / settle_s)
        up = min_jerk((end - _LEAD_S - times_s) / settle_s)
        if start <= 0:
            down = np.ones(frame_count)
        if end >= last_s:
            up = np.ones(frame_count)
        settled = np.maximum(settled, down * up)
    return settled
