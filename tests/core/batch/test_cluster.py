"""A batch on a Ray cluster of two workers on this computer: one is killed in mid-job, and every line is made once."""

import csv
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import soundfile

from ...conftest import ROOT

DEMO = ROOT / "addon" / "assets" / "demo"
# Three groups of four: two are made at the same time.
LINES = 12


def command(*arguments):
    return [sys.executable, "-m", "core", "batch", *map(str, arguments), "--device", "cpu", "--engine", "ray"]


def makers(ancestor):
    """Numbers of the processes that make takes now, below a process of ours."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if b"ray::Maker.make" in (folder / "cmdline").read_bytes() and is_below(int(folder.name), ancestor):
                found.append(int(folder.name))
        except (OSError, ValueError):
            continue
    return found


def is_below(number, ancestor):
    while number > 1:
        if number == ancestor:
            return True
        number = int(re.search(r"PPid:\s+(\d+)", Path(f"/proc/{number}/status").read_text())[1])
    return False


def test_without_ray_the_command_says_how_to_install_it(tmp_path):
    code = "import sys; sys.modules['ray'] = None; from core.cli.parser import main; sys.exit(main(sys.argv[1:]))"
    (tmp_path / "a.wav").write_bytes(b"")
    arguments = ["batch", tmp_path, "--out", tmp_path / "takes", "--engine", "ray"]
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, "pip install" in done.stderr) == (2, True)


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self").exists(), reason="the worker to kill is found in /proc")
def test_a_killed_worker_of_the_cluster_loses_no_line_and_makes_none_twice(tmp_path):
    pytest.importorskip("ray")
    samples, rate = soundfile.read(DEMO / "speech.flac")
    soundfile.write(tmp_path / "a.wav", samples[: 8 * rate], rate)
    rows = [f"a.wav,{number},take_{number}" for number in range(LINES)]
    (tmp_path / "lines.csv").write_text("\n".join(("audio,seed,name", *rows)), encoding="utf-8")
    out = tmp_path / "takes"
    running = subprocess.Popen(
        command(tmp_path / "lines.csv", "--out", out, "--processes", 2),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "RAY_DISABLE_MEMORY_MONITOR": "1"},
    )
    first = running.stderr.readline()
    while not re.match(rf"\d/{LINES} take_\d+: made", first):
        assert first, "the command ended"
        first = running.stderr.readline()
    deadline = time.monotonic() + 60
    while not (victims := makers(running.pid)):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.kill(victims[0], signal.SIGKILL)
    told, errors = running.communicate(timeout=300)
    assert running.returncode == 0, (told, errors)
    with (out / "summary.csv").open(encoding="utf-8", newline="") as file:
        states = {row["name"]: row["state"] for row in csv.DictReader(file)}
    assert states == {f"take_{number}": "made" for number in range(LINES)}
    made = re.findall(r"take_\d+(?=: made)", first + errors)
    assert sorted(made) == sorted(states)
    assert [path.name for path in out.rglob(".take-*")] == []
    again = subprocess.run(
        command(tmp_path / "lines.csv", "--out", out, "--dry-run"), cwd=ROOT, capture_output=True, text=True
    )
    assert f"{LINES} kept" in again.stdout
