"""The command line on good and bad input: a remedy, exit code 2, nothing half-written."""

import json
import os
import re
import shutil
import subprocess
import sys

import numpy as np
import pytest
import soundfile

from core.body.motion import load_motion
from core.cli.parser import main
from core.clock import frame_count
from core.errors import GestureError
from core.model.loading import STARTER, Models

from ...conftest import ROOT

DEMO = ROOT / "addon" / "assets" / "demo"


def run(*arguments, **options):
    return subprocess.run(
        [sys.executable, "-m", "core", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        **options,
    )


def refused(result, *words):
    """The command ended with code 2, a message with these words, a remedy and no traceback."""
    assert result.returncode == 2, result.stderr
    assert "Traceback" not in result.stderr
    error = result.stderr[result.stderr.index("error: ") :].strip().splitlines()
    assert len(error) >= 2, "a message and a remedy"
    for word in words:
        assert word in result.stderr
    return error


@pytest.fixture
def speech(tmp_path):
    """Four seconds of the bundled recording."""
    samples, rate = soundfile.read(DEMO / "speech.flac")
    path = tmp_path / "speech.wav"
    soundfile.write(path, samples[: 4 * rate], rate)
    return path


def write(tmp_path, samples, rate=16000, name="bad.wav"):
    path = tmp_path / name
    soundfile.write(path, samples, rate, subtype="FLOAT")
    return path


@pytest.mark.parametrize(
    ("samples", "word"),
    [
        (np.zeros(0), "no sound"),
        (np.zeros(32000), "silent"),
        (np.random.default_rng(0).normal(size=4800) * 0.1, "0.3 s"),
        (np.where(np.arange(32000) == 9, np.nan, 0.1), "number"),
    ],
)
def test_recordings_that_hold_no_speech_are_refused(tmp_path, samples, word):
    out = tmp_path / "take"
    refused(run("generate", write(tmp_path, samples), "--out", out), word)
    assert not out.exists()


@pytest.mark.parametrize(
    "command",
    [
        "generate",
        "batch",
        "fetch-weights",
        "resample",
        "mix",
        "direct",
        "finish",
        "import",
        "align",
        "parity",
        "evaluate",
        "train",
    ],
)
def test_every_command_explains_itself_and_what_it_misses(command):
    assert f"core {command}" in run(command, "--help").stdout
    refused = run(command)
    assert (refused.returncode, "Traceback" in refused.stderr) == (2, False)


def test_every_command_that_a_text_of_the_project_names_exists():
    folders = [ROOT / name for name in ("addon", "docs", "weights")]
    texts = [*ROOT.glob("*.md"), *(path for folder in folders for path in folder.rglob("*.md"))]
    command = re.compile(r"-m core ([a-z][\w-]*)")
    named = {(path.name, name) for path in texts for name in command.findall(path.read_text("utf-8"))}
    assert ("shell.md", "generate") in named
    commands = re.search(r"\{(.+?)\}", run("--help").stdout)[1].split(",")
    assert not [(text, name) for text, name in named if name not in commands]


def test_missing_and_unreadable_recordings_are_refused(tmp_path):
    out = tmp_path / "take"
    refused(run("generate", tmp_path / "none.wav", "--out", out), "none.wav")
    (tmp_path / "text.wav").write_text("this is no sound")
    refused(run("generate", tmp_path / "text.wav", "--out", out), "text.wav")
    assert not out.exists()


@pytest.mark.parametrize("content", [b"", b"  \n ", b"\x00\x01\x02\xff" * 50])
def test_empty_and_binary_transcripts_are_refused(tmp_path, speech, content):
    transcript = tmp_path / "transcript.txt"
    transcript.write_bytes(content)
    refused(run("generate", speech, "--transcript", transcript, "--out", tmp_path / "take"), "transcript")
    assert not (tmp_path / "take").exists()


def test_weights_that_are_missing_or_broken_are_refused(tmp_path, speech):
    refused(run("generate", speech, "--out", tmp_path / "take", "--weights", tmp_path / "nowhere"), "nowhere")
    broken = tmp_path / "weights"
    broken.mkdir()
    (broken / "model.json").write_text("{")
    refused(run("generate", speech, "--out", tmp_path / "take", "--weights", broken), "model.json")
    assert not (tmp_path / "take").exists()


@pytest.mark.parametrize(
    ("words", "missing"),
    [({"kind": "table"}, "'table'"), ({}, "None"), ({"kind": "fasttext"}, '"file"'), ({"kind": 3, "file": 4}, "3")],
)
def test_weights_whose_words_cannot_be_read_say_so(tmp_path, words, missing):
    weights = weights_with(tmp_path, words)
    with pytest.raises(GestureError) as error:
        Models().load(weights, "cpu")
    assert "words" in error.value.message
    assert missing in error.value.message


def test_generating_with_a_table_of_words_is_refused(tmp_path, speech):
    weights = weights_with(tmp_path, {"kind": "table"})
    refused(run("generate", speech, "--out", tmp_path / "take", "--weights", weights), "words", "table")
    assert not (tmp_path / "take").exists()


def weights_with(tmp_path, words):
    """The bundled weights with other words in their model.json."""
    folder = tmp_path / "weights"
    shutil.copytree(STARTER, folder)
    card = json.loads((folder / "model.json").read_text())
    (folder / "model.json").write_text(json.dumps(card | {"words": words}))
    return folder


def test_thousands_of_options_are_refused_before_they_are_read(capsys):
    assert main(["align", "a.wav", "a.txt", *["--pronounce=a=b"] * 20_000]) == 2
    assert "There are 20,000 options; 4,000 can be read." in capsys.readouterr().err


def test_a_style_that_the_weights_do_not_have_is_refused_and_those_they_have_are_named(tmp_path, speech, capsys):
    for command in (["generate", speech], ["batch", speech.parent]):
        for style in ("99", "nobody", "1.5", "-1", "\u0661"):
            assert main([*map(str, command), "--out", str(tmp_path / "take"), f"--speaker={style}"]) == 2
            said = capsys.readouterr().err
            assert all(word in said for word in (style, "0 calm", "1 lively")), said
    assert not (tmp_path / "take").exists()


def test_a_transcript_of_another_recording_is_refused_and_can_be_left_out(tmp_path):
    transcript = tmp_path / "other.txt"
    transcript.write_text(
        "Quarterly figures from seven regional offices suggest refrigerators outsold bicycles, although umbrellas "
        "and typewriters nobody expected remained astonishingly popular throughout Wednesday afternoon meetings."
    )
    arguments = ("generate", DEMO / "speech.flac", "--transcript", transcript, "--out", tmp_path / "take")
    refused(run(*arguments), "transcript")
    assert not (tmp_path / "take").exists()
    result = run(*arguments, "--allow-no-words")
    assert result.returncode == 0, result.stderr
    assert "without words" in result.stderr
    assert json.loads((tmp_path / "take" / "words.json").read_text()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are POSIX")
def test_a_full_disk_leaves_nothing_behind(tmp_path, speech):
    import resource

    before = sorted(tmp_path.iterdir())
    # The limit would stop the file in which coverage keeps its numbers, too.
    environ = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    # A real write error: no file may grow beyond 4 kB.
    limited = run(
        "generate",
        speech,
        "--out",
        tmp_path / "new" / "take",
        env=environ,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)),
    )
    refused(limited, "written")
    assert sorted(tmp_path.iterdir()) == before


