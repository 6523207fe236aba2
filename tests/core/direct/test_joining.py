"""Ends of a motion continue other motion, place and speed; loops close; listeners look and nod, and keep their feet."""

import numpy as np
import pytest

from core.body.legs import Legs
from core.body.motion import Motion
from core.body.rotation import quat_conjugate, quat_multiply, quat_to_rotvec, rotvec_to_quat
from core.body.skeleton import JOINT
from core.direct import joining, listening
from core.direct.idle import idle
from core.model.card import STARTER_FOLDER, read_neutral

FPS = 30


def waves(count=120, seed=0, phase=0.0):
    rng, times = np.random.default_rng(seed), np.arange(count)[:, None, None] / FPS
    turn = rng.normal(0, 0.3, (1, 55, 3)) * np.sin(times * rng.uniform(1, 5, (1, 55, 3)) + phase)
    path = rng.normal(0, 0.1, (1, 3)) * np.sin(times[:, :, 0] * 2 + phase)
    return Motion(turn, path, np.clip(np.sin(times[:, :, 0] * rng.uniform(1, 3, (1, 52))), 0, 1))


def turn_between(a, b):
    """Degrees between two poses (..., 3)."""
    turn = quat_to_rotvec(quat_multiply(rotvec_to_quat(b), quat_conjugate(rotvec_to_quat(a))))
    return np.degrees(np.linalg.norm(turn, axis=-1))


def speed(motion, frame):
    pair = motion.rotations[frame : frame + 2]
    return quat_to_rotvec(quat_multiply(rotvec_to_quat(pair[1]), quat_conjugate(rotvec_to_quat(pair[0])))) * FPS


def jump(before, after, at_before=-1, at_after=0):
    """Largest jump of speed, degrees a second, and of place, degrees, where one motion continues another."""
    frame = len(before.rotations) + at_before
    turns = np.degrees(np.abs(speed(before, frame - 1) - speed(after, at_after))).max()
    return turns, turn_between(before.rotations[at_before], after.rotations[at_after]).max()


def test_a_start_continues_another_motion_in_place_and_speed_and_the_rest_stays():
    before, motion = waves(seed=1), waves(seed=2, phase=1.0)
    assert jump(before, motion)[0] > 100
    start = joining.moving_pose(before.rotations[-2:], FPS, before.translation[-2:], at=1)
    joined = joining.join(motion, joining.Joins(start=start))
    speeds, places = jump(before, joined)
    assert places < 1e-4
    # One frame is a thirtieth of a second: the speed changes within it as the motions' own do.
    assert speeds < 12
    assert np.allclose(joined.translation[0], before.translation[-1])
    assert np.array_equal(joined.rotations[24:], motion.rotations[24:])
    assert np.array_equal(joined.expression, motion.expression)


def test_an_end_leads_to_another_motion_and_both_ends_share_a_short_one():
    motion, after = waves(seed=3), waves(seed=4)
    end = joining.moving_pose(after.rotations[:2], FPS, after.translation[:2])
    joined = joining.join(motion, joining.Joins(end=end))
    speeds, places = jump(joined, after)
    assert (speeds < 12, places < 1e-4) == (True, True)
    short = joining.join(waves(12), joining.Joins(start=end, end=end))
    assert turn_between(short.rotations[[0, -1]], end.rotations[None]).max() < 1e-4
    one = joining.join(waves(1), joining.Joins(start=end))
    assert turn_between(one.rotations[0], end.rotations).max() < 1e-4


def test_a_loop_ends_as_it_begins_and_goes_on_with_the_same_speed():
    motion = waves(seed=5, phase=0.7)
    looped = joining.join(motion, joining.Joins(loop=True))
    assert turn_between(looped.rotations[0], looped.rotations[-1]).max() < 1e-4
    assert np.allclose(looped.translation[0], looped.translation[-1])
    assert np.allclose(looped.expression[0], looped.expression[-1])
    assert jump(looped, looped)[0] < 12
    assert np.array_equal(looped.rotations[:96], motion.rotations[:96])


def test_states_survive_their_plain_values_and_others_are_refused():
    state = joining.own_start(waves())
    again = joining.MovingPose.from_dict(state.as_dict())
    assert np.allclose(again.rotations, state.rotations, atol=1e-6)
    assert np.allclose(again.travel, state.travel, atol=1e-6)
    for bad in (
        {},
        {"rotations": [[0, 0, 0]], "turns": [[0, 0, 0]]},
        {**state.as_dict(), "travel": [float("nan")] * 3},
    ):
        with pytest.raises(ValueError, match="pose"):
            joining.MovingPose.from_dict(bad)
    assert joining.join(motion := waves(), joining.Joins()) is motion


