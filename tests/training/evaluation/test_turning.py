"""Figures of turning on motions whose answers are known: a swinging joint, noise, and joints that follow each other."""

import numpy as np
import pytest

from core.body.motion import Motion
from core.body.skeleton import JOINT
from core.clock import FPS
from training.evaluation.turning import (
    GROUPS,
    HAND_JOINTS,
    JUDGED,
    dimensions,
    mean_rotation,
    spectrum,
    together,
    turning,
    turning_measures,
)

FRAMES = 1800
TIMES = np.arange(FRAMES) / FPS


def motion(**rotvecs: np.ndarray) -> Motion:
    """A body whose named joints turn by rotation vectors (T, 3); all others are still."""
    rotations = np.zeros((FRAMES, 55, 3))
    for name, values in rotvecs.items():
        rotations[:, JOINT[name]] = values
    return Motion(rotations, np.zeros((FRAMES, 3)), np.zeros((FRAMES, 52)))


def swing(degrees: float, hertz: float, axis: int = 0) -> np.ndarray:
    out = np.zeros((FRAMES, 3))
    out[:, axis] = np.radians(degrees) * np.sin(2 * np.pi * hertz * TIMES)
    return out


def test_turn_and_speed_of_a_swing_about_a_bent_pose():
    bent = np.array([0.4, 0.0, 0.0])
    turns = turning(motion(head=swing(10, 0.5) + bent))
    head = JOINT["head"]
    assert turns.turn_deg()[head] == pytest.approx(10 / np.sqrt(2), rel=1e-3)
    # the mean of |cos| is 2/pi
    assert turns.speed_deg_s()[head] == pytest.approx(10 * 2 * np.pi * 0.5 * 2 / np.pi, rel=5e-3)
    assert turns.turn_deg()[JOINT["neck"]] == pytest.approx(0, abs=1e-6)
    figures = turning_measures(turns, np.zeros((FRAMES, 2, 3)))
    assert figures["head_turn_deg"] == pytest.approx(5 / np.sqrt(2), rel=1e-3), "the mean of neck and head"


def test_the_mean_of_rotations_does_not_depend_on_the_signs_of_quaternions():
    angles = np.radians([10, 20, 30])
    quats = np.stack([np.cos(angles / 2), np.sin(angles / 2), 0 * angles, 0 * angles], -1)
    mean = mean_rotation(quats * np.array([[1], [-1], [1]]))
    assert np.degrees(2 * np.arctan2(abs(mean[1]), abs(mean[0]))) == pytest.approx(20, abs=0.01)


def test_spectrum_shares_of_a_mix_of_two_swings_and_of_noise():
    # the power of the speed goes with the square of amplitude times frequency; central differences see sin(w) instead
    # of w = 2 pi f / 30
    mixed = swing(6, 1.0) + swing(2, 3.0)
    slow, beat, quick = spectrum(turning(motion(head=mixed)).away[:, [JOINT["head"]]])
    power = [(amplitude * np.sin(2 * np.pi * hertz / FPS)) ** 2 for amplitude, hertz in ((6, 1), (2, 3))]
    assert slow == pytest.approx(power[0] / sum(power), abs=0.01)
    assert beat == pytest.approx(power[1] / sum(power), abs=0.01)
    assert quick == pytest.approx(0, abs=0.01)
    noise = np.radians(np.random.default_rng(0).normal(size=(FRAMES, 3)))
    # of the integral of sin² w from 0 to pi, the part above w = pi / 3, which is 5 Hz
    assert spectrum(turning(motion(head=noise)).away[:, [JOINT["head"]]])[2] == pytest.approx(0.804, abs=0.03)
    assert sum(spectrum(turning(motion(head=swing(10, 0.2))).away[:, [JOINT["head"]]])) < 0.15, "a glide"


def test_hand_dimensions_count_independent_movements():
    random = np.random.default_rng(1)
    away = np.zeros((FRAMES, len(HAND_JOINTS), 3))
    away[:, :, 0] = random.normal(size=(FRAMES, 3)) @ np.eye(3)[np.arange(len(HAND_JOINTS)) % 3].T
    assert dimensions(away) == pytest.approx(3, abs=0.1), "three groups of joints that move alike"
    away[:, :, 0] = random.normal(size=(FRAMES, len(HAND_JOINTS)))
    assert dimensions(away) == pytest.approx(30, abs=1)


def test_joints_that_follow_each_other_with_a_lag_are_together_and_others_are_not():
    random = np.random.default_rng(2)

    def pace(seed_values):
        return np.abs(np.convolve(seed_values, np.ones(15) / 15, "same")) + 0.01

    step = np.zeros((FRAMES, 55))
    first = pace(random.normal(size=FRAMES))
    step[:, 0], step[:, 1], step[:, 2] = first, 0.3 * np.roll(first, 5), pace(random.normal(size=FRAMES))
    assert together(step, [(0, 1)]) > 0.97
    assert abs(together(step, [(0, 2)])) < 0.35


def test_a_chest_that_turns_while_the_hands_move_goes_with_them():
    envelope = 0.5 + 0.5 * np.sin(2 * np.pi * 0.1 * TIMES)
    wrists = np.zeros((FRAMES, 2, 3))
    wrists[:, :, 1] = 0.1 * (envelope * np.sin(2 * np.pi * 2 * TIMES))[:, None]
    fast, slow = swing(5, 2) * envelope[:, None], swing(5, 2) * (1 - envelope)[:, None]
    figures = turning_measures(turning(motion(spine3=fast, pelvis=slow)), wrists)
    assert figures["chest_with_hands"] > 0.9
    assert figures["pelvis_with_hands"] < -0.5


def test_every_group_and_the_judged_joints_are_what_they_say():
    assert len(JUDGED) == 50
    assert len(GROUPS["fingers"]) == 24
    assert len(GROUPS["thumbs"]) == 6
