"""The measuring command on files: styles are judged, misses alone are printed, all numbers are written."""

import json

import numpy as np
import pytest
import soundfile

from core.body.motion import save_motion
from core.clock import SAMPLE_RATE
from devtools.measure.weights import main

from ..training.random_motion import wander


def test_motions_of_a_style_are_measured_together_before_and_after_finishing(tmp_path, capsys):
    for name in ("one", "two"):
        save_motion(wander(len(name), 660), tmp_path / f"{name}.reserved.npz")
    save_motion(wander(5, 660), tmp_path / "gt_other.npz")
    files = [str(path) for path in sorted(tmp_path.glob("*.reserved.npz"))]
    numbers = tmp_path / "numbers.json"
    assert main(["--motion", *files, "--finish", "--real", str(tmp_path), "--json", str(numbers)]) == 1
    report = json.loads(numbers.read_text())["motions"]["finished"]
    assert list(report["seeds"]) == ["reserved"]
    seeds = report["seeds"]["reserved"]
    assert list(seeds) == ["0", "1"]
    mean = report["mean"]["reserved"]
    assert mean["head_turn_deg"] == (seeds["0"]["head_turn_deg"] + seeds["1"]["head_turn_deg"]) / 2
    assert 0 < mean["kept_wrists_speed"] <= 1.05
    assert mean["variety"] > 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"{len(lines) - 1} targets missed"
    assert all(line.startswith("  motions, reserved, ") for line in lines[1:])


@pytest.mark.parametrize("silent_s", [0.3, 2.5])
def test_speech_without_a_long_pause_is_said_once_and_is_no_miss(tmp_path, capsys, silent_s):
    voice = 0.2 * np.random.default_rng(0).standard_normal((4, int(4 * SAMPLE_RATE)))
    spoken = np.pad(voice, ((0, 0), (0, int(silent_s * SAMPLE_RATE)))).ravel()
    for seed in (1, 2):
        save_motion(wander(seed, int(len(spoken) / SAMPLE_RATE * 30)), tmp_path / f"take{seed}.calm.npz")
        soundfile.write(tmp_path / f"take{seed}.wav", spoken, SAMPLE_RATE)
    files = [str(path) for path in sorted(tmp_path.glob("*.calm.npz"))]
    assert main(["--motion", *files, "--finish"]) == 1
    out = capsys.readouterr().out
    paused = silent_s > 1.2
    assert ("speed in pauses / speech" in out) == paused, "random motion does not calm down in a pause"
    assert out.count("note: motions has no pause") == (not paused)


def test_nothing_to_measure_is_an_error_with_a_remedy(capsys, monkeypatch):
    monkeypatch.delenv("GESTURE_REAL_DIR", raising=False)
    assert main([]) == 2
    assert "--motion" in capsys.readouterr().err
