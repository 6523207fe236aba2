"""Light finishing: less shake, no drift, nothing else."""

import numpy as np

from core.body.rotation import rotvec_to_matrix
from core.finish import FinishSettings, finish
from core.finish.root import slow_trend
from core.finish.smooth import low_pass

from .test_body import random_motion


def wave(frames=300):
    """Slow motion with shake on top, and a root that sways and drifts."""
    time = np.arange(frames) / 30
    rng = np.random.default_rng(1)
    slow = np.sin(2 * np.pi * 0.5 * time)[:, None, None] * np.array([0.4, 0.2, 0.3])
    rotations = np.repeat(slow, 55, axis=1) + rng.normal(scale=0.02, size=(frames, 55, 3))
    translation = np.zeros((frames, 3))
    translation[:, 0] = 0.03 * np.sin(2 * np.pi * 0.2 * time) + 0.05 * time
    translation[:, 1] = 0.9
    return random_motion(frames, rotations=rotations, translation=translation)


def jerk(motion):
    matrices = rotvec_to_matrix(motion.rotations)
    return np.abs(np.diff(matrices, n=3, axis=0)).mean()


def test_shake_falls_and_the_gesture_stays():
    before = wave()
    after = finish(before)
    assert jerk(after) < 0.3 * jerk(before)
    swing_before = np.ptp(before.rotations[:, 18, 0])
    assert np.ptp(after.rotations[:, 18, 0]) > 0.85 * swing_before


def test_drift_is_removed_and_sway_is_kept():
    before = wave()
    after = finish(before)
    travelled = np.linalg.norm((after.translation[-1] - after.translation[0])[[0, 2]])
    assert np.linalg.norm((before.translation[-1] - before.translation[0])[[0, 2]]) > 0.4
    assert travelled < 0.02
    assert after.translation[:, 0].std() > 0.015
    assert np.allclose(after.translation[0, [0, 2]], before.translation[0, [0, 2]], atol=0.01)
    assert np.allclose(after.translation[:, 1], 0.9, atol=1e-6)


def test_zero_settings_leave_the_motion_alone():
    before = wave()
    after = finish(before, FinishSettings(0, 0, 0, 0))
    assert np.allclose(rotvec_to_matrix(after.rotations), rotvec_to_matrix(before.rotations), atol=1e-9)
    assert np.array_equal(after.translation, before.translation)


def test_very_short_motions_pass():
    for frames in (1, 2, 5, 10):
        assert finish(random_motion(frames)).frame_count == frames


def test_low_pass_has_no_delay():
    time = np.arange(200) / 30
    signal = np.exp(-(((time - 3) / 0.2) ** 2))[:, None]
    assert abs(int(low_pass(signal, 5.0, 30.0).argmax()) - int(signal.argmax())) <= 0


def test_the_trend_of_a_straight_line_is_the_line():
    line = np.linspace([0, 0], [1, -2], 50)
    assert np.allclose(slow_trend(line, 30), line)
