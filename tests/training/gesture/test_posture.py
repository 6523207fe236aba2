"""The whole body lives: head, trunk and knees move as fast and as often as people's, and feet stand as people's do."""

import numpy as np
import pytest

from core.audio.prosody import Accent, Prosody, Stretch
from core.body.kinematics import forward_kinematics
from core.body.rotation import matrix_to_rotvec, rotvec_to_matrix
from core.body.skeleton import JOINT
from core.clock import FPS
from core.generate.chance_curves import draw_chance
from training.gesture import STYLES, neutral_pose
from training.gesture.gesture_plan import make_plan
from training.gesture.synthesis import perform

SECONDS = 60


@pytest.fixture(scope="module")
def prosody() -> Prosody:
    """A minute of speech: syllables of 0.2 s, an accent on every fourth, a pause of one second in every six."""
    random = np.random.default_rng(0)
    times_s = np.arange(SECONDS * FPS) / FPS
    loudness, accents, phrases = np.zeros(len(times_s)), [], []
    for start in np.arange(0.6, SECONDS - 6, 6.0):
        phrases.append(Stretch(start, start + 5))
        moments = start + np.cumsum(random.uniform(0.14, 0.3, 22))
        for number, moment in enumerate(moments):
            accented = number % 4 == 1
            loud = random.uniform(0.55, 1.0) if accented else random.uniform(0.35, 0.55)
            loudness = np.maximum(loudness, loud * np.exp(-0.5 * ((times_s - moment) / 0.05) ** 2))
            if accented:
                accents.append(Accent(moment, random.uniform(0.3, 0.8), loud, order=number // 4))
    return Prosody(len(times_s), loudness, (), tuple(accents), tuple(phrases), tuple(phrases))


@pytest.fixture(scope="module", params=list(STYLES))
def motion(request, prosody):
    chance = draw_chance(prosody.frame_count, 3, prosody.moments_s)
    return perform(prosody, make_plan(prosody, STYLES[request.param]), request.param, chance)


def local(motion, *names):
    """Rotation vectors (T, 3) of each joint about the middle of its movement."""
    for name in names:
        turn = rotvec_to_matrix(motion.rotations[:, JOINT[name]])
        middle = rotvec_to_matrix(motion.rotations[:, JOINT[name]].mean(0))
        yield matrix_to_rotvec(middle.T @ turn)


def turn_of(motion, *names):
    return np.degrees(np.mean([np.sqrt(np.square(away).sum(1).mean()) for away in local(motion, *names)]))


def speed_of(motion, *names):
    return np.degrees(np.mean([np.linalg.norm(np.diff(away, axis=0), axis=1).mean() for away in local(motion, *names)]))


def shares_of(motion, *names):
    """Shares of the power of turning speed at 0.5-2, 2-5 and above 5 Hz."""
    speeds = np.concatenate([np.gradient(away, axis=0) for away in local(motion, *names)], 1)
    power = np.square(np.abs(np.fft.rfft(speeds - speeds.mean(0), axis=0))).sum(1)
    hertz = np.fft.rfftfreq(len(speeds), 1 / FPS)
    return [power[(hertz >= low) & (hertz < high)].sum() / power.sum() for low, high in ((0.5, 2), (2, 5), (5, 15))]


def test_head_trunk_and_hips_turn_as_far_and_as_fast_as_peoples(motion):
    spine = ("spine1", "spine2", "spine3")
    assert 3.5 < turn_of(motion, "neck", "head") < 8
    assert 7 < FPS * speed_of(motion, "neck", "head") < 26
    assert 1.6 < turn_of(motion, *spine) < 4.5
    assert 3.5 < FPS * speed_of(motion, *spine) < 14
    assert 4 < turn_of(motion, "pelvis") < 13
    assert 6 < turn_of(motion, "left_knee", "right_knee") < 16


def test_the_head_has_the_rhythm_of_speech_and_no_tremor(motion):
    slow, quick, tremor = shares_of(motion, "neck", "head")
    assert 0.4 < slow < 0.75
    assert 0.12 < quick < 0.5
    assert tremor < 0.09
    assert shares_of(motion, "left_knee", "right_knee")[2] < 0.08


def test_one_foot_stands_ahead_of_the_other_and_both_are_turned_out(motion):
    joints, world = forward_kinematics(motion.rotations, motion.translation, motion.skeleton)
    left, right = (joints[:, JOINT[f"{side}_ankle"]] for side in ("left", "right"))
    assert 0.06 < np.abs(left[:, 2] - right[:, 2]).mean() < 0.18
    assert np.linalg.norm(left - right, axis=1).min() > 0.15
    for side, outward in (("left", 1), ("right", -1)):
        out = outward * np.degrees(np.arctan2(*world[:, JOINT[f"{side}_foot"], [0, 2], 2].T))
        assert out.min() > 3
        assert out.max() < 40


def test_planted_feet_do_not_slide_and_knees_never_jump(motion):
    joints, _ = forward_kinematics(motion.rotations, motion.translation, motion.skeleton)
    for column, name in enumerate(("left_ankle", "right_ankle", "left_foot", "right_foot")):
        stands = motion.contacts[:, column] == 1
        moved = np.linalg.norm(np.diff(joints[:, JOINT[name]], axis=0), axis=1)
        assert moved[stands[1:] & stands[:-1]].max() < 1e-3
        assert 0.5 < stands.mean() < 0.98
    for knee in local(motion, "left_knee", "right_knee"):
        assert np.degrees(np.linalg.norm(np.diff(knee, axis=0), axis=1)).max() < 12


def test_the_neutral_pose_stands_at_ease():
    motion = neutral_pose()
    joints, world = forward_kinematics(motion.rotations, motion.translation, motion.skeleton)
    bend = np.degrees(np.linalg.norm(motion.rotations[0, [JOINT["left_knee"], JOINT["right_knee"]]], axis=1))
    assert np.all((bend > 2) & (bend < 30))
    assert joints[0, JOINT["left_ankle"], 2] - joints[0, JOINT["right_ankle"], 2] > 0.03
    up = world[0, JOINT["head"], :, 1]
    assert up[1] > 0.97
