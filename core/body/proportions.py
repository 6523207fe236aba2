"""Measures of a skeleton's legs, and a motion put on a skeleton with legs of another length."""

import numpy as np

from .joints import ANKLES, HIPS, KNEES, TOES
from .motion import Motion
from .rotation import rotvec_to_matrix

# Ankles are taken to be this high, as a share of the leg, where the rest pose does not stand on the floor. Heights up
# to the second share are taken from the rest pose.
_ANKLE_SHARE, _MOST_ANKLE_SHARE = 0.09, 0.4
# Toe joints are taken to be this high over the sole, metres, where the rest pose does not stand on the floor: the
# bundled character's height. Heights up to the second value are taken from the rest pose.
_SOLE_M, _MOST_SOLE_M = 0.027, 0.1


def leg_length(rest_joints: np.ndarray) -> float:
    """Return the mean length of thigh and shin together, in the unit of the joints (55, 3)."""
    hips, knees, ankles = (rest_joints[joints] for joints in (HIPS, KNEES, ANKLES))
    return float((np.linalg.norm(knees - hips, axis=1) + np.linalg.norm(ankles - knees, axis=1)).mean())


def ankle_height(rest_joints: np.ndarray) -> float:
    """Return the height of the ankles of a skeleton (55, 3) over the floor, metres.

    The floor is Y = 0 for skeletons that stand on it at rest; else the height is estimated from the legs.
    """
    height, leg = float(rest_joints[ANKLES, 1].mean()), leg_length(rest_joints)
    return height if 0 <= height <= _MOST_ANKLE_SHARE * leg else _ANKLE_SHARE * leg


def sole_height(rest_joints: np.ndarray) -> float:
    """Return the height of the toe joints of a skeleton (55, 3) over its soles, metres.

    It is exact for skeletons that stand on Y = 0 at rest, else a usual one.
    """
    heights = rest_joints[TOES, 1]
    return float(heights.mean()) if ((heights > 0) & (heights < _MOST_SOLE_M)).all() else _SOLE_M


def hip_path(motion: Motion) -> np.ndarray:
    """Return the middle of the hip joints (T, 3), metres."""
    rest = motion.skeleton
    turn = rotvec_to_matrix(motion.rotations[:, 0])
    return rest[0] + motion.translation + turn @ (rest[HIPS].mean(0) - rest[0])


def put_on(motion: Motion, rest_joints: np.ndarray) -> Motion:
    """Put a motion on a skeleton (55, 3) with legs of another length: steps and heights grow with the legs.

    Rotations stay. The hips follow the scaled path, not the pelvis joint, because rigs put the pelvis at different
    places. Feet that stood on the floor stand on it again if thigh and shin keep their ratio; finishing corrects the
    rest.

        height of the hips over the ankles, old legs 0.80 m:  0.76 ── × 1.0/0.8 ──▶ 0.95 m, new legs 1.00 m
    """
    source = motion.skeleton
    scale = leg_length(rest_joints) / leg_length(source)
    here, there = source[HIPS].mean(0), rest_joints[HIPS].mean(0)
    level_here = np.array([here[0], ankle_height(source), here[2]])
    level_there = np.array([there[0], ankle_height(rest_joints), there[2]])
    hips = (hip_path(motion) - level_here) * scale + level_there
    turn = rotvec_to_matrix(motion.rotations[:, 0])
    pelvis = hips - turn @ (there - rest_joints[0])
    return motion.replace(rest_joints=rest_joints, translation=pelvis - rest_joints[0])
