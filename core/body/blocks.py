"""Work on long motions block by block, so that a long take needs little more memory than a short one."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

from ..parallel import at_once, one_by_one
from ..stops import check_stop

# A block of 55 joints as matrices takes 8 MB. The results do not depend on this number.
BLOCK_FRAMES = 2048
# Motions up to this length, five minutes, are worked on by several threads.
_AT_ONCE_FRAMES = 9000

T = TypeVar("T")


def is_short(frames: int) -> bool:
    """Return whether several threads may work on a motion of so many frames; of longer ones they need much memory."""
    return frames <= _AT_ONCE_FRAMES


def run_for(frames: int) -> Callable[[Sequence[Callable[[], T]]], list[T]]:
    """Return what does the tasks for a motion: all at once, or, of a long one, one by one."""
    return at_once if is_short(frames) else one_by_one


def in_blocks(convert: Callable[[np.ndarray], np.ndarray], values: np.ndarray) -> np.ndarray:
    """Return `convert(values)` for a function that treats every frame alone, computed block by block, to the same bits.

    Args:
        convert: maps (N, ...) to (N, ...), frame by frame.
        values: (T, ...).

    >>> in_blocks(np.negative, np.array([[1.0], [2.0]])).ravel()
    array([-1., -2.])
    """
    first = convert(values[:BLOCK_FRAMES])
    out = np.empty((len(values), *first.shape[1:]), first.dtype)
    out[:BLOCK_FRAMES] = first
    for start in range(BLOCK_FRAMES, len(values), BLOCK_FRAMES):
        check_stop()
        out[start : start + BLOCK_FRAMES] = convert(values[start : start + BLOCK_FRAMES])
    return out
