"""`python -m core evaluate`: sets against the recorded set, and the recorded minute."""

import json
import subprocess
import sys
from dataclasses import asdict

import numpy as np
import pytest

from core.body.kinematics import forward_kinematics
from core.body.motion import load_motion, save_motion
from core.cli.parser import main
from training.evaluation.fgd_autoencoder import FgdConfig, FgdSettings, channels, train_fgd
from training.evaluation.fgd_files import save_fgd
from training.evaluation.likeness import likeness
from training.evaluation.measures import mean_joint_speed
from training.evaluation.motion_sets import read_clip
from training.evaluation.movement import movement, relative_wrists
from training.evaluation.posture import posture_measures
from training.evaluation.skeletons import bones, joint_positions
from training.evaluation.synchrony import synchrony
from training.evaluation.turning import turning, turning_measures

from ...conftest import ROOT
from ...core.smplx_model import write_smplx
from ..random_motion import wander

TINY = FgdSettings(steps=30, batch=4, window=32)


def evaluate(*arguments):
    command = [sys.executable, "-m", "core", "evaluate", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)


def test_the_command_compares_sets_and_says_what_is_missing(tmp_path, capsys):
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
    assert "good: there is no recorded motion for extra" in report["notes"]
    assert "bad: there is no generated motion for c" in report["notes"]
    assert sets["good"]["face_mse"] == sets["good"]["face_lvd"] == 0
    assert sets["bad"]["face_mse"] > 0
    assert sets["good"]["fgd"] == pytest.approx(0, abs=1e-6)
    assert sets["bad"]["fgd"] > 0
    assert sets["bad"]["wrist_jerk_m_s3"] > 3 * sets["good"]["wrist_jerk_m_s3"]
    assert (tmp_path / "plot.png").read_bytes()[:4] == b"\x89PNG"
    assert main(["evaluate", *map(str, arguments), "--markdown"]) == 0
    table = capsys.readouterr().out.splitlines()
    assert table[0] == "|  | recorded | good | bad |"
    assert any(line.startswith("| wrist jerk") for line in table)


def test_sets_without_a_common_name_are_refused(tmp_path, capsys):
    for folder in ("real", "pred"):
        (tmp_path / folder).mkdir()
        save_motion(wander(0, 40), tmp_path / folder / f"{folder}.npz")
    assert main(["evaluate", "--pred", str(tmp_path / "pred"), "--real", str(tmp_path / "real")]) == 2
    assert "share no file name" in capsys.readouterr().err


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


def test_the_recorded_minute_turns_and_stands_as_known(real_dir):
    pytest.importorskip("mannequin", reason="mannequin-x is not installed")
    known = {
        "pelvis_turn_deg": (10.0, 14.6),
        "head_turn_deg": (5.0, 6.9),
        "head_speed_deg_s": (15.7, 21.5),
        "fingers_turn_deg": (16.7, 15.0),
        "thumbs_speed_deg_s": (41.7, 51.9),
        "knees_turn_deg": (12.0, 11.3),
        "spine_over_5_hz": (0.10, 0.02),
        "wrists_2_to_5_hz": (0.34, 0.29),
        "knees_under_2_hz": (0.65, 0.63),
        "hand_dimensions": (6.3, 5.6),
        "fingers_together": (0.79, 0.80),
        "arm_together": (0.82, 0.79),
        "collars_with_hands": (0.72, 0.63),
        "pelvis_with_hands": (0.38, 0.19),
        "head_yaw_sd_deg": (7.7, 13.2),
        "chest_pitch_sd_deg": (2.6, 4.1),
        "left_wrist_up_cm": (-34.6, -29.8),
        "right_wrist_ahead_sd_cm": (8.2, 7.4),
        "both_raised": (0.53, 0.65),
        "mirror_height": (0.25, 0.29),
        "feet_fore_aft_cm": (13.2, 12.9),
        "dead_joints": (0, 0),
        "turn_ratio": (1, 0.91),
        "pose_apart_deg": (0, 5.3),
        "turning_distance_deg": (0, 2.18),
    }
    name = "2_scott_0_2_2"
    clips = [read_clip(name, real_dir / f"{kind}_{name}.npz", None, None) for kind in ("gt", "res")]
    turns = [turning(clip.motion) for clip in clips]
    for column, (clip, own) in enumerate(zip(clips, turns, strict=True)):
        motion = clip.motion
        _, world = forward_kinematics(motion.rotations, motion.translation, motion.skeleton)
        figures = turning_measures(own, relative_wrists(clip.positions)) | posture_measures(clip.positions, world)
        figures |= likeness(own, turns[:1])
        for key, wanted in known.items():
            digits = len(str(wanted[1]).partition(".")[2])
            assert figures[key] == pytest.approx(wanted[column], abs=0.5001 * 10**-digits), key
