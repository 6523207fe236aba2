"""Write the Text: a recogniser of the user's writes a text of the .blend file; what it lacks is said."""

import os
from pathlib import Path

import bpy
import pytest

from tests.core.text.tiny_recogniser import make_recogniser

from ..conftest import ROOT

SPEECH = ROOT / "addon" / "assets" / "demo" / "speech.flac"
# A real model, and a Python with faster-whisper, for the test that needs them.
MODEL, PYTHON = (os.environ.get(name) for name in ("GESTURE_RECOGNISER_DIR", "GESTURE_RECOGNISER_PYTHON"))
pytestmark = pytest.mark.any_blender


@pytest.fixture
def folder(tmp_path) -> Path:
    return make_recogniser(tmp_path / "tiny")


@pytest.fixture
def settings(scene, monkeypatch):
    monkeypatch.delenv("MAMBATALK_RECOGNISER", raising=False)
    scene.mambatalk.audio_file = str(SPEECH)
    return scene.mambatalk


def test_the_button_waits_for_a_recogniser(settings):
    with pytest.raises(RuntimeError, match="Choose a folder for Recogniser"):
        bpy.ops.mambatalk.write_transcript()


def test_without_the_package_the_message_says_what_to_do_and_no_text_is_made(settings, monkeypatch, folder):
    monkeypatch.setenv("MAMBATALK_RECOGNISER", str(folder))
    with pytest.raises(RuntimeError, match="needs the package faster-whisper"):
        bpy.ops.mambatalk.write_transcript()
    assert (len(bpy.data.texts), settings.transcript_source) == (0, "FILE")


def test_a_folder_that_is_no_recogniser_is_named(settings, monkeypatch, tmp_path):
    monkeypatch.setenv("MAMBATALK_RECOGNISER", str(tmp_path))
    with pytest.raises(RuntimeError, match="is no recogniser"):
        bpy.ops.mambatalk.write_transcript()


@pytest.mark.skipif(not (MODEL and PYTHON), reason="needs GESTURE_RECOGNISER_DIR and GESTURE_RECOGNISER_PYTHON")
def test_the_text_becomes_the_transcript(settings, monkeypatch):
    monkeypatch.setenv("MAMBATALK_RECOGNISER", MODEL)
    monkeypatch.setenv("MAMBATALK_PYTHON", str(Path(PYTHON)))
    assert bpy.ops.mambatalk.write_transcript() == {"FINISHED"}
    assert settings.transcript_source == "TEXT"
    assert "ill-disposed young man" in settings.transcript_text.as_string()
