"""Strokes and pauses against speech: small cases done by hand, and a slow twin."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter1d
from scipy.signal import find_peaks

from core.audio.load import load_audio
from core.body.skeleton import JOINT
from training.evaluation.synchrony import speech_level, stressed_nuclei, stroke_ends, synchrony

from ...conftest import ROOT
from .still_figure import standing

DEMO = ROOT / "addon" / "assets" / "demo" / "speech.flac"


def slow_stroke_ends(wrists: np.ndarray) -> list[float]:
    """As the definition reads, peak by peak."""
    ends = set()
    for side in range(2):
        path = gaussian_filter1d(wrists[:, side], 1.0, axis=0)
        speed = np.linalg.norm(np.gradient(path, axis=0), axis=-1) * 30
        for high in find_peaks(speed, height=0.35)[0]:
            window = speed[high : high + 16]
            lows, _ = find_peaks(-window)
            if len(lows) and window[lows[0]] < 0.6 * speed[high]:
                ends.add((high + lows[0]) / 30)
    return sorted(ends)


def test_stroke_ends_agree_with_the_slow_way():
    for seed in range(5):
        random = np.random.default_rng(seed)
        wrists = gaussian_filter1d(random.normal(size=(900, 2, 3)), 4, axis=0) * 0.3
        ends = stroke_ends(wrists)
        assert len(ends) > 20
        assert ends == pytest.approx(slow_stroke_ends(wrists))


def gesturing(strokes_s: np.ndarray, seconds: float) -> np.ndarray:
    """A hand that jumps 25 cm within 0.27 s, stops at each time, and sinks back a little."""
    positions = standing(int(seconds * 30))
    place = np.zeros(len(positions))
    for number, end in enumerate(strokes_s):
        for start, length, metres in ((end - 0.27, 0.27, 0.25), (end, 0.5, -0.05)):
            progress = np.clip((np.arange(len(place)) / 30 - start) / length, 0, 1)
            way = 10 * progress**3 - 15 * progress**4 + 6 * progress**5
            place += (metres if number % 2 else -metres) * way
    positions[:, JOINT["right_wrist"], 1] += place
    return positions


def test_strokes_aimed_at_stressed_syllables_stand_out_from_chance():
    samples = load_audio(DEMO).samples
    stressed = stressed_nuclei(speech_level(samples))
    aimed = stressed[1:][np.diff(stressed) > 0.5][::2]
    seconds = len(samples) / 16000
    good = synchrony(gesturing(aimed, seconds), samples)
    late = synchrony(gesturing(aimed + 0.25, seconds), samples)
    assert good.strokes_per_min == pytest.approx(len(aimed) / seconds * 60, rel=0.1)
    assert good.sync_z > 3
    assert late.sync_z < 1


def test_pause_ratio_tells_calm_hands_from_busy_ones():
    noise = np.random.default_rng(0).normal(size=16000 * 12).astype(np.float32)
    seconds = np.arange(len(noise)) / 16000
    # 3 s of speech, 3 s of pause
    speech = noise * np.where(seconds % 6 < 3, 0.1, 1e-5)
    frames = np.arange(360) / 30
    for in_pause, ratio in ((0.25, 0.25), (2.0, 2.0)):
        positions = standing(360)
        step = np.where(frames % 6 < 3, 1.0, in_pause) * 0.02
        positions[:, JOINT["right_wrist"], 1] += np.cumsum(step)
        assert synchrony(positions, speech).pause_ratio == pytest.approx(ratio, rel=0.08)
