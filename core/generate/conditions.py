"""What a window hears and reads: its slice of the sound and of the words, padded with silence."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .. import clock

PARITY_SAMPLES_PER_FRAME = 533


@dataclass(frozen=True)
class WindowClock:
    """Where windows lie in the sound, and where their root starts.

    Attributes:
        sample: first sample of a frame; also the length in samples of that many frames.
        recentre: shift each window's seed so that its first frame stands at x = z = 0, as in training. The published
            code instead starts the path of every window at the take's first position.
    """

    sample: Callable[[int], int]
    recentre: bool


PRODUCT = WindowClock(sample=clock.frame_to_sample, recentre=True)
# 533 samples are not quite a frame; the published numbers were made so. 37 ms of drift per minute.
PARITY = WindowClock(sample=lambda frame: frame * PARITY_SAMPLES_PER_FRAME, recentre=False)


def parity_frame_count(frame_count: int, window: int = 64, seed: int = 4) -> int:
    """Frames that the published code animates: a multiple of 8, then whole windows only."""
    whole = (frame_count - frame_count % 8 - seed) // (window - seed)
    return max(whole, 0) * (window - seed) + seed


def window_inputs(
    audio: np.ndarray, words: np.ndarray, start: int, frames: int, window_clock: WindowClock = PRODUCT
) -> tuple[np.ndarray, np.ndarray]:
    """Sound and words of `frames` frames from `start`.

    Args:
        audio: (N, C) features of the whole take, per sample.
        words: (T,) or (T, D) of the whole take, per frame.
        start: first frame.
        frames: length; past the take's end come zeros.
        window_clock: frames to samples.

    Returns:
        (sample(frames), C) and (frames,) or (frames, D).
    """
    sound = _slice(audio, window_clock.sample(start), window_clock.sample(frames))
    return sound, _slice(words, start, frames)


def _slice(values: np.ndarray, start: int, length: int) -> np.ndarray:
    piece = values[start : start + length]
    out = np.zeros((length, *values.shape[1:]), values.dtype)
    out[: len(piece)] = piece
    return out
