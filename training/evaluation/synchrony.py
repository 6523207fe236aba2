"""Measures of how a motion fits its speech: strokes that end on stressed syllables, hands that calm down in pauses.

The published beat consistency is as high for recorded motion as for the same motion shifted in time. These measures are
lower for shifted motion.
"""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.signal import find_peaks

from core.clock import FPS, SAMPLE_RATE
from training.evaluation.movement import relative_wrists, wrist_speed

LEVEL_RATE = 100
PROMINENCE_DB, ABOVE_FLOOR_DB = 6.0, 12.0
NEAR_S = 2.0
STROKE_M_S, ENDED, STROKE_S = 0.35, 0.6, 0.5
TOLERANCE_S = 0.08
SHIFT_FROM_S, SHIFT_STEP_S = 1.0, 0.37
PAUSE_S, SETTLE_S = 1.2, 0.6
FEWEST = 5


@dataclass(frozen=True)
class Synchrony:
    """Numbers of one motion and its speech; not a number where there are too few strokes, syllables or pauses.

    Attributes:
        strokes_per_min, stressed_per_min: how many strokes end, and how many syllables are stressed.
        sync: mean over strokes of exp(-d^2 / (2 * 0.08^2)), d = seconds to the nearest stressed nucleus.
        sync_z: how far `sync` is above that of the motion shifted in a circle by 1 s, 1.37 s ..., in standard
            deviations of the latter; by chance it is 0 +- 1.
        pause_ratio: wrist speed in pauses longer than 1.2 s, from 0.6 s after their start on, divided by wrist speed
            while speaking.
    """

    strokes_per_min: float
    stressed_per_min: float
    sync: float
    sync_z: float
    pause_ratio: float


def synchrony(positions: np.ndarray, samples: np.ndarray) -> Synchrony:
    """Measure a motion against its speech.

    Args:
        positions: (T, 55, 3) metres, 30 fps.
        samples: (N,) mono, 16 kHz, beginning with the motion.
    """
    seconds = min(len(samples) / SAMPLE_RATE, len(positions) / FPS)
    level = speech_level(samples)
    stressed = stressed_nuclei(level)
    stressed = stressed[stressed < seconds]
    ends = stroke_ends(relative_wrists(positions))
    ends = ends[ends < seconds]
    sync = z = float("nan")
    if len(ends) >= FEWEST and len(stressed) >= FEWEST:
        sync = _score(ends, stressed)
        shifts = np.arange(SHIFT_FROM_S, seconds - SHIFT_FROM_S, SHIFT_STEP_S)
        chance = np.array([_score((ends + shift) % seconds, stressed) for shift in shifts])
        z = float((sync - chance.mean()) / chance.std())
    return Synchrony(
        strokes_per_min=len(ends) / seconds * 60,
        stressed_per_min=len(stressed) / seconds * 60,
        sync=sync,
        sync_z=z,
        pause_ratio=_pause_ratio(wrist_speed(positions).mean(1), is_speech(level)),
    )


def speech_level(samples: np.ndarray) -> np.ndarray:
    """Return the power in dB, every 10 ms, smoothed over about 60 ms."""
    hop = SAMPLE_RATE // LEVEL_RATE
    power = np.square(samples[: len(samples) // hop * hop], dtype=np.float64).reshape(-1, hop).mean(1)
    return 10 * np.log10(gaussian_filter1d(power, 2.5) + 1e-9)


def is_speech(level: np.ndarray) -> np.ndarray:
    """Return where the level is 12 dB above the noise floor, which is its 10th percentile."""
    return level > np.percentile(level, 10) + ABOVE_FLOOR_DB


def stressed_nuclei(level: np.ndarray) -> np.ndarray:
    """Find the times (S,) in seconds of syllable nuclei at least as loud as the median nucleus within 2 s.

    A nucleus is a peak of the level that stands out by 6 dB, 80 ms or more from the next.
    """
    floor = np.percentile(level, 10)
    peaks, _ = find_peaks(level, prominence=PROMINENCE_DB, height=floor + ABOVE_FLOOR_DB, distance=8)
    times = peaks / LEVEL_RATE
    near = np.abs(times[:, None] - times[None]) <= NEAR_S
    usual = np.array([np.median(level[peaks[row]]) for row in near])
    return times[level[peaks] >= usual] if len(peaks) else times


def stroke_ends(wrists: np.ndarray) -> np.ndarray:
    """Find the times (E,) in seconds at which a wrist faster than 0.35 m/s slows to a minimum below 60 % within 0.5 s.

    Args:
        wrists: (T, 2, 3) metres, relative to the root, 30 fps.
    """
    ends = []
    smooth = gaussian_filter1d(wrists, 1.0, axis=0)
    speeds = np.linalg.norm(np.gradient(smooth, axis=0), axis=-1) * FPS
    for speed in speeds.T:
        highs, _ = find_peaks(speed, height=STROKE_M_S)
        lows, _ = find_peaks(-speed)
        following = np.searchsorted(lows, highs, side="right")
        highs, following = highs[following < len(lows)], following[following < len(lows)]
        low = lows[following]
        # A minimum at the window's very end has no neighbour inside it.
        ended = (low < highs + int(STROKE_S * FPS)) & (speed[low] < ENDED * speed[highs])
        ends.append(low[ended] / FPS)
    return np.unique(np.concatenate(ends))


def _score(ends: np.ndarray, stressed: np.ndarray) -> float:
    nearest = np.abs(ends[:, None] - stressed[None]).min(1)
    return float(np.exp(-np.square(nearest) / (2 * TOLERANCE_S**2)).mean())


def _pause_ratio(speed: np.ndarray, speaking: np.ndarray) -> float:
    """Return the ratio from the wrist speed (T - 1,), m/s at 30 fps, and from where there is speech, every 10 ms."""
    at = np.minimum((np.arange(len(speed)) / FPS * LEVEL_RATE).astype(int), len(speaking) - 1)
    talk = speaking[at]
    edges = np.diff(np.concatenate([[False], ~talk, [False]]).astype(int))
    paused = np.zeros(len(speed), bool)
    for start, end in zip(np.flatnonzero(edges == 1), np.flatnonzero(edges == -1), strict=True):
        if end - start > PAUSE_S * FPS:
            paused[start + int(SETTLE_S * FPS) : end] = True
    return float(speed[paused].mean() / speed[talk].mean()) if paused.any() and talk.any() else float("nan")
