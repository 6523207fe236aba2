"""Moods: each changes what its figures say, in both engines; lips, feet and apexes stay; nothing jumps."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.body.motion import Motion
from core.body.parts import ARKIT_NAMES
from core.body.skeleton import JOINT
from core.clearance.body import default_body
from core.direct.arm_clearance import Limits
from core.direct.chain import Directed, direct
from core.direct.clip_statistics import clip_statistics
from core.direct.levels import Levels
from core.direct.mood import FELT, MOODS, UNCHANGED, Mood, MoodKey, mood_from, parse_mood
from core.direct.mood_body import lay_over_body
from core.direct.mood_face import lay_over_face
from core.direct.mood_figures import LEAST_CHANGES, RATIOS, changes
from core.direct.mood_tempo import shown_frames
from core.direct.posed_arms import Arms
from core.direct.stroke_landing import TOLERANCE
from core.direct.strokes import Stroke, wrist_paths, wrist_speeds
from core.errors import GestureError
from core.face.visemes import blend_lips, speak
from core.filters import find_peaks
from core.generate.directing import Directions
from core.generate.pipeline import generate
from core.generate.recordings import Recordings
from core.generate.seams import velocity_jumps
from core.model.loading import STARTER, Models, folder_hash, read_model_json
from core.requests import Generate
from tests.conftest import ROOT

from .speakers import DEEPER, LOWER, SPEECH, gesturer, same, speaker

SPEECH_FILE = ROOT / "addon" / "assets" / "demo" / "speech.flac"
# Metres that a mood may part the lips of the bundled character at p, b and m.
PARTED_M = 0.0005
# Differences of speed, m/s, within which a wrist stands equally still.
STILL_M_S = 0.03
JAW_SHAPES = [index for index, name in enumerate(ARKIT_NAMES) if name.startswith("jaw")]


def in_mood(motion: Motion, *keys: tuple, speech=SPEECH, body=None) -> Directed:
    mood = Mood(tuple(MoodKey(*key) for key in keys))
    return direct(clip_statistics(motion, speech), Levels(), mood=mood, body=body)


class TorchModels:
    """Loads the starter weights for PyTorch, which by themselves run in NumPy."""

    def load(self, folder, device):
        from core.model.torch_engine.network import load_network

        return replace(Models().load(folder, "cpu"), network=load_network(STARTER, "cpu"))


MORE_TAKES = [pytest.param(each, marks=pytest.mark.slow) for each in ((16.0, 2, "numpy"), (0.0, 1, "torch"))]


@pytest.fixture(scope="module", params=[(0.0, 1, "numpy"), *MORE_TAKES, (16.0, 2, "torch")])
def take(request, tmp_path_factory):
    """Ten seconds of speech, generated and finished: two clips in two styles, by both engines."""
    offset_s, style, engine = request.param
    if engine == "torch":
        pytest.importorskip("torch")
    out = tmp_path_factory.mktemp("take") / "take"
    task = Generate(
        SPEECH_FILE, out, speaker=style, offset_s=offset_s, duration_s=10.0, mood=({"name": "happy", "strength": 1.0},)
    )
    return generate(task, models=TorchModels() if engine == "torch" else Models(), recordings=Recordings())


def test_every_mood_changes_its_figures_as_the_model_card_says(take):
    stated = read_model_json(STARTER)["moods"]
    assert stated == {name: dict(figures) for name, figures in LEAST_CHANGES.items()}
    assert set(stated) == set(FELT)
    for name, least in stated.items():
        assert len(least) == 5
        moody = in_mood(take.finished, (name,)).motion
        found = changes(take.finished, moody)
        for figure, change in least.items():
            assert found[figure] * np.sign(change) >= abs(change), (name, figure, found[figure])
        speeds = wrist_speeds(wrist_paths(moody.rotations, moody.skeleton), moody.fps)
        strokes = clip_statistics(take.finished).gesture_strokes
        # a stop that is hardly slower than what is around it may vanish in a slower tempo
        assert np.mean([lands(stroke, speeds) for stroke in strokes]) > 0.9
        assert Arms.of(moody.rotations, moody.skeleton).gaps.min() > 0


def lands(stroke: Stroke, speeds: np.ndarray) -> bool:
    """Whether a wrist is slowest near the apex of a stroke, or as slow there as where it is slowest."""
    speed = speeds[:, stroke.side]
    slow = np.array(find_peaks(-speed))
    nearest = slow[np.abs(slow - stroke.apex).argmin()]
    return abs(nearest - stroke.apex) <= TOLERANCE or speed[stroke.apex] < speed[nearest] + STILL_M_S


def test_a_request_with_a_mood_makes_the_same_take_as_that_mood_laid_over_later(take):
    assert take.info["direct"]["mood"] == [{"name": "happy", "strength": 1.0, "start_s": 0.0}]
    body = default_body(take.finished.skeleton)  # the hands of a generated take stay out of it
    assert same(take.directed, in_mood(take.finished, ("happy",), speech=(), body=body).motion)


def test_the_figures_do_not_change_the_hash_of_the_weights(tmp_path):
    for file in STARTER.iterdir():
        if file.name != "model.json":
            (tmp_path / file.name).symlink_to(file)
    card = read_model_json(STARTER)
    del card["moods"]
    (tmp_path / "model.json").write_text(json.dumps(card))
    assert folder_hash(tmp_path) == folder_hash(STARTER)


@pytest.mark.parametrize("keys", [(), (("neutral", 1.0),), (("angry", 0.0),), (("sad", 0.0), ("neutral", 1.0, 3.0))])
def test_no_mood_leaves_every_bit(keys):
    motion = speaker(60)
    assert same(in_mood(motion, *keys).motion, motion)


def test_takes_made_before_there_were_moods_are_neutral():
    assert Directions.from_dict({"levels": {}, "markers": [], "keep": []}).mood == UNCHANGED


@settings(max_examples=8, deadline=None)
@given(st.sampled_from(FELT), st.integers(0, 1000))
def test_legs_stay_and_hands_enter_no_body(name, seed):
    motion = speaker(90, seed)
    moody = in_mood(motion, (name,)).motion
    assert np.array_equal(moody.rotations[:, LOWER], motion.rotations[:, LOWER])
    assert np.array_equal(moody.translation, motion.translation)
    assert np.array_equal(moody.contacts, motion.contacts)
    limits = clip_statistics(motion, SPEECH).limits
    # these figures swing their hands through their own thighs
    arms = Arms.of(moody.rotations, moody.skeleton)
    assert (np.minimum(limits.gaps, 0) - arms.gaps).max() < 3 * DEEPER
    assert (np.minimum(limits.hand_gap, 0) - arms.hand_gap).max() < DEEPER


@pytest.mark.parametrize("name", FELT)
def test_a_mood_makes_no_jumps(name):
    motion = gesturer(12, seed=3)
    moody = in_mood(motion, (name,)).motion
    assert velocity_jumps(moody.rotations).max() < 2.5 * velocity_jumps(motion.rotations).max()


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 1000), st.floats(-1.6, 1.3))
def test_strokes_start_and_land_at_their_frames_and_never_run_backwards(seed, sharpness):
    rng = np.random.default_rng(seed)
    speeds = np.abs(np.convolve(rng.normal(0, 1, 60), np.ones(5) / 5, "same"))
    start, apex = sorted(rng.choice(60, 2, replace=False).tolist())
    peak = start + int(np.argmax(speeds[start : apex + 1]))
    shown = shown_frames([Stroke(0, start, peak, apex, 1.0)], speeds, np.full(60, sharpness))
    assert np.allclose(shown[[start, apex]], [start, apex], atol=1e-6)
    assert (np.diff(shown) > -1e-9).all()
    outside = np.r_[0:start, apex + 1 : 60]
    assert np.array_equal(shown[outside], outside)


def test_an_arm_depends_on_itself_alone():
    motion = gesturer(8, seed=2)
    weights = Mood((MoodKey("angry"),)).weights(motion.frame_count, motion.fps)
    other = motion.rotations.copy()
    others = [JOINT[name] for name in ("right_shoulder", "right_elbow", "spine2", "head")]
    other[:, others] += 0.05
    free = clip_statistics(motion).limits
    free = Limits(free.own, free.gaps - 9.0, free.hand_gap - 9.0)
    left = [JOINT[f"left_{name}"] for name in ("collar", "shoulder", "elbow", "wrist", "index1")]
    a, b = (lay_over_body(each, weights, free) for each in (motion, motion.replace(rotations=other)))
    assert np.allclose(a[:, left], b[:, left], atol=1e-12)


PHONES = [("M", 0.2, 0.3), ("AA", 0.3, 0.5), ("P", 0.5, 0.58), ("IY", 0.58, 0.8), ("B", 0.8, 0.88), ("OW", 0.9, 1.1)]


@pytest.mark.parametrize("name", FELT)
def test_lips_close_and_the_jaw_opens_as_without_a_mood(name):
    times_s = np.arange(36) / 30
    spoken = blend_lips(np.zeros((36, 52)), speak(PHONES, times_s), 1.0)
    spoken[:, [ARKIT_NAMES.index("mouthSmileLeft"), ARKIT_NAMES.index("mouthSmileRight")]] += 0.2
    moody = lay_over_face(spoken, Mood((MoodKey(name),)).weights(36, 30.0))
    assert np.array_equal(moody[:, JAW_SHAPES], spoken[:, JAW_SHAPES])
    closed = [round((start + end) / 2 * 30) for phone, start, end in PHONES if phone in "MPB"]
    assert (lip_gaps_m(moody) - lip_gaps_m(spoken))[closed].max() < PARTED_M


def lip_gaps_m(expression: np.ndarray) -> np.ndarray:
    """How far the lips of the bundled character are apart in the middle of the mouth, metres (T,)."""
    with np.load(ROOT / "addon" / "assets" / "character.npz") as data:
        vertices, starts = data["vertices"], data["shape_starts"]
        shapes = np.zeros((52, len(vertices)))
        for number, shape in enumerate(data["shape_names"]):
            rows = slice(starts[number], starts[number + 1])
            shapes[ARKIT_NAMES.index(str(shape)), data["shape_vertices"][rows]] = data["shape_deltas"][rows, 1]
    up, down = (
        shapes[ARKIT_NAMES.index(f"{name}Left")] + shapes[ARKIT_NAMES.index(f"{name}Right")]
        for name in ("mouthUpperUp", "mouthLowerDown")
    )
    middle = np.abs(vertices[:, 0]) < 0.015
    upper, lower = np.flatnonzero((up > 0.001) & middle), np.flatnonzero((down < -0.001) & middle)
    away = np.linalg.norm(vertices[upper, None] - vertices[None, lower], axis=-1)
    touch = away.min(1) < 0.004
    upper, lower = upper[touch], lower[away.argmin(1)[touch]]
    assert len(upper) > 10
    heights = vertices[:, 1] + 0.0
    gaps = (heights[upper] + expression @ shapes[:, upper]) - (heights[lower] + expression @ shapes[:, lower])
    return np.median(gaps, axis=1)


def test_blinks_still_shut_the_eyes():
    motion = speaker(120)
    lids = [ARKIT_NAMES.index("eyeBlinkLeft"), ARKIT_NAMES.index("eyeBlinkRight")]
    moody = in_mood(motion, ("sad",)).motion.expression[:, lids]
    assert moody.max() == 1
    assert (moody >= motion.expression[:, lids]).all()


def test_a_face_in_coefficients_keeps_them_and_its_body_has_the_mood():
    motion = speaker(60).replace(expression=np.zeros((60, 100)), face_basis="flame100")
    moody = in_mood(motion, ("sad",)).motion
    assert np.array_equal(moody.expression, motion.expression)
    assert not np.array_equal(moody.rotations, motion.rotations)


def test_a_mood_changes_over_time_between_its_keys():
    motion = speaker(240)
    found = in_mood(motion, ("sad", 0.8), ("happy", 0.6, 4.0)).motion
    for keys, frame in (([("sad", 0.8)], 0), ([("happy", 0.6)], 239)):
        steady = in_mood(motion, *keys).motion
        column = ARKIT_NAMES.index("mouthSmileLeft")
        assert found.expression[frame, column] == pytest.approx(steady.expression[frame, column], abs=0.05)
    weights = Mood((MoodKey("sad", 0.0), MoodKey("sad", 1.0, 4.0))).weights(150, 30.0)[:, FELT.index("sad")]
    assert weights[60] == pytest.approx(0.5)
    assert np.abs(np.diff(weights)).max() < 0.01


def test_only_what_a_change_of_mood_or_levels_affects_is_computed_again():
    motion = speaker(60)
    clip = clip_statistics(motion, SPEECH)
    first = direct(clip, Levels(), mood=Mood((MoodKey("happy"),)))
    face = direct(clip, Levels(face=0.5), before=first, mood=Mood((MoodKey("happy"),)))
    both = direct(clip, Levels(face=0.5), mood=Mood((MoodKey("happy"),)))
    assert same(face.motion, both.motion)
    back = direct(clip, Levels(), before=face)
    assert same(back.motion, motion)


@pytest.mark.parametrize(
    ("text", "said"),
    [("joyful:0.5", "happy"), ("happy:2", "0 to 1"), ("happy:much", "happy:0.6"), ("sad:0.5@-1", "0 or more")],
)
def test_moods_that_cannot_be_say_what_can(text, said):
    with pytest.raises(GestureError) as error:
        parse_mood([text])
    assert said in error.value.remedy


def test_moods_are_typed_with_strength_and_time():
    keys = parse_mood(["happy:0.6@5", "sad"]).keys
    assert keys == (MoodKey("sad", 1.0, 0.0), MoodKey("happy", 0.6, 5.0))
    assert mood_from(Mood(keys).as_list()).keys == keys
    with pytest.raises(GestureError):
        mood_from([{"strength": 1.0}])


def test_every_row_of_moods_names_shapes_that_exist():
    known = {name.removesuffix("Left").removesuffix("Right") for name in ARKIT_NAMES}
    assert all(set(row.face) <= known for row in MOODS.values())
    assert set(RATIOS) == {"wrist_reach", "stroke_speed"}
