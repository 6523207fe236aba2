"""Work on long motions block by block, so that a long take needs little more memory than a short one."""

from collections.abc import Callable

import numpy as np

from ..stops import check_stop

# A block of 55 joints as matrices takes 8 MB. The results do not depend on this number.
BLOCK_FRAMES = 2048


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
