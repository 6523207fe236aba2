"""Markers: apexes land where they are asked for, holds keep arms, "not here" settles them, the rest stays."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import maximum_filter1d

from core.body.joints import WRISTS
from core.body.kinematics import forward_kinematics
from core.body.motion import Motion, load_motion
from core.body.parts import SPECS, Part
from core.body.skeleton import JOINT
from core.direct.applied_markers import TOLERANCE, apply_markers
from core.direct.chain import direct
from core.direct.clip_statistics import clip_statistics
from core.direct.kept_motion import Kept
from core.direct.levels import Levels
from core.direct.markers import LEAST_APART_S, PLAIN_KINDS, Kind, Marker, markers_from
from core.direct.posed_arms import Arms
from core.direct.stroke_statistics import MOVED
from core.errors import GestureError
from core.finish.chain import finish
from core.generate.seams import velocity_jumps

from .speakers import (
    ARMS,
    DEEPER,
    SPEECH,
    accents,
    apexes,
    gesturer,
    misses,
    motionless,
    paths,
    same,
    speaker,
    turn_angles,
)

ASKED = 0.95
# Where a stretch begins and ends, so many frames may be smoothed.
SOFT = 7


def jerk(motion: Motion) -> float:
    return np.linalg.norm(np.diff(paths(motion), n=3, axis=0), axis=-1).mean() * 30**3


def changed_frames(before: Motion, after: Motion) -> np.ndarray:
    return (before.rotations != after.rotations).any((1, 2))


def test_no_markers_no_change():
    subject = clip_statistics(gesturer(5))
    assert apply_markers(subject, ()) is subject
    assert same(direct(subject, Levels(), markers=()).motion, subject.motion)


@pytest.mark.parametrize("count", [20, pytest.param(60, marks=pytest.mark.slow)])
@pytest.mark.parametrize("make", [lambda: gesturer(40, 1), lambda: finish(gesturer(40, 2)), lambda: speaker(1200, 3)])
def test_apexes_land_on_single_markers(make, count):
    motion = make()
    subject, rng = clip_statistics(motion), np.random.default_rng(0)
    times_s = rng.uniform(1, motion.frame_count / 30 - 1, count)
    missed = [misses(apply_markers(subject, accents([t])).motion, [t])[0] for t in times_s]
    assert np.mean(np.array(missed) <= TOLERANCE) >= ASKED


@pytest.mark.parametrize("apart_s", [1.5, 3.0])
def test_apexes_land_on_many_markers_at_once(apart_s):
    missed = []
    for seed in range(4):
        motion, rng = gesturer(40, seed), np.random.default_rng(seed)
        times_s = np.arange(1.5, 38.5, apart_s) + rng.uniform(-0.2, 0.2, len(np.arange(1.5, 38.5, apart_s))) * apart_s
        missed += misses(apply_markers(clip_statistics(motion), accents(times_s)).motion, times_s).tolist()
    assert np.mean(np.array(missed) <= TOLERANCE) >= ASKED


def test_an_accent_on_a_word_lands_in_its_middle():
    subject = clip_statistics(gesturer(20, 5))
    result = apply_markers(subject, [Marker("accent", 9.1, 9.7)])
    assert misses(result.motion, [9.4])[0] <= TOLERANCE


def test_a_gesture_is_raised_not_let_down():
    motion = finish(gesturer(20, 1))
    rotations = motion.rotations.copy()
    calm = slice(200, 320)
    rest = direct(clip_statistics(motion), Levels(upper=0.0, hands=0.0)).motion.rotations[200]
    rotations[calm, ARMS] = rest[ARMS]
    motion = motion.replace(rotations=rotations)
    result = apply_markers(clip_statistics(motion), accents([260 / 30])).motion
    rested, raised = paths(motion)[260], paths(result)[260]
    assert np.linalg.norm(raised - rested, axis=-1).max() > 0.08


def test_a_stroke_that_is_there_already_stays():
    motion = gesturer(20, 1)
    frame = apexes(motion)[4]
    assert np.abs(apexes(apply_markers(clip_statistics(motion), accents([frame / 30])).motion) - frame).min() == 0


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 5), st.sampled_from(PLAIN_KINDS), st.floats(1.0, 16.0), st.floats(0.0, 2.5))
def test_only_arms_torso_and_head_change_and_only_in_a_window(seed, kind, start_s, length_s):
    motion = gesturer(20, seed)
    marker = Marker(kind, start_s, start_s if kind is Kind.ACCENT else start_s + length_s)
    result = apply_markers(clip_statistics(motion), [marker]).motion
    still = [joint for joint in range(55) if joint not in MOVED]
    assert np.array_equal(result.rotations[:, still], motion.rotations[:, still])
    assert same(result.replace(rotations=motion.rotations), motion)
    frames = np.flatnonzero(changed_frames(motion, result)) / 30
    if len(frames):
        start_s, end_s = marker.stretch_s
        assert start_s - 3 < frames.min()
        assert frames.max() < end_s + 3


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 5), st.sampled_from(PLAIN_KINDS), st.floats(1.0, 16.0))
def test_nothing_is_more_sudden_than_the_take_is_itself(seed, kind, start_s):
    motion = gesturer(20, seed)
    result = apply_markers(clip_statistics(motion), [Marker(kind, start_s, start_s + 1.5)]).motion
    own, now = velocity_jumps(motion.rotations[:, ARMS]), velocity_jumps(result.rotations[:, ARMS])
    within = changed_frames(motion, result)
    edges = np.zeros(len(within), bool)
    for frame in np.flatnonzero(np.diff(within.astype(int))):
        edges[max(frame - 2, 0) : frame + 4] = True
    limit = 1.2 * np.percentile(own, 99)
    nearby = maximum_filter1d(own.max(1), 7)
    assert (now.max(1) <= np.maximum(limit, nearby * 1.2))[edges[1:-1]].all()
    assert now.max() <= max(own.max(), 2 * limit)


def test_hands_shake_no_more_for_a_few_accents():
    ratios = []
    for seed in range(4):
        motion, rng = gesturer(60, seed), np.random.default_rng(seed)
        times_s = np.arange(6, 56, 12) + rng.uniform(-3, 3, 5)
        ratios.append(jerk(apply_markers(clip_statistics(motion), accents(times_s)).motion) / jerk(motion))
    assert np.mean(ratios) < 1.1
    assert max(ratios) < 1.15


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 5), st.floats(1.0, 16.0), st.floats(0.6, 2.5))
def test_a_hold_keeps_arms_and_fingers(seed, start_s, length_s):
    motion = gesturer(20, seed)
    result = apply_markers(clip_statistics(motion), [Marker("hold", start_s, start_s + length_s)]).motion
    rows = slice(round(start_s * 30), round((start_s + length_s) * 30) + 1)
    places, turns = forward_kinematics(result.rotations, result.translation, result.skeleton)
    chest = JOINT["spine3"]
    inside = np.einsum("tji,twj->twi", turns[rows, chest], places[rows][:, WRISTS] - places[rows][:, [chest]])
    assert np.ptp(inside[SOFT:-SOFT], axis=0).max() < 0.05
    fingers = list(SPECS[Part.HANDS].joints)
    assert np.ptp(result.rotations[rows][SOFT:-SOFT][:, fingers], axis=0).max() < 1e-6


def test_a_hold_from_an_accent_on_keeps_what_its_stroke_came_to():
    motion = gesturer(20, 3)
    markers = [Marker("accent", 8.0, 8.0), Marker("hold", 8.1, 9.5)]
    result = apply_markers(clip_statistics(motion), markers).motion
    assert misses(result, [8.0])[0] <= TOLERANCE
    assert np.ptp(result.rotations[240 + SOFT : 286 - SOFT][:, ARMS], axis=0).max() < 0.02


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 5), st.floats(1.0, 16.0), st.floats(0.5, 2.5))
def test_not_here_settles_arms_into_rest(seed, start_s, length_s):
    motion = gesturer(20, seed)
    subject = clip_statistics(motion)
    result = apply_markers(subject, [Marker("not_here", start_s, start_s + length_s)]).motion
    rows = slice(round(start_s * 30), round((start_s + length_s) * 30) + 1)
    rest = direct(subject, Levels(upper=0.0, hands=0.0)).motion.rotations[rows]
    arms = turn_angles(result.rotations[rows][:, ARMS], rest[:, ARMS])[SOFT:-SOFT]
    assert np.median(arms.max(1)) < 0.05, "but for a push where the body comes near"
    fingers = list(SPECS[Part.HANDS].joints)
    assert turn_angles(result.rotations[rows][:, fingers], rest[:, fingers])[SOFT:-SOFT].max() < 1e-6
    hurry = np.linalg.norm(np.gradient(paths(result), axis=0), axis=-1)[rows] * 30
    assert hurry[SOFT:-SOFT].max() < 0.35, "slower than any stroke"


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 50), st.lists(st.tuples(st.sampled_from(PLAIN_KINDS), st.floats(0, 1)), min_size=1, max_size=4))
def test_arms_stay_out_of_the_body(seed, wishes):
    motion = gesturer(14, seed)
    markers = [Marker(kind, 3 * n + at, 3 * n + at) for n, (kind, at) in enumerate(wishes)]
    subject = clip_statistics(motion)
    result = apply_markers(subject, markers).motion
    before, after = subject.arms, Arms.of(result.rotations, result.skeleton)
    limits = subject.limits
    assert (after.gaps.min(0) - np.minimum(limits.gaps.min(0), 0)).min() > -2 * DEEPER
    assert after.hand_gap.min() - min(limits.hand_gap.min(), 0) > -2 * DEEPER
    far = ~changed_frames(motion, result)
    assert np.array_equal(after.gaps[far], before.gaps[far])


def test_levels_over_markers_leave_other_frames_as_levels_alone_do():
    motion = gesturer(20, 2)
    subject = clip_statistics(motion, SPEECH)
    for levels in (Levels(upper=0.5, head=1.2), Levels(upper=1.4, mirror=True), Levels(lower=0.5, stillness=1.0)):
        alone = direct(subject, levels).motion
        marked = direct(subject, levels, markers=accents([10.3])).motion
        far = np.abs(np.arange(motion.frame_count) - 309) > 110
        assert np.array_equal(alone.rotations[far], marked.rotations[far])
        assert not same(alone, marked)


def test_an_accent_in_a_pause_is_not_settled_away():
    subject = clip_statistics(gesturer(20, 2), SPEECH)
    levels = Levels(stillness=1.0)
    assert misses(direct(subject, levels).motion, [12.0])[0] > 10
    assert misses(direct(subject, levels, markers=accents([12.0])).motion, [12.0])[0] <= TOLERANCE


def test_calm_and_broad_takes_keep_their_accents():
    subject = clip_statistics(gesturer(30, 4))
    for amount in (0.8, 1.3):
        result = direct(subject, Levels(upper=amount), markers=accents([7.0, 19.5])).motion
        assert misses(result, [7.0, 19.5]).max() <= TOLERANCE


@settings(max_examples=10, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([0.0, 4.0, 7.5]), st.sampled_from([1.0, 0.6])), min_size=1, max_size=4))
def test_the_way_to_markers_and_levels_does_not_matter(ways):
    subject, before = clip_statistics(gesturer(10, 1), SPEECH), None
    for at, upper in ways:
        markers, levels = accents([at] if at else []), Levels(upper=upper)
        result = direct(subject, levels, before=before, markers=markers)
        assert same(result.motion, direct(subject, levels, markers=markers).motion)
        if before is not None:
            joints = np.flatnonzero((before.motion.rotations != result.motion.rotations).any((0, 2)))
            assert list(result.changed.joints) == joints.tolist()
        before = result


def test_kept_edits_win_over_markers():
    motion = gesturer(10, 1)
    kept = Kept.areas(motion, ["left_arm", "right_arm"])
    result = direct(clip_statistics(motion), Levels(), kept, markers=accents([5.0])).motion
    assert np.array_equal(result.rotations[:, ARMS], motion.rotations[:, ARMS])


@pytest.mark.parametrize("frames", [1, 3, 20])
def test_short_takes_hold_and_rest_or_say_why_there_is_no_accent(frames):
    subject = clip_statistics(speaker(frames))
    for kind in ("hold", "not_here"):
        assert apply_markers(subject, [Marker(kind, 0.0, 0.0)]).motion.frame_count == frames
    with pytest.raises(GestureError):
        apply_markers(clip_statistics(motionless(frames)), accents([0.0]))


@pytest.mark.parametrize("at_s", [0.0, 0.2, 19.9])
def test_markers_at_the_ends_change_what_they_can(at_s):
    subject = clip_statistics(gesturer(20, 1))
    for kind in PLAIN_KINDS:
        assert np.isfinite(apply_markers(subject, [Marker(kind, at_s, at_s)]).motion.rotations).all()


def test_markers_survive_json():
    markers = (Marker("accent", 1.5, 1.5), Marker(Kind.HOLD, 3.0, 4.2), Marker("not_here", 6.0, 7.0))
    assert markers_from(json.loads(json.dumps([marker.as_dict() for marker in markers]))) == markers
    assert Marker.from_dict({"kind": "accent", "start_s": 2}) == Marker("accent", 2.0, 2.0)


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "wave", "start_s": 1},
        {"kind": "hold"},
        {"kind": "hold", "start_s": 2, "end_s": 1},
        {"kind": "hold", "start_s": -1},
        {"kind": "hold", "start_s": float("nan")},
        {"kind": "hold", "start_s": 1, "loud": True},
        {"kind": "hold", "start_s": "soon"},
        "hold",
    ],
)
def test_what_is_no_marker_is_refused(values):
    with pytest.raises(GestureError):
        Marker.from_dict(values)


@pytest.mark.parametrize(
    "markers",
    [
        [("accent", 11, 11)],
        [("hold", 9, 10.5)],
        [("accent", 5, 5), ("hold", 4, 6)],
        [("accent", 5, 5), ("not_here", 4.9, 5.2)],
        [("hold", 4, 6), ("not_here", 5, 7)],
        [("accent", 5, 5), ("accent", 5 + LEAST_APART_S / 2, 5 + LEAST_APART_S / 2)],
    ],
)
def test_markers_outside_of_the_take_or_against_each_other_are_refused(markers):
    with pytest.raises(GestureError) as error:
        apply_markers(clip_statistics(gesturer(10)), [Marker(*marker) for marker in markers])
    assert error.value.remedy


@pytest.mark.parametrize("name", ["gt_2_scott_0_2_2.npz", "res_2_scott_0_2_2.npz"])
def test_apexes_land_on_recorded_and_released_motion(real_dir, name):
    motion = load_motion(real_dir / name)
    motion = motion.replace(rest_joints=motion.skeleton)
    if name.startswith("res"):
        motion = finish(motion)
    subject, rng = clip_statistics(motion), np.random.default_rng(0)
    missed, ratios = [], []
    for _ in range(8):
        times_s = np.arange(6, 58, 12) + rng.uniform(-3, 3, 5)
        result = apply_markers(subject, accents(times_s)).motion
        missed += misses(result, times_s).tolist()
        ratios.append(jerk(result) / jerk(motion))
    assert np.mean(np.array(missed) <= TOLERANCE) >= ASKED
    assert np.mean(ratios) < 1.1


def test_replacing_a_field_of_a_marker_checks_it_again():
    with pytest.raises(GestureError):
        replace(Marker("hold", 1.0, 2.0), end_s=0.5)
