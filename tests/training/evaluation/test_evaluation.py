"""The measures of motion mean what they say: golden numbers, small cases done by hand, slow twins."""

import json
import subprocess
import sys
from dataclasses import asdict

import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter1d
from scipy.signal import find_peaks

from core.audio.load import load_audio
from core.body.motion import Motion, load_motion, save_motion
from core.body.skeleton import JOINT, default_rest_joints
from core.errors import GestureError
from core.text.timing import Phone, Word
from devtools.measure.targets import missed_lines, recording_table
from training.evaluation import published_metrics as published
from training.evaluation.fgd_autoencoder import FgdAutoencoder, FgdConfig, FgdSettings, channels, features, train_fgd
from training.evaluation.fgd_files import convert_fgd, load_fgd, save_fgd
from training.evaluation.measures import mean_joint_speed, weighted_means
from training.evaluation.motion_sets import PREDICTED, REAL, find_motions, read_clip
from training.evaluation.mouth import jaw_correlation
from training.evaluation.movement import movement
from training.evaluation.skeletons import at_our_rate, bones, joint_positions
from training.evaluation.smplx_face import load_smplx
from training.evaluation.synchrony import speech_level, stressed_nuclei, stroke_ends, synchrony
from training.evaluation.tables import markdown_table, text_table
from training.evaluation.triggers import Trigger, read_triggers, trigger_score

from ...conftest import ROOT
from ...core.smplx_model import LIP, SKULL, write_smplx

DEMO = ROOT / "addon" / "assets" / "demo" / "speech.flac"
TINY = FgdSettings(steps=30, batch=4, window=32)


@pytest.fixture(scope="module")
def golden(data_dir):
    with np.load(data_dir / "golden_metrics_a.npz") as data:
        return {key: data[key] for key in data.files}


def wander(seed: int, frames: int, scale: float = 0.25) -> Motion:
    """Joint angles that follow six smooth random drivers, as a body's joints hang together; face of the flame basis."""
    random = np.random.default_rng(seed)
    drivers = gaussian_filter1d(random.normal(size=(frames, 6)), 6, axis=0) * 3.3
    smooth = scale * (drivers @ np.random.default_rng(99).normal(0, 0.5, (6, 165))).reshape(frames, 55, 3)
    face = gaussian_filter1d(random.normal(size=(frames, 100)), 3, axis=0)
    return Motion(smooth, np.zeros((frames, 3)), face, "flame100")


def test_published_metrics_match_the_golden_numbers(golden):
    joints = golden["joints"].astype(float).reshape(-1, 55, 3)
    beats = published.audio_beats(golden["audio"].astype(np.float32))
    assert np.abs(beats - golden["onset_times"]).max() < 1e-4
    consistency = published.beat_consistency(joints, golden["mean_velocity"], beats)
    assert consistency == pytest.approx(float(golden["beat_consistency"]), abs=1e-4)
    assert published.l1_diversity(joints) == pytest.approx(float(golden["l1_diversity"]), abs=1e-4)
    distance = published.frechet_distance(golden["fid_a"], golden["fid_b"])
    assert distance == pytest.approx(float(golden["frechet_distance"]), abs=1e-4)


def test_frechet_distance_of_shifted_and_stretched_gaussians_is_what_the_formula_says():
    random = np.random.default_rng(0)
    a = random.normal(size=(200_000, 2))
    b = a * 3 + [1.0, 2.0]
    # |(1, 2)|^2, and (3 - 1)^2 in each of two directions
    assert published.frechet_distance(a, b) == pytest.approx(5 + 8, rel=0.02)
    flat = np.concatenate([a, a], axis=1)  # a singular covariance
    assert published.frechet_distance(flat, flat) == pytest.approx(0, abs=1e-6)


def test_face_errors_by_hand():
    recorded = np.zeros((3, 2, 3))
    predicted = np.zeros((3, 2, 3))
    predicted[1, 0, 0] = 2.0
    # one of 18 coordinates is off by 2
    assert published.vertex_mse(predicted, recorded) == pytest.approx(4 / 18)
    # it goes up by 2 and down by 2, in two of 12 velocities
    assert published.vertex_lvd(predicted, recorded) == pytest.approx(4 / 12)
    still = predicted + 5.0
    assert published.vertex_lvd(still, predicted) == pytest.approx(0), "an offset has no velocity"


