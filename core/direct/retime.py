"""Retiming: strokes moved in time by a smooth warp that never runs backwards, and turns read between frames."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ..body.curves import min_jerk

# Motion runs at least at half, at most at one and a half of its own speed.
_MOST_SLOPE = 0.5
# The largest slope of a minimum-jerk rise from 0 to 1.
_RISE = 1.875
# Turns are read between frames from so many frames on either side.
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
        """Frames by which it comes later."""
        return self.target - self.source

    @property
    def first(self) -> int:
        """First frame at its own speed."""
        return self.target - self.before

    @property
    def last(self) -> int:
        """Last frame at its own speed."""
        return self.target + self.after


def delays(pins: Sequence[Pin], frame_count: int) -> np.ndarray | None:
    """By how many frames motion is late in each frame (T,); 0 away from the pins.

    The delay falls to nothing between pins where there is room, else it goes from one straight to the next.

    Args:
        pins: in order of their targets.
        frame_count: of the take.

    Returns:
        None where motion would run faster or slower than is sane, or pins overlap.
    """
    late, frame = np.zeros(frame_count), np.arange(frame_count)
    if not pins:
        return late
    first, last = pins[0], pins[-1]
    # what lies before the take, or after it, is not there to be shown
    if first.delay > 0 and first.first < _room(first.delay) or first.first < 0:
        return None
    if last.delay < 0 and frame_count - 1 - last.last < _room(last.delay) or last.last >= frame_count:
        return None
    for pin in pins:
        late[pin.first : pin.last + 1] = pin.delay
    for pin, following in pairwise(pins):
        gap = following.first - pin.last
        if gap <= 0:
            return None
        between = slice(pin.last, following.first + 1)
        fall, rise = _room(pin.delay), _room(following.delay)
        if fall + rise <= gap:
            late[between] = _faded(frame[between] - pin.last, pin.delay, fall)
            late[between] += _faded(following.first - frame[between], following.delay, rise)
        elif _room(following.delay - pin.delay) <= gap:
            phase = (frame[between] - pin.last) / gap
            late[between] = pin.delay + (following.delay - pin.delay) * min_jerk(phase)
        else:
            return None
    room = _room(first.delay)
    late[: first.first] = _faded(first.first - frame[: first.first], first.delay, room)
    if room > first.first:
        late[: first.first] = first.delay
    room, rest = _room(last.delay), frame[last.last :] - last.last
    late[last.last :] = last.delay if room >= len(rest) else _faded(rest, last.delay, room)
    return late


def _room(delay: float) -> int:
    """Frames that a delay needs to come or go."""
    return int(np.ceil(_RISE * abs(delay) / _MOST_SLOPE))


def _faded(away: np.ndarray, delay: float, room: int) -> np.ndarray:
    return delay * (1 - min_jerk(away / max(room, 1)))


def turns_at(turns: np.ndarray, frames: np.ndarray) -> np.ndarray:
    """Turns at fractional frames: quaternions (N, J, 4) from (T, J, 4) with continuous signs.

    Read with a windowed sinc, which keeps the smoothness that reading along chords would take away; at whole frames they
    are the turns themselves, beyond the ends the first and the last.
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
