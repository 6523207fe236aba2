"""A motion on other proportions: the same rotations, hips as high over the ankles as the legs are long."""

import numpy as np

from .motion import Motion
from .rotation import rotvec_to_matrix
from .skeleton import JOINT

HIPS = (JOINT["left_hip"], JOINT["right_hip"])
KNEES = (JOINT["left_knee"], JOINT["right_knee"])
ANKLES = (JOINT["left_ankle"], JOINT["right_ankle"])
# Ankles rest this high, as a share of the leg, where the rest pose does not stand on the floor.
_ANKLE_SHARE, _MOST_ANKLE_SHARE = 0.09, 0.4


def leg_length(rest_joints: np.ndarray) -> float:
    """Mean length of thigh and shin together, in the unit of the joints (55, 3)."""
    hips, knees, ankles = (rest_joints[list(joints)] for joints in (HIPS, KNEES, ANKLES))
    return float((np.linalg.norm(knees - hips, axis=1) + np.linalg.norm(ankles - knees, axis=1)).mean())


def ankle_height(rest_joints: np.ndarray) -> float:
    """Height of the ankles over the floor, which is Y = 0 for skeletons that rest upon it."""
    height, leg = float(rest_joints[list(ANKLES), 1].mean()), leg_length(rest_joints)
    return height if 0 <= height <= _MOST_ANKLE_SHARE * leg else _ANKLE_SHARE * leg


def hip_path(motion: Motion) -> np.ndarray:
    """Middle of the hip joints (T, 3), metres."""
    rest = motion.skeleton
    turn = rotvec_to_matrix(motion.rotations[:, 0])
    return rest[0] + motion.translation + turn @ (rest[list(HIPS)].mean(0) - rest[0])


def put_on(motion: Motion, rest_joints: np.ndarray) -> Motion:
    """The motion on a skeleton (55, 3) with legs of another length: steps and heights grow with the legs.

    The hips, not the pelvis joint, keep their place: rigs put the pelvis where they like. Ankles that stood on the
    floor stand on it again as far as the legs' proportions are alike; finishing does the rest.
    """
    source = motion.skeleton
    scale = leg_length(rest_joints) / leg_length(source)
    here, there = source[list(HIPS)].mean(0), rest_joints[list(HIPS)].mean(0)
    level_here = np.array([here[0], ankle_height(source), here[2]])
    level_there = np.array([there[0], ankle_height(rest_joints), there[2]])
    hips = (hip_path(motion) - level_here) * scale + level_there
    turn = rotvec_to_matrix(motion.rotations[:, 0])
    pelvis = hips - turn @ (there - rest_joints[0])
    return motion.replace(rest_joints=rest_joints, translation=pelvis - rest_joints[0])