def test_a_jaw_turned_by_a_right_angle_moves_the_lip_and_nothing_else(tmp_path):
    arrays = write_smplx(tmp_path / "model.npz")
    model = load_smplx(tmp_path / "model.npz")
    jaw = arrays["v_template"][JOINT["jaw"]]
    expression = np.zeros((2, 100))
    expression[1, 0] = 0.5
    vertices = model.vertices(np.array([[np.pi / 2, 0, 0], [0, 0, 0]]), expression, np.zeros(10))
    # about +x, forward (+z) becomes down (-y)
    assert vertices[0, LIP] == pytest.approx(jaw - np.array([0, 0.1, 0]))
    assert vertices[1, LIP] == pytest.approx(jaw + np.array([0, 0, 0.1]))
    assert vertices[1, SKULL] == pytest.approx(arrays["v_template"][SKULL] + [0, 0.01, 0])
    rest = np.delete(np.arange(55), JOINT["jaw"])
    assert vertices[0, rest] == pytest.approx(arrays["v_template"][rest])


def test_face_vertices_are_those_of_the_smplx_package(tmp_path):
    smplx = pytest.importorskip("smplx", reason="the package of the extra `smplx` is not installed")
    folder = tmp_path / "smplx"
    folder.mkdir()
    write_smplx(folder / "SMPLX_NEUTRAL.npz", vertices=10475)
    random = np.random.default_rng(1)
    jaw, expression, betas = random.normal(0, 0.3, (4, 3)), random.normal(size=(4, 100)), random.normal(size=300)
    body = smplx.create(
        str(tmp_path), "smplx", gender="neutral", ext="npz", use_pca=False, flat_hand_mean=True,
        num_betas=300, num_expression_coeffs=100, batch_size=4, dtype=torch.float64,
    )  # fmt: skip
    theirs = body(
        betas=torch.as_tensor(np.tile(betas, (4, 1))),
        jaw_pose=torch.as_tensor(jaw),
        expression=torch.as_tensor(expression),
    )
    ours = load_smplx(folder / "SMPLX_NEUTRAL.npz").vertices(jaw, expression, betas)
    assert np.abs(theirs.vertices.detach().numpy() - ours).max() < 1e-6


def test_a_file_that_is_no_smplx_model_is_refused(tmp_path):
    np.savez(tmp_path / "other.npz", v_template=np.zeros((3, 3)))
    with pytest.raises(GestureError, match="SMPL-X") as error:
        load_smplx(tmp_path / "other.npz")
    assert "SMPLX_NEUTRAL" in error.value.remedy


def standing(frames: int = 301) -> np.ndarray:
    return np.repeat(default_rest_joints()[None], frames, axis=0)


def test_movement_by_hand():
    positions = standing()
    # the left toe slides forward by 3 mm a frame, 9 cm/s; the right one is lifted twice by 8 cm
    positions[:, JOINT["left_foot"], 2] += 0.003 * np.arange(301)
    for start in (60, 200):
        positions[start : start + 20, JOINT["right_foot"], 1] += 0.08
    # the root goes 30 cm to the left in 10 s, and takes everything but the toes along
    toes = positions[:, [10, 11]].copy()
    positions[..., 0] += np.linspace(0, 0.3, 301)[:, None]
    positions[:, [10, 11]] = toes
    numbers = movement(positions)
    assert numbers.contact_fraction == pytest.approx(1 - 40 / 600)
    assert numbers.slide_p95_cm_s == pytest.approx(9)
    assert numbers.slide_mean_cm_s == pytest.approx(9 * 300 / 560)
    assert numbers.sliding_frames == pytest.approx(0.5)
    assert numbers.drift_cm_min == pytest.approx(30 * 1800 / 301)
    assert numbers.steps_per_min == pytest.approx(2 * 1800 / 301)
    # uniform over 30 cm sideways, and over half of 90 cm backward, as the middle between the toes goes forward
    wanted = np.hypot(30, 45) / np.sqrt(12)
    assert numbers.pelvis_sway_cm == pytest.approx(wanted, rel=0.01)
    assert numbers.wrist_speed_m_s == pytest.approx(0, abs=1e-9)
    assert numbers.still_fraction == 1


