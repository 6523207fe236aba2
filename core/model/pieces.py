"""Functions over time, computed piece by piece, so that memory does not grow with the take."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from ..parallel import one_by_one

# Frames of a piece: 34 s.
PIECE_FRAMES = 1024


def in_pieces(
    function: Callable[[np.ndarray], np.ndarray],
    values: np.ndarray,
    reach: int,
    run: Callable[[Sequence[Callable[[], np.ndarray]]], list[np.ndarray]] = one_by_one,
) -> np.ndarray:
    """Apply a function over time piece by piece.

    Args:
        function: (T, ...) to (T, N); each frame depends on `reach` frames to either side.
        values: (T, ...).
        reach: frames that each piece is given beyond its ends.
        run: returns the results of tasks, one for each piece.
    """

    def piece(start: int) -> np.ndarray:
        first, last = max(start - reach, 0), start + PIECE_FRAMES + reach
        return function(values[first:last])[start - first : start - first + PIECE_FRAMES]

    return np.concatenate(run([partial(piece, start) for start in range(0, max(len(values), 1), PIECE_FRAMES)]))
