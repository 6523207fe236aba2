"""What seeds change in takes of the starter weights: the wrists are elsewhere, and no more abrupt."""

import os
from pathlib import Path

import pytest

from devtools.measure.variation import main

from ...conftest import ROOT

DEMO = ROOT / "addon" / "assets" / "demo"
REAL = os.environ.get("GESTURE_REAL_DIR")


def test_seeds_move_the_wrists_elsewhere_and_no_more_abruptly(capsys):
    """Jerk at most 1.1 times that of the deterministic take, 5 cm apart, and every seed the same at variation 0."""
    speech = (str(DEMO / "speech.flac"), str(DEMO / "transcript.txt"))
    missed = main([*speech, "--styles", "1", "--variations", "1.0", "--seeds", "1", "2"])
    assert not missed, capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize("seeds", [range(1, 7), range(20, 26)], ids=str)
def test_in_every_style_and_at_other_variations_too(seeds, capsys):
    speech = (str(DEMO / "speech.flac"), str(DEMO / "transcript.txt"))
    missed = main([*speech, "--variations", "0.5", "0.75", "1.0", "--seeds", *map(str, seeds)])
    assert not missed, capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.skipif(REAL is None, reason="set GESTURE_REAL_DIR to measure on recorded speech")
def test_on_recorded_speech_too(capsys):
    for audio in sorted(Path(REAL).glob("*.wav")):
        assert not main([str(audio), str(audio.with_suffix(".TextGrid"))]), capsys.readouterr().out
