"""Where a recording holds speech, and where it is quiet; frames of 10 ms."""

import numpy as np

from ..clock import SAMPLE_RATE

FRAME_S = 0.01
FRAME_SAMPLES = SAMPLE_RATE // 100
QUIET_FRAMES = 25  # the level is averaged over 0.25 s to find quiet places
ACTIVE_DB = 25.0  # a frame is speech if it is less than so much below the recording's loud end,
ABOVE_FLOOR = 0.25  # and above this share of the way from its quiet end to its loud end
LOUD_FRAMES = 200  # the loud end is exceeded by at least 2 s, or by a twentieth of the recording, if that is less


def energy_db(samples: np.ndarray) -> np.ndarray:
    """Measure the level of every 10 ms frame; (frames,) dB."""
    count = len(samples) // FRAME_SAMPLES
    frames = samples[: count * FRAME_SAMPLES].reshape(count, FRAME_SAMPLES)
    return 10 * np.log10(np.einsum("fn,fn->f", frames, frames, dtype=np.float64) / FRAME_SAMPLES + 1e-12)


def active_frames(level_db: np.ndarray) -> np.ndarray:
    """Mark the frames that hold speech, judged by the recording's own quiet and loud ends; (frames,) bool."""
    if not len(level_db):
        return np.zeros(0, bool)
    floor, top = float(np.quantile(level_db, 0.05)), loud_db(level_db)
    return level_db > max(top - ACTIVE_DB, floor + ABOVE_FLOOR * (top - floor))


def loud_db(level_db: np.ndarray) -> float:
    """Return the recording's loud end, dB."""
    return float(np.quantile(level_db, max(0.95, 1 - LOUD_FRAMES / len(level_db))))


def smoothed(level_db: np.ndarray) -> np.ndarray:
    """Average the level over the length of a short pause; (frames,)."""
    padded = np.pad(level_db, QUIET_FRAMES // 2, mode="edge")
    return np.convolve(padded, np.ones(QUIET_FRAMES) / QUIET_FRAMES, "valid")


def next_cut(smooth_db: np.ndarray, start: int, shortest_s: float, longest_s: float) -> int:
    """Return the quietest frame between the two lengths after `start`; the end where the rest is no longer."""
    left = len(smooth_db) - start
    shortest, longest = round(shortest_s / FRAME_S), round(longest_s / FRAME_S)
    if left <= longest:
        return len(smooth_db)
    if left < longest + shortest:  # two equal pieces at the end instead of a long and a tiny one
        shortest, longest = left // 4, left - left // 4
    low = start + shortest
    return low + int(np.argmin(smooth_db[low : start + longest]))


def quiet_cuts(level_db: np.ndarray, shortest_s: float, longest_s: float) -> list[int]:
    """Cut a recording at quiet places into stretches of the given lengths; the frames of the cuts and of both ends."""
    smooth_db = smoothed(level_db)
    cuts = [0]
    while cuts[-1] < len(level_db):
        cuts.append(next_cut(smooth_db, cuts[-1], shortest_s, longest_s))
    return cuts
