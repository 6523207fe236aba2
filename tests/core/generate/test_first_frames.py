"""The first frames of a long take come while it is made, and a take that is ended early is a whole one."""

from dataclasses import replace

import numpy as np
import pytest
import soundfile

from core import requests
from core.body.motion import load_motion
from core.body.parts import Part
from core.generate import first_frames, stretches
from core.generate.first_frames import Underway
from core.generate.pipeline import generate
from core.generate.regenerate import resample
from core.model.loading import Models
from core.take.take import read_take
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def models():
    return Models()


@pytest.fixture
def request_of(tmp_path, monkeypatch):
    """A request for twenty seconds, which count as a long take here."""
    monkeypatch.setattr(first_frames, "LEAST_FRAMES", 300)
    monkeypatch.setattr(first_frames, "FIRST", 90)
    # After every four windows what is made up to now is shown.
    monkeypatch.setattr(stretches, "_MOST", 4)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    samples, rate = soundfile.read(ROOT / "addon" / "assets" / "demo" / "speech.flac", frames=20 * 16000)
    soundfile.write(tmp_path / "speech.wav", samples, rate)
    return requests.Generate(tmp_path / "speech.wav", tmp_path / "take", device="cpu", pieces=tmp_path)


def test_pieces_come_while_windows_are_predicted_and_change_nothing(request_of, models):
    pieces, fractions = [], []
    underway = Underway(send_piece=lambda path, first: pieces.append((load_motion(path), first, fractions[-1])))
    take = generate(request_of, lambda fraction, stage: fractions.append(fraction), models=models, underway=underway)
    assert [first for _, first, _ in pieces] == [0, pieces[0][0].frame_count]
    assert all(fraction < 0.9 for _, _, fraction in pieces)
    for motion, first, _ in pieces:
        wanted = take.finished.rotations[first : first + motion.frame_count]
        assert np.median(np.abs(motion.rotations - wanted)) < 1e-3
    # A caller that directs the take itself gets the same finished motion and no other.
    plain = requests.Generate(request_of.audio, request_of.out.with_name("b"), device="cpu", hands_out_here=False)
    alone = generate(plain, models=models)
    assert take.finished.rotations.tobytes() == alone.finished.rotations.tobytes()
    assert alone.directed is None
    assert "hands" not in alone.info
    assert not (plain.out / "motion_finished.npz").exists()
    moody = generate(
        replace(plain, mood=({"name": "happy", "strength": 0.5},), out=plain.out.with_name("c")), models=models
    )
    assert moody.directed is not None
    assert read_take(plain.out.with_name("c")).info["direct"]["mood"]


@pytest.mark.slow
def test_a_take_that_is_ended_early_is_short_and_can_be_resampled(request_of, models, tmp_path):
    made = generate(request_of, models=models, underway=Underway(ended=lambda: True))
    take = read_take(request_of.out)
    late = models.load(None, "cpu").network.info.late_frames
    assert made.raw.frame_count == take.raw.frame_count == 4 * 60 + 4 - late
    assert take.info["audio"]["duration_s"] == pytest.approx(take.raw.frame_count / 30)
    again = resample(requests.Resample(request_of.out, tmp_path / "again", ("upper",), 100, 140, seed=3), models=models)
    assert again.raw.frame_count == take.raw.frame_count
    assert np.array_equal(again.codes[Part.FACE], take.codes[Part.FACE])
