"""The gesture grammar keeps its promises: strokes on accents, planted feet, sound joints, closed lips, calm pauses."""

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from scipy.ndimage import gaussian_filter1d

from core.audio.load import load_audio
from core.audio.prosody import Accent, Prosody, Stretch, analyse
from core.body.curves import min_jerk, steps
from core.body.kinematics import forward_kinematics
from core.body.motion import load_motion
from core.body.parts import ARKIT_NAMES
from core.body.rotation import quat_continuous, rotvec_to_matrix, rotvec_to_quat
from core.body.skeleton import JOINT
from core.clock import frame_count
from core.errors import GestureError
from core.generate.chance_curves import CHANNELS, draw_chance
from core.text.align import align
from core.text.timing import Phone, Word, save_words
from training.corpus.motions import make_corpus
from training.gesture import STYLES, neutral_pose, synthesise
from training.gesture.arm_joints import solve_arm
from training.gesture.arms import arm_path
from training.gesture.face import lips_closed
from training.gesture.gesture_plan import HOLD_S, LEAD_S, SHORTEST_MOVE_S, make_plan
from training.gesture.pose_recognition import CLASSES, in_class, read_pose
from training.gesture.synthesis import perform
from training.gesture.voice import voice_curve

DEMO = Path(__file__).parents[3] / "addon" / "assets" / "demo"
RATE = 16000
# words as (word, phones); a number between them is a pause in seconds
SENTENCE = (
    1.2, ("my", "M AY"), ("people", "P IY P AH L"), ("never", "N EH V ER"), ("forget", "F ER G EH T"), ("you", "Y UW"),
    0.3, ("but", "B AH T"), ("three", "TH R IY"), ("large", "L AA R JH"), ("problems", "P R AA B L AH M Z"), 2.4,
    ("what", "W AH T"), ("remains", "R IH M EY N Z"), ("today", "T AH D EY"), ("above", "AH B AH V"), 0.25,
    ("small", "S M AO L"), ("moments", "M OW M AH N T S"), ("and", "AH N D"), ("hope", "HH OW P"), 1.5,
)  # fmt: skip
VOWELS = {"AA", "AE", "AH", "AO", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "UW"}


def speech() -> tuple[np.ndarray, list[Word]]:
    """A made-up sentence: a buzz whose loudness swells on every vowel, more on content words, and its word times."""
    words, swells, now = [], [], 0.0
    for item in SENTENCE:
        if isinstance(item, float):
            now += item
            continue
        word, phones = item
        start, timed = now, []
        for phone in phones.split():
            length = 0.15 if phone in VOWELS else 0.075
            if phone in VOWELS:
                swells.append((now + length / 2, 0.3 if word in ("and", "but", "my") or phone in ("AH", "ER") else 0.8))
            timed.append(Phone(phone, now, now + length))
            now += length
        words.append(Word(word, start, now, 1.0, tuple(timed)))
    times = np.arange(int(now * RATE)) / RATE
    envelope = sum(height * np.exp(-0.5 * ((times - centre) / 0.045) ** 2) for centre, height in swells) + 1e-4
    return (envelope * np.sign(np.sin(2 * np.pi * 120 * times)) * 0.3).astype(np.float32), words


@pytest.fixture(scope="module")
def spoken():
    return speech()


@pytest.fixture(scope="module", params=list(STYLES))
def performed(request, spoken):
    samples, words = spoken
    return request.param, synthesise(samples, words, request.param, seed=7)


def positions(motion):
    return forward_kinematics(motion.rotations, motion.translation, motion.skeleton)[0]


def wrists(motion):
    joints = positions(motion)
    return joints[:, [JOINT["left_wrist"], JOINT["right_wrist"]]] - joints[:, :1]


def test_a_motion_covers_all_of_the_sound_and_is_finite(performed, spoken):
    _, motion = performed
    assert motion.frame_count == frame_count(len(spoken[0]))
    assert motion.expression.min() >= 0
    assert motion.expression.max() <= 1
    assert np.isfinite(motion.rotations).all()


def test_the_same_seed_gives_the_same_motion_and_another_seed_another_one(spoken):
    samples, words = spoken
    first, again = (synthesise(samples, words, "lively", seed=3) for _ in range(2))
    other = synthesise(samples, words, "lively", seed=4)
    np.testing.assert_array_equal(first.rotations, again.rotations)
    apart = np.linalg.norm(wrists(first) - wrists(other), axis=-1)
    assert apart.mean() > 0.05


