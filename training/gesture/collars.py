"""The shoulder girdle: it hangs down, and lifts and goes forward a little with every move of its arm, and in shrugs."""

import numpy as np

from core.body.two_bones import axis_angle
from core.clock import FPS
from core.gestures.fingers import sign
from training.gesture.arms import ArmPath
from training.gesture.curves import lag, spring

REST = np.radians([-16.0, 5.0])  # elevation and protraction of a hanging arm
LIFT, FORWARD = np.radians([16.0, 17.0])  # added by an arm that is raised to the shoulder, or reaches forward
# Radians per m/s of the hand: the shoulder starts and stops with the arm.
LIFT_SPEED, FORWARD_SPEED = np.radians([3.8, 4.2])
VOICE = np.radians(2.5)
TWIST = 0.35  # share of the elevation by which the collar also turns about its own axis
HERTZ, DAMPING = 3.5, 0.5


def collar_turns(path: ArmPath, side: int, voice: np.ndarray) -> np.ndarray:
    """Return the collar's parent-local matrices (T, 3, 3)."""
    wrist = path.wrist
    velocity = np.gradient(lag(wrist, 0.0, 0.04), axis=0) * FPS if len(wrist) > 1 else np.zeros_like(wrist)
    raised = np.clip((wrist[:, 1] + 0.47) / 0.47, 0, 1.6)
    forward = np.clip((wrist[:, 2] - 0.08) / 0.35, 0, 1.4) - 0.35 * sign(side) * wrist[:, 0] / 0.35
    rise = LIFT * lag(raised, 0.04, 0.05) + LIFT_SPEED * velocity[:, 1] + VOICE * voice
    elevation = REST[0] + spring(rise, HERTZ, DAMPING) + path.shrug
    protraction = REST[1] + spring(FORWARD * lag(forward, 0.04, 0.05) + FORWARD_SPEED * velocity[:, 2], HERTZ, DAMPING)
    up = axis_angle(np.array([0.0, 0.0, 1.0]), sign(side) * elevation)
    ahead = axis_angle(np.array([0.0, 1.0, 0.0]), -sign(side) * protraction)
    return up @ ahead @ axis_angle(np.array([1.0, 0.0, 0.0]), TWIST * (elevation - REST[0]))
