"""Steps are as high as they are long, no step is on the spot, and what is no step stays."""

from dataclasses import replace

import numpy as np
import pytest

from core.body.curves import min_jerk, runs
from core.body.joints import ANKLES, HIPS, KNEES, TOES
from core.body.kinematics import forward_kinematics
from core.body.legs import Legs, solve_legs
from core.body.motion import load_motion
from core.body.skeleton import JOINT
from core.finish.skeletons import with_skeleton
from core.generate.strides import with_strides

from ..talkers import talker

LONGER_M, UP_M = 0.055, 0.05
LEGS = {0, *HIPS, *KNEES, *ANKLES}
WAYS = (0.0, 0.03, -0.08, 0.2)
STARTS = (60, 150, 240, 330)  # frames; a step takes 24
STEP = 24


@pytest.fixture(scope="module")
def stepping():
    """A figure whose left foot makes a step 5 cm high for each of `WAYS`, while the right one stands."""
    motion = talker(seconds=14, sway_m=0.0)
    legs = Legs.of(motion)
    toe = np.repeat(legs.feet.toe[:1], motion.frame_count, 0)
    contacts = np.ones((motion.frame_count, 4))
    for start, way in zip(STARTS, WAYS, strict=True):
        phase = np.arange(STEP) / (STEP - 1)
        toe[start : start + STEP, 0, 1] += UP_M * min_jerk(phase / 0.4) * min_jerk((1 - phase) / 0.4)
        toe[start : start + STEP, 0, 2] += way * min_jerk(phase)
        toe[start + STEP :, 0, 2] += way
        contacts[start : start + STEP, [0, 2]] = 0
    rotations = motion.rotations.copy()
    for joints, turn in zip((HIPS, KNEES, ANKLES), solve_legs(legs, replace(legs.feet, toe=toe)), strict=True):
        rotations[:, joints] = turn
    return motion.replace(rotations=rotations, contacts=contacts)


def toes(motion):
    return forward_kinematics(motion.rotations, motion.translation, motion.skeleton)[0][:, TOES]


def test_steps_get_a_way_and_the_height_that_it_deserves(stepping):
    before, after = toes(stepping), toes(with_strides(stepping, LONGER_M))
    for start, way in zip(STARTS, WAYS, strict=True):
        ends = [start - 10, start + STEP + 10]
        gone = np.diff(after[ends, 0, 2])[0]
        assert 0.9 * LONGER_M <= abs(gone) < abs(way) + 2 * LONGER_M
        height = (after[ends[0] : ends[1], 0, 1] - after[ends[0], 0, 1]).max()
        assert 0.01 < height < min(0.6 * abs(gone), UP_M + 0.001)
    assert np.diff(after[[start + 12 for start in STARTS[2:]], 0, 1])[0] > 0.01  # the long step is higher
    # The other foot and the standing foot stay where they are; the decoded places are not left behind.
    assert np.abs(np.diff(after[:, 1], axis=0)).max() < 1e-4
    assert np.abs(after[:, 0, 2] - before[:, 0, 2]).max() < 2 * LONGER_M
    still = np.ones(len(after), bool)
    for start in STARTS:
        still[start - 6 : start + STEP + 6] = False
    assert np.abs(np.diff(after[:, 0], axis=0)[still[1:] & still[:-1]]).max() < 1e-4


def test_the_upper_body_stays_and_the_foot_has_no_contact_in_the_air(stepping):
    strided = with_strides(stepping, LONGER_M)
    others = [joint for joint in range(55) if joint not in LEGS]
    assert np.array_equal(strided.rotations[:, [0, *others]], stepping.rotations[:, [0, *others]])
    assert np.array_equal(strided.expression, stepping.expression)
    up = toes(strided)[:, 0, 1] > toes(strided)[0, 0, 1] + 0.012
    assert up.any()
    assert not strided.contacts[up][:, [0, 2]].any()
    assert strided.contacts[:, [1, 3]].all()
    assert np.array_equal(with_strides(stepping, LONGER_M).rotations, strided.rotations)
    assert with_strides(stepping, 0.0) is stepping


def test_only_the_frames_that_are_decoded_change(stepping):
    rows = slice(140, 320)
    strided = with_strides(stepping, LONGER_M, rows)
    kept = np.ones(stepping.frame_count, bool)
    kept[rows] = False
    for name in ("rotations", "translation", "contacts"):
        assert np.array_equal(getattr(strided, name)[kept], getattr(stepping, name)[kept])
    assert not np.array_equal(strided.rotations[rows], stepping.rotations[rows])


def test_on_a_recorded_minute_no_foot_goes_astray_or_slides(real_dir):
    motion = with_skeleton(load_motion(real_dir / "gt_2_scott_0_2_2.npz"))
    motion = motion.replace(contacts=np.ones((motion.frame_count, 4)))
    strided = with_strides(motion, LONGER_M)
    before, after = toes(motion), toes(strided)
    stands = strided.contacts[:, 2:] > 0
    moved = np.linalg.norm((after - before)[..., [0, 2]], axis=-1)
    assert moved.max() < 0.2
    assert moved[stands].max() < 1.5 * LONGER_M
    assert 0.7 < stands.mean() < 0.99
    for side in range(2):
        for start, end in runs(stands[:, side]):
            slid = np.diff((after - before)[start:end, side][:, [0, 2]], axis=0)
            assert np.abs(slid[4:-4]).max(initial=0) < 0.002
    assert after[..., 1].max() < before[..., 1].max() + 0.003
    assert after[..., 1].min() > before[..., 1].min() - 0.003
    assert np.allclose(strided.rotations[:, JOINT["spine3"]], motion.rotations[:, JOINT["spine3"]])
