"""Arms settle where their hands are slow: drift between strokes shrinks, strokes and all other joints stay."""

import numpy as np

from core.body.joints import ELBOWS, SHOULDERS
from core.body.motion import Motion
from core.body.skeleton import JOINT, JOINT_COUNT
from core.direct.strokes import wrist_paths
from core.generate.settled_arms import settle_arms

FRAMES = 240
TIMES = np.arange(FRAMES) / 30


def arms(stroke: float, drift: float) -> Motion:
    """Return 8 s in which the left shoulder lifts the arm once in the middle, and drifts to and fro besides."""
    motion = Motion(np.zeros((FRAMES, JOINT_COUNT, 3)), np.zeros((FRAMES, 3)), np.zeros((FRAMES, 52)))
    rising = 1 / (1 + np.exp(-(TIMES - 4) / 0.07))
    motion.rotations[:, SHOULDERS[0], 2] = stroke * rising + drift * np.sin(2 * np.pi * 0.8 * TIMES)
    motion.rotations[:, ELBOWS, 1] = 0.5
    return motion


def speeds(motion: Motion) -> np.ndarray:
    """Return the left wrist's speed (T - 1,), m/s."""
    path = wrist_paths(motion.rotations, motion.skeleton)[:, 0]
    return np.linalg.norm(np.diff(path, axis=0), axis=-1) * 30


def test_a_hand_that_drifts_comes_to_rest_the_more_the_larger_the_share():
    motion = arms(0.0, 0.02)
    before, half, full = (speeds(settle_arms(motion, share))[30:-30].mean() for share in (0.0, 0.5, 1.0))
    assert 0.02 < before < 0.05
    assert half < 0.85 * before
    assert full < 0.65 * before


def test_a_stroke_keeps_its_way_and_its_speed():
    motion = arms(0.9, 0.0)
    shown = settle_arms(motion, 1.0)
    quick = speeds(motion) > 0.3
    assert quick.sum() > 8
    np.testing.assert_allclose(speeds(shown)[quick], speeds(motion)[quick], rtol=0.02)
    ends = [wrist_paths(m.rotations, m.skeleton)[[60, -60], 0] for m in (motion, shown)]
    np.testing.assert_allclose(ends[1], ends[0], atol=0.002)


def test_other_joints_stay_and_no_share_changes_nothing():
    motion = arms(0.9, 0.02)
    motion.rotations[:, JOINT["head"], 0] = np.sin(TIMES)
    shown = settle_arms(motion, 0.8)
    others = [joint for joint in range(JOINT_COUNT) if joint not in (*SHOULDERS, *ELBOWS)]
    assert np.array_equal(shown.rotations[:, others], motion.rotations[:, others])
    assert settle_arms(motion, 0.0) is motion