def test_strokes_end_on_accents(performed, spoken):
    style, motion = performed
    prosody = analyse(*spoken)
    strokes = make_plan(prosody, STYLES[style]).strokes
    assert len(strokes) >= 5
    speed = np.linalg.norm(np.gradient(gaussian_filter1d(wrists(motion), 1.0, axis=0), axis=0), axis=-1) * 30
    for stroke, following in itertools.zip_longest(strokes, strokes[1:]):
        assert min(abs(stroke.end_s + LEAD_S - moment) for moment in prosody.moments_s) < 1e-6
        assert stroke.end_s - stroke.start_s >= SHORTEST_MOVE_S
        assert following is None or following.start_s >= stroke.end_s + HOLD_S - 1e-9
        end = round(stroke.end_s * 30)
        moving = speed[max(round(stroke.start_s * 30), 0) : end].max(0)
        leading = int(moving.argmax())
        if moving[leading] > 0.35:
            assert speed[end - 1 : end + 3, leading].min() < 0.5 * moving[leading]


def test_a_word_with_a_class_takes_the_hands_to_its_pose_and_no_other():
    kinds = [None] + [kind for name in CLASSES for kind in (name, None, None)]
    accents = tuple(Accent(1.5 + 0.8 * i, 0.6, 0.6, 0, kind, i) for i, kind in enumerate(kinds))
    end = accents[-1].time_s + 1
    frames = int(end * 30)
    prosody = Prosody(frames, np.full(frames, 0.5), (), accents, (Stretch(1.2, end),), (Stretch(1.2, end),))
    for style in STYLES:
        motion = perform(prosody, make_plan(prosody, STYLES[style]), style, np.zeros((frames, len(CHANNELS))))
        pose = read_pose(positions(motion), motion.skeleton)
        wrong = 0
        for accent in accents:
            near = slice(round(accent.time_s * 30) - 3, round(accent.time_s * 30) + 4)
            entered = {kind for kind in CLASSES if in_class(kind, pose)[near].any()}
            assert accent.kind is None or accent.kind in entered
            wrong += len(entered - {accent.kind})
        assert wrong <= 2


def test_feet_stand_still_but_for_steps(performed):
    _, motion = performed
    joints = positions(motion)
    for column, name in enumerate(("left_ankle", "right_ankle", "left_foot", "right_foot")):
        place = joints[:, JOINT[name]]
        stands = motion.contacts[:, column] == 1
        both = stands[1:] & stands[:-1]
        assert np.linalg.norm(np.diff(place, axis=0), axis=1)[both].max() < 1e-3
        assert np.abs(place[stands, 1] - motion.skeleton[JOINT[name], 1]).max() < 3e-3


def test_a_step_lifts_the_free_foot_and_sets_it_down_elsewhere():
    frames = 1800
    silence = Prosody(frames, np.zeros(frames), (), (), (), ())
    chance = draw_chance(frames, 5)
    motion = perform(silence, make_plan(silence, STYLES["calm"]), "calm", chance)
    lifted = motion.contacts[:, 2:] == 0
    assert 0.02 < lifted.any(1).mean() < 0.4
    assert not lifted.all(1).any()
    height = positions(motion)[:, [JOINT["left_foot"], JOINT["right_foot"]], 1]
    assert (height - height[0]).max() > 0.05
    stance = chance[:, CHANNELS.index("weight")]
    assert (stance[lifted[:, 0]] < 0).all()
    assert (stance[lifted[:, 1]] > 0).all()


def test_the_pelvis_moves_slowly(performed):
    _, motion = performed
    assert np.linalg.norm(np.diff(motion.translation, axis=0), axis=1).max() * 30 < 0.35


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("style", list(STYLES))
def test_arms_reach_their_targets_with_bent_elbows(style, side, spoken):
    prosody = analyse(*spoken)
    rest = neutral_pose().skeleton
    name = ("left", "right")[side]
    chance = dict(zip(CHANNELS, draw_chance(prosody.frame_count, 0).T, strict=True))
    voice = voice_curve(prosody.loudness)
    path = arm_path(make_plan(prosody, STYLES[style]), STYLES[style], side, prosody.times_s, chance, voice)
    arm = solve_arm(path, rest, side, chance[f"{name}_idle"], voice)
    world = arm.collar
    place = rest[JOINT[f"{name}_collar"]] + world @ (rest[JOINT[f"{name}_shoulder"]] - rest[JOINT[f"{name}_collar"]])
    for turn, start, end in ((arm.shoulder, "shoulder", "elbow"), (arm.elbow, "elbow", "wrist")):
        world = world @ turn
        place = place + world @ (rest[JOINT[f"{name}_{end}"]] - rest[JOINT[f"{name}_{start}"]])
    assert np.abs(place - rest[JOINT[f"{name}_shoulder"]] - arm.reached).max() < 1e-3


