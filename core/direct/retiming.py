"""Retiming: strokes moved in time by smooth delays that never run backwards, and turns read between frames.

A pin holds a stroke as a whole at another frame. Between pins the delay changes along a minimum-jerk curve:

    pins       source 60 at 66            source 200 at 195
    delay      ____╱‾‾‾‾‾╲____________               ______     6 frames late around the first pin,
                                      ╲_____________╱            5 frames early around the second
    shown      frame t shows the take's frame t - delay(t)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ..body.curves import min_jerk

# Shares by which motion may run slower or faster than its own speed; the first one that there is room for is used.
SLOPES = (0.3, 0.4, 0.5)
# Share of its own speed by which the pace may change from one frame to the next.
_MOST_BEND = 0.08
# The largest slope of a minimum-jerk rise from 0 to 1, and the largest change of it.
_RISE, _BEND = 1.875, 5.774
# Frames on either side from which a turn between two frames is read.
_TAPS = 4


@dataclass(frozen=True)
class Pin:
    """A stroke that is moved as a whole: frame `source` comes at frame `target`.

    Attributes:
        source, target: frames.
        before, after: frames around it that keep their own speed.
    """

    source: int
    target: int
    before: int
    after: int

    @property
    def delay(self) -> int:
        """Frames by which the stroke comes later."""
        return self.target - self.source

    @property
    def first(self) -> int:
        """First frame at the stroke's own speed."""
        return self.target - self.before

    @property
    def last(self) -> int:
        """Last frame at the stroke's own speed."""
        return self.target + self.after


def delays(pins: Sequence[Pin], frame_count: int) -> np.ndarray | None:
    """Return by how many frames motion is late in each frame (T,); 0 away from the pins.

    Between pins the delay falls to 0 where there is room; else it goes from one delay straight to the next.

    Args:
        pins: in order of their targets.
        frame_count: length of the take.

    Returns:
        delays, frames; None where motion would run too fast or too slow, or pins overlap.
    """
    late = np.zeros(frame_count)
    if not pins:
        return late
    first, last = pins[0], pins[-1]
    if first.first < 0 or last.last >= frame_count:
        return None
    for pin in pins:
        late[pin.first : pin.last + 1] = pin.delay
    head, tail = _faded(first.delay, first.first), _faded(last.delay, frame_count - 1 - last.last)
    # a delay that is not 0 at the start or end of the take would show frames outside of the take
    if (head is None and first.delay > 0) or (tail is None and last.delay < 0):
        return None
    late[: first.first] = first.delay if head is None else head[::-1]
    late[last.last + 1 :] = last.delay if tail is None else tail
    for pin, following in pairwise(pins):
        between = _between(pin.delay, following.delay, following.first - pin.last)
        if between is None:
            return None
        late[pin.last + 1 : following.first] = between
    return late


def _faded(delay: float, room: int) -> np.ndarray | None:
    """Return a delay that falls to 0 over the next frames (room,), as gently as it can; None without enough room."""
    for slope in SLOPES:
        needed = _frames(delay, slope)
        if needed <= room:
            return delay * (1 - min_jerk(np.arange(1, room + 1) / max(needed, 1)))
    return None


def _frames(change: float, slope: float) -> int:
    """Return the fewest frames over which a delay may change by `change` frames."""
    return int(np.ceil(max(_RISE * abs(change) / slope, np.sqrt(_BEND * abs(change) / _MOST_BEND))))


def most_change(frames: np.ndarray, slope: float) -> np.ndarray:
    """Return by how many frames a delay may change over numbers of frames (N,): the reverse of `_frames`."""
    return np.minimum(slope / _RISE * frames, _MOST_BEND / _BEND * np.square(frames))


def _between(delay: float, following: float, gap: int) -> np.ndarray | None:
    """Return delays in the frames (gap - 1,) from one pin to the next; None without enough room."""
    if gap <= 0:
        return None
    half = gap * abs(delay) // max(abs(delay) + abs(following), 1)
    fall, rise = _faded(delay, int(half)), _faded(following, int(gap - half))
    if fall is not None and rise is not None:
        return np.concatenate([fall, rise[::-1][1:]])[: gap - 1]
    if _frames(following - delay, SLOPES[-1]) > gap:
        return None
    return delay + (following - delay) * min_jerk(np.arange(1, gap) / gap)


def turns_at(turns: np.ndarray, frames: np.ndarray) -> np.ndarray:
    """Read turns at fractional frames: quaternions (N, J, 4) from (T, J, 4) with continuous signs.

    They are read with a windowed sinc, because reading along chords would make smooth motion angular. At whole frames
    they are the turns themselves; beyond the ends they are the first and the last turn.
    """
    frames = np.clip(frames, 0, len(turns) - 1)
    low = np.floor(frames).astype(int)
    taps = np.arange(1 - _TAPS, _TAPS + 1)
    away = taps - (frames - low)[:, None]
    weights = np.sinc(away) * np.sinc(away / _TAPS)
    weights /= weights.sum(1, keepdims=True)
    rows = np.clip(low[:, None] + taps, 0, len(turns) - 1)
    out = np.einsum("nk,nkjc->njc", weights, turns[rows])
    return out / np.linalg.norm(out, axis=-1, keepdims=True)
