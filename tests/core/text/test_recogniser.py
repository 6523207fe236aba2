"""A recogniser of the user's writes the text; a folder that is none is refused before a library opens it."""

import json
import os
from importlib.util import find_spec
from pathlib import Path

import pytest

from core.audio.load import load_audio
from core.cli.parser import main
from core.errors import GestureError
from core.text.recogniser import written_text
from core.text.recogniser_folder import check_recogniser

from .tiny_recogniser import make_recogniser, weights

DEMO = Path(__file__).resolve().parents[3] / "addon" / "assets" / "demo"
# The folder of a real model, for the tests that need one.
MODEL = os.environ.get("GESTURE_RECOGNISER_DIR")
INSTALLED = find_spec("faster_whisper") is not None


@pytest.fixture
def folder(tmp_path) -> Path:
    return make_recogniser(tmp_path / "tiny")


def test_a_whole_folder_is_taken(folder):
    check_recogniser(folder)


@pytest.mark.parametrize("damage", [
    {"version": 99}, {"kind": "TransformerSpec"}, {"count": 3}, {"count": 1}, {"count": 4_000_000_000},
    {"shape": (2, 4)}, {"shape": (4_000_000_000, 4_000_000_000)}, {"shape": (1,) * 9}, {"item": 77},
    {"length": 4_000_000_000}, {"data": 20}, {"end": b"more"},
])  # fmt: skip
def test_weights_whose_lengths_lie_are_refused(folder, damage):
    (folder / "model.bin").write_bytes(weights(**damage))
    with pytest.raises(GestureError, match="in tiny is damaged"):
        check_recogniser(folder)


def test_weights_that_end_early_are_refused_wherever_they_end(folder):
    whole = weights()
    for length in range(len(whole)):
        (folder / "model.bin").write_bytes(whole[:length])
        with pytest.raises(GestureError, match="damaged"):
            check_recogniser(folder)


@pytest.mark.parametrize(("name", "content", "said"), [
    ("model.bin", None, "lacks model.bin"), ("tokenizer.json", None, "lacks tokenizer.json"),
    ("vocabulary.txt", None, "lacks vocabulary"), ("config.json", "[1]", "config.json in tiny is damaged"),
    ("tokenizer.json", "[" * 200_000, "tokenizer.json in tiny is damaged"),
    ("preprocessor_config.json", "no", "preprocessor_config.json in tiny is damaged"),
])  # fmt: skip
def test_other_files_are_checked(folder, name, content, said):
    (folder / name).unlink(missing_ok=True)
    if content is not None:
        (folder / name).write_text(content)
    with pytest.raises(GestureError, match=said) as error:
        check_recogniser(folder)
    assert error.value.remedy.endswith(".")


def test_a_pipe_is_no_model(folder):
    (folder / "model.bin").unlink()
    os.mkfifo(folder / "model.bin")
    with pytest.raises(GestureError, match="not a file"):
        check_recogniser(folder)


@pytest.mark.skipif(INSTALLED, reason="faster-whisper is installed")
def test_without_the_package_the_message_says_what_to_do(folder, tmp_path, capfd):
    out = tmp_path / "said.txt"
    assert main(["transcribe", str(DEMO / "speech.flac"), "--model", str(folder), "--out", str(out)]) == 2
    said = capfd.readouterr().err
    assert "needs the package faster-whisper" in said
    assert "pip install faster-whisper" in said
    assert not out.exists()


@pytest.mark.skipif(not (INSTALLED and MODEL), reason="needs faster-whisper, and GESTURE_RECOGNISER_DIR with a model")
def test_the_bundled_recording_is_written_down(tmp_path):
    out = tmp_path / "said.txt"
    assert main(["transcribe", str(DEMO / "speech.flac"), "--model", MODEL, "--out", str(out)]) == 0
    said = out.read_text().lower().split()
    right = (DEMO / "transcript.txt").read_text().lower().split()
    assert len(set(right) & set(said)) > 0.8 * len(set(right))


@pytest.mark.skipif(not INSTALLED, reason="needs faster-whisper")
def test_a_folder_that_only_looks_like_a_model_is_refused(folder):
    with pytest.raises(GestureError, match="cannot be used"):
        written_text(load_audio(DEMO / "speech.flac").samples, folder, "auto", "cpu", lambda share: None)


@pytest.mark.skipif(not (INSTALLED and MODEL), reason="needs faster-whisper, and GESTURE_RECOGNISER_DIR with a model")
@pytest.mark.parametrize("name", ["tokenizer.json", "vocabulary.txt"])
def test_a_model_with_another_file_beside_it_ends_in_a_message(tmp_path, name):
    for file in Path(MODEL).iterdir():
        (tmp_path / file.name).symlink_to(file)
    (tmp_path / name).unlink()
    (tmp_path / name).write_text(json.dumps({"made": "up"}))
    with pytest.raises(GestureError):
        written_text(load_audio(DEMO / "speech.flac").samples[:80_000], tmp_path, "auto", "cpu", lambda share: None)
