"""The pelvis turns along with the strokes of the trunk; thighs keep their turn in the world, and slow turns stay."""

import numpy as np

from core.body.joints import HIPS
from core.body.kinematics import forward_kinematics
from core.body.motion import Motion
from core.body.skeleton import JOINT, JOINT_COUNT
from core.generate.hips import turn_hips

TIMES = np.arange(300) / 30


def swaying(hz: float) -> Motion:
    """Return 10 s of a body on bent hips whose spine turns to and fro about the vertical."""
    motion = Motion(np.zeros((300, JOINT_COUNT, 3)), np.zeros((300, 3)), np.zeros((300, 52)))
    motion.rotations[:, JOINT["spine2"], 1] = 0.1 * np.sin(2 * np.pi * hz * TIMES)
    motion.rotations[:, HIPS, 0] = -0.3
    motion.rotations[:, JOINT["pelvis"], 1] = 0.4
    return motion


def world(motion: Motion) -> np.ndarray:
    """Return the joints' turns in the world (T, 55, 3, 3)."""
    return forward_kinematics(motion.rotations, motion.translation, motion.skeleton)[1]


def turned(motion: Motion, joint: str) -> np.ndarray:
    """Return a joint's heading (T,) in the world, radians."""
    matrices = world(motion)[:, JOINT[joint]]
    return np.arctan2(matrices[:, 0, 2], matrices[:, 2, 2])


def test_the_pelvis_makes_a_share_of_a_stroke_and_carries_the_chest_along():
    motion = swaying(1.0)
    shown, rows = turn_hips(motion, 0.5), slice(60, -60)
    hips, chest, chest_before = (
        np.ptp(turned(m, joint)[rows]) for m, joint in ((shown, "pelvis"), (shown, "spine3"), (motion, "spine3"))
    )
    assert 0.08 < hips < 0.1  # 0.5 of 0.2 radians, of which the Gaussians leave nine tenths
    np.testing.assert_allclose(chest, chest_before + hips, atol=0.002)


def test_thighs_and_all_other_joints_keep_their_turns():
    motion = swaying(1.0)
    shown = turn_hips(motion, 0.5)
    np.testing.assert_allclose(world(shown)[:, HIPS], world(motion)[:, HIPS], atol=1e-12)
    places = [forward_kinematics(m.rotations, m.translation, m.skeleton)[0][:, HIPS] for m in (motion, shown)]
    np.testing.assert_allclose(places[1].mean(1), places[0].mean(1), atol=1e-12)
    assert np.abs(places[1] - places[0]).max() < 0.006
    moved = [JOINT["pelvis"], *HIPS]
    others = [joint for joint in range(JOINT_COUNT) if joint not in moved]
    assert np.array_equal(shown.rotations[:, others], motion.rotations[:, others])


def test_a_slow_turn_and_a_shake_move_no_pelvis():
    for hz in (0.05, 9.0):
        assert np.ptp(turned(turn_hips(swaying(hz), 0.5), "pelvis")[60:-60]) < 0.012


def test_no_share_leaves_the_motion():
    motion = swaying(1.0)
    assert turn_hips(motion, 0.0) is motion
