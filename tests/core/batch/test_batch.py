"""Many recordings in one go: every line made once, bad ones named, stopped and taken up again."""

import csv
import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import soundfile

from core.batch.batch import Sharing, run
from core.batch.lines import TEXTS, read_lines
from core.batch.outcomes import MADE, Outcome, write_summary
from core.batch.processes import Process, process_count
from core.batch.records import only_one
from core.errors import GestureError
from core.requests import Generate
from core.take.take import read_take
from core.text.transcript import READERS
from core.worker.threads import VARIABLES

from ...conftest import ROOT

DEMO = ROOT / "addon" / "assets" / "demo"
STYLES = ("calm", "lively", "presenter")


def command(*arguments):
    return [sys.executable, "-m", "core", "batch", *map(str, arguments), "--device", "cpu"]


def batch(*arguments):
    return subprocess.run(command(*arguments), cwd=ROOT, capture_output=True, text=True, timeout=300)


def speech(path, seconds=1.5, start_s=0.0):
    """A part of the bundled recording."""
    samples, rate = soundfile.read(DEMO / "speech.flac")
    first = round(start_s * rate)
    soundfile.write(path, samples[first : first + round(seconds * rate)], rate)
    return path


def lines_of(folder, *rows, header="audio,style,mood,seed,name"):
    path = folder / "lines.csv"
    path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return path


def summary(out):
    with (out / "summary.csv").open(encoding="utf-8", newline="") as file:
        return {row["name"]: row for row in csv.DictReader(file)}


def states(out):
    return {name: row["state"] for name, row in summary(out).items()}


def temporary_files(out):
    return [path for path in out.rglob("*") if path.name.startswith(".take-") or path.name.endswith(".part")]


def template(folder):
    return Generate(audio=folder, out=folder / "takes")


def test_a_batch_goes_on_after_a_bad_file_and_makes_nothing_twice(tmp_path):
    out = tmp_path / "takes"
    speech(tmp_path / "a.wav")
    (tmp_path / "bad.wav").write_text("this is no sound")
    rows = ("a.wav,lively,happy:0.6,3,first", "bad.wav,,,,", "none.wav,,,,", "a.wav,proud,,,x", "a.wav,,,,second")
    table = lines_of(tmp_path, *rows)

    done = batch(table, "--out", out, "--processes", 2)
    assert done.returncode == 1, done.stderr
    failed = dict.fromkeys(("bad", "none", "x"), "failed")
    assert states(out) == {"first": "made", **failed, "second": "made"}
    assert "row 4: There is no recording" in summary(out)["none"]["error"]
    assert "bad.wav" in summary(out)["bad"]["error"]
    assert summary(out)["bad"]["remedy"]
    assert float(summary(out)["first"]["foot_slide_cm_s"]) >= 0
    assert "2 made, 3 failed" in done.stdout
    take = read_take(out / "first")
    assert (take.info["speaker_name"], take.info["seed"]) == ("lively", 3)
    assert take.info["direct"]["mood"][0]["name"] == "happy"
    assert temporary_files(out) == []

    # The second call repairs the bad line, changes one line and keeps the other.
    kept = (out / "first" / "take.json").stat().st_mtime_ns
    speech(tmp_path / "bad.wav", start_s=2)
    lines_of(tmp_path, "a.wav,lively,happy:0.6,3,first", "bad.wav,,,,", "a.wav,,,8,second")
    dry = batch(table, "--out", out, "--dry-run")
    assert dry.returncode == 0, dry.stderr
    assert "1 kept, 2 not made" in dry.stdout
    done = batch(table, "--out", out)
    assert done.returncode == 0, done.stderr
    assert states(out) == {"first": "kept", "bad": "made", "second": "made"}
    assert (out / "first" / "take.json").stat().st_mtime_ns == kept
    assert read_take(out / "second").info["seed"] == 8


