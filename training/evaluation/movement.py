"""Measures of a motion alone, without its speech: slide of planted feet, steps, sway, drift, speed and jerk of wrists.

A toe is in contact while it is within 3 cm of the floor, and the floor is the 2nd percentile of the lower toe's height.
"""

from dataclasses import dataclass

import numpy as np

from core.body.skeleton import JOINT
from core.clock import FPS

CONTACT_M = 0.03
LIFTED_M = 0.05
SLIDING_CM_S = 5.0
STILL_M_S = 0.05
TOES = [JOINT["left_foot"], JOINT["right_foot"]]
WRISTS = [JOINT["left_wrist"], JOINT["right_wrist"]]


@dataclass(frozen=True)
class Movement:
    """Numbers of one motion; not a number where the motion is too short or no toe ever touches the floor.

    Attributes:
        contact_fraction: share of foot-frames in contact.
        slide_median_cm_s, slide_p75_cm_s: horizontal speed of toes in contact; these two measure planted feet.
        slide_mean_cm_s, slide_p95_cm_s: mean and 95th percentile of that speed; these two also include small steps and
            the ends of steps.
        sliding_frames: share of foot-frames in contact and faster than 5 cm/s.
        drift_cm_min: horizontal distance between the root's first and last place, per minute.
        penetration_max_cm: how far a toe ever goes below the floor.
        steps_per_min: how often a toe rises above 5 cm.
        pelvis_sway_cm: standard deviation of the pelvis over the middle between the toes, horizontally.
        wrist_jerk_m_s3: mean norm of the third difference of the wrists, relative to the root.
        wrist_speed_m_s, wrist_speed_p95_m_s: mean and 95th percentile of the speed of the wrists, relative to the root.
        still_fraction: share of wrist-frames slower than 5 cm/s.
    """

    contact_fraction: float
    slide_median_cm_s: float
    slide_p75_cm_s: float
    slide_mean_cm_s: float
    slide_p95_cm_s: float
    sliding_frames: float
    drift_cm_min: float
    penetration_max_cm: float
    steps_per_min: float
    pelvis_sway_cm: float
    wrist_jerk_m_s3: float
    wrist_speed_m_s: float
    wrist_speed_p95_m_s: float
    still_fraction: float


def movement(positions: np.ndarray) -> Movement:
    """Measure a motion.

    Args:
        positions: (T, 55, 3) metres, Y up, 30 fps.
    """
    frames = len(positions)
    minutes = frames / FPS / 60
    root = positions[:, 0]
    toes = positions[:, TOES]
    height = toes[..., 1] - np.percentile(toes[..., 1].min(1), 2)
    slide = np.linalg.norm(np.diff(toes[..., [0, 2]], axis=0), axis=-1) * FPS * 100
    contact = height[1:] < CONTACT_M
    touching = slide[contact]
    sway = (root - toes.mean(1))[:, [0, 2]].std(0)
    speed, jerk = wrist_speed(positions), wrist_jerk(positions)
    return Movement(
        contact_fraction=_mean(contact),
        slide_median_cm_s=_percentile(touching, 50),
        slide_p75_cm_s=_percentile(touching, 75),
        slide_mean_cm_s=_mean(touching),
        slide_p95_cm_s=_percentile(touching, 95),
        sliding_frames=_mean((slide > SLIDING_CM_S) & contact),
        drift_cm_min=float(np.linalg.norm((root[-1] - root[0])[[0, 2]]) * 100 / minutes),
        penetration_max_cm=float(np.clip(-height, 0, None).max() * 100),
        steps_per_min=float((np.diff((height > LIFTED_M).astype(int), axis=0) == 1).sum() / minutes),
        pelvis_sway_cm=float(np.linalg.norm(sway) * 100),
        wrist_jerk_m_s3=_mean(jerk),
        wrist_speed_m_s=_mean(speed),
        wrist_speed_p95_m_s=_percentile(speed, 95),
        still_fraction=_mean(speed < STILL_M_S),
    )


def relative_wrists(positions: np.ndarray) -> np.ndarray:
    """Return both wrists (T, 2, 3), metres from the root."""
    return positions[:, WRISTS] - positions[:, :1]


def wrist_speed(positions: np.ndarray) -> np.ndarray:
    """Return the speeds (T - 1, 2) of the wrists relative to the root, m/s."""
    return np.linalg.norm(np.diff(relative_wrists(positions), axis=0), axis=-1) * FPS


def wrist_jerk(positions: np.ndarray) -> np.ndarray:
    """Return the jerks (T - 3, 2) of the wrists relative to the root, m/s^3."""
    return np.linalg.norm(np.diff(relative_wrists(positions), n=3, axis=0), axis=-1) * FPS**3


def _mean(values: np.ndarray) -> float:
    return float(np.mean(values)) if values.size else float("nan")


def _percentile(values: np.ndarray, share: float) -> float:
    return float(np.percentile(values, share)) if values.size else float("nan")
