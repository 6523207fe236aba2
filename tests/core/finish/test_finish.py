"""Finishing on made-up talkers and walkers: no shake, planted feet, a root that stays, nothing else touched."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from core.body.joints import ANKLES, KNEES, TOES
from core.body.kinematics import forward_kinematics
from core.body.motion import Motion
from core.body.rotation import matrix_to_rotvec, rotvec_to_matrix
from core.body.skeleton import JOINT, default_rest_joints
from core.errors import GestureError
from core.finish import smoothing
from core.finish.chain import finish
from core.finish.report import measure
from core.finish.root import heading_correction, slow_trend
from core.finish.settings import FinishSettings
from core.finish.smoothing import smooth_track
from core.finish.step_plan import Track, plan_steps

from ..talkers import mirrored, talker, walker

WRISTS = [JOINT["left_wrist"], JOINT["right_wrist"]]
LOWER = [0, 1, 2, 4, 5, 7, 8]


def joints(motion):
    return forward_kinematics(motion.rotations, motion.translation, motion.skeleton)[0]


def wrists(motion):
    positions = joints(motion)
    return positions[:, WRISTS] - positions[:, :1]


def slide_in_contact(motion):
    """Fastest horizontal speed, cm/s, of a toe between two frames in both of which the motion says that it stands."""
    toes = joints(motion)[:, TOES][..., [0, 2]]
    speed = 100 * np.linalg.norm(np.diff(toes, axis=0), axis=-1) * motion.fps
    standing = (motion.contacts[1:, 2:] > 0.5) & (motion.contacts[:-1, 2:] > 0.5)
    return speed[standing].max() if standing.any() else 0.0


def turned_by(a, b):
    """Largest angle, degrees, between the same joints of two motions (T, 55)."""
    difference = np.swapaxes(rotvec_to_matrix(a.rotations), -1, -2) @ rotvec_to_matrix(b.rotations)
    return np.degrees(np.linalg.norm(matrix_to_rotvec(difference), axis=-1))


# Smoothing


def test_shake_falls_to_a_fraction_and_strokes_stay():
    clean = talker()
    shaken = talker(shake=0.02)
    finished = finish(shaken)
    assert measure(finished).wrist_jerk_m_s3 < 0.1 * measure(shaken).wrist_jerk_m_s3
    error, before = (np.linalg.norm(wrists(m) - wrists(clean), axis=-1).mean() for m in (finished, shaken))
    assert error < 0.5 * before
    assert measure(finished).wrist_speed_p95_m_s > 0.9 * measure(clean).wrist_speed_p95_m_s


def test_quick_nods_stay_in_a_steady_motion_and_go_with_the_shake_of_a_shaky_one():
    kept = []
    for shake in (0.0, 0.02):
        motion = talker(shake=shake)
        nods = np.radians(4) * np.sin(2 * np.pi * 3 * np.arange(motion.frame_count) / motion.fps)
        rotations = motion.rotations.copy()
        rotations[:, JOINT["head"], 0] += nods
        pitch = finish(motion.replace(rotations=rotations)).rotations[:, JOINT["head"], 0]
        kept.append(pitch @ nods / (nods @ nods))
    assert kept[0] > 0.8
    assert kept[1] < 0.6


def test_a_long_motion_is_smoothed_in_groups_of_tracks_to_the_same_bits(monkeypatch):
    motion = talker(12.0, shake=0.02)
    at_once = finish(motion)
    for values in (1, 5000, 20000):
        monkeypatch.setattr(smoothing, "_VALUES_AT_ONCE", values)
        in_groups = finish(motion)
        assert np.array_equal(in_groups.rotations, at_once.rotations)
        assert np.array_equal(in_groups.translation, at_once.translation)
        assert np.array_equal(in_groups.expression, at_once.expression)


def test_smooth_motion_is_hardly_changed():
    clean = talker()
    error = np.linalg.norm(wrists(finish(clean)) - wrists(clean), axis=-1)
    assert np.sqrt((error**2).mean()) < 0.002


def test_rotations_that_wrap_around_are_smoothed_as_rotations():
    motion = talker(10, shake=0.02)
    rotations = motion.rotations.copy()
    angle = np.linspace(0, 4 * np.pi, motion.frame_count)
    rotations[:, JOINT["left_wrist"]] = np.stack([angle * 0, (angle + np.pi) % (2 * np.pi) - np.pi, angle * 0], 1)
    finished = finish(motion.replace(rotations=rotations))
    steps = rotvec_to_matrix(finished.rotations[:, JOINT["left_wrist"]])
    turn = np.linalg.norm(matrix_to_rotvec(np.swapaxes(steps[:-1], -1, -2) @ steps[1:]), axis=-1)
    assert turn.max() < 4 * np.pi / motion.frame_count + np.radians(2)


def test_strength_zero_and_feet_off_leave_everything_alone():
    motion = talker(5, shake=0.02, drift_m_s=0.02)
    same = finish(motion, FinishSettings(upper=0, hands=0, lower=0, face=0, feet="off"))
    assert turned_by(motion, same).max() < 1e-5
    assert np.array_equal(motion.translation, same.translation)
    assert np.array_equal(motion.expression, same.expression)


def test_each_part_has_its_own_strength():
    motion = talker(5, shake=0.02)
    only_hands = finish(motion, FinishSettings(upper=0, hands=1, lower=0, face=0, feet="off"))
    changed = turned_by(motion, only_hands).max(axis=0) > 1e-4
    assert changed[25:].all()
    assert not changed[:25].any()
    half = finish(motion, FinishSettings(upper=0.5, feet="off"))
    full = finish(motion, FinishSettings(upper=1, feet="off"))
    jerk = [measure(m).wrist_jerk_m_s3 for m in (full, half, motion)]
    assert jerk == sorted(jerk)


def test_expression_curves_lose_their_noise_and_stay_within_their_range():
    motion = talker(10)
    finished = finish(motion)
    assert np.abs(np.diff(finished.expression, axis=0)).mean() < 0.5 * np.abs(np.diff(motion.expression, axis=0)).mean()
    assert finished.expression.min() >= 0
    assert finished.expression.max() <= 1


def test_the_smoother_has_no_delay_and_scales_with_its_input():
    time = np.arange(200) / 30
    signal = np.exp(-(((time - 3) / 0.3) ** 2))[:, None]
    smoothed = smooth_track(signal, 2.6, 30.0)
    assert int(smoothed.argmax()) == int(signal.argmax())
    assert np.allclose(smooth_track(1000 * signal, 2.6, 30.0), 1000 * smoothed)


def test_a_straight_line_is_not_changed_by_the_smoother():
    line = np.linspace([0, 1], [5, -3], 100)
    assert np.allclose(smooth_track(line, 2.6, 30.0), line, atol=1e-9)


# Root


def test_drift_goes_and_sway_stays():
    motion = talker(30, drift_m_s=0.05)
    finished = finish(motion)
    assert measure(motion).drift_cm_min > 280
    assert measure(finished).drift_cm_min < 10
    before, after = (m.translation[:, 0] - m.translation[:, 0].mean() for m in (motion, finished))
    assert np.corrcoef(before, after)[0, 1] > 0.9
    assert after.std() > 0.6 * before.std()


def test_path_and_free_keep_the_way_and_in_place_does_not():
    motion = talker(20, drift_m_s=0.1)
    for root in ("free", "path"):
        kept = finish(motion, FinishSettings(root=root))
        assert np.abs(kept.translation - motion.translation)[:, [0, 2]].max() < 0.01
        assert slide_in_contact(kept) < 0.1
    assert np.ptp(finish(motion).translation[:, 2]) < 0.35


def test_stand_still_keeps_both_feet_for_the_whole_take():
    motion = talker(20, drift_m_s=0.08, turn=0.3)
    finished = finish(motion, FinishSettings(root="stand_still"))
    toes = joints(finished)[:, TOES]
    assert np.ptp(toes, axis=0).max() < 1e-4
    assert (finished.contacts == 1).all()
    assert finished.translation[:, 0].std() > 0.02


def test_slow_turning_away_is_turned_back_and_glances_are_not():
    time = np.arange(1800) / 30
    away = np.radians(3) * time
    corrected = away + heading_correction(away, 30.0)
    assert np.ptp(corrected) < np.radians(95)
    glances = np.radians(25) * np.sin(2 * np.pi * time / 5)
    assert np.abs(heading_correction(glances, 30.0)).max() < np.radians(0.1)


def test_the_trend_of_a_straight_line_is_the_line():
    line = np.linspace([0, 0], [1, -2], 50)
    assert np.allclose(slow_trend(line, 30), line)


# Feet


@pytest.mark.parametrize("root", ["in_place", "path", "stand_still"])
def test_feet_that_slid_stand(root):
    motion = talker(30, drift_m_s=0.04, sway_m=0.08, turn=0.3, shake=0.005)
    assert measure(motion).slide_median_cm_s > 4
    finished = finish(motion, FinishSettings(root=root))
    report = measure(finished)
    assert report.slide_p75_cm_s < 0.1
    assert report.slide_mean_cm_s < 1
    assert report.sliding < 0.01
    assert report.penetration_cm < 0.1
    assert slide_in_contact(finished) < 0.1


def test_the_foot_lock_changes_legs_and_root_only():
    motion = talker(20, drift_m_s=0.04, turn=0.2)
    unsmoothed = FinishSettings(upper=0, hands=0, lower=0, face=0)
    finished = finish(motion, unsmoothed)
    changed = turned_by(motion, finished).max(axis=0) > 1e-4
    assert not changed[[j for j in range(55) if j not in LOWER]].any()
    assert np.abs(finished.translation[:, 1] - motion.translation[:, 1]).max() < 0.03


def test_knees_bend_and_point_where_they_did():
    motion = talker(20, drift_m_s=0.04, turn=0.3)
    finished = finish(motion)
    assert finished.rotations[:, KNEES, 0].min() > 0
    positions = joints(finished)
    for hip, knee, ankle, toe in ((1, 4, 7, 10), (2, 5, 8, 11)):
        line = positions[:, hip] + (positions[:, ankle] - positions[:, hip]) / 2
        forward = positions[:, toe] - positions[:, ankle]
        assert ((positions[:, knee] - line) * forward).sum(-1).min() > 0
    assert np.degrees(np.abs(finished.rotations[:, ANKLES, 1])).max() < 35


def test_a_figure_that_stands_already_is_left_standing():
    standing = finish(talker(30, drift_m_s=0.04, sway_m=0.08, turn=0.2))
    again = finish(standing)
    difference = np.linalg.norm(joints(again) - joints(standing), axis=-1)
    assert np.sqrt((difference**2).mean(axis=0)).max() < 0.02
    assert measure(again).steps_per_min == pytest.approx(measure(standing).steps_per_min, abs=2.1)


def test_longer_and_shorter_legs_are_cleaned_as_well():
    from core.finish.skeletons import on_skeleton

    motion = talker(15, drift_m_s=0.04)
    for scale in (0.6, 1.4):
        rest = default_rest_joints().copy()
        rest[[4, 5, 7, 8, 10, 11]] = rest[[1, 2, 1, 2, 1, 2]] + scale * (
            rest[[4, 5, 7, 8, 10, 11]] - rest[[1, 2, 1, 2, 1, 2]]
        )
        rest[:, 1] -= rest[10, 1] - 0.02
        finished = finish(on_skeleton(motion, rest))
        assert slide_in_contact(finished) < 0.1
        assert np.allclose(finished.rest_joints, rest)


def test_a_given_floor_is_stood_on():
    motion = talker(10)
    for floor in (0.0, 0.015):
        toes = joints(finish(motion, FinishSettings(floor_m=floor)))[:, TOES, 1]
        assert toes.min() == pytest.approx(floor + default_rest_joints()[10, 1], abs=1e-3)


def test_contacts_that_were_edited_are_held_exactly():
    motion = talker(10, drift_m_s=0.03)
    contacts = np.zeros((motion.frame_count, 4))
    contacts[30:90, [0, 2]] = 1
    contacts[120:200, [1, 3]] = 1
    finished = finish(motion.replace(contacts=contacts), FinishSettings(use_contacts=True, root="path"))
    toes = joints(finished)[:, TOES][..., [0, 2]]
    assert np.ptp(toes[30:90, 0], axis=0).max() < 1e-3
    assert np.ptp(toes[120:200, 1], axis=0).max() < 1e-3
    assert np.ptp(toes[:30, 0], axis=0).max() > 0.01
    assert np.array_equal(finished.contacts[:, 2] > 0.5, contacts[:, 2] > 0.5)


# Other motions


@pytest.mark.parametrize("turn_rad_s", [0.0, 0.4])
def test_walking_stays_walking(turn_rad_s):
    motion = walker(turn_rad_s=turn_rad_s)
    finished = finish(motion, FinishSettings(root="path"))
    assert slide_in_contact(finished) < 0.5
    assert measure(finished).steps_per_min == pytest.approx(measure(motion).steps_per_min, rel=0.2)
    difference = np.linalg.norm(joints(finished) - joints(motion), axis=-1)
    assert np.sqrt((difference**2).mean(axis=0)).max() < 0.04


def test_walking_in_place_steps_on_the_spot():
    finished = finish(walker(12))
    assert np.ptp(finished.translation[:, 2]) < 0.35
    assert slide_in_contact(finished) < 0.5
    assert measure(finished).steps_per_min > 40


@pytest.mark.parametrize("frames", [1, 2, 3, 4, 5, 10])
def test_very_short_motions_pass(frames):
    for root in ("in_place", "free", "path", "stand_still"):
        finished = finish(talker(frames / 30, shake=0.01), FinishSettings(root=root))
        assert finished.frame_count == frames
        assert np.isfinite(finished.rotations).all()


def test_a_figure_in_the_air_keeps_its_own_way():
    motion = talker(10)
    flying = motion.replace(translation=motion.translation + np.array([0, 3, 0]))
    finished = finish(flying, FinishSettings(floor_m=0.0, root="free"))
    assert not finished.contacts.any()
    assert np.abs(joints(finished) - joints(flying)).max() < 0.02


def test_a_jump_lands_and_flies():
    motion = talker(6)
    height = np.zeros(180)
    flight = np.arange(24) / 24
    height[80:104] = 4 * 0.3 * flight * (1 - flight)
    jump = motion.replace(translation=motion.translation + height[:, None] * [0, 1, 0])
    finished = finish(jump, FinishSettings(root="path"))
    lift = joints(finished)[:, TOES, 1]
    assert lift[92].min() > 0.2
    assert slide_in_contact(finished) < 0.2


def test_left_and_right_are_treated_alike():
    motion = talker(15, drift_m_s=0.03, turn=0.2)
    there = finish(mirrored(motion))
    back = mirrored(finish(motion))
    assert np.abs(joints(there) - joints(back)).max() < 1e-6


@pytest.mark.parametrize("fps", [24.0, 120.0])
def test_other_frame_rates_give_the_same_performance(fps):
    slow, fast = (finish(talker(20, rate, drift_m_s=0.04)) for rate in (30.0, fps))
    assert measure(fast).slide_p75_cm_s < 0.1
    assert measure(fast).steps_per_min == pytest.approx(measure(slow).steps_per_min, abs=6.1)
    times = np.arange(slow.frame_count)
    at = np.clip(np.round(times * fps / 30).astype(int), 0, fast.frame_count - 1)
    assert np.abs(wrists(fast)[at] - wrists(slow)).max() < 0.03


def test_a_skeleton_without_toes_is_cleaned():
    rest = default_rest_joints().copy()
    rest[TOES] = rest[ANKLES]
    finished = finish(talker(10, drift_m_s=0.04, rest_joints=rest))
    assert np.isfinite(finished.rotations).all()
    assert slide_in_contact(finished) < 0.1


def test_values_that_are_no_numbers_are_refused():
    motion = talker(1)
    broken = motion.rotations.copy()
    broken[3, 4] = np.nan
    with pytest.raises(GestureError, match="not numbers"):
        motion.replace(rotations=broken)
    rest = motion.rest_joints.copy()
    rest[5] = np.nan
    with pytest.raises(GestureError, match="finite"):
        finish(motion.replace(rest_joints=rest))
    with pytest.raises(GestureError, match="no length"):
        finish(motion.replace(rest_joints=np.zeros((55, 3))))


def test_a_file_without_a_skeleton_gets_the_neutral_one_standing_on_the_floor():
    motion = talker(5)
    lost = motion.replace(rest_joints=None, translation=motion.translation + np.array([0, 1.3, 0]))
    finished = finish(lost)
    bones = np.diff(finished.rest_joints[[1, 4, 7, 10]], axis=0)
    assert np.allclose(bones, np.diff(default_rest_joints()[[1, 4, 7, 10]], axis=0))
    assert joints(finished)[:, TOES, 1].min() == pytest.approx(default_rest_joints()[10, 1], abs=0.01)


@pytest.mark.parametrize("values", [{"upper": 1.5}, {"root": "moonwalk"}, {"feet": "glue"}])
def test_settings_that_make_no_sense_are_refused(values):
    with pytest.raises(GestureError):
        FinishSettings(**values)


def test_the_settings_of_finishing_need_neither_numpy_nor_scipy():
    program = (
        "import sys; sys.modules.update(dict.fromkeys(('numpy', 'scipy')))\n"
        "from core.finish.settings import FEET_MODES, ROOT_MODES, FinishSettings; FinishSettings()"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_the_input_is_not_changed():
    motion = talker(5, shake=0.01, drift_m_s=0.1)
    copies = {name: getattr(motion, name).copy() for name in ("rotations", "translation", "expression")}
    assert isinstance(finish(motion), Motion)
    for name, value in copies.items():
        assert np.array_equal(getattr(motion, name), value)


def test_no_step_is_planned_where_feet_are_to_be_steady():
    frame = np.arange(300)
    places = np.where(frame < 150, 0.0, 0.3)[:, None] * [1.0, 0.0, 0.0]
    free = Track(places, np.ones(300), np.zeros(300))
    assert plan_steps(free, 30.0, []) == [150]
    held = replace(free, steady=np.abs(frame - 150) < 20)
    (step,) = plan_steps(held, 30.0, [])
    assert 20 <= abs(step - 150) <= 23