def test_wrist_speed_and_jerk_of_a_swinging_hand():
    positions = standing()
    times = np.arange(301) / 30
    amplitude, pace = 0.1, 2 * np.pi * 0.5
    positions[:, JOINT["left_wrist"], 1] += amplitude * np.sin(pace * times)
    numbers = movement(positions)
    # the mean of |cos| is 2/pi; the right wrist hangs still
    assert numbers.wrist_speed_m_s == pytest.approx(amplitude * pace * 2 / np.pi / 2, rel=0.01)
    assert numbers.wrist_jerk_m_s3 == pytest.approx(amplitude * pace**3 * 2 / np.pi / 2, rel=0.02)
    assert np.isnan(movement(standing(2)).wrist_jerk_m_s3), "two frames have no jerk"


def slow_stroke_ends(wrists: np.ndarray) -> list[float]:
    """As the definition reads, peak by peak."""
    ends = set()
    for side in range(2):
        path = gaussian_filter1d(wrists[:, side], 1.0, axis=0)
        speed = np.linalg.norm(np.gradient(path, axis=0), axis=-1) * 30
        for high in find_peaks(speed, height=0.35)[0]:
            window = speed[high : high + 16]
            lows, _ = find_peaks(-window)
            if len(lows) and window[lows[0]] < 0.6 * speed[high]:
                ends.add((high + lows[0]) / 30)
    return sorted(ends)


def test_stroke_ends_agree_with_the_slow_way():
    for seed in range(5):
        random = np.random.default_rng(seed)
        wrists = gaussian_filter1d(random.normal(size=(900, 2, 3)), 4, axis=0) * 0.3
        ends = stroke_ends(wrists)
        assert len(ends) > 20
        assert ends == pytest.approx(slow_stroke_ends(wrists))


def gesturing(strokes_s: np.ndarray, seconds: float) -> np.ndarray:
    """A hand that jumps 25 cm within 0.27 s, stops at each time, and sinks back a little."""
    positions = standing(int(seconds * 30))
    place = np.zeros(len(positions))
    for number, end in enumerate(strokes_s):
        for start, length, metres in ((end - 0.27, 0.27, 0.25), (end, 0.5, -0.05)):
            progress = np.clip((np.arange(len(place)) / 30 - start) / length, 0, 1)
            way = 10 * progress**3 - 15 * progress**4 + 6 * progress**5
            place += (metres if number % 2 else -metres) * way
    positions[:, JOINT["right_wrist"], 1] += place
    return positions


def test_strokes_aimed_at_stressed_syllables_stand_out_from_chance():
    samples = load_audio(DEMO).samples
    stressed = stressed_nuclei(speech_level(samples))
    aimed = stressed[1:][np.diff(stressed) > 0.5][::2]
    seconds = len(samples) / 16000
    good = synchrony(gesturing(aimed, seconds), samples)
    late = synchrony(gesturing(aimed + 0.25, seconds), samples)
    assert good.strokes_per_min == pytest.approx(len(aimed) / seconds * 60, rel=0.1)
    assert good.sync_z > 3
    assert late.sync_z < 1


def test_pause_ratio_tells_calm_hands_from_busy_ones():
    noise = np.random.default_rng(0).normal(size=16000 * 12).astype(np.float32)
    seconds = np.arange(len(noise)) / 16000
    # 3 s of speech, 3 s of pause
    speech = noise * np.where(seconds % 6 < 3, 0.1, 1e-5)
    frames = np.arange(360) / 30
    for in_pause, ratio in ((0.25, 0.25), (2.0, 2.0)):
        positions = standing(360)
        step = np.where(frames % 6 < 3, 1.0, in_pause) * 0.02
        positions[:, JOINT["right_wrist"], 1] += np.cumsum(step)
        assert synchrony(positions, speech).pause_ratio == pytest.approx(ratio, rel=0.08)


