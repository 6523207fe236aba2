r"""Frames of a take that a change covers, and the share of the new motion in each frame.

The motions blend over a margin on either side of the range:

    share 1               ________
                         /        \
    share 0     ________/          \________
                   margin start end  margin
"""

from dataclasses import dataclass

import numpy as np

from ..body.blend import span_weights


@dataclass(frozen=True)
class Span:
    """Range of frames that a change replaces, with a margin on either side.

    Attributes:
        start, end: first frame, and the one after the last.
        margin: frames on either side in which old and new blend.
        frames: length of the take.
    """

    start: int
    end: int
    margin: int
    frames: int

    @property
    def first(self) -> int:
        """First frame that may change."""
        return max(self.start - self.margin, 0)

    @property
    def stop(self) -> int:
        """The frame after the last one that may change."""
        return min(self.end + self.margin, self.frames)

    def weights(self, inside: tuple[int, int] = (0, 0)) -> np.ndarray:
        """Return the share (T,) of the new motion in every frame: 0 outside, 1 inside, minimum-jerk between.

        The take's own first and last frame need no blend.

        Args:
            inside: frames at either end that the blends reach into the range.

        >>> Span(start=3, end=5, margin=2, frames=9).weights().round(2)
        array([0. , 0. , 0.5, 1. , 1. , 0.5, 0. , 0. , 0. ])
        """
        rise, fall = (max(self.margin + length, 1) for length in inside)
        first, last = self.start - self.margin + rise, self.end - 1 + self.margin - fall
        if self.start == 0:
            first, rise = 0, 0
        if self.end == self.frames:
            last, fall = self.frames, 0
        return span_weights(np.arange(self.frames), first, last, rise, fall)
