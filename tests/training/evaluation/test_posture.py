"""Figures of posture on poses whose answers are known."""

import numpy as np
import pytest

from core.body.kinematics import forward_kinematics
from core.body.rotation import rotvec_to_matrix
from core.body.skeleton import JOINT, default_rest_joints
from core.clock import FPS
from training.evaluation.posture import arm_length, posture_measures, world_spread_deg

FRAMES = 600


def still() -> tuple[np.ndarray, np.ndarray]:
    rest = default_rest_joints()
    return forward_kinematics(np.zeros((FRAMES, 55, 3)), np.zeros((FRAMES, 3)), rest)


def test_spread_of_yaw_pitch_and_roll_in_the_world():
    swing = np.radians(10) * np.sin(2 * np.pi * 0.5 * np.arange(FRAMES) / FPS)
    zero = np.zeros(FRAMES)
    for axis, rotvec in enumerate(([zero, swing, zero], [swing, zero, zero], [zero, zero, swing])):
        spread = world_spread_deg(rotvec_to_matrix(np.stack(rotvec, -1)))
        wanted = np.zeros(3)
        wanted[axis] = 10 / np.sqrt(2)
        assert spread == pytest.approx(wanted, abs=0.02)


def test_wrists_are_seen_from_their_shoulders_in_the_heading_of_the_chest():
    positions, world = still()
    turn = rotvec_to_matrix(np.array([0, np.pi / 2, 0]))
    positions = positions.copy()
    for side, up in (("left", -0.2), ("right", -0.4)):
        place = positions[:, JOINT[f"{side}_shoulder"]] + [0.1 if side == "left" else -0.1, up, 0.3]
        positions[:, JOINT[f"{side}_wrist"]] = place
    before = posture_measures(positions, world)
    after = posture_measures(positions @ turn.T, turn @ world)
    for figures in (before, after):
        assert figures["left_wrist_out_cm"] == pytest.approx(10)
        assert figures["right_wrist_out_cm"] == pytest.approx(10)
        assert figures["right_wrist_up_cm"] == pytest.approx(-40)
        assert figures["left_wrist_ahead_cm"] == pytest.approx(30)
        assert (figures["both_raised"], figures["one_raised"], figures["none_raised"]) == (0, 1, 0)
    lengths = [100 * arm_length(positions, side) for side in ("left", "right")]
    assert before["wrist_height_cm"] == pytest.approx(np.mean(lengths) - 30)


def test_mirror_correlation_and_the_feet():
    positions, world = still()
    positions = positions.copy()
    wave = 0.1 * np.sin(2 * np.pi * 0.5 * np.arange(FRAMES) / FPS)
    positions[:, JOINT["left_wrist"], 1] += wave
    positions[:, JOINT["right_wrist"], 1] += 0.5 * wave
    positions[:, JOINT["left_wrist"], 2] += wave
    positions[:, JOINT["right_wrist"], 2] -= wave
    positions[:, JOINT["left_ankle"]] = positions[:, JOINT["right_ankle"]] + [0.2, 0.05, -0.12]
    figures = posture_measures(positions, world)
    assert figures["mirror_height"] == pytest.approx(1)
    assert figures["mirror_reach"] == pytest.approx(-1)
    assert figures["feet_apart_cm"] == pytest.approx(20)
    assert figures["feet_fore_aft_cm"] == pytest.approx(12)
