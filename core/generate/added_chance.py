"""Curves of chance that were added after the first weights: one row for each channel.

Weights name in their model.json (`chance`) the channels that they were trained with, so rows may be added here at any
time, but a row that bundled weights name may not change.
"""

from collections.abc import Callable, Sequence

import numpy as np

from .chance_moves import choices, uniform

# Draws a curve (T,) from the number of frames, a generator of random numbers that is the channel's own, and the moments
# of the accents (ascending seconds).
Draw = Callable[[int, np.random.Generator, Sequence[float]], np.ndarray]


def held(hold_s: tuple[float, float], move_s: float) -> Draw:
    """Return a draw of values from -1 to 1 that hold for a while, and change so that they arrive on accents."""

    def draw(frame_count: int, rng: np.random.Generator, moments_s: Sequence[float]) -> np.ndarray:
        return choices(frame_count, rng, moments_s, uniform(rng), hold_s, move_s)

    return draw


ADDED: dict[str, Draw] = {
    # How large strokes and beats are, from small to large.
    "vigour": held((3.0, 9.0), 0.8),
}
