"""Shoulders that rise too far are lowered, arms keep their directions, and other frames stay as they are."""

import numpy as np
import pytest

from core.body.joints import COLLARS, ELBOWS, SHOULDERS
from core.body.kinematics import forward_kinematics
from core.body.motion import Motion
from core.body.shrugs import bound_shrugs
from core.body.skeleton import JOINT, JOINT_COUNT

FRAMES = 60


def still(frames=1):
    """A figure whose arms hang, with collars that are not at rest in the T-pose."""
    motion = Motion(np.zeros((frames, JOINT_COUNT, 3)), np.zeros((frames, 3)), np.zeros((frames, 52)))
    for side, sign in enumerate((1.0, -1.0)):
        motion.rotations[:, COLLARS[side]] = [0.05, sign * -0.1, sign * -0.08]
        motion.rotations[:, SHOULDERS[side]] = [0.1, 0.2, sign * -1.1]
        motion.rotations[:, ELBOWS[side]] = [0.3, sign * -0.6, 0.2]
    return motion


def shrugging(lift_deg):
    """The figure with both shoulders lifted by angles (T,), degrees."""
    motion = still(len(lift_deg))
    for side, sign in enumerate((1.0, -1.0)):
        motion.rotations[:, COLLARS[side], 2] += sign * np.radians(lift_deg)
    return motion


def world(motion):
    return forward_kinematics(motion.rotations, motion.translation, motion.skeleton)


def rise_cm(motion):
    """How far shoulders are above those of the still figure (T, 2)."""
    return 100 * (world(motion)[0] - world(still())[0])[:, list(SHOULDERS), 1]


def test_shoulders_at_the_ears_come_down_and_a_shrug_is_left():
    motion = shrugging(35 * np.sin(np.linspace(0, np.pi, FRAMES)))
    bounded = bound_shrugs(motion, still())
    assert rise_cm(motion).max() > 8
    assert ((rise_cm(bounded).max(0) > 4) & (rise_cm(bounded).max(0) < 7)).all()
    # Higher shoulders stay higher.
    assert (np.diff(rise_cm(bounded)[: FRAMES // 2], axis=0) > 0).all()


def test_arms_keep_their_directions():
    motion = shrugging(np.full(FRAMES, 30.0))
    before, after = world(motion)[1], world(bound_shrugs(motion, still()))[1]
    arms = [*SHOULDERS, *ELBOWS, JOINT["left_wrist"], JOINT["right_wrist"]]
    np.testing.assert_allclose(after[:, arms], before[:, arms], atol=1e-9)


def test_only_collars_and_shoulders_of_frames_that_rise_too_far_change():
    motion = shrugging(np.where(np.arange(FRAMES) < 30, 13.0, 30.0))
    bounded = bound_shrugs(motion, still())
    assert np.array_equal(bounded.rotations[:30], motion.rotations[:30])
    others = [joint for joint in range(JOINT_COUNT) if joint not in (*COLLARS, *SHOULDERS)]
    assert np.array_equal(bounded.rotations[:, others], motion.rotations[:, others])


@pytest.mark.parametrize("lift_deg", [0.0, 13.0, -30.0])
def test_shoulders_that_do_not_rise_too_far_stay_to_the_bit(lift_deg):
    motion = shrugging(np.full(FRAMES, lift_deg))
    assert bound_shrugs(motion, still()) is motion
