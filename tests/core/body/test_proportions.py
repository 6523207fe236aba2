"""A motion on other bones: the same turns, hips as high over standing feet, steps as long as the legs allow."""

import numpy as np
import pytest

from core.body.kinematics import forward_kinematics
from core.body.proportions import ankle_height, hip_path, leg_length, put_on
from core.body.skeleton import default_rest_joints

from ..talkers import talker
from .other_legs import ANKLES, longer


def test_on_its_own_bones_nothing_changes():
    motion = talker(2, drift_m_s=0.1)
    same = put_on(motion, motion.skeleton)
    np.testing.assert_allclose(same.translation, motion.translation, atol=1e-12)


def test_a_tall_figure_stands_on_the_floor_and_walks_further():
    motion, tall = talker(4, drift_m_s=0.2), longer(1.3, 1.3)
    moved = put_on(motion, tall)
    assert leg_length(tall) == pytest.approx(1.3 * leg_length(motion.skeleton))
    here, _ = forward_kinematics(motion.rotations, motion.translation, motion.skeleton)
    there, _ = forward_kinematics(moved.rotations, moved.translation, tall)
    level = ankle_height(tall)
    np.testing.assert_allclose(
        there[:, ANKLES, 1] - level, 1.3 * (here[:, ANKLES, 1] - ankle_height(motion.skeleton)), atol=0.01
    )
    travelled = [np.ptp(hip_path(each)[:, [0, 2]], axis=0) for each in (moved, motion)]
    np.testing.assert_allclose(travelled[0], 1.3 * travelled[1], atol=1e-6)


def test_a_rest_pose_that_does_not_stand_on_the_floor_has_ankles_at_a_usual_height():
    rest = default_rest_joints() - [0, 1.3, 0]
    assert ankle_height(rest) == pytest.approx(0.09 * leg_length(rest))
