"""The track of words along the bottom of an animation editor: what is drawn where, and what is under the mouse.

    frame        100        110        120        130
    words         |  we  ||had|    |   a   ||  plan  |
    under mouse          ^ both edges    ^ the word

All places are pixels of the region, from its left edge.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

import numpy as np

# So near to an edge, in pixels at a scale of 1, the mouse is on the edge.
_GRIP_PX = 5.0
# A word that is narrower than this, in pixels at a scale of 1, has no grips for its edges.
_LEAST_GRIPPED_PX = 18.0
# Height of the track, and its distance from the lower edge: above the place of the markers, where Blender takes
# double-clicks even without markers; in a low region, above the scroll bar, and below the frame numbers.
HEIGHT_PX, _ABOVE_MARKERS_PX, _ABOVE_BAR_PX, _NUMBERS_PX = 18.0, 43.0, 12.0, 26.0


class Grip(Enum):
    """What of a word the mouse is on."""

    START = "start"
    WORD = "word"
    END = "end"


@dataclass(frozen=True)
class View:
    """The frames that a region shows.

    Attributes:
        first, last: frames at its left and its right edge.
        width, height: pixels.
        scale: scale of the interface.
    """

    first: float
    last: float
    width: float
    height: float
    scale: float = 1.0

    @property
    def bottom(self) -> float:
        """The track's lower edge, pixels from the bottom of the editor."""
        room = self.height - self.scale * (HEIGHT_PX + _NUMBERS_PX)
        return max(min(self.scale * _ABOVE_MARKERS_PX, room), self.scale * _ABOVE_BAR_PX)

    @property
    def top(self) -> float:
        """The track's upper edge, pixels from the bottom of the editor."""
        return self.bottom + self.scale * HEIGHT_PX

    def to_px(self, frame):
        """Return the place of a frame, or of several."""
        return (frame - self.first) * self.width / (self.last - self.first)

    def to_frame(self, px: float) -> float:
        """Return the frame, with its fraction, at a place."""
        return self.first + px * (self.last - self.first) / self.width


@dataclass(frozen=True)
class Words:
    """Words of a take at the frames of the scene.

    Attributes:
        starts, ends: (N,) frames with fractions, in order of time.
    """

    starts: np.ndarray
    ends: np.ndarray

    def in_sight(self, view: View) -> Iterator[tuple[int, float, float]]:
        """Yield place in the list, left edge and right edge of every word that a region shows."""
        first = int(np.searchsorted(np.maximum.accumulate(self.ends), view.first)) if len(self.ends) else 0
        last = int(np.searchsorted(self.starts, view.last, "right"))
        lefts, rights = view.to_px(self.starts[first:last]), view.to_px(self.ends[first:last])
        for index, left, right in zip(range(first, last), lefts, rights, strict=True):
            yield index, float(left), float(right)


def under(words: Words, view: View, x: float, y: float) -> tuple[int, Grip] | None:
    """Return the word at a place, pixels of the editor, and what of it; None beside the track and between words."""
    if not view.bottom <= y < view.top:
        return None
    grip = _GRIP_PX * view.scale
    near: list[tuple[float, int, Grip]] = []
    for index, left, right in words.in_sight(view):
        if right - left >= _LEAST_GRIPPED_PX * view.scale:
            near += [(abs(x - left), index, Grip.START), (abs(x - right), index, Grip.END)]
        if left <= x < right:
            near.append((grip, index, Grip.WORD))
    # Where two words touch, the side of the mouse decides which one is meant.
    best = min(near, key=lambda each: (each[0], each[2] is Grip.START), default=None)
    return (best[1], best[2]) if best is not None and best[0] <= grip else None


def moved(start: float, end: float, grip: Grip, by: float, snap: bool = False) -> tuple[float, float]:
    """Return the frames at which a word begins and ends after the mouse moved.

    Args:
        start: frame at which it begins.
        end: frame at which it ends.
        grip: what was held.
        by: frames that the mouse moved.
        snap: whether what moves goes to a whole frame.
    """
    if grip is Grip.END:
        return start, _at(end + by, snap)
    new = _at(start + by, snap)
    return new, (end + new - start if grip is Grip.WORD else end)


def _at(frame: float, snap: bool) -> float:
    return float(round(frame)) if snap else frame
