"""The best sequence of phones on a recording, without any text: any phone may follow any other."""

from collections.abc import Callable

import numpy as np

from .acoustic_model import NOISES, STATES, acoustic_model

CHANGE = np.float32(-8.0)  # nats for each phone: sequences do not change with every frame
STRETCH = 1000  # frames that are searched at a time,
STRETCHES = 16  # in so many stretches at once
NEVER = np.float32(-1e30)


def best_phones(
    own: np.ndarray, count: int, at_every_frame: Callable[[np.ndarray, int, int], np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """Find the best sequence of phones.

    Args:
        own: scores of the phones' own states, as `core.phones.scores.PhoneScores.own`.
        count: number of frames, T.
        at_every_frame: gives the scores (frames, 126) of a range of frames.

    Returns:
        The state (phone · 3 + its part) in each frame, (T,) int16; and its log likelihood, (T,) float32.
    """
    path, best = np.empty(count, np.int16), np.empty(count, np.float32)
    for first in range(0, count, STRETCH * STRETCHES):
        starts = np.arange(first, min(count, first + STRETCH * STRETCHES), STRETCH)
        length = min(STRETCH, count - first)
        scores = np.zeros((length, len(starts), own.shape[1]), np.float32)  # (T, stretches, states)
        for row, start in enumerate(starts.tolist()):
            part = at_every_frame(own, start, min(count, start + STRETCH))
            scores[: len(part), row] = part
        states = _searched(scores.reshape(length, len(starts), -1, STATES))
        for row, start in enumerate(starts.tolist()):
            frames = min(STRETCH, count - start)
            path[start : start + frames] = states[:frames, row]
            best[start : start + frames] = scores[np.arange(frames), row, states[:frames, row]]
    return path, best


def _searched(scores: np.ndarray) -> np.ndarray:
    """Find the best states (T, stretches) for scores (T, stretches, phones, 3)."""
    count, rows, phones, _ = scores.shape
    barred = np.zeros(phones, np.float32)
    barred[[acoustic_model().number(name) for name in NOISES]] = NEVER
    value = np.full((rows, phones, STATES), NEVER, np.float32)
    before = np.empty_like(value)
    came = np.empty((count, rows, phones, STATES), bool)  # from the state before, or from another phone
    left = np.empty((count, rows), np.int16)  # the phone that is left best
    entry = np.zeros(rows, np.float32)
    every = np.arange(rows)
    for frame in range(count):
        before[..., 1:] = value[..., :-1]
        before[..., 0] = entry[:, None] + barred
        np.greater(before, value, out=came[frame])
        np.maximum(before, value, out=value)
        value += scores[frame]
        ends = value[..., -1]
        left[frame] = ends.argmax(axis=1)
        entry = ends[every, left[frame]] + CHANGE
    states = np.empty((count, rows), np.int16)
    phone, part = left[-1].astype(np.int64), np.full(rows, STATES - 1)
    for frame in range(count - 1, -1, -1):
        states[frame] = phone * STATES + part
        moved = came[frame, every, phone, part]
        change = moved & (part == 0)
        if frame:
            phone = np.where(change, left[frame - 1], phone)
        part = np.where(change, STATES - 1, np.where(moved, part - 1, part))
    return states
