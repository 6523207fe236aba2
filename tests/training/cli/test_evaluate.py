"""`python -m core evaluate`: sets against the recorded set, and the recorded minute."""

import json
import subprocess
import sys
from dataclasses import asdict

import numpy as np
import pytest

from core.body.motion import load_motion, save_motion
from training.evaluation.fgd_autoencoder import FgdConfig, FgdSettings, channels, train_fgd
from training.evaluation.fgd_files import save_fgd
from training.evaluation.measures import mean_joint_speed
from training.evaluation.motion_sets import read_clip
from training.evaluation.movement import movement
from training.evaluation.skeletons import bones, joint_positions
from training.evaluation.synchrony import synchrony

from ...conftest import ROOT
from ...core.smplx_model import write_smplx
from ..random_motion import wander

TINY = FgdSettings(steps=30, batch=4, window=32)


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
    assert "good: there is no recorded motion for extra" in report["notes"]
    assert "bad: there is no generated motion for c" in report["notes"]
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
