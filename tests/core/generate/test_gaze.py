"""Gaze: on the listener while the head turns, short glances away at pauses and phrases, other ones for other seeds."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from core.audio.cues import WIDTH
from core.body.curves import steps
from core.body.motion import Motion
from core.body.parts import ARKIT_NAMES, EYES, Part
from core.body.skeleton import JOINT
from core.clock import FPS
from core.direct.chain import direct
from core.direct.clip_statistics import GAZE_SHAPES, clip_statistics
from core.direct.levels import Levels
from core.face.jaw_and_eyes import EYE_SIDE, EYE_UP, with_face_joints
from core.finish.chain import finish
from core.generate.gaze import LONG_PAUSE_S, SIDE_LIMIT, UP_LIMIT, WANDER, glances, wandering, with_gaze
from core.generate.lids import LIDS
from core.generate.pipeline import generate
from core.generate.regenerate import resample
from core.model.loading import Models
from core.requests import Generate, Resample
from core.take.take import read_take
from core.text.timing import Word

from ...conftest import ROOT

# Eight words, half a second of silence, eight words, two seconds of it, and so on for two minutes.
PHRASES = [start for n in range(13) for start in (9.2 * n + 0.5, 9.2 * n + 4.0)]
WORDS = tuple(Word("word", start + 0.35 * n, start + 0.35 * n + 0.3) for start in PHRASES for n in range(8))
DURATION_S = 120.0
BEYOND_WANDERING = 5 * np.radians(0.9)


def turned(yaw=0.0, pitch=0.0, frames: int = 3600, basis: str = "arkit52") -> Motion:
    """A figure whose head turns to its left and down, radians."""
    rotations = np.zeros((frames, 55, 3))
    rotations[:, JOINT["head"], 0], rotations[:, JOINT["neck"], 1] = pitch, yaw
    width = {"arkit52": 52, "flame100": 100}[basis]
    return Motion(rotations, np.zeros((frames, 3)), np.full((frames, width), 0.1), face_basis=basis)


def look(motion: Motion) -> tuple[np.ndarray, np.ndarray]:
    """How far the left and the right eye look to the left and up, (T, 2) each, radians."""
    weight = dict(zip(ARKIT_NAMES, motion.expression.T, strict=True))
    left, right = (
        np.stack(
            [
                EYE_SIDE * (weight[f"eyeLook{to_left}{side}"] - weight[f"eyeLook{to_right}{side}"]),
                EYE_UP * (weight[f"eyeLookUp{side}"] - weight[f"eyeLookDown{side}"]),
            ],
            1,
        )
        for side, to_left, to_right in (("Left", "Out", "In"), ("Right", "In", "Out"))
    )
    return left, right


@pytest.mark.parametrize("words", [WORDS, ()], ids=["words", "none"])
@pytest.mark.parametrize("seed", [0, 7, 2**31])
def test_eyes_are_on_the_listener_most_of_the_time(words, seed):
    found = glances(DURATION_S, words, seed)
    away = np.array([glance.end_s - glance.start_s for glance in found])
    assert 20 <= len(found) <= 60
    assert 0.1 < away.sum() / DURATION_S < 0.35
    assert all(b.start_s - a.end_s >= 1.8 for a, b in itertools.pairwise(found))
    assert found[-1].end_s <= DURATION_S
    assert {np.sign(glance.left) for glance in found} == {-1, 1}


@pytest.mark.parametrize("seed", range(4))
def test_glances_come_with_pauses_and_phrases_and_last_longer_in_pauses(seed):
    found = glances(DURATION_S, WORDS, seed)
    ends = np.array([a.end_s for a, b in itertools.pairwise(WORDS) if b.start_s - a.end_s > LONG_PAUSE_S])
    starts = np.array(PHRASES)
    into = [glance for glance in found if min(abs(ends + 0.12 - glance.start_s)) < 1e-6]
    opening = [glance for glance in found if min(abs(starts - 0.1 - glance.start_s)) < 1e-6]
    assert len(into) + len(opening) > len(found) / 2
    lengths = [np.mean([glance.end_s - glance.start_s for glance in group]) for group in (into, opening)]
    assert lengths[0] > lengths[1]


def test_the_eyes_keep_to_the_listener_while_the_head_turns_and_nods():
    times = np.arange(3600) / FPS
    yaw, pitch = np.radians(12) * np.sin(times), np.radians(6) * np.sin(1.7 * times)
    straight, turning = with_gaze(turned(), WORDS, 3), with_gaze(turned(yaw, pitch), WORDS, 3)
    seen = look(turning)[0] + np.stack([yaw, -pitch], 1)
    kept = np.abs(wandering(3600, WORDS, 3)).max(1) < 3 * max(WANDER)
    assert kept.mean() > 0.6
    # eyes that are turned far leave a little of it
    assert np.abs(seen - look(straight)[0])[kept].max() < np.radians(2)


def test_the_eyes_lead_a_head_that_turns_away_and_follow_no_nod():
    times = np.arange(3600) / FPS
    turn = np.radians(22) * steps(times, [0.0], [(20.0, 20.6, [1.0]), (23.0, 23.6, [0.0])])[:, 0]
    motion = turned(yaw=turn, pitch=np.radians(6) * np.sin(9 * times))
    seen = look(with_gaze(motion, WORDS, 3, lead=True))[0][:, 0] + turn
    away = np.flatnonzero(seen[590:] > np.radians(15))[0] + 590
    assert turn[away] < np.radians(5)
    assert (seen[away : round(22.8 * FPS)] > np.radians(15)).all()
    assert seen[round(23.3 * FPS)] < 0.7 * turn[round(23.3 * FPS)]
    apart = np.abs(seen - look(with_gaze(turned(), WORDS, 3, lead=True))[0][:, 0])
    assert apart[: 19 * FPS].max() < np.radians(2)


@pytest.mark.parametrize("angle", [0.0, 1.0, -1.5, np.pi])
def test_eyes_stay_within_what_eyes_can_do_and_never_cross(angle):
    motion = with_gaze(turned(yaw=angle, pitch=angle / 2), WORDS, 1)
    left, right = look(motion)
    np.testing.assert_allclose(left, right, atol=1e-12)
    assert (np.abs(left) <= [SIDE_LIMIT, UP_LIMIT]).all()
    shapes = motion.expression[:, GAZE_SHAPES]
    assert ((shapes >= 0) & (shapes <= 1)).all()


def test_eyes_jump_within_three_frames_and_finishing_leaves_it_so():
    motion = with_gaze(turned(), WORDS, 1)
    smoothed = finish(motion)
    for glance in glances(DURATION_S, WORDS, 1):
        start = round(glance.start_s * FPS)
        for shown, share in ((motion, 0.99), (smoothed, 0.85)):
            side = look(shown)[0][:, 0]
            goal = SIDE_LIMIT * np.tanh(glance.left / SIDE_LIMIT)
            before = side[start - 2]
            assert (side[start + 3] - before) / (goal - before) > share


def test_nothing_but_the_gaze_changes_and_joints_follow_where_there_are_no_shapes():
    motion = turned()
    found = with_gaze(motion, WORDS, 1)
    assert found.rotations.tobytes() == motion.rotations.tobytes()
    assert (np.delete(found.expression, list(GAZE_SHAPES), axis=1) == 0.1).all()
    joints = with_face_joints(found, jaw=False, eyes=True).rotations[:, EYES]
    np.testing.assert_allclose(joints[:, 0, 1], look(found)[0][:, 0], atol=1e-12)
    np.testing.assert_allclose(joints[:, 0], joints[:, 1], atol=1e-12)


def test_a_face_of_other_shapes_stays_as_it_is():
    motion = turned(basis="flame100")
    assert with_gaze(motion, WORDS, 1).expression.tobytes() == motion.expression.tobytes()


@pytest.mark.parametrize("frames", [0, 1, 5, 40])
def test_takes_of_any_length_have_a_gaze(frames):
    assert with_gaze(turned(frames=frames), (), 1).expression.shape == (frames, 52)


def test_another_seed_looks_elsewhere_and_the_same_one_the_same():
    first, again, other = (wandering(900, WORDS, seed) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert np.abs(first - other).max() > BEYOND_WANDERING


@pytest.fixture(scope="module")
def models() -> Models:
    return Models()


@pytest.fixture(scope="module")
def folder(tmp_path_factory, models):
    """Twelve seconds of the bundled recording."""
    out = tmp_path_factory.mktemp("gaze") / "take"
    generate(Generate(ROOT / "addon" / "assets" / "demo" / "speech.flac", out, duration_s=12.0), models=models)
    return out


def test_a_take_looks_about_and_the_level_of_the_gaze_still_says_how_far(folder):
    take = read_take(folder)
    assert np.ptp(look(take.finished)[0][:, 0]) > np.radians(8)
    still = direct(clip_statistics(take.finished), Levels(gaze=0.0)).motion
    assert np.ptp(still.expression[:, GAZE_SHAPES], axis=0).max() < 1e-9


def test_a_face_made_anew_looks_and_blinks_otherwise_within_the_range_alone(folder, models, tmp_path):
    kept = read_take(folder)
    new = resample(Resample(folder, tmp_path / "new", ("face",), 60, 300, seed=4), models=models)
    outside = np.r_[0:52, 308:360]
    for before, after in ((kept.raw, new.raw), (kept.finished, new.finished)):
        assert after.expression[outside].astype(np.float32).tobytes() == (
            before.expression[outside].astype(np.float32).tobytes()
        )
        for shapes in (GAZE_SHAPES, LIDS):
            assert np.abs(after.expression[60:300, shapes] - before.expression[60:300, shapes]).max() > 0.2


@pytest.mark.parametrize("changes", [{"seed": 0}, {"seed": 9, "variation": 0.0}], ids=["its own seed", "no variation"])
def test_a_face_made_anew_by_the_same_chance_is_the_same(folder, models, tmp_path, changes):
    kept = read_take(folder)
    new = resample(Resample(folder, tmp_path / "new", ("face",), 60, 300, **changes), models=models)
    shapes = [*GAZE_SHAPES, *LIDS]
    np.testing.assert_allclose(new.raw.expression[:, shapes], kept.raw.expression[:, shapes], atol=1e-6)


def test_the_bodys_codes_depend_on_chance_and_the_faces_do_not(models):
    network = models.load(ROOT / "weights" / "starter", "cpu").network
    random = np.random.default_rng(0)
    context, window = network.info.context, network.info.window
    cues = random.random((window + 2 * context, WIDTH)).astype(np.float32)
    words = random.normal(size=(window, 64)).astype(np.float32)
    motion = np.zeros((window, 337), np.float32)
    outputs = []
    for seed in (1, 2):
        chance = np.random.default_rng(seed).normal(size=(len(cues), len(network.info.chance))).astype(np.float32)
        conditions = network.conditions(np.concatenate([cues, chance], 1), words, 0)
        outputs.append(network.window(conditions, motion, np.ones_like(motion)).latents)
    assert np.array_equal(outputs[0][Part.FACE], outputs[1][Part.FACE])
    assert all(np.abs(outputs[0][part] - outputs[1][part]).max() > 1e-3 for part in Part if part is not Part.FACE)


def test_every_style_of_the_bundled_weights_draws_curves_of_its_own(models):
    info = models.load(ROOT / "weights" / "starter", "cpu").network.info
    seeds = {info.chance_seed(3, speaker) for speaker in range(len(info.speakers))}
    assert info.chance_seed(3, 0) == 3
    assert len(seeds) == len(info.speakers) == 6
    assert replace(info, chance_by_style=False).chance_seed(3, 4) == 3
