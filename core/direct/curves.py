"""Curves in time without scipy: Gaussian smoothing, upper envelopes, the rise and fall of pauses."""

from collections.abc import Iterable

import numpy as np

from ..body.curves import min_jerk

# Gestures begin before the words: coming back from a pause ends so long before the next word.
_LEAD_S = 0.1
# Narrower Gaussians, in frames, do nothing that shows.
_LEAST_SIGMA = 0.1


def gaussian(values: np.ndarray, sigma: float) -> np.ndarray:
    """Values (T, ...) under a Gaussian of so many frames, without delay; the ends are held."""
    radius = min(int(np.ceil(3 * sigma)), len(values))
    if radius < 1 or sigma < _LEAST_SIGMA:
        return values
    weights = np.exp(-0.5 * (np.arange(radius + 1) / sigma) ** 2)
    weights /= 2 * weights.sum() - weights[0]
    padded = np.concatenate([np.repeat(values[:1], radius, 0), values, np.repeat(values[-1:], radius, 0)])
    count = len(values)
    out = weights[0] * values
    for shift in range(1, radius + 1):
        pair = padded[radius - shift : radius - shift + count] + padded[radius + shift : radius + shift + count]
        pair *= weights[shift]
        out += pair
    return out


def envelope(values: np.ndarray, radius: int) -> np.ndarray:
    """A smooth curve (T,) nowhere below the values: a running maximum under a Gaussian of the same reach."""
    padded = np.pad(values, radius, mode="edge")
    highest = np.lib.stride_tricks.sliding_window_view(padded, 2 * radius + 1).max(-1)
    return gaussian(highest, radius / 3)


def pauses(speech: np.ndarray, duration_s: float, least_s: float) -> list[tuple[float, float]]:
    """Stretches without a word, seconds (start, end), longer than `least_s`.

    Args:
        speech: (N, 2) starts and ends of words; without any word there is no pause.
        duration_s: of the take.
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


def settling(
    where: Iterable[tuple[float, float]], frame_count: int, fps: float, settle_s: float, open_ends: bool = True
) -> np.ndarray:
    """How far a body that rests in these stretches has settled, (T,) from 0 to 1.

    Every stretch is entered and left along a minimum-jerk curve; in one shorter than both together only part of the way
    is gone.

    Args:
        where: seconds (start, end).
        frame_count: of the take.
        fps: frames per second.
        settle_s: from moving to resting.
        open_ends: whether a stretch at the take's own start or end is at rest from, or to, there.
    """
    times_s = np.arange(frame_count) / fps
    settled = np.zeros(frame_count)
    last_s = (frame_count - 1) / fps
    for start, end in where:
        down = min_jerk((times_s - start) / settle_s)
        up = min_jerk((end - _LEAD_S - times_s) / settle_s)
        if open_ends and start <= 0:
            down = np.ones(frame_count)
        if open_ends and end >= last_s:
            up = np.ones(frame_count)
        settled = np.maximum(settled, down * up)
    return settled