def test_a_failed_take_leaves_the_earlier_one_as_it_was(tmp_path, speech):
    out = tmp_path / "take"
    assert run("generate", speech, "--out", out).returncode == 0
    before = {p.name: p.read_bytes() for p in out.iterdir()}
    refused(run("generate", write(tmp_path, np.zeros(32000)), "--out", out))
    assert {p.name: p.read_bytes() for p in out.iterdir()} == before


def test_several_seeds_are_made_in_one_go(tmp_path, speech, capsys):
    out = tmp_path / "takes"
    assert main(["generate", str(speech), "--seeds", "3", "1", "--json", "--out", str(out)]) == 0
    printed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(each["out"], each["seed"]) for each in printed] == [(str(out / "seed_3"), 3), (str(out / "seed_1"), 1)]
    assert main(["generate", str(speech), "--seeds", "3", "3", "--out", str(out)]) == 2


def test_eight_channels_at_96_khz_work(tmp_path, speech):
    samples, rate = soundfile.read(speech)
    import soxr

    wide = np.repeat(soxr.resample(samples, rate, 96000)[:, None], 8, axis=1)
    path = write(tmp_path, wide, 96000, "wide.wav")
    assert run("generate", path, "--out", tmp_path / "take").returncode == 0


def test_a_take_covers_all_of_the_recording_and_says_what_made_it(tmp_path):
    out = tmp_path / "take"
    result = run(
        "generate",
        DEMO / "speech.flac",
        "--transcript",
        DEMO / "transcript.txt",
        "--out",
        out,
        "--style",
        "Lively",
        "--json",
    )
    assert result.returncode == 0, result.stderr
    summary = json.loads(result.stdout)
    take = json.loads((out / "take.json").read_text())
    assert summary["frames"] == take["frames"]
    assert (take["speaker"], take["speaker_name"]) == (1, "lively")
    info = soundfile.info(DEMO / "speech.flac")
    frames = frame_count(round(info.frames * 16000 / info.samplerate))
    with np.load(out / "codes.npz") as codes:
        assert {name: (codes[name].shape, codes[name].dtype) for name in codes.files} == {
            part: ((frames,), np.dtype(np.int32)) for part in ("face", "upper", "hands", "lower")
        }
    for name in ("motion.npz", "motion_raw.npz"):
        motion = load_motion(out / name)
        assert motion.frame_count == frames == take["frames"]
        assert motion.rest_joints is not None
        assert motion.face_basis == "arkit52"
    words = json.loads((out / "words.json").read_text())
    spoken = (DEMO / "transcript.txt").read_text().split()
    assert len(words) == pytest.approx(len(spoken), rel=0.1)
    assert all(w["phones"] for w in words[:5])
    assert len(take["audio"]["sha256"]) == len(take["weights"]["sha256"]) == 64
    assert take["layers"][0]["frames"] == [0, frames]


