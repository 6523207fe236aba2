"""Shoulders that rise too far are lowered; the arms keep their directions.

    lift    ─────╱‾‾╲─────        shoulders at the ears
    shown   ─────╭──╮─────        a shrug still, as high as people's

What is too far is set beside a recorded speaker.
"""

import numpy as np

from .curves import soft_limit
from .joints import COLLARS, SHOULDERS
from .motion import Motion
from .rotation import quat_conjugate, quat_multiply, quat_to_rotvec, rotvec_to_quat

# How far a collar lifts its shoulder over the neutral pose freely, and at most: a shoulder then rises by 6 cm, as a
# recorded speaker's does at most in a minute (left 6.3, right 4.3). Half of that is a shrug for those who look on.
_FREE, _MOST = np.radians((14, 25))
# The left collar lifts its shoulder by turns about +z of the chest, the right one by turns about -z.
_UP = np.array([1.0, -1.0])


def bound_shrugs(motion: Motion, neutral: Motion) -> Motion:
    """Lower shoulders that rise too far; frames in which none does stay as they are.

    Args:
        motion: T frames.
        neutral: the pose from which the lift is measured.
    """
    collars, shoulders = list(COLLARS), list(SHOULDERS)
    turns = rotvec_to_quat(motion.rotations[:, collars])
    rest = rotvec_to_quat(neutral.rotations[0, collars])
    away = quat_to_rotvec(quat_multiply(turns, quat_conjugate(rest)))
    lift = away[..., 2] * _UP
    lower = lift - soft_limit(lift, _FREE, _MOST)
    if not lower.any():
        return motion
    away[..., 2] -= lower * _UP
    lowered = quat_multiply(rotvec_to_quat(away), rest)
    arms = quat_multiply(quat_multiply(quat_conjugate(lowered), turns), rotvec_to_quat(motion.rotations[:, shoulders]))
    rotations, frames = motion.rotations.copy(), lower.any(1)
    rotations[np.ix_(frames, collars)] = quat_to_rotvec(lowered)[frames]
    rotations[np.ix_(frames, shoulders)] = quat_to_rotvec(arms)[frames]
    return motion.replace(rotations=rotations)
