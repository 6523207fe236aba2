"""The piece of a take's sound and words that one window is given, padded with silence where the take has none."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .. import clock

PARITY_SAMPLES_PER_FRAME = 533
# Frames of a window of the published weights, and of its seed.
PUBLISHED_WINDOW, PUBLISHED_SEED_FRAMES = 64, 4


@dataclass(frozen=True)
class Speech:
    """The network's inputs on the speech of a whole take.

    Attributes:
        audio: (N, C) features per sample; or (T, C) per frame, for networks with `NetworkInfo.context`.
        words: (T,) word ids or (T, D) word vectors, per frame.
        speaker: number of the speaker or style.
    """

    audio: np.ndarray
    words: np.ndarray
    speaker: int


@dataclass(frozen=True)
class WindowClock:
    """Where windows lie in the sound, and where the root of their motion starts.

    Attributes:
        sample: returns the first sample of a frame, which is also the length in samples of that many frames.
        recentre: shift the motion of each window so that its first frame stands at x = z = 0, as in training. The
            published code instead starts the path of every window at the take's first position.
    """

    sample: Callable[[int], int]
    recentre: bool


PRODUCT = WindowClock(sample=clock.frame_to_sample, recentre=True)
# 533 samples are not quite a frame, so that sound and motion drift apart by 37 ms a minute. The published numbers were
# computed in this way.
PARITY = WindowClock(sample=lambda frame: frame * PARITY_SAMPLES_PER_FRAME, recentre=False)


def parity_frame_count(frame_count: int) -> int:
    """Return how many frames the published code animates: a multiple of 8, then whole windows only."""
    step = PUBLISHED_WINDOW - PUBLISHED_SEED_FRAMES
    whole = (frame_count - frame_count % 8 - PUBLISHED_SEED_FRAMES) // step
    return max(whole, 0) * step + PUBLISHED_SEED_FRAMES


def window_inputs(
    audio: np.ndarray,
    words: np.ndarray,
    start: int,
    frames: int,
    window_clock: WindowClock = PRODUCT,
    context: int | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the sound and the words of `frames` frames from `start`.

    Args:
        audio: (N, C) features of the whole take, per sample, or per frame when there is a context.
        words: (T,) or (T, D) of the whole take, per frame.
        start: first frame.
        frames: length; before the take's start and past its end come zeros.
        window_clock: converts frames to samples.
        context: frames of sound on both sides; None for features per sample.

    Returns:
        (sample(frames), C), or (context + frames + context, C); and (frames,) or (frames, D).
    """
    text = _slice(words, start, frames)
    if context is not None:
        return _slice(audio, start - context, frames + 2 * context), text
    return _slice(audio, window_clock.sample(start), window_clock.sample(frames)), text


def _slice(values: np.ndarray, start: int, length: int) -> np.ndarray:
    before = max(-start, 0)
    piece = values[max(start, 0) : max(start + length, 0)]
    out = np.zeros((length, *values.shape[1:]), values.dtype)
    out[before : before + len(piece)] = piece
    return out
