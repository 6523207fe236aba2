"""The measuring command on files: styles are judged, misses alone are printed, all numbers are written."""

import json

from core.body.motion import save_motion
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


def test_nothing_to_measure_is_an_error_with_a_remedy(capsys, monkeypatch):
    monkeypatch.delenv("GESTURE_REAL_DIR", raising=False)
    assert main([]) == 2
    assert "--motion" in capsys.readouterr().err