def test_the_jaw_that_follows_the_level_in_vowels_correlates():
    samples = load_audio(DEMO).samples
    level = speech_level(samples)
    frames = int(len(samples) / 16000 * 30)
    nuclei = stressed_nuclei(level)
    words = [Word("a", t - 0.06, t + 0.06, 1.0, (Phone("AH", t - 0.06, t + 0.06),)) for t in nuclei]
    at = np.minimum(np.round(np.arange(frames) / 30 * 100).astype(int), len(level) - 1)
    rotations = np.zeros((frames, 55, 3))
    rotations[:, JOINT["jaw"], 0] = 0.01 * (level[at] + 60)
    motion = Motion(rotations, np.zeros((frames, 3)), np.zeros((frames, 100)), "flame100")
    assert jaw_correlation(motion, samples, words) == pytest.approx(1, abs=1e-6)
    assert np.isnan(jaw_correlation(motion, samples, []))


def test_triggers_are_entries_near_the_word():
    words = [Word(w, t, t + 0.2) for w, t in (("no", 1.9), ("house", 4.9), ("two", 7.9), ("tree", 8.6), ("sea", 12.0))]
    triggers = [Trigger("negation", 2.0), Trigger("number", 8.0)]
    negation, number = np.zeros(450, bool), np.zeros(450, bool)
    negation[70:90] = True  # from 2.33 s: near "no"
    number[100:250] = True  # from 3.33 s to 8.33 s: held over "house" and "two", entered near neither
    score = trigger_score(triggers, words, {"negation": negation, "number": number})
    assert (score.entered, score.shown) == (0.5, 1.0)
    assert score.entered_by_kind == {"negation": 1.0, "number": 0.0}
    # "tree" is too near to a trigger to count; "house" and "sea" are left
    assert (score.trigger_count, score.other_count) == (2, 2)
    assert (score.others_entered_any, score.others_shown_any) == (0.0, 0.5)
    assert score.others_shown == 0.25
    with pytest.raises(GestureError, match="dance"):
        trigger_score([Trigger("dance", 1.0)], words, {"number": number})


def test_a_trigger_list_that_names_other_words_is_refused(tmp_path):
    words = [Word("No,", 0.0, 0.4), Word("never", 0.5, 0.9)]
    path = tmp_path / "talk.json"
    path.write_text(json.dumps({"sentences": [{"class": "negation", "trigger": "never", "trigger_word": 1}]}))
    assert read_triggers(path, words) == (Trigger("negation", 0.7),)
    path.write_text(json.dumps({"sentences": [{"class": "negation", "trigger": "never", "trigger_word": 0}]}))
    with pytest.raises(GestureError, match="never"):
        read_triggers(path, words)


def test_the_autoencoder_is_the_same_for_the_same_seed_and_tells_a_frozen_body_from_a_moving_one():
    real, other = channels(wander(0, 400)), channels(wander(1, 400))
    first, again = (train_fgd([real], FgdConfig(16, 4), TINY) for _ in range(2))
    assert np.array_equal(features(first, real), features(again, real))
    assert features(first, real).shape == (100, 4)
    frozen = np.repeat(other[:1], len(other), axis=0)
    distance = [published.frechet_distance(features(first, x), features(first, real)) for x in (real, other, frozen)]
    assert distance[0] == pytest.approx(0, abs=1e-6)
    assert distance[1] < distance[2]


def test_training_lowers_the_rebuilding_error():
    real = channels(wander(0, 400))
    x = torch.as_tensor(real[None])

    def error(network):
        with torch.no_grad():
            shown = network.standard(x)
            return float((network.decoder(network.encoder(shown)) - shown).abs().mean())

    short = error(train_fgd([real], FgdConfig(32, 8), FgdSettings(steps=2, batch=4)))
    long = error(train_fgd([real], FgdConfig(32, 8), FgdSettings(steps=200, batch=4, learning_rate=3e-3)))
    assert long < 0.7 * short


