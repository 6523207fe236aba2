"""Levels: nothing changes that is not asked for, feet stay, hands stay out of the body, nothing jumps."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.body.kinematics import forward_kinematics
from core.body.legs import Legs
from core.body.motion import Motion, load_motion
from core.body.parts import ARKIT_NAMES, EYES, SPECS, Part
from core.body.skeleton import JOINT
from core.direct.applied_levels import apply_levels
from core.direct.chain import direct
from core.direct.clip_statistics import BLINK_SHAPES, GAZE_SHAPES, clip_statistics
from core.direct.face_levels import find_blinks
from core.direct.levels import LEVELS, Levels
from core.direct.mirror import mirror
from core.direct.pauses import pauses
from core.direct.posed_arms import Arms
from core.errors import GestureError
from core.finish.chain import finish
from core.generate.seams import velocity_jumps

from ..talkers import mirrored, talker, walker
from .speakers import ARMS, DEEPER, HEAD_NAMES, LOWER, SPEECH, same, speaker, turn_angles, wander

UPPER, HANDS = (list(SPECS[part].joints) for part in (Part.UPPER, Part.HANDS))
HEAD = [JOINT[name] for name in HEAD_NAMES]
SAME = 1e-9


def level(motion: Motion, levels: Levels, speech=()) -> Motion:
    """A motion at other levels; `speech` holds (start_s, end_s) of every word."""
    return apply_levels(clip_statistics(motion, speech), levels).motion


def toes(motion: Motion) -> np.ndarray:
    return Legs.of(motion).feet.toe


@st.composite
def any_levels(draw):
    ranges = {level.name: (level.least, level.most) for level in LEVELS}
    chosen = draw(st.sets(st.sampled_from(sorted(ranges)), max_size=4))
    values = {name: draw(st.floats(*ranges[name])) for name in sorted(chosen)}
    return Levels(**values, mirror=draw(st.booleans()), pose=draw(st.sampled_from([None, POSE])))


POSE = tuple(map(tuple, (0.2 * np.random.default_rng(5).normal(size=(55, 3))).tolist()))


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000), st.booleans())
def test_default_levels_leave_every_bit(seed, flame):
    motion = speaker(60, seed)
    if flame:
        motion = motion.replace(expression=wander(60, 100, seed), face_basis="flame100")
    assert same(motion, level(motion, Levels(), SPEECH))


@pytest.mark.parametrize("frames", [1, 2, 5])
def test_the_shortest_motions_have_levels(frames):
    values = {level.name: level.most for level in LEVELS}
    assert level(speaker(frames), Levels(**values, mirror=True, pose=POSE), SPEECH).frame_count == frames


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(["upper", "hands", "face", "lower", "head", "gaze", "blink_rate"]), st.integers(0, 100))
def test_a_level_changes_its_own_part_and_nothing_else(name, seed):
    motion = speaker(90, seed)
    for amount in (0.0, 0.6, 1.3):
        changed = level(motion, Levels(**{name: amount}), SPEECH)
        joints = {"upper": UPPER, "hands": HANDS, "face": [JOINT["jaw"]], "lower": LOWER, "head": HEAD, "gaze": EYES}
        shapes = {"gaze": GAZE_SHAPES, "blink_rate": BLINK_SHAPES}
        shapes["face"] = tuple(set(range(52)) - set(GAZE_SHAPES) - set(BLINK_SHAPES))
        may = np.zeros(55, bool)
        may[list(joints.get(name, []))] = True
        if name in ("lower", "head"):
            # thighs and chins may push hands away
            may[ARMS] = True
        differs = (changed.rotations != motion.rotations).any((0, 2))
        assert not differs[~may].any()
        assert differs.any() or name == "blink_rate"
        others = [i for i in range(52) if i not in shapes.get(name, ())]
        assert np.array_equal(changed.expression[:, others], motion.expression[:, others])
        assert np.array_equal(changed.contacts, motion.contacts)
        assert np.array_equal(changed.translation, motion.translation) == (name != "lower")


def test_intensity_is_the_share_of_the_way_from_rest():
    motion = speaker(200)
    rest = level(motion, Levels(upper=0.0, hands=0.0, head=0.0))
    moving = [*UPPER, *HANDS]
    assert np.abs(np.diff(rest.rotations[:, moving], axis=0)).max() < SAME, "at 0 nothing moves"
    fingers = HANDS
    half = level(motion, Levels(hands=0.5))
    whole = turn_angles(rest.rotations[:, fingers], motion.rotations[:, fingers])
    assert np.allclose(turn_angles(rest.rotations[:, fingers], half.rotations[:, fingers]), whole / 2, atol=1e-7)


def test_broader_is_faster_and_calmer_is_slower():
    motion = speaker(300)

    def speed(changed):
        wrists = Arms.of(changed.rotations, changed.skeleton).wrist
        return np.linalg.norm(np.diff(wrists, axis=0), axis=-1).mean()

    speeds = [speed(level(motion, Levels(upper=amount))) for amount in (0, 0.25, 0.5, 0.75, 1, 1.25, 1.5)]
    assert speeds[0] < 1e-6, "at 0 nothing moves"
    assert (np.diff(speeds) > 0).all()


def test_the_rest_pose_is_one_in_which_the_arms_hang():
    time = np.arange(300) / 30
    motion = talker(10)
    rotations = motion.rotations.copy()
    raised = (np.sin(time) > -0.3)[:, None]
    rotations[:, JOINT["left_elbow"]] = np.where(raised, [0, -1.5, 0], [0, -0.2, 0])
    rotations[:, JOINT["right_elbow"]] = np.where(raised, [0, 1.5, 0], [0, 0.2, 0])
    calm = level(motion.replace(rotations=rotations), Levels(upper=0.0))
    assert np.allclose(calm.rotations[:, JOINT["left_elbow"]], [0, -0.2, 0], atol=1e-6)


def test_joints_that_turn_past_half_a_turn_do_not_jump():
    angle = np.linspace(2.4, 4.2, 90)
    rotations = np.zeros((90, 55, 3))
    rotations[:, JOINT["left_index1"]] = angle[:, None] * np.array([0.0, 0.6, 0.8])
    motion = talker(3).replace(rotations=rotations)
    for amount in (0.3, 0.7):
        changed = level(motion, Levels(hands=amount)).rotations[:, [JOINT["left_index1"]]]
        steps = turn_angles(changed[:-1], changed[1:])
        assert np.allclose(steps, amount * np.diff(angle)[:, None], atol=1e-7)


@pytest.mark.parametrize("make", [lambda: finish(talker(12, drift_m_s=0.02, turn=0.2)), walker, speaker])
@pytest.mark.parametrize("amount", [0.0, 0.4, 1.2, 1.5])
def test_feet_stay_where_they_are_whatever_the_pelvis_does(make, amount):
    motion = make()
    changed = level(motion, Levels(lower=amount))
    before, after = Legs.of(motion), Legs.of(changed)
    assert np.abs(after.feet.toe - before.feet.toe).max() < SAME
    assert np.abs(after.feet.turn - before.feet.turn).max() < SAME
    moved = np.abs(changed.translation - motion.translation).max()
    assert moved > 1e-3
    limit = max(1.2 * np.percentile(velocity_jumps(motion.rotations[:, LOWER]), 99), np.radians(0.5))
    assert velocity_jumps(changed.rotations[:, LOWER]).max() < max(limit, velocity_jumps(motion.rotations).max() * 1.05)


def test_less_sway_and_more_sway():
    motion = finish(talker(12))
    sway = [np.ptp(level(motion, Levels(lower=amount)).translation[:, 0]) for amount in (0, 0.5, 1, 1.5)]
    assert sway[0] < 0.2 * sway[2]
    assert (np.diff(sway) > 0).all()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10000), st.floats(0, 1.5), st.floats(0, 1), st.floats(0, 1))
def test_hands_never_enter_the_body_further_than_they_did(seed, upper, stillness, pose_amount):
    motion = speaker(80, seed, size=0.3)
    changed = level(motion, Levels(upper=upper, stillness=stillness, pose_amount=pose_amount, pose=POSE), SPEECH)
    after, limits = Arms.of(changed.rotations, changed.skeleton), clip_statistics(motion).limits
    assert (after.gaps - np.minimum(limits.gaps, 0)).min() > -DEEPER
    assert (after.hand_gap - np.minimum(limits.hand_gap, 0)).min() > -DEEPER


def test_arms_know_where_wrists_are():
    motion = speaker(20)
    places, turns = forward_kinematics(motion.rotations, motion.translation, motion.skeleton)
    wrists = [JOINT["left_wrist"], JOINT["right_wrist"]]
    inside = np.einsum("tji,tkj->tki", turns[:, 0], places[:, wrists] - places[:, :1])
    assert np.allclose(Arms.of(motion.rotations, motion.skeleton).wrist, inside, atol=1e-12)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 1000))
def test_mirroring_twice_is_the_motion_itself(seed):
    motion = speaker(30, seed)
    assert same(motion, mirror(mirror(motion)))


def test_a_mirrored_body_is_where_the_mirror_shows_it():
    motion = speaker(40)
    changed = level(motion, Levels(mirror=True))
    assert np.array_equal(changed.rotations, mirrored(motion).rotations)
    places, _ = forward_kinematics(motion.rotations, motion.translation, motion.skeleton)
    other, _ = forward_kinematics(changed.rotations, changed.translation, changed.skeleton)
    left, right = JOINT["left_middle3"], JOINT["right_middle3"]
    assert np.allclose(other[:, right], places[:, left] * [-1, 1, 1], atol=1e-9)
    for name, swapped in (("mouthSmileLeft", "mouthSmileRight"), ("jawLeft", "jawRight"), ("jawOpen", "jawOpen")):
        at, there = ARKIT_NAMES.index(name), ARKIT_NAMES.index(swapped)
        assert np.array_equal(changed.expression[:, there], motion.expression[:, at])
    assert np.array_equal(changed.contacts, motion.contacts[:, [1, 0, 3, 2]])


def test_pauses_are_the_gaps_between_words():
    assert pauses(np.array(SPEECH), 10.0, 0.7) == [(2.0, 4.5), (7.0, 10.0)]
    assert pauses(np.array(SPEECH), 10.0, 2.6) == [(7.0, 10.0)]
    assert pauses(np.zeros((0, 2)), 10.0, 0.7) == []


def test_arms_settle_in_pauses_and_nowhere_else():
    motion = speaker(300)
    changed = level(motion, Levels(stillness=1.0, settle_s=0.5), SPEECH)
    frame_s = np.arange(300) / 30
    speaking = (frame_s < 2.0) | ((frame_s > 4.5) & (frame_s < 7.0))
    assert np.array_equal(changed.rotations[speaking], motion.rotations[speaking])
    settled = (frame_s > 2.6) & (frame_s < 3.8)
    arms = [JOINT["left_elbow"], JOINT["right_shoulder"], JOINT["spine2"]]
    assert np.abs(np.diff(changed.rotations[settled][:, arms], axis=0)).max() < 1e-3
    assert np.array_equal(changed.rotations[:, LOWER], motion.rotations[:, LOWER])
    # a minimum-jerk move's largest acceleration, on top of the motion's own
    way = turn_angles(motion.rotations[:, UPPER], changed.rotations[:, UPPER]).max()
    own = velocity_jumps(motion.rotations[:, UPPER]).max()
    assert velocity_jumps(changed.rotations[:, UPPER]).max() < own + 5.8 * way / (0.5 * 30) ** 2
    later = level(motion, Levels(stillness=1.0, pause_s=2.6), SPEECH)
    assert np.array_equal(later.rotations[frame_s < 7.0], motion.rotations[frame_s < 7.0])
    assert same(motion, level(motion, Levels(stillness=1.0), ()))


def test_smoothing_takes_jerk_away_without_delay():
    motion = speaker(300)
    wrist = Arms.of(motion.rotations, motion.skeleton).wrist[:, 0]
    last = np.inf
    for amount in (0.0, 0.3, 0.6, 1.0):
        changed = level(motion, Levels(smoothing=amount))
        path = Arms.of(changed.rotations, changed.skeleton).wrist[:, 0]
        jerk = np.linalg.norm(np.diff(path, n=3, axis=0), axis=-1).mean()
        assert jerk < last
        last = jerk
        lags = range(-4, 5)
        fits = [np.linalg.norm(path[10 + lag : 280 + lag] - wrist[10:280]) for lag in lags]
        assert lags[int(np.argmin(fits))] == 0


def test_a_pose_is_reached_and_half_reached():
    motion = speaker(120)
    there = level(motion, Levels(pose=POSE, pose_amount=1.0))
    free = [joint for joint in (*UPPER, *HANDS) if joint not in ARMS]
    assert np.abs(turn_angles(there.rotations[:, free], np.array(POSE)[free])).max() < 1e-6
    half = level(motion, Levels(pose=POSE, pose_amount=0.5))
    assert np.allclose(
        turn_angles(half.rotations[:, free], np.array(POSE)[free]),
        turn_angles(motion.rotations[:, free], np.array(POSE)[free]) / 2,
        atol=1e-6,
    )
    assert np.array_equal(there.rotations[:, LOWER], motion.rotations[:, LOWER])


def test_blinks_come_and_go_by_their_rate():
    motion = speaker(900)
    own = find_blinks(motion.expression[:, BLINK_SHAPES])

    def at(rate):
        return find_blinks(level(motion, Levels(blink_rate=rate)).expression[:, BLINK_SHAPES])

    assert len(own) == 15
    assert at(0.0) == []
    assert len(at(0.5)) == pytest.approx(len(own) / 2, abs=1)
    assert len(at(2.0)) == 2 * len(own)
    assert set(at(0.3)) <= set(at(0.5)) <= set(at(0.8)) <= set(own) <= set(at(1.5)) <= set(at(2.0))
    assert at(1.7) == at(1.7)
    unblinking = motion.expression.copy()
    unblinking[:, BLINK_SHAPES] = 0
    added = level(motion.replace(expression=unblinking), Levels(blink_rate=2.0))
    assert len(find_blinks(added.expression[:, BLINK_SHAPES])) == pytest.approx(15 * 900 / 30 / 60, abs=1)


def test_a_gaze_of_nothing_does_not_wander():
    changed = level(speaker(120), Levels(gaze=0.0))
    assert np.ptp(changed.expression[:, GAZE_SHAPES], axis=0).max() < SAME
    assert np.ptp(changed.rotations[:, EYES], axis=0).max() < SAME


@settings(max_examples=25, deadline=None)
@given(st.lists(any_levels(), min_size=1, max_size=4))
def test_the_way_to_levels_does_not_matter_and_what_changed_is_told(ways):
    subject = clip_statistics(speaker(50), SPEECH)
    before = None
    for levels in ways:
        result = direct(subject, levels, before=before)
        fresh = direct(subject, levels)
        assert same(result.motion, fresh.motion)
        if before is not None:
            joints = np.flatnonzero((before.motion.rotations != result.motion.rotations).any((0, 2)))
            assert list(result.changed.joints) == joints.tolist()
            shapes = np.flatnonzero((before.motion.expression != result.motion.expression).any(0))
            assert list(result.changed.shapes) == shapes.tolist()
        before = result


@settings(max_examples=25, deadline=None)
@given(any_levels())
def test_levels_survive_json(levels):
    import json

    assert Levels.from_dict(json.loads(json.dumps(levels.as_dict()))) == levels


@pytest.mark.parametrize("values", [{"upper": 1.6}, {"settle_s": 0}, {"upper": float("nan")}, {"loudness": 1.0}])
def test_levels_out_of_range_and_unknown_are_refused(values):
    with pytest.raises(GestureError):
        Levels.from_dict(values)


def test_a_pose_of_another_skeleton_is_refused():
    with pytest.raises(GestureError):
        Levels(pose=POSE[:20])


def test_directing_needs_neither_torch_nor_scipy():
    program = (
        "import sys, pkgutil, importlib; sys.modules.update(dict.fromkeys(('torch', 'scipy', 'librosa')))\n"
        "import core.direct\n"
        "for info in pkgutil.iter_modules(core.direct.__path__): importlib.import_module('core.direct.' + info.name)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize("name", ["gt_2_scott_0_2_2.npz", "res_2_scott_0_2_2.npz"])
def test_recorded_and_released_motion_keep_feet_and_bodies_apart(real_dir, name):
    motion = load_motion(real_dir / name)
    limits = clip_statistics(motion).limits
    for levels in (
        Levels(upper=1.5, hands=1.5, lower=1.5),
        Levels(upper=0.0, lower=0.0),
        Levels(upper=0.5, smoothing=0.5),
    ):
        changed = level(motion, levels)
        assert np.abs(toes(changed) - toes(motion)).max() < SAME
        arms = Arms.of(changed.rotations, changed.skeleton)
        assert (arms.gaps - np.minimum(limits.gaps, 0)).min() > -DEEPER
