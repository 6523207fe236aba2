"""Strokes of the hands: where a wrist hurries, and where it has slowed down again, its apex."""

from dataclasses import dataclass

import numpy as np

from ..body.curves import gaussian
from ..body.rotation import rotvec_to_matrix
from .posed_arms import Arms

# A wrist faster than this that slows, within this time, to a minimum below that share of its peak, made a stroke.
_LEAST_SPEED_M_S = 0.35
_SLOWS_WITHIN_S = 0.5
_SLOWS_TO = 0.6
# The paths of wrists are looked at under a Gaussian of this many seconds.
_SMOOTHING_S = 1 / 30


@dataclass(frozen=True)
class Stroke:
    """One stroke of one wrist.

    Attributes:
        side: 0 left, 1 right.
        start: the frame from which the wrist speeds up, at most half a second before `peak`.
        peak: its fastest frame.
        apex: the frame in which it has slowed down.
        speed_m_s: at the peak.
    """

    side: int
    start: int
    peak: int
    apex: int
    speed_m_s: float


def wrist_paths(rotations: np.ndarray, rest_joints: np.ndarray) -> np.ndarray:
    """Where the wrists (T, 2, 3) are from the pelvis, metres, along the world's axes."""
    inside = Arms.of(rotations, rest_joints).wrist
    return np.einsum("tij,tkj->tki", rotvec_to_matrix(rotations[:, 0]), inside)


def wrist_speeds(paths: np.ndarray, fps: float) -> np.ndarray:
    """Speeds (T, 2), m/s, of paths (T, 2, 3)."""
    if len(paths) < 2:
        return np.zeros(paths.shape[:2])
    return np.linalg.norm(np.gradient(gaussian(paths, _SMOOTHING_S * fps), axis=0), axis=-1) * fps


def find_strokes(paths: np.ndarray, fps: float) -> tuple[Stroke, ...]:
    """Strokes of both wrists, in order of their apexes."""
    speeds, found = wrist_speeds(paths, fps), []
    within = round(_SLOWS_WITHIN_S * fps)
    for side in range(speeds.shape[1]):
        speed = speeds[:, side]
        lows = local_maxima(-speed)
        for peak in local_maxima(speed):
            if speed[peak] < _LEAST_SPEED_M_S:
                continue
            next_low = int(np.searchsorted(lows, peak))
            if next_low == len(lows) or lows[next_low] >= peak + within:
                continue
            apex = int(lows[next_low])
            if speed[apex] < _SLOWS_TO * speed[peak]:
                before = int(lows[next_low - 1]) if next_low else 0
                found.append(Stroke(side, max(before, int(peak) - within, 0), int(peak), apex, float(speed[peak])))
    return tuple(sorted(found, key=lambda stroke: (stroke.apex, stroke.side)))


def local_maxima(values: np.ndarray) -> np.ndarray:
    """Indices of maxima higher than both neighbours; of a level top the middle one, of its ends none."""
    steps = np.diff(values)
    changes = np.flatnonzero(steps)
    tops = np.flatnonzero((steps[changes[:-1]] > 0) & (steps[changes[1:]] < 0))
    return (changes[tops] + 1 + changes[tops + 1]) // 2
