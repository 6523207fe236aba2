"""The published metrics of co-speech gesture: Frechet distance, beat consistency, L1 diversity, face MSE and LVD.

As defined with BEAT2 (EMAGE, Liu et al. 2024; beat consistency after Li et al. 2021). Papers often print ten times
these numbers.
"""

import numpy as np
import scipy.linalg
from scipy.signal import argrelmin

from core.clock import FPS, SAMPLE_RATE

EDGE_S = 2
BEAT_NEIGHBOURS = 7
BEAT_SPEED = 0.3
BEAT_SIGMA_S = 0.3
BEAT_JOINTS = (3, 6, 9, *range(12, 22))
ONSET_HOP = 512


def frechet_distance(a: np.ndarray, b: np.ndarray) -> float:
    """Return |mean a - mean b|^2 + tr(Ca + Cb - 2 sqrt(Ca Cb)) of two sets of features (N, C) and (M, C)."""
    difference = a.mean(0) - b.mean(0)
    cov_a, cov_b = (np.atleast_2d(np.cov(x, rowvar=False)) for x in (a, b))
    # sqrt(Ca Cb) has the trace of the symmetric sqrt(sqrt(Ca) Cb sqrt(Ca)), which stays real for singular matrices.
    root = _symmetric_root(cov_a)
    cross = np.sqrt(np.clip(scipy.linalg.eigvalsh(root @ cov_b @ root), 0, None)).sum()
    return float(difference @ difference + np.trace(cov_a) + np.trace(cov_b) - 2 * cross)


def _symmetric_root(matrix: np.ndarray) -> np.ndarray:
    values, vectors = scipy.linalg.eigh(matrix)
    return (vectors * np.sqrt(np.clip(values, 0, None))) @ vectors.T


def l1_diversity(positions: np.ndarray) -> float:
    """Return the mean over frames of the summed distance |x - mean over frames| of all coordinates.

    Args:
        positions: (T, J, 3) metres, root-relative.
    """
    flat = positions.reshape(len(positions), -1)
    return float(np.abs(flat - flat.mean(0)).sum(1).mean())


def joint_speed(positions: np.ndarray) -> np.ndarray:
    """Return the speeds (T, J) by central differences, one-sided at the ends, m/s."""
    velocity = np.empty_like(positions)
    velocity[1:-1] = (positions[2:] - positions[:-2]) / 2
    velocity[0], velocity[-1] = positions[1] - positions[0], positions[-1] - positions[-2]
    return np.linalg.norm(velocity, axis=-1) * FPS


def audio_beats(samples: np.ndarray) -> np.ndarray:
    """Return the onsets (B,) of sound (N,) at 16 kHz without its first and last 2 s; seconds after the first 2 s."""
    import librosa

    edge = EDGE_S * SAMPLE_RATE
    inner = np.ascontiguousarray(samples[edge : len(samples) - edge], np.float32)
    return librosa.onset.onset_detect(y=inner, sr=SAMPLE_RATE, hop_length=ONSET_HOP, units="time")


def beat_consistency(positions: np.ndarray, mean_speed: np.ndarray, beats_s: np.ndarray) -> float:
    """Return how near each beat of the sound has a motion beat, 0-1, averaged over the joints of the upper body.

    A motion beat is a frame at which a joint is slower than 7 frames on either side. Which of them count is decided by
    the speed 2 s earlier than the beat, as in the published code: only with this quirk can the numbers be compared with
    published ones.

    Args:
        positions: (T, 55, 3) metres, root-relative.
        mean_speed: (55,) the joints' mean speed over the data set, m/s.
        beats_s: beats of the sound, from `audio_beats`.

    Returns:
        the mean over beats and joints; not a number without beats of the sound.
    """
    if not len(beats_s):
        return float("nan")
    edge = EDGE_S * FPS
    joints = list(BEAT_JOINTS)
    speeds = joint_speed(positions[:, joints]) / mean_speed[joints]
    scores = []
    for speed in speeds.T:
        (lows,) = argrelmin(speed[edge : len(speed) - edge], order=BEAT_NEIGHBOURS)
        lows = lows[speed[lows] > BEAT_SPEED]
        if not len(lows):
            scores.append(0.0)
            continue
        nearest = np.abs(beats_s[:, None] - lows / FPS).min(1)
        scores.append(np.exp(-np.square(nearest) / (2 * BEAT_SIGMA_S**2)).mean())
    return float(np.mean(scores))


def vertex_mse(predicted: np.ndarray, recorded: np.ndarray) -> float:
    """Return the mean squared difference of all coordinates of face vertices (T, V, 3), metres^2."""
    return float(np.square(predicted - recorded).mean())


def vertex_lvd(predicted: np.ndarray, recorded: np.ndarray) -> float:
    """Return the mean absolute difference of the velocities of vertices (T, V, 3), metres per frame."""
    return float(np.abs(np.diff(predicted, axis=0) - np.diff(recorded, axis=0)).mean())