def test_rotations_are_continuous(performed):
    _, motion = performed
    quaternions = quat_continuous(rotvec_to_quat(motion.rotations))
    angle = 2 * np.arccos(np.clip(np.abs((quaternions[1:] * quaternions[:-1]).sum(-1)), 0, 1))
    assert np.degrees(angle.max()) < 22


def test_hands_stay_in_front_and_apart(performed):
    _, motion = performed
    joints, world = forward_kinematics(motion.rotations, motion.translation, motion.skeleton)
    chest = JOINT["spine3"]
    for side in ("left", "right"):
        local = joints[:, JOINT[f"{side}_wrist"]] - joints[:, chest]
        local = (np.swapaxes(world[:, chest], -1, -2) @ local[..., None])[..., 0]
        assert (local[:, 2] > 0.02).all()
    left, right = joints[:, list(range(25, 40))], joints[:, list(range(40, 55))]
    gap = np.linalg.norm(left[:, :, None] - right[:, None], axis=-1).min((1, 2))
    assert gap.min() > 0.05


def test_pauses_are_calm(performed, spoken):
    _, motion = performed
    words = spoken[1]
    speed = np.linalg.norm(np.diff(wrists(motion), axis=0), axis=-1).mean(1) * 30
    gap = max(itertools.pairwise(words), key=lambda pair: pair[1].start_s - pair[0].end_s)
    pause = speed[round((gap[0].end_s + 1.1) * 30) : round((gap[1].start_s - 0.45) * 30)]
    talk = speed[round(words[0].start_s * 30) : round(gap[0].end_s * 30)]
    assert pause.mean() < 0.6 * talk.mean()


def test_lips_close_on_p_b_and_m(performed, spoken):
    _, motion = performed
    jaw, close = (motion.expression[:, ARKIT_NAMES.index(name)] for name in ("jawOpen", "mouthClose"))
    for word in spoken[1]:
        for phone in word.phones:
            frame = round((phone.start_s + phone.end_s) * 15)
            if phone.phone in ("P", "B", "M"):
                assert lips_closed(motion.expression)[frame]
            if phone.phone in ("AA", "AO", "AY"):
                assert (jaw - close)[frame] > 0.12


def test_everyone_starts_near_the_neutral_pose(performed):
    _, motion = performed
    neutral = neutral_pose()
    assert neutral.frame_count == 8
    difference = rotvec_to_matrix(neutral.rotations[:1]) - rotvec_to_matrix(motion.rotations[:1])
    assert np.abs(difference).max() < 0.02
    assert np.abs(neutral.translation[0] - motion.translation[0]).max() < 1e-3


def test_steps_blend_into_each_other_without_a_jump():
    times = np.linspace(0, 2, 241)
    channel = steps(times, [0.0], [(0.2, 1.0, [1.0]), (0.8, 1.4, [-1.0])])[:, 0]
    assert channel[0] == 0
    assert channel[-1] == pytest.approx(-1)
    assert np.abs(np.diff(channel, n=2)).max() < 4e-3
    assert min_jerk(np.array([0.0, 0.5, 1.0])) == pytest.approx([0, 0.5, 1])


@pytest.mark.skipif(not (DEMO / "speech.flac").exists(), reason="the demo recording is not there")
def test_the_demo_speech_gets_gestures():
    samples = load_audio(DEMO / "speech.flac").samples
    words = align(samples, (DEMO / "transcript.txt").read_text()).words
    motion = synthesise(samples, words, "presenter", seed=7)
    speed = np.linalg.norm(np.diff(wrists(motion), axis=0), axis=-1) * 30
    assert 0.15 < speed.mean() < 0.7
    assert (speed < 0.05).mean() < 0.4


def test_the_corpus_command_writes_each_motion_once(tmp_path, spoken):
    samples, words = spoken
    soundfile.write(tmp_path / "0000_made_up.wav", samples, RATE)
    save_words(words, tmp_path / "0000_made_up.words.json")
    (tmp_path / "index.json").write_text(json.dumps([{"name": "0000_made_up", "voice": "none", "split": "train"}]))
    assert make_corpus(tmp_path, seed=7, styles_per_clip=2) == 2
    assert make_corpus(tmp_path, seed=7, styles_per_clip=2) == 0
    made = json.loads((tmp_path / "index.json").read_text())[0]["styles"]
    assert len(made) == 2
    motion = load_motion(tmp_path / f"0000_made_up.{made[0]}.npz")
    assert motion.frame_count == frame_count(len(samples))
    np.testing.assert_allclose(motion.rest_joints, neutral_pose().rest_joints)


def test_a_folder_without_speech_is_refused_with_a_remedy(tmp_path):
    with pytest.raises(GestureError, match=r"training\.corpus\.speech"):
        make_corpus(tmp_path, seed=7)