def test_the_autoencoder_survives_its_folder_and_what_does_not_fit_is_refused(tmp_path):
    network = train_fgd([channels(wander(0, 200))], FgdConfig(16, 4), TINY)
    save_fgd(network, tmp_path / "fgd", "a test")
    x = channels(wander(3, 100))
    assert np.array_equal(features(load_fgd(tmp_path / "fgd"), x), features(network, x))
    state = {f"module.{key}": value for key, value in network.state_dict().items()}
    torch.save({"model_state": state}, tmp_path / "fits.bin")
    assert np.array_equal(features(convert_fgd(tmp_path / "fits.bin"), x), features(network, x))
    torch.save({"model_state": {"encoder.layers.0.0.weight": torch.zeros(3)}}, tmp_path / "other.bin")
    (tmp_path / "text.bin").write_text("no weights")
    torch.save(FgdAutoencoder(FgdConfig(4, 2)), tmp_path / "pickle.bin")
    for name in ("other.bin", "text.bin", "pickle.bin"):
        with pytest.raises(GestureError, match=name):
            convert_fgd(tmp_path / name)
    with pytest.raises(GestureError, match="nowhere"):
        load_fgd(tmp_path / "nowhere")
    with pytest.raises(GestureError, match="frames"):
        train_fgd([x[:20]], settings=TINY)


