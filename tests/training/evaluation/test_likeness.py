"""Likeness to recorded people and variety, on motions whose answers are known."""

import numpy as np
import pytest

from core.body.motion import Motion
from core.body.skeleton import JOINT
from core.clock import FPS
from training.evaluation.likeness import likeness, nearest_form_deg, variety
from training.evaluation.turning import turning

from ..random_motion import wander


def with_rotations(rotations: np.ndarray) -> Motion:
    return Motion(rotations, np.zeros((len(rotations), 3)), np.zeros((len(rotations), 52)))


def swinging(frames: int, degrees: float) -> np.ndarray:
    rotations = np.zeros((frames, 55, 3))
    rotations[:, :, 0] = np.radians(degrees) * np.sin(2 * np.pi * 0.5 * np.arange(frames) / FPS)[:, None]
    return rotations


def test_a_motion_is_like_itself_and_dead_and_wild_joints_are_counted():
    person = turning(with_rotations(swinging(600, 10)))
    same = likeness(person, [person])
    assert (same["dead_joints"], same["wild_joints"]) == (0, 0)
    assert same["turn_ratio"] == pytest.approx(1)
    assert same["turning_distance_deg"] == pytest.approx(0, abs=1e-9)
    other = swinging(600, 10)
    other[:, [JOINT["head"], JOINT["jaw"]]] *= 0.3  # the jaw does not count
    other[:, [JOINT["neck"], JOINT["left_wrist"]]] *= 3.1
    other[:, JOINT["spine1"], 0] += np.radians(25)
    figures = likeness(turning(with_rotations(other)), [person])
    assert (figures["dead_joints"], figures["wild_joints"]) == (1, 2)
    assert figures["pose_apart_deg"] == pytest.approx(25 / 50, abs=1e-3)


def test_the_turning_distance_is_that_of_the_angles_distributions():
    small, large = (turning(with_rotations(swinging(600, degrees))) for degrees in (6, 10))
    # |sin| has the mean 2/pi, and one distribution is the other one, scaled
    assert likeness(small, [large])["turning_distance_deg"] == pytest.approx(4 * 2 / np.pi, rel=0.01)


def test_repeated_strokes_have_no_variety_and_fresh_ones_have():
    fresh = turning(wander(0, 1800))
    rotations = wander(1, 1800).rotations
    repeated = turning(with_rotations(np.concatenate([rotations[:700], rotations[:700], rotations[:400]])))
    assert nearest_form_deg(repeated) == pytest.approx(0, abs=1e-3)
    assert variety(fresh, fresh) == pytest.approx(1)
    assert variety(repeated, fresh) < 0.01
    long = turning(with_rotations(np.concatenate([wander(seed, 1800).rotations for seed in (0, 0)])))
    assert variety(long, fresh) == pytest.approx(1, rel=0.1), "pieces of the recorded length are compared"
    assert np.isnan(nearest_form_deg(turning(wander(0, 300)))), "no second is 20 s away"
