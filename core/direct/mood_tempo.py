"""The tempo of a mood: every stroke is made sharper or softer in its own time, so that its apex stays where it is.

    speed of the wrist               sharper: slower at first, faster at the peak; the same frames, the same way
          ╱╲                                  ╱╲
       __╱  ╲__                              ╱  ╲
      start    apex                     ____╱    ╲____

From the start of a stroke to its apex a wrist follows its own path at another speed. Its own speed is a rise above the
line from its speed at the start to its speed at the apex; x is the rise as a share of the highest. The new rise is

    x ** (1 + k)            sharper, k > 0          both as high as it takes to come equally far; at both ends the
    1 - (1 - x) ** (1 - k)  softer, k < 0           speed is the stroke's own, so nothing jumps

The arm then shows, in each frame, the moment at which its wrist had come as far.
"""

from collections.abc import Sequence

import numpy as np

from .retiming import turns_at
from .strokes import Stroke

# Metres per second below which a wrist counts as this fast: while it stands, no moment could be told from the next.
_LEAST_M_S = 0.01
# Moments of a frame at which speeds are read between frames.
_FINE = 16


def shown_frames(strokes: Sequence[Stroke], speeds: np.ndarray, sharpness: np.ndarray) -> np.ndarray:
    """Return the frame of the motion that each frame shows (T,), for the strokes of one arm.

    Args:
        strokes: of one arm, in order of time.
        speeds: (T,) of its wrist, m/s.
        sharpness: (T,) the exponent's k in each frame.
    """
    shown = np.arange(len(speeds), dtype=np.float64)
    for stroke in strokes:
        k = sharpness[stroke.peak]
        if k and stroke.apex - stroke.start > 2:
            rows = slice(stroke.start, stroke.apex + 1)
            shown[rows] = stroke.start + _moments(np.maximum(speeds[rows], _LEAST_M_S), k)
    return shown


def _moments(speed: np.ndarray, k: float) -> np.ndarray:
    """Return the moment (N,), frames from the start, that each frame of one stroke shows; the ends show themselves."""
    last = len(speed) - 1
    moments = np.linspace(0, last, last * _FINE + 1)
    speed = np.interp(moments, np.arange(len(speed)), speed)
    rise = np.maximum(speed - np.interp(moments, [0, last], speed[[0, -1]]), 0.0)
    share = rise / max(rise.max(), 1e-9)
    shaped = share ** (1 + k) if k > 0 else 1 - (1 - share) ** (1 - k)
    way, new_way = _way(speed), _way(speed - rise + shaped * rise.sum() / max(shaped.sum(), 1e-9))
    return np.interp(new_way[::_FINE] * way[-1] / new_way[-1], way, moments)


def _way(speed: np.ndarray) -> np.ndarray:
    """Return how far a wrist has come since the first moment, by the trapezoid rule."""
    return np.concatenate([[0.0], np.cumsum((speed[1:] + speed[:-1]) / 2)])


def retime(turns: np.ndarray, shown: np.ndarray) -> np.ndarray:
    """Read turns, quaternions (T, J, 4) with continuous signs, at other frames (T,); equal frames stay to the bit."""
    rows = np.flatnonzero(shown != np.arange(len(shown)))
    out = turns.copy()
    if len(rows):
        out[rows] = turns_at(turns, shown[rows])
    return out