@pytest.mark.skipif(os.name != "posix", reason="Windows has no SIGTERM that a program can answer")
def test_a_stopped_batch_keeps_what_is_done_and_goes_on_later(tmp_path):
    out = tmp_path / "takes"
    speech(tmp_path / "short.wav")
    speech(tmp_path / "long.wav", seconds=60)
    # Four lines are made together; the long ones are the next.
    rows = [f"short.wav,,,{seed},short_{seed}" for seed in range(4)]
    table = lines_of(tmp_path, *rows, "long.wav,,,,", "long.wav,,,1,later")
    running = subprocess.Popen(
        command(table, "--out", out, "--processes", 1),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert [running.stderr.readline().split(":")[0] for _ in rows] == [f"4/6 short_{seed}" for seed in range(4)]
    time.sleep(0.3)
    running.send_signal(signal.SIGTERM)
    told, _ = running.communicate(timeout=30)
    assert running.returncode == 130
    assert "4 made, 2 not made" in told
    made = {f"short_{seed}" for seed in range(4)}
    assert states(out) == {**dict.fromkeys(made, "made"), "long": "not made", "later": "not made"}
    assert {path.name for path in out.iterdir()} == {".batch", "summary.csv", *made}
    lines_of(tmp_path, rows[0])
    assert batch(table, "--out", out).returncode == 0
    assert states(out) == {"short_0": "kept"}


def test_lines_made_together_are_the_takes_of_each_alone_and_a_bad_line_fails_alone(tmp_path):
    speech(tmp_path / "a.wav")
    speech(tmp_path / "b.wav", seconds=2.5, start_s=4)
    (tmp_path / "bad.wav").write_text("this is no sound")
    # The third and the fourth line are made together, too, until the bad one fails.
    table = lines_of(tmp_path, "a.wav,,,,", "b.wav,lively,,3,", "bad.wav,,,,", "a.wav,,,,again")
    outs = tmp_path / "alone", tmp_path / "together"
    for number, out in enumerate(outs):
        lines = read_lines(table, Generate(tmp_path, out), STYLES)[: 2 + 2 * number]
        states = [each.state for each in run(out, lines, "weights", Sharing(together=1 + number))]
        assert states == ["made", "made", "failed", "made"][: len(lines)]
    for name in ("a/codes.npz", "a/motion.npz", "b/codes.npz", "b/motion.npz"):
        alone, together = (np.load(out / name) for out in outs)
        assert all(np.array_equal(alone[key], together[key]) for key in alone.files)


def test_a_dry_run_writes_nothing(tmp_path):
    speech(tmp_path / "a.wav")
    done = batch(tmp_path, "--out", tmp_path / "takes", "--dry-run")
    assert (done.returncode, "1 not made" in done.stdout) == (0, True), done.stderr
    assert not (tmp_path / "takes").exists()


def test_a_process_that_dies_fails_its_line_alone(tmp_path, monkeypatch):
    speech(tmp_path / "a.wav")
    lines = read_lines(lines_of(tmp_path, "a.wav,,,,", "a.wav,,,1,b"), template(tmp_path), STYLES)
    started = []

    class Noted(Process):
        def __init__(self, *arguments):
            super().__init__(*arguments)
            started.append(self)

    def kill_the_first():
        if len(started) == 1:
            started[0].kill()
        return False

    monkeypatch.setattr("core.batch.batch.Process", Noted)
    first, second = run(tmp_path / "takes", lines, "weights", Sharing(), is_stopped=kill_the_first)
    assert (first.state, second.state, len(started)) == ("failed", "made", 2)
    assert "--processes" in first.remedy


@pytest.mark.parametrize(
    ("row", "word"),
    [
        ("none.wav,,,,", "none.wav"),
        (",,,,x", "names no recording"),
        ("a" * 400 + ".wav,,,,", "There is no recording"),
        ("a.wav,proud,,,", "proud"),
        ("a.wav,7,,,", "0 calm"),
        ("a.wav,,giddy,,", "giddy"),
        ("a.wav,,,-1,", "-1"),
        (f"a.wav,,,{2**63},", "no whole number"),
        ("a.wav,,,,../up", "../up"),
        ("a.wav,,,,Summary.csv", "Summary.csv"),
        ("a.wav,,,,con.x", "con.x"),
        ("a.wav,,,,,,,", "more cells"),
        ("a.wav,,,2,GOOD", "an earlier line makes the take GOOD"),
    ],
)
def test_a_wrong_line_says_why_and_the_others_are_made(tmp_path, row, word):
    speech(tmp_path / "a.wav")
    good, bad, other = read_lines(
        lines_of(tmp_path, "a.wav,,,,good", row, "a.wav,,,,other"), template(tmp_path), STYLES
    )
    assert (good.problem, other.problem) == (None, None)
    assert word in str(bad.problem)
    assert bad.problem.message.startswith("row 3: ")


def test_a_table_without_lines_ends_the_command_with_code_2(tmp_path):
    done = batch(lines_of(tmp_path), "--out", tmp_path / "takes")
    assert (done.returncode, "has no lines" in done.stderr) == (2, True)
    assert not (tmp_path / "takes").exists()


def test_a_table_may_name_every_kind_of_transcript():
    assert set(TEXTS) == {".txt", *READERS}


def test_tables_of_excel_and_names_of_styles_are_read(tmp_path):
    speech(tmp_path / "a.wav")
    (tmp_path / "words.txt").write_text("hello")
    path = tmp_path / "lines.csv"
    text = "Audio;Transcript;Style;Seed;Character\r\na.wav;words.txt;Lively;5;Anna\r\n;;;;\r\n"
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    (line,) = read_lines(path, template(tmp_path), STYLES)
    assert (line.name, line.request.speaker, line.request.seed, line.character) == ("a", 1, 5, "Anna")
    assert line.request.transcript == tmp_path / "words.txt"
    assert line.request.out == tmp_path / "takes" / "a"


def test_a_folder_gives_each_recording_the_text_beside_it(tmp_path):
    speech(tmp_path / "a.wav")
    speech(tmp_path / "b.flac")
    (tmp_path / "a.txt").write_text("hello")
    found = {line.name: line.request.transcript for line in read_lines(tmp_path, template(tmp_path), STYLES)}
    assert found == {"a": tmp_path / "a.txt", "b": None}
    (tmp_path / "a.srt").write_text("hello")
    problems = {line.name: line.problem for line in read_lines(tmp_path, template(tmp_path), STYLES)}
    assert ("several texts" in str(problems["a"]), problems["b"]) == (True, None)


def test_unknown_columns_are_refused(tmp_path):
    with pytest.raises(GestureError, match="'sede'"):
        read_lines(lines_of(tmp_path, header="audio,sede"), template(tmp_path), STYLES)


@pytest.mark.parametrize(
    ("first", "second"), [("x", "X"), ("caf\u00e9", "cafe\u0301"), ("x", "x\u202e"), ("x", "\u200b")]
)
def test_names_that_look_alike_or_cannot_be_seen_are_refused(tmp_path, first, second):
    speech(tmp_path / "a.wav")
    path = lines_of(tmp_path, f"a.wav,{first}", f"a.wav,{second}", header="audio,name")
    one, two = read_lines(path, template(tmp_path), STYLES)
    assert one.problem is None
    assert two.problem is not None


def test_a_spreadsheet_takes_no_name_of_the_summary_for_a_formula(tmp_path):
    write_summary([Outcome("=1+1", tmp_path / "a.wav", MADE, 1.0, {"drift_cm_min": -2.5})], tmp_path / "summary.csv")
    with (tmp_path / "summary.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["name"], row["drift_cm_min"]) == ("'=1+1", "-2.5")


def test_two_batches_never_share_a_folder_and_takes_of_others_stay(tmp_path):
    speech(tmp_path / "a.wav")
    out = tmp_path / "takes"
    with only_one(out):
        done = batch(tmp_path, "--out", out)
        assert (done.returncode, "Another batch" in done.stderr) == (2, True)
    (out / "a").mkdir()
    (out / "a" / "take.json").write_text(json.dumps({"made": "by hand"}))
    done = batch(tmp_path, "--out", out)
    assert (done.returncode, "not made by a batch" in done.stdout) == (1, True)
    assert json.loads((out / "a" / "take.json").read_text()) == {"made": "by hand"}


def test_there_is_always_a_process_and_never_more_than_lines():
    assert process_count(1) == 1
    assert 1 <= process_count(1000) <= (os.cpu_count() or 1)
    assert process_count(1000, bytes_each=10**15) == 1


def test_the_shell_sets_what_the_worker_sets_before_numpy_loads():
    code = "import os, runpy, sys; sys.argv = ['core', '--help']\ntry: runpy.run_module('core', run_name='__main__')\n"
    code += f"except SystemExit: print([os.environ.get(name) for name in {list(VARIABLES)!r}])"
    plain = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, env=plain)
    assert done.stdout.splitlines()[-1] == str(list(VARIABLES.values()))
    code = "import sys, core.worker.threads; print('numpy' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", code], cwd=ROOT, text=True).strip() == "False"
