"""A jaw that follows the level in vowels is measured as such."""

import numpy as np
import pytest

from core.audio.load import load_audio
from core.body.motion import Motion
from core.body.skeleton import JOINT
from core.text.timing import Phone, Word
from training.evaluation.mouth import jaw_correlation
from training.evaluation.synchrony import speech_level, stressed_nuclei

from ...conftest import ROOT

DEMO = ROOT / "addon" / "assets" / "demo" / "speech.flac"


def test_the_jaw_that_follows_the_level_in_vowels_correlates():
    samples = load_audio(DEMO).samples
    level = speech_level(samples)
    frames = int(len(samples) / 16000 * 30)
    nuclei = stressed_nuclei(level)
    words = [Word("a", t - 0.06, t + 0.06, 1.0, (Phone("AH", t - 0.06, t + 0.06),)) for t in nuclei]
    at = np.minimum(np.round(np.arange(frames) / 30 * 100).astype(int), len(level) - 1)
    rotations = np.zeros((frames, 55, 3))
    rotations[:, JOINT["jaw"], 0] = 0.01 * (level[at] + 60)
    motion = Motion(rotations, np.zeros((frames, 3)), np.zeros((frames, 100)), "flame100")
    assert jaw_correlation(motion, samples, words) == pytest.approx(1, abs=1e-6)
    assert np.isnan(jaw_correlation(motion, samples, []))