def test_a_take_is_finished_as_the_options_say_and_takejson_says_how(tmp_path, speech):
    options = ("--root", "stand_still", "--feet", "correct", "--smoothing", "0.5")
    assert run("generate", speech, "--out", tmp_path / "own", *options).returncode == 0
    assert run("generate", speech, "--out", tmp_path / "default").returncode == 0
    own, default = (json.loads((tmp_path / name / "take.json").read_text())["settings"] for name in ("own", "default"))
    smoothing = dict.fromkeys(("upper", "hands", "lower", "face"), 0.5)
    assert own["finish_settings"] == {**smoothing, "root": "stand_still", "feet": "correct"}
    assert "finish_settings" not in default
    raw, finished = (load_motion(tmp_path / "own" / f"{name}.npz") for name in ("motion_raw", "motion"))
    assert np.array_equal(raw.rotations, load_motion(tmp_path / "default" / "motion_raw.npz").rotations)
    assert np.ptp(finished.translation, axis=0).max() < np.ptp(raw.translation, axis=0).max()
    assert run("finish", tmp_path / "own" / "motion_raw.npz", tmp_path / "again.npz", *options).returncode == 0
    again = load_motion(tmp_path / "again.npz")
    # A take begins its finishing on the grid of a .blend: 2 ** -14 radians.
    assert np.abs(again.rotations - finished.rotations).max() < 1e-3
    refused(run("generate", speech, "--out", tmp_path / "bad", "--smoothing", "2"), "out of range")
    assert not (tmp_path / "bad").exists()


def test_the_same_request_gives_the_same_take(tmp_path, speech):
    for name in ("a", "b"):
        assert run("generate", speech, "--out", tmp_path / name, "--no-finish").returncode == 0
    a, b = (load_motion(tmp_path / name / "motion.npz") for name in ("a", "b"))
    assert np.array_equal(a.rotations, b.rotations)
    raw = load_motion(tmp_path / "a" / "motion_raw.npz")
    assert np.array_equal(a.rotations, raw.rotations), "--no-finish is the decoder's motion"


def test_align_writes_words_with_phones(tmp_path):
    out = tmp_path / "words.json"
    assert run("align", DEMO / "speech.flac", DEMO / "transcript.txt", "--out", out).returncode == 0
    words = json.loads(out.read_text())
    starts = [w["start_s"] for w in words]
    assert starts == sorted(starts)
    assert all(w["end_s"] > w["start_s"] for w in words)


def test_align_names_doubtful_words(tmp_path):
    (tmp_path / "a.txt").write_text((DEMO / "transcript.txt").read_text().replace("leisure", "hippopotamus"))
    done = run("align", DEMO / "speech.flac", tmp_path / "a.txt", "--out", tmp_path / "words.json")
    assert done.returncode == 0
    assert "words are doubtful: “hippopotamus” at" in done.stderr


def test_a_console_without_the_letters_of_a_name_shows_escapes(tmp_path):
    found = tmp_path / "\u3042.npz"
    np.savez(found, poses=np.zeros((2, 165)), trans=np.zeros((2, 3)), mocap_frame_rate=30)
    result = run("check", found, env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    assert "Traceback" not in result.stderr
    assert "\\u3042" in result.stdout + result.stderr


def test_a_take_below_a_file_is_refused_before_any_work(speech):
    refused(run("generate", speech, "--out", speech / "take"), "is a file")
