"""Arms that settle between strokes: where a hand is slow, it comes nearer to where it is on average just then.

The network's hands drift on through every hold; a person's come to rest for a moment, a twentieth of the time, and go
on from there. Strokes stay as they are, since only slow frames are changed, and hands keep their turns.

    height of a hand, decoded   ──╲   ╭─╮╱──╲__╱─       drifts between strokes
    shown                       ───╲  ╭─╮╱───___──      rests there
    how far it is changed       ██░    ░   ██ ███       slow frames
"""

import numpy as np

from ..body.curves import gaussian, min_jerk
from ..body.joints import ELBOWS, SHOULDERS
from ..body.motion import Motion
from ..body.rotation import quat_continuous, quat_to_rotvec, rotvec_to_quat
from ..direct.strokes import wrist_paths

# Speeds of a wrist in metres a second: up to the first one it is changed fully, from the second one on not at all.
_SLOW_M_S, _QUICK_M_S = 0.04, 0.22
# Seconds (sigma) around a frame whose slow frames it comes nearer to, and over which speeds are smoothed.
_NEAR_S, _SMOOTH_S = 0.2, 0.04


def settle_arms(motion: Motion, share: float) -> Motion:
    """Let each arm come nearer to rest where its hand is slow.

    Args:
        motion: as decoded.
        share: of the way to the mean of the slow frames nearby, 0-1; 0 leaves the motion as it is.
    """
    if share <= 0 or motion.frame_count < 2:
        return motion
    rotations = motion.rotations.copy()
    slow = _slowness(wrist_paths(rotations, motion.skeleton), motion.fps)
    for side, joints in enumerate(zip(SHOULDERS, ELBOWS, strict=True)):
        weight = slow[:, side, None, None]
        turns = quat_continuous(rotvec_to_quat(rotations[:, joints]))
        near = gaussian(weight * turns, _NEAR_S * motion.fps) / (gaussian(weight, _NEAR_S * motion.fps) + 1e-6)
        turns += share * weight * (near - turns)
        rotations[:, joints] = quat_to_rotvec(turns / np.linalg.norm(turns, axis=-1, keepdims=True))
    return motion.replace(rotations=rotations)


def _slowness(wrists: np.ndarray, fps: float) -> np.ndarray:
    """Return how slow the wrists (T, 2, 3) are in each frame: 1 where they are still, 0 where they are quick."""
    speed = gaussian(np.linalg.norm(np.gradient(wrists, axis=0), axis=-1) * fps, _SMOOTH_S * fps)
    return 1 - min_jerk((speed - _SLOW_M_S) / (_QUICK_M_S - _SLOW_M_S))
