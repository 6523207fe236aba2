"""Measures of a motion, before and after finishing: foot slide, drift, steps, shake."""

from dataclasses import dataclass, fields

import numpy as np

from ..body.joints import TOES, WRISTS
from ..body.kinematics import chosen_joints
from ..body.motion import Motion
from .contacts import NEAR_FLOOR_M

# A foot in contact that is faster slides, m/s; a toe higher than this over the floor, metres, has been lifted.
_SLIDING_M_S = 0.05
_LIFTED_M = 0.05


@dataclass(frozen=True)
class Report:
    """Numbers of one motion on its own skeleton.

    A foot counts as in contact while its toe joint is within 3 cm of the floor, the 2nd percentile of the lower toe.

    Attributes:
        contact: share of foot-frames in contact.
        slide_median_cm_s, slide_p75_cm_s, slide_mean_cm_s: horizontal speed of toes in contact.
        sliding: share of all foot-frames in contact and faster than 5 cm/s.
        drift_cm_min: horizontal distance of the root from the first to the last frame, per minute.
        steps_per_min: lifts of a toe above 5 cm.
        sway_cm: standard deviation of the pelvis' place over the middle of the toes.
        penetration_cm: greatest depth of a toe joint below the floor.
        wrist_jerk_m_s3: mean third derivative of the wrists relative to the pelvis.
        wrist_speed_p95_m_s: 95th percentile of the speed of the wrists relative to the pelvis.
    """

    contact: float
    slide_median_cm_s: float
    slide_p75_cm_s: float
    slide_mean_cm_s: float
    sliding: float
    drift_cm_min: float
    steps_per_min: float
    sway_cm: float
    penetration_cm: float
    wrist_jerk_m_s3: float
    wrist_speed_p95_m_s: float

    def as_dict(self) -> dict[str, float]:
        """Return plain values, rounded for reading."""
        return {entry.name: round(float(getattr(self, entry.name)), 3) for entry in fields(self)}


def measure(motion: Motion) -> Report:
    """Measure a motion; numbers are zero where it is too short for them."""
    wanted = (0, *TOES, *WRISTS)
    joints, _ = chosen_joints(motion.rotations, motion.translation, motion.skeleton, wanted)
    fps, minutes = motion.fps, max(motion.frame_count, 1) / motion.fps / 60
    root, toes, wrists = joints[:, 0], joints[:, 1 : 1 + len(TOES)], joints[:, 1 + len(TOES) :]
    height = toes[..., 1]
    floor = np.percentile(height.min(axis=1), 2)
    speed = _speed(toes[..., [0, 2]], fps)
    contact = height[1:] - floor < NEAR_FLOOR_M
    slide = speed[contact] if contact.any() else np.zeros(1)
    wrists = wrists - root[:, None]
    wrist_speed = _speed(wrists, fps)
    jerk = np.linalg.norm(np.diff(wrists, n=3, axis=0), axis=-1) * fps**3
    return Report(
        contact=contact.mean() if contact.size else 0.0,
        slide_median_cm_s=100 * np.median(slide),
        slide_p75_cm_s=100 * np.percentile(slide, 75),
        slide_mean_cm_s=100 * slide.mean(),
        sliding=((speed > _SLIDING_M_S) & contact).mean() if contact.size else 0.0,
        drift_cm_min=100 * float(np.linalg.norm((root[-1] - root[0])[[0, 2]])) / minutes,
        steps_per_min=(np.diff((height - floor > _LIFTED_M).astype(int), axis=0) == 1).sum() / minutes,
        sway_cm=100 * float(np.linalg.norm((root - toes.mean(axis=1))[:, [0, 2]].std(axis=0))),
        penetration_cm=100 * max(0.0, floor - height.min()),
        wrist_jerk_m_s3=jerk.mean() if jerk.size else 0.0,
        wrist_speed_p95_m_s=np.percentile(wrist_speed, 95) if wrist_speed.size else 0.0,
    )


def _speed(points: np.ndarray, fps: float) -> np.ndarray:
    return np.linalg.norm(np.diff(points, axis=0), axis=-1) * fps


def table(before: Report, after: Report) -> str:
    """Set both reports side by side in a text, one number a line."""
    lines = [f"{'':22}{'before':>10}{'after':>10}"]
    for name, value in before.as_dict().items():
        lines.append(f"{name:22}{value:>10.2f}{after.as_dict()[name]:>10.2f}")
    return "\n".join(lines)
