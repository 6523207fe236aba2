"""Arms differ in place and strokes by curves of the take's seed, one hand leads, and nothing else of a motion moves."""

import numpy as np
import pytest

from core.body.joints import ARM_CHAINS, COLLARS
from core.body.kinematics import forward_kinematics
from core.body.motion import Motion
from core.body.skeleton import JOINT, JOINT_COUNT
from core.generate.moments import Moments
from core.generate.own_arms import PLACE, WIDTH, draw_arms, lateness, place_arms
from core.generate.stress import on_stress

FPS, FRAMES = 30, 900
ACCENTS = (2.0, 3.1, 4.4, 5.2, 6.7, 8.0, 18.0, 19.5, 21.0, 24.0, 27.0)
LEFT, RIGHT = np.array([1.0, 1.0, 1.0]), np.array([1.0, -1.0, -1.0])


@pytest.fixture(scope="module")
def mirrored() -> Motion:
    """Two arms that beat as a mirror would show them, and a turning head."""
    beat = 0.3 * np.sin(2 * np.pi * np.arange(FRAMES) / FPS)
    rotations = np.zeros((FRAMES, JOINT_COUNT, 3))
    for side, flip in (("left", LEFT), ("right", RIGHT)):
        rotations[:, JOINT[f"{side}_shoulder"]] = flip * np.stack([0 * beat, 0 * beat, beat - 0.9], 1)
        rotations[:, JOINT[f"{side}_elbow"]] = flip * np.stack([0 * beat, beat - 1.2, 0 * beat], 1)
    rotations[:, JOINT["head"], 1] = beat
    return Motion(rotations, np.zeros((FRAMES, 3)), np.zeros((FRAMES, 52)))


def _from_mirror(motion: Motion) -> np.ndarray:
    points, _ = forward_kinematics(motion.rotations, motion.translation, motion.skeleton)
    left, right = (points[:, JOINT[f"{side}_wrist"]] - points[:, JOINT["spine3"]] for side in ("left", "right"))
    return np.linalg.norm(left * [-1, 1, 1] - right, axis=-1)


def test_curves_belong_to_the_seed_and_change_on_accents_alone():
    curves = draw_arms(FRAMES, 4, ACCENTS)
    assert curves.shape == (FRAMES, WIDTH)
    assert np.abs(curves).max() <= 1
    assert not curves[0].any()  # a take begins as decoded
    assert (draw_arms(FRAMES, 4, ACCENTS) == curves).all()
    assert np.abs(draw_arms(FRAMES, 5, ACCENTS) - curves).mean() > 0.2
    assert np.allclose(draw_arms(FRAMES // 2, 4, ACCENTS), curves[: FRAMES // 2])
    pause = slice(int(8.1 * FPS), int(17.0 * FPS))
    assert np.ptp(curves[pause, : len(PLACE)], axis=0).max() < 1e-6
    assert np.ptp(curves[:, : len(PLACE)], axis=0).min() > 0.5


def test_a_style_may_have_larger_strokes_while_its_arms_stay_in_their_places(mirrored):
    curves = np.zeros((FRAMES, WIDTH))
    usual, larger = (place_arms(mirrored, curves, 1.0, strokes).rotations for strokes in (1.0, 1.2))
    joint = JOINT["left_elbow"]
    ratio = np.std(larger[60:-60, joint, 1]) / np.std(usual[60:-60, joint, 1])
    assert 1.15 < ratio < 1.21
    assert abs(larger[60:-60, joint, 1].mean() - usual[60:-60, joint, 1].mean()) < 0.005
    np.testing.assert_allclose(usual, mirrored.rotations, atol=1e-9)


def test_arms_that_mirror_each_other_differ_and_nothing_else_moves(mirrored):
    curves = draw_arms(FRAMES, 2, ACCENTS)
    placed = place_arms(mirrored, curves, 1.0)
    before, after = (_from_mirror(motion)[60:] for motion in (mirrored, placed))
    assert (before < 0.02).all()
    assert (after < 0.05).mean() < 0.5
    moved = {joint for chain in ARM_CHAINS for joint in chain} - set(COLLARS)
    others = [joint for joint in range(JOINT_COUNT) if joint not in moved]
    assert (placed.rotations[:, others] == mirrored.rotations[:, others]).all()
    jolts = [np.abs(np.diff(motion.rotations, 2, axis=0)).max() for motion in (mirrored, placed)]
    assert jolts[1] < 1.5 * jolts[0]
    assert place_arms(mirrored, curves, 0.0) is mirrored
    assert place_arms(mirrored, curves[: FRAMES - 1], 1.0) is mirrored


def test_the_hand_that_leads_has_larger_strokes_and_the_other_one_is_late(mirrored):
    curves = np.zeros((FRAMES, WIDTH))
    curves[:, -1] = 1.0  # the right hand leads
    placed = place_arms(mirrored, curves, 1.0)
    left, right = (placed.rotations[:, JOINT[f"{side}_elbow"], 1].std() for side in ("left", "right"))
    beat = mirrored.rotations[:, JOINT["left_elbow"], 1].std()
    assert left < 0.8 * beat
    assert right > 1.05 * beat
    late = lateness(curves, 1.0)
    assert (late[:, 1] == 0).all()
    assert (late[:, 0] > 1).all()
    shown = on_stress(mirrored, ACCENTS, 1e-3, late)
    arms = [shown.rotations[100:800, JOINT[f"{side}_shoulder"], 2] for side in ("left", "right")]
    lag = [np.corrcoef(arms[0][k:], -arms[1][: len(arms[1]) - k])[0, 1] for k in range(6)]
    assert abs(np.argmax(lag) - late[0, 0]) <= 0.5


def test_a_piece_of_a_take_has_its_own_stretch_of_the_curves():
    curves = draw_arms(FRAMES, 1, ACCENTS)
    assert (Moments(arms=curves).since(200).arms == curves[200:]).all()
