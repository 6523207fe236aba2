"""Strokes end on stressed syllables, without haste, and nothing else of a motion changes."""

import numpy as np
import pytest

from core.body.motion import Motion
from core.body.skeleton import JOINT, JOINT_COUNT
from core.direct.strokes import find_strokes, wrist_paths
from core.generate.stress import JOINTS, delays_to, on_stress

FPS, FRAMES = 30.0, 600
MOST_S = 0.12
BEAT = 25  # frames from one end of the right arm's strokes to the next


@pytest.fixture(scope="module")
def beating() -> Motion:
    """An arm that swings to and fro, a turning head and a walking root."""
    rotations = np.zeros((FRAMES, JOINT_COUNT, 3))
    frames = np.arange(FRAMES)
    rotations[:, JOINT["right_shoulder"], 1] = 0.5 * np.cos(np.pi * frames / BEAT)
    rotations[:, JOINT["head"], 0] = 0.1 * np.sin(frames / 7)
    return Motion(rotations=rotations, translation=np.outer(frames, [0.001, 0, 0]), expression=np.zeros((FRAMES, 52)))


def _ends(motion):
    return np.unique([stroke.apex for stroke in find_strokes(wrist_paths(motion.rotations, motion.skeleton), FPS)])


def _away(ends, stressed_s):
    return np.abs(ends[:, None] - np.array(stressed_s) * FPS).min(1)


def test_strokes_that_are_early_or_late_land_on_stress_and_nothing_runs_fast(beating):
    rng = np.random.default_rng(0)
    stressed_s = (_ends(beating) + rng.uniform(-2.5, 2.5, len(_ends(beating)))) / FPS
    moved = on_stress(beating, stressed_s, MOST_S)
    before, after = _away(_ends(beating), stressed_s), _away(_ends(moved), stressed_s)
    assert after.max() <= 1.5 < np.percentile(before, 60)
    speed = [np.abs(np.diff(each.rotations[:, JOINT["right_shoulder"], 1])).max() for each in (beating, moved)]
    assert speed[1] < 1.22 * speed[0]
    others = [joint for joint in range(JOINT_COUNT) if joint not in JOINTS]
    assert (moved.rotations[:, others] == beating.rotations[:, others]).all()
    assert moved.translation is beating.translation


def test_what_lands_already_and_what_has_no_syllable_near_stays_to_the_bit(beating):
    for stressed_s in (_ends(beating) / FPS, _ends(beating)[:6] / FPS, (), [200.0]):
        assert (on_stress(beating, stressed_s, MOST_S).rotations == beating.rotations).all()
    assert on_stress(beating, [1.0], 0.0) is beating


def test_delays_are_bounded_and_begin_and_end_with_none():
    rng = np.random.default_rng(1)
    ends = np.sort(rng.choice(900, 70, replace=False)).astype(float)
    late = delays_to(ends, np.sort(rng.uniform(0, 900, 80)), 900, MOST_S * FPS, FPS)
    assert np.abs(late).max() <= MOST_S * FPS
    assert np.abs(np.diff(late)).max() <= 0.26
    assert late[0] == late[-1] == 0
    assert (late != 0).any()
    # one syllable a little after the only end: the motion comes as late as is needed to be counted as on it, or later
    assert 1.5 < delays_to(np.array([100.0]), np.array([103.0]), 200, 3.6, FPS)[103] <= 3.5
