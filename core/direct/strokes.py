"""Strokes of the hands: a wrist speeds up, and slows down again at its apex.

speed          peak
╱╲
╱  ╲                       a stroke: the peak is fast enough, and the next low point comes soon
__╱    ╲___╱                  and is much slower
start      apex
"""

from dataclasses import dataclass

import numpy as np

from ..body.curves import gaussian
from ..body.rotation import rotvec_to_matrix
from ..filters import find_peaks
from .posed_arms import Arms

# Metres per second at the peak at least.
_LEAST_SPEED_M_S = 0.35
# Seconds from the peak within which the wrist slows down, and from the start to the peak at most.
_SLOWS_WITHIN_S = 0.5
# Share of the peak's speed below which it slows down.
_SLOWS_TO = 0.6
# Seconds (sigma) over which paths of wrists are smoothed before their speed is measured: one frame.
_SMOOTHING_S = 1 / 30


@dataclass(frozen=True)
class Stroke:
    """One stroke of one wrist.

    Attributes:
        side: 0 left, 1 right.
        start: the frame from which the wrist speeds up, at most half a second before `peak`.
        peak: the frame in which the wrist is fastest.
        apex: the frame in which the wrist has slowed down.
        speed_m_s: speed at the peak.
    """

    side: int
    start: int
    peak: int
    apex: int
    speed_m_s: float


def wrist_paths(rotations: np.ndarray, rest_joints: np.ndarray) -> np.ndarray:
    """Return where the wrists (T, 2, 3) are from the pelvis, metres, along the world's axes."""
    inside = Arms.of(rotations, rest_joints).wrist
    return np.einsum("tij,tkj->tki", rotvec_to_matrix(rotations[:, 0]), inside)


def wrist_speeds(paths: np.ndarray, fps: float) -> np.ndarray:
    """Return speeds (T, 2), m/s, of paths (T, 2, 3)."""
    if len(paths) < 2:
        return np.zeros(paths.shape[:2])
    return np.linalg.norm(np.gradient(gaussian(paths, _SMOOTHING_S * fps), axis=0), axis=-1) * fps


def find_strokes(paths: np.ndarray, fps: float) -> tuple[Stroke, ...]:
    """Find the strokes of both wrists, in order of their apexes."""
    speeds, found = wrist_speeds(paths, fps), []
    within = round(_SLOWS_WITHIN_S * fps)
    for side in range(speeds.shape[1]):
        speed = speeds[:, side]
        lows = find_peaks(-speed)
        for peak in find_peaks(speed):
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
