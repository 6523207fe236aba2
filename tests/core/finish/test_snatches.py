"""Arms that start or stop more abruptly than people's do are softened, and others are left alone."""

import numpy as np
import pytest

from core.body.curves import min_jerk
from core.body.kinematics import forward_kinematics
from core.body.rotation import quat_slerp, rotvec_to_quat
from core.body.skeleton import JOINT
from core.finish.chain import finish
from core.finish.settings import FinishSettings
from core.finish.snatches import soft_path, soft_turns

from ..talkers import talker

FPS = 30.0


def stroke(length_s: float, way_m: float = 0.3) -> np.ndarray:
    """The path (90, 3) of a wrist that goes up once, in the middle of three seconds."""
    rise = min_jerk((np.arange(90) / FPS - 1.5) / length_s + 0.5)
    return rise[:, None] * [0.0, way_m, 0.0]


def jerk(path: np.ndarray) -> np.ndarray:
    return np.linalg.norm(np.diff(path, n=3, axis=0), axis=-1) * FPS**3


def test_a_snatched_stroke_becomes_half_as_abrupt_and_keeps_its_way_and_its_time():
    path = stroke(0.15)
    soft, shares = soft_path(path, FPS)
    assert jerk(path).max() > 600
    assert jerk(soft).max() < jerk(path).max() / 2
    np.testing.assert_allclose(soft[[0, -1]], path[[0, -1]], atol=1e-12)
    assert np.interp(0.15, soft[:, 1], np.arange(90)) == pytest.approx(45, abs=0.1)
    far = np.abs(np.arange(90) - 45) > 15
    assert np.array_equal(soft[far], path[far])
    assert not shares[:, far].any()


def test_a_stroke_as_people_make_it_keeps_every_bit():
    path = stroke(0.6)
    soft, shares = soft_path(path, FPS)
    assert np.array_equal(soft, path)
    assert not shares.any()


def test_strength_and_length_may_be_nothing():
    assert np.array_equal(soft_path(stroke(0.15), FPS, strength=0.0)[0], stroke(0.15))
    for count in range(6):
        assert soft_path(np.zeros((count, 3)), FPS)[0].shape == (count, 3)


def test_turns_are_softened_where_the_path_was_and_stay_turns():
    rise = min_jerk((np.arange(90) / FPS - 1.5) / 0.15 + 0.5)
    ends = rotvec_to_quat(np.array([[0.0, 0.2, 0.1], [0.0, 1.4, -0.3]]))
    turns = quat_slerp(ends[0], ends[1], rise[:, None])[:, None]
    _, shares = soft_path(stroke(0.15), FPS)
    soft = soft_turns(turns, shares, FPS)
    np.testing.assert_allclose(np.linalg.norm(soft, axis=-1), 1, atol=1e-9)
    before, after = (np.linalg.norm(np.diff(each[:, 0], axis=0), axis=-1) for each in (turns, soft))
    assert after.max() < 0.8 * before.max()
    still = ~shares.any(0)
    np.testing.assert_allclose(soft[still], turns[still], atol=1e-9)


def test_finishing_softens_a_snatched_arm_and_no_other():
    motion = talker(4)
    shoulder = JOINT["left_shoulder"]
    rotations = motion.rotations.copy()
    snatch = min_jerk((np.arange(motion.frame_count) - 58) / 4)
    rotations[:, shoulder, 1] -= 0.8 * snatch
    snatched = motion.replace(rotations=rotations)
    wrists = JOINT["left_wrist"], JOINT["right_wrist"]

    def paths(done):
        places, _ = forward_kinematics(done.rotations, done.translation, done.skeleton)
        return [places[:, wrist] - places[:, 0] for wrist in wrists]

    left, right = paths(finish(snatched))
    only_legs = paths(finish(snatched, FinishSettings(upper=0)))
    assert jerk(only_legs[0]).max() > 500
    assert jerk(left).max() < 330
    np.testing.assert_allclose(right, paths(finish(motion))[1], atol=1e-9)
