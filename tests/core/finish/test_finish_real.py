"""Finishing on a real minute: what the released model made of a recording, and the recording itself."""

import numpy as np
import pytest
from scipy.spatial import ConvexHull

from core.body.joints import ANKLES, HIPS, KNEES, TOES
from core.body.kinematics import forward_kinematics
from core.body.motion import load_motion
from core.body.rotation import matrix_to_rotvec, rotvec_to_matrix
from core.body.skeleton import JOINT
from core.finish.chain import finish
from core.finish.report import measure
from core.finish.root import slow_trend
from core.finish.settings import FinishSettings
from core.finish.skeletons import with_skeleton

WRISTS = [JOINT["left_wrist"], JOINT["right_wrist"]]
LEGS = HIPS + KNEES + ANKLES + TOES


def joints(motion):
    return forward_kinematics(motion.rotations, motion.translation, motion.skeleton)[0]


def wrists(motion):
    positions = joints(motion)
    return positions[:, WRISTS] - positions[:, :1]


def acceleration(motion):
    """Of the leg joints, m/s² (T - 2, 8)."""
    return np.linalg.norm(np.diff(joints(motion)[:, LEGS], n=2, axis=0), axis=-1) * motion.fps**2


def rms(a, b):
    return np.sqrt(((a - b) ** 2).sum(-1).mean(axis=0))


def swayed(motion):
    path = motion.translation[:, [0, 2]]
    return path - slow_trend(path, 5 * motion.fps)


def variants(motion):
    from ..talkers import mirrored

    calmer = motion.rotations * 0.6 + 0.4 * motion.rotations.mean(axis=0)
    return {
        "as it is": motion,
        "backwards": motion.replace(
            rotations=motion.rotations[::-1].copy(), translation=motion.translation[::-1].copy()
        ),
        "mirrored": mirrored(motion),
        "calmer": motion.replace(
            rotations=calmer,
            translation=motion.translation.mean(0) + 0.6 * (motion.translation - motion.translation.mean(0)),
        ),
        "first half": motion.replace(
            rotations=motion.rotations[:900], translation=motion.translation[:900], expression=motion.expression[:900]
        ),
    }


@pytest.fixture(scope="module")
def recorded(real_dir):
    return with_skeleton(load_motion(real_dir / "gt_2_scott_0_2_2.npz"))


@pytest.fixture(scope="module")
def released(real_dir):
    return with_skeleton(load_motion(real_dir / "res_2_scott_0_2_2.npz"))


@pytest.fixture(scope="module")
def finished(released):
    return finish(released)


def test_wrists_move_like_a_persons_and_where_they_did(released, finished):
    before, after = measure(released), measure(finished)
    assert after.wrist_jerk_m_s3 < 50
    assert after.wrist_speed_p95_m_s >= 0.9 * before.wrist_speed_p95_m_s
    error = wrists(finished) - wrists(released)
    assert np.sqrt((error**2).sum(-1).mean()) <= 0.008


@pytest.mark.parametrize("variant", ["as it is", "backwards", "mirrored", "calmer", "first half"])
def test_in_place_the_feet_stand_step_and_the_root_stays(released, recorded, variant):
    motion = variants(released)[variant]
    result = finish(motion)
    before, after = measure(motion), measure(result)
    assert after.slide_median_cm_s <= 0.2
    assert after.slide_p75_cm_s <= 0.6
    assert after.slide_mean_cm_s <= 2.0
    assert after.sliding <= 0.03
    assert after.drift_cm_min <= 10
    assert after.sway_cm >= 0.6 * before.sway_cm
    assert 4 <= after.steps_per_min <= 30
    assert before.contact <= after.contact <= 0.95
    assert after.penetration_cm <= 0.3
    assert np.corrcoef(swayed(motion).ravel(), swayed(result).ravel())[0, 1] >= 0.7
    check_legs(motion, result, recorded)


def test_standing_still_nothing_slides(released, recorded):
    result = finish(released, FinishSettings(root="stand_still"))
    after = measure(result)
    assert after.slide_mean_cm_s <= 0.1
    assert after.sliding == 0
    assert after.sway_cm >= 0.6 * measure(released).sway_cm
    check_legs(released, result, recorded)


def check_legs(before, after, recorded):
    """No pops, no straight or crossed legs, no twisted ankles, a pelvis above its feet and no higher than it was."""
    assert acceleration(after).max() <= 1.5 * np.percentile(acceleration(recorded), 99.9)
    assert np.abs(after.translation[:, 1] - before.translation[:, 1]).max() <= 0.03
    positions = joints(after)
    assert after.rotations[:, KNEES, 0].min() > 0
    ankle = rotvec_to_matrix(after.rotations[:, ANKLES])
    twist = 2 * np.arctan2(ankle[..., 0, 2] - ankle[..., 2, 0], 1 + np.trace(ankle, axis1=-2, axis2=-1))
    assert np.degrees(np.abs(twist)).max() <= 35
    feet = positions[:, ANKLES + TOES][..., [0, 2]]
    for left in (0, 2):
        for right in (1, 3):
            assert np.linalg.norm(feet[:, left] - feet[:, right], axis=-1).min() >= 0.08
    for frame in range(0, len(feet), 10):
        sides = ConvexHull(feet[frame]).equations
        assert (sides[:, :2] @ positions[frame, 0, [0, 2]] + sides[:, 2]).max() <= 0.12


def test_the_foot_lock_leaves_the_upper_body_alone(released):
    unsmoothed = finish(released, FinishSettings(upper=0, hands=0, lower=0, face=0))
    others = [joint for joint in range(55) if joint not in [0, *HIPS, *KNEES, *ANKLES]]
    turned = np.swapaxes(rotvec_to_matrix(released.rotations[:, others]), -1, -2) @ rotvec_to_matrix(
        unsmoothed.rotations[:, others]
    )
    assert np.abs(matrix_to_rotvec(turned)).max() < 1e-5


def test_a_recording_is_hardly_changed(recorded):
    result = finish(recorded, FinishSettings(root="free"))
    error = wrists(result) - wrists(recorded)
    assert np.sqrt((error**2).sum(-1).mean()) <= 0.003
    assert measure(result).slide_median_cm_s <= 0.2
    assert rms(joints(result), joints(recorded)).max() <= 0.03
    assert measure(result).steps_per_min == pytest.approx(measure(recorded).steps_per_min, abs=3.1)
