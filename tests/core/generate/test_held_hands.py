"""Hands sink less far in pauses, without a jump, and stay as they are while somebody speaks."""

import numpy as np
import pytest

from core.body.motion import Motion
from core.body.skeleton import JOINT, JOINT_COUNT
from core.generate.held_hands import JOINTS, hold_hands

FPS, FRAMES = 30, 480
SPOKEN = ((1.0, 5.0), (8.0, 12.0))
RIGHT = JOINT["right_shoulder"]


@pytest.fixture(scope="module")
def sinking() -> Motion:
    """An arm that is up while somebody speaks, sinks in pauses, and beats a little all the time."""
    time = np.arange(FRAMES) / FPS
    up = np.zeros(FRAMES)
    for start, end in SPOKEN:
        up += 1 / (1 + np.exp(-12 * (time - start + 0.35))) - 1 / (1 + np.exp(-12 * (time - end - 0.35)))
    rotations = np.zeros((FRAMES, JOINT_COUNT, 3))
    rotations[:, RIGHT, 2] = up + 0.02 * np.sin(8 * time)
    rotations[:, JOINT["spine1"], 0] = 0.1 * np.sin(time)
    return Motion(rotations=rotations, translation=np.zeros((FRAMES, 3)), expression=np.zeros((FRAMES, 52)))


def test_hands_sink_half_as_far_in_pauses_and_stay_as_they_are_elsewhere(sinking):
    held = hold_hands(sinking, SPOKEN, 0.5)
    before, after = (each.rotations[:, RIGHT, 2] for each in (sinking, held))
    pause, speech = slice(int(5.8 * FPS), int(7.2 * FPS)), slice(int(1.5 * FPS), int(4.9 * FPS))
    assert before[pause].mean() < 0.05
    assert 0.25 < after[pause].mean() < 0.5
    assert 0.4 < np.ptp(after[pause]) / np.ptp(before[pause]) < 2
    assert (held.rotations[speech] == sinking.rotations[speech]).all()
    assert after[-1] == pytest.approx((before[-1] + before[int(12.05 * FPS)]) / 2, abs=0.02)
    others = [joint for joint in range(JOINT_COUNT) if joint not in JOINTS]
    assert (held.rotations[:, others] == sinking.rotations[:, others]).all()
    assert np.abs(np.diff(after, 2)).max() < 1.1 * np.abs(np.diff(before, 2)).max()


def test_short_pauses_long_pauses_and_a_share_of_none_change_nothing(sinking):
    for spoken in (((0.0, 5.0), (5.9, 16.0)), ((0.0, 1.0), (9.0, 16.0)), ((0.0, 16.0),), ()):
        assert (hold_hands(sinking, spoken, 0.5).rotations == sinking.rotations).all()
    assert hold_hands(sinking, SPOKEN, 0.0) is sinking