def test_a_listener_looks_at_the_speaker_nods_and_keeps_everything_else():
    motion = idle(read_neutral(STARTER_FOLDER, 1), 12.0)
    each = listening.Attention(2.0, 10.0, yaw=0.6, pitch=0.0, nods=(5.0,))
    heard = listening.listen(motion, [each])
    turns = heard.rotations - motion.rotations
    yaw = np.degrees(sum(turns[:, JOINT[name], 1] for name in ("spine3", "neck", "head")))
    assert 22 < yaw[120] < 34
    assert abs(yaw[30]) < 1e-6
    looks = heard.expression[130, [i for i, n in enumerate(listening.ARKIT_NAMES) if n == "eyeLookOutLeft"]]
    assert looks[0] > 0.1
    nod = np.degrees(sum(heard.rotations[:, JOINT[name], 0] for name in ("neck", "head")))
    assert nod[150:168].max() - nod[140:148].mean() > 4
    legs = [JOINT[f"{side}_{part}"] for side in ("left", "right") for part in ("hip", "knee", "ankle", "foot")]
    assert np.array_equal(heard.rotations[:, legs], motion.rotations[:, legs])
    assert np.array_equal(heard.translation, motion.translation)
    assert np.array_equal(heard.rotations[:60], motion.rotations[:60])
    step = turn_between(heard.rotations[1:], heard.rotations[:-1])[:, [JOINT["head"], JOINT["neck"]]]
    assert step.max() * FPS < 90


def test_nods_come_a_little_after_phrases_of_others_and_not_too_often():
    words = np.array([(0.1 * k, 0.1 * k + 0.09) for k in range(300) if k % 30 < 22])
    phrases = listening.phrases(words)
    assert len(phrases) == 10
    nods = listening.nods_after(phrases, 0.0, 30.0, seed=1)
    assert 4 <= len(nods) <= 10
    assert min(np.diff(nods)) >= 2.4
    assert all(any(0.1 < nod - end < 0.5 for _, end in phrases) for nod in nods)
    assert listening.silences(words[:22], 10.0) == [(pytest.approx(2.19), 10.0)]


def test_an_idle_motion_moves_slowly_blinks_and_keeps_its_feet():
    motion = idle(read_neutral(STARTER_FOLDER, 1), 20.0, seed=3)
    assert motion.frame_count == 600
    speeds = turn_between(motion.rotations[1:], motion.rotations[:-1]) * FPS
    assert 0.2 < speeds.max() < 12
    assert np.ptp(motion.translation, axis=0).max() == 0
    blinks = motion.expression[:, listening.ARKIT_NAMES.index("eyeBlinkLeft")]
    assert 3 <= (np.diff((blinks > 0.5).astype(int)) == 1).sum() <= 8
    assert not np.array_equal(idle(read_neutral(STARTER_FOLDER, 1), 2.0, 1).rotations, motion.rotations[:60])


def test_feet_that_stand_elsewhere_step_over_instead_of_sliding():
    motion = idle(read_neutral(STARTER_FOLDER, 1), 4.0)
    turned = motion.rotations[:2].copy()
    for joint, turn in (("left_hip", (0.0, 0.0, 0.12)), ("left_ankle", (0.0, 0.0, -0.12)), ("right_hip", (0, 0.2, 0))):
        turned[:, JOINT[joint]] += turn
    start = joining.moving_pose(turned, FPS, motion.translation[:2])
    joined = joining.join(motion, joining.Joins(start=start))
    toe = Legs.of(joined).feet.toe
    assert np.allclose(toe[24:], Legs.of(motion).feet.toe[24:])
    assert np.linalg.norm(toe[0] - toe[24], axis=-1).min() > 0.01
    speeds = np.linalg.norm(np.diff(toe, axis=0), axis=-1) * FPS
    # Each foot moves while the other one stands, and is lifted meanwhile.
    assert (speeds[:24].min(axis=1) < 0.02).all()
    assert (toe[:24, :, 1].max(0) - toe[24, :, 1] > 0.004).all()
    assert turn_between(joined.rotations[0], start.rotations).max() < 1e-4
    assert turn_between(joined.rotations[1:26], joined.rotations[:25]).max() * FPS < 250
