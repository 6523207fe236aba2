"""The bundled recording: its samples, its text, and what the aligner hears in it."""

from pathlib import Path

import pytest

from core.audio.load import load_audio
from core.text.placing import hear
from core.text.transcript import read_transcript

DEMO = Path(__file__).resolve().parents[3] / "addon" / "assets" / "demo"


@pytest.fixture(scope="module")
def samples():
    return load_audio(DEMO / "speech.flac").samples


@pytest.fixture(scope="module")
def text():
    return read_transcript(DEMO / "transcript.txt").text


@pytest.fixture(scope="module")
def sound(samples):
    return hear(samples)
