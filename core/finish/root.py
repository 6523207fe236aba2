"""The root's path and heading: slow drift, which comes from integrating velocities, is removed; sway and steps stay.

path        ╱╲╱‾╲╱╲╱       slow trend        ___╱‾‾‾‾        what is left    ╱╲_╱╲_╱╲
╱╲╱╲╱               (a wide Gaussian) ╱‾              starts and ends where the path starts
"""

from dataclasses import replace

import numpy as np

from ..body.curves import soft_limit
from ..body.legs import Feet, Legs, turned
from ..body.rotation import matrix_to_yaw, yaw_to_matrix
from ..filters import gaussian_filter1d

# Seconds (sigma). Slower movement is drift; weight shifts, every 4 to 10 s, are quicker.
DRIFT_S = 5.0
# Metres that the pelvis sways: freely, and at most. Feet that never step leave it less room.
_SWAY_M = {"in_place": (0.09, 0.16), "stand_still": (0.05, 0.09)}
# A figure may face this far from its usual heading for long; only the turn beyond it is removed.
_FREE_HEADING = np.radians(30.0)
_MOST_HEADING = np.radians(45.0)


def hold_root(legs: Legs, mode: str, fps: float) -> Legs:
    """Move pelvis and feet together, so that the root keeps its place as the mode says.

    Args:
        legs: the lower body.
        mode: key of `settings.ROOT_MODES`.
        fps: frames per second.
    """
    if mode in ("free", "path") or len(legs.pelvis) < 2:
        return legs
    pelvis = legs.pelvis.copy()
    pelvis[:, [0, 2]] = hold_path(pelvis[:, [0, 2]], mode, fps)
    heading = np.unwrap(matrix_to_yaw(legs.pelvis_turn))
    spin = yaw_to_matrix(heading_correction(heading, fps))
    feet = Feet(
        toe=pelvis[:, None] + turned(spin[:, None], legs.feet.toe - legs.pelvis[:, None]),
        turn=spin[:, None] @ legs.feet.turn,
    )
    return replace(
        legs,
        pelvis=pelvis,
        pelvis_turn=spin @ legs.pelvis_turn,
        hip_turn=spin[:, None] @ legs.hip_turn,
        knee_turn=spin[:, None] @ legs.knee_turn,
        feet=feet,
    )


def hold_path(path: np.ndarray, mode: str, fps: float) -> np.ndarray:
    """Return a root path (T, 2) on the floor, metres, without drift; it ends where it starts.

    The part slower than `DRIFT_S` goes; what is left is sway and steps, softly limited in distance.
    """
    free, most = _SWAY_M[mode]
    sway = path - slow_trend(path, DRIFT_S * fps)
    distance = np.linalg.norm(sway, axis=1, keepdims=True)
    return path[0] + sway * soft_limit(distance, free, most) / np.maximum(distance, 1e-9)


def slow_trend(path: np.ndarray, sigma_frames: float) -> np.ndarray:
    """Return the slow part of a path (T, C): a wide Gaussian over the path continued by odd reflection at both ends.

    Around the straight line between its ends the path is zero at both, so odd reflection is a change of sign, and the
    trend ends where the path ends.
    """
    frames = len(path)
    line = np.linspace(path[0], path[-1], frames)
    residual = path - line
    odd = np.concatenate([-residual[:0:-1], residual, -residual[-2::-1]])
    return line + gaussian_filter1d(odd, sigma_frames, axis=0, mode="constant")[frames - 1 : 2 * frames - 1]


def heading_correction(heading: np.ndarray, fps: float) -> np.ndarray:
    """Return angles (T,), radians about the vertical, that turn a figure back where it slowly turned too far.

    Args:
        heading: (T,) radians, continuous in time.
        fps: frames per second.
    """
    if len(heading) < 2:
        return np.zeros(len(heading))
    middle = np.median(heading)
    trend = slow_trend(heading[:, None], DRIFT_S * fps)[:, 0] - middle
    held = np.sign(trend) * soft_limit(np.abs(trend), _FREE_HEADING, _MOST_HEADING)
    return held - trend
