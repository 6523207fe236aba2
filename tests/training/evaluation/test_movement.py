"""Measures of movement mean what they say: small cases done by hand."""

import numpy as np
import pytest

from core.body.skeleton import JOINT
from training.evaluation.movement import movement

from .still_figure import standing


def test_a_slide_a_step_and_a_drift_of_known_size_are_measured():
    positions = standing()
    # the left toe slides forward by 3 mm a frame, 9 cm/s; the right one is lifted twice by 8 cm
    positions[:, JOINT["left_foot"], 2] += 0.003 * np.arange(301)
    for start in (60, 200):
        positions[start : start + 20, JOINT["right_foot"], 1] += 0.08
    # the root goes 30 cm to the left in 10 s, and takes everything but the toes along
    toes = positions[:, [10, 11]].copy()
    positions[..., 0] += np.linspace(0, 0.3, 301)[:, None]
    positions[:, [10, 11]] = toes
    numbers = movement(positions)
    assert numbers.contact_fraction == pytest.approx(1 - 40 / 600)
    assert numbers.slide_p95_cm_s == pytest.approx(9)
    assert numbers.slide_mean_cm_s == pytest.approx(9 * 300 / 560)
    assert numbers.sliding_frames == pytest.approx(0.5)
    assert numbers.drift_cm_min == pytest.approx(30 * 1800 / 301)
    assert numbers.steps_per_min == pytest.approx(2 * 1800 / 301)
    # uniform over 30 cm sideways, and over half of 90 cm backward, as the middle between the toes goes forward
    wanted = np.hypot(30, 45) / np.sqrt(12)
    assert numbers.pelvis_sway_cm == pytest.approx(wanted, rel=0.01)
    assert numbers.wrist_speed_m_s == pytest.approx(0, abs=1e-9)
    assert numbers.still_fraction == 1


def test_wrist_speed_and_jerk_of_a_swinging_hand():
    positions = standing()
    times = np.arange(301) / 30
    amplitude, pace = 0.1, 2 * np.pi * 0.5
    positions[:, JOINT["left_wrist"], 1] += amplitude * np.sin(pace * times)
    numbers = movement(positions)
    # the mean of |cos| is 2/pi; the right wrist hangs still
    assert numbers.wrist_speed_m_s == pytest.approx(amplitude * pace * 2 / np.pi / 2, rel=0.01)
    assert numbers.wrist_jerk_m_s3 == pytest.approx(amplitude * pace**3 * 2 / np.pi / 2, rel=0.02)
    assert np.isnan(movement(standing(2)).wrist_jerk_m_s3), "two frames have no jerk"