def test_files_pair_by_name_whatever_stands_in_front(tmp_path):
    for name in ("gt_a", "res_a", "b", "take/motion"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        save_motion(wander(0, 5), tmp_path / f"{name}.npz")
    real, predicted = find_motions(tmp_path, REAL), find_motions(tmp_path, PREDICTED)
    assert list(real) == list(predicted) == ["a", "b", "take"]
    assert (real["a"].stem, predicted["a"].stem) == ("gt_a", "res_a")
    with pytest.raises(GestureError, match="no motions"):
        find_motions(tmp_path / "nowhere", REAL)


def test_bones_come_from_the_file_then_from_the_users_model(tmp_path):
    arrays = write_smplx(tmp_path / "model.npz")
    model = load_smplx(tmp_path / "model.npz")
    motion = wander(0, 5)
    assert bones(motion.replace(rest_joints=default_rest_joints() * 2), model)[1] == "its own"
    rest, source = bones(motion, model)
    assert source == "the SMPL-X file"
    assert rest == pytest.approx(arrays["v_template"][:55])


def test_everything_is_measured_at_thirty_frames_a_second():
    motion = wander(0, 120).replace(fps=60.0)
    slower = at_our_rate(motion)
    assert (slower.frame_count, slower.fps) == (60, pytest.approx(30))
    assert slower.rotations[10] == pytest.approx(motion.rotations[20], abs=1e-9)


def test_means_of_clips_go_by_length_and_leave_out_what_is_unknown():
    rows = [{"a": 1.0, "b": float("nan")}, {"a": 4.0, "b": 2.0}]
    assert weighted_means(rows, np.array([2.0, 1.0])) == {"a": 2.0, "b": 2.0}


def test_tables():
    rows = [["slide cm/s", "0.64", "12.18"], ["steps", "9", "-"]]
    assert text_table(["", "recorded", "ours"], rows).splitlines() == [
        "            recorded   ours",
        "slide cm/s      0.64  12.18",
        "steps              9      -",
    ]
    assert markdown_table(["", "recorded", "ours"], rows).splitlines()[:3] == [
        "|  | recorded | ours |",
        "| --- | ---: | ---: |",
        "| slide cm/s | 0.64 | 12.18 |",
    ]


def test_missed_targets_are_marked_and_listed_only_where_they_are_asked_for():
    columns = {"recorded": {"wrist_jerk_m_s3": 90.0}, "calm": {"wrist_jerk_m_s3": 61.0, "jaw_correlation": 0.6}}
    lines = missed_lines("speech", columns, ["calm"])
    assert "calm: wrist jerk 61.0, wanted <= 60" in lines
    assert any(line.startswith("calm: pelvis sway -") for line in lines), "what could not be measured is not met"
    assert not any("jaw" in line or "recorded" in line for line in lines)
    assert not any("jerk" in line for line in missed_lines("triggers", columns, ["calm"]))
    row = next(line for line in recording_table("speech", columns, ["calm"]).splitlines() if "jerk" in line)
    assert row.split() == ["wrist", "jerk", "m/s3", "<=", "60", "90.0", "61.0", "!"]


def evaluate(*arguments):
    command = [sys.executable, "-m", "core", "evaluate", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)


def test_the_command_compares_sets_and_says_what_is_missing(tmp_path):
    write_smplx(tmp_path / "model.npz")
    for folder in ("real", "good", "bad"):
        (tmp_path / folder).mkdir()
    for name in "abc":
        motion = wander(ord(name), 300)
        save_motion(motion, tmp_path / "real" / f"gt_{name}.npz")
        if name != "c":
            save_motion(motion, tmp_path / "good" / f"res_{name}.npz")
            shaken = motion.rotations + np.random.default_rng(0).normal(0, 0.1, motion.rotations.shape)
            save_motion(
                motion.replace(rotations=shaken, expression=motion.expression * 0), tmp_path / "bad" / f"{name}.npz"
            )
    save_motion(wander(9, 300), tmp_path / "good" / "extra.npz")
    save_fgd(train_fgd([channels(wander(0, 200))], FgdConfig(16, 4), TINY), tmp_path / "fgd", "a test")
    arguments = ["--pred", tmp_path / "good", "--pred", tmp_path / "bad", "--real", tmp_path / "real"]
    arguments += ["--fgd", tmp_path / "fgd", "--smplx", tmp_path / "model.npz"]
    result = evaluate(*arguments, "--json", "--plot", tmp_path / "plot.png")
    assert result.returncode == 0, result.stderr
    report = json.loads(result.stdout)
    sets = report["sets"]
    assert report["clips"] == {"recorded": 3, "good": 2, "bad": 2}
    assert "good: nothing recorded for extra" in report["notes"]
    assert "bad: nothing generated for c" in report["notes"]
    assert sets["good"]["face_mse"] == sets["good"]["face_lvd"] == 0
    assert sets["bad"]["face_mse"] > 0
    assert sets["good"]["fgd"] == pytest.approx(0, abs=1e-6)
    assert sets["bad"]["fgd"] > 0
    assert sets["bad"]["wrist_jerk_m_s3"] > 3 * sets["good"]["wrist_jerk_m_s3"]
    assert (tmp_path / "plot.png").read_bytes()[:4] == b"\x89PNG"
    table = evaluate(*arguments, "--markdown").stdout.splitlines()
    assert table[0] == "|  | recorded | good | bad |"
    assert any(line.startswith("| wrist jerk") for line in table)


def test_sets_without_a_common_name_are_refused(tmp_path):
    for folder in ("real", "pred"):
        (tmp_path / folder).mkdir()
        save_motion(wander(0, 40), tmp_path / folder / f"{folder}.npz")
    result = evaluate("--pred", tmp_path / "pred", "--real", tmp_path / "real")
    assert result.returncode == 2
    assert "share no file name" in result.stderr
    assert "Traceback" not in result.stderr


def test_the_recorded_minute_measures_as_known(real_dir):
    pytest.importorskip("mannequin", reason="mannequin-x is not installed")
    name = "2_scott_0_2_2"
    sound = real_dir / f"{name}.wav"
    known = {
        "gt": (0.64, 3.4, 9.97, 44.4, 0.330, 0.927, 103.8, 0.24, 2.33),
        "res": (12.18, 19.38, 7.83, 165.2, 0.518, 1.173, 225.5, -0.25, 1.21),
    }
    keys = (
        "slide_median_cm_s slide_mean_cm_s pelvis_sway_cm wrist_jerk_m_s3 wrist_speed_m_s wrist_speed_p95_m_s "
        "strokes_per_min sync_z pause_ratio"
    ).split()
    for kind, wanted in known.items():
        clip = read_clip(name, real_dir / f"{kind}_{name}.npz", sound, None)
        numbers = asdict(movement(clip.positions)) | asdict(synchrony(clip.positions, clip.samples))
        assert [numbers[key] for key in keys] == pytest.approx(wanted, rel=0.01, abs=0.005)
        assert mean_joint_speed([clip])[1:].min() > 0
    motion = load_motion(real_dir / f"gt_{name}.npz")
    assert joint_positions(motion, bones(motion)[0]).shape == (1804, 55, 3)
