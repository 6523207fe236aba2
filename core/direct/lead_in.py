"""How gestures of the library take over arms, and give them back: own strokes come to rest, they are not cut.

Blended with a gesture alone, the take's own strokes run on underneath: a hand sets out one way, and is then drawn
another way. So the own motion comes to rest while the gesture sets in. It begins to do so where the hand is slow, if
there is such a moment shortly before (likewise backwards where a gesture ends):

    own stroke       ___╱‾‾╲__╱‾‾╲         of the take
    own in blend     ___╱‾‾╲____────       slower and slower, until it stands
    gesture's weight ___________╱‾‾‾
                            ↑ the hand is slow here
"""

import numpy as np

from ..body.motion import Motion
from .posed_arms import Arms
from .retiming import turns_at

# Share of a blend within which the own motion comes to rest.
_RUNS_OUT = 0.6
# Seconds by which a blend may be longer, and metres per second by which a hand must be slower for each second more.
_LONGER_S, _SLOWER_M_S2 = 0.4, 0.6
# Frames of the take that are looked at: no blend is longer, seconds.
_LOOK_S = 3.0


def resting(own: np.ndarray, rows: np.ndarray, before: tuple[int, int], after: tuple[int, int]) -> np.ndarray:
    """Return own turns that come to rest in the blend before a gesture, and set out from rest in the one after it.

    Args:
        own: (N, J, 4) unit quaternions with continuous signs.
        rows: (N,) their frames, without gaps.
        before: first and last frame of the blend before the gesture.
        after: those of the blend after it.

    Returns:
        (N, J, 4); in the first frame of `before`, the last one of `after` and beyond they are the own turns.
    """
    into, out_of = rows - before[0], after[1] - rows
    is_before = rows <= (before[1] + after[0]) / 2
    shown = np.where(is_before, before[0] + _run_out(into, np.ptp(before)), after[1] - _run_out(out_of, np.ptp(after)))
    return turns_at(own, shown - rows[0])


def wrist_speeds(motion: Motion, sides: tuple[int, ...], frame: int, step: int) -> np.ndarray:
    """Return how fast the faster of the wrists of `sides` is from a frame on, m/s, seen from the pelvis.

    Args:
        motion: the take's own.
        sides: 0 left, 1 right.
        frame: the first one.
        step: 1 for the frames after it, -1 for those before it.
    """
    look = round(_LOOK_S * motion.fps)
    chosen = slice(frame, frame + look) if step > 0 else slice(max(frame - look, 0), frame + 1)
    wrists = Arms.of(motion.rotations[chosen], motion.skeleton).wrist[:, sides]
    if len(wrists) < 2:
        return np.zeros(len(wrists))
    return (np.linalg.norm(np.gradient(wrists, axis=0), axis=-1).max(1) * motion.fps)[::step]


def slowest(speeds: np.ndarray, least: int, fps: float) -> int:
    """Return how many frames a blend has, `least` or more, so that its outer end is where the hand is slow.

    Args:
        speeds: (N,) m/s, of the hand so many frames away from the gesture.
        least: frames that the way of the hand needs.
        fps: frames per second.
    """
    around = speeds[least : least + round(_LONGER_S * fps) + 1]
    return least + int((around + _SLOWER_M_S2 * np.arange(len(around)) / fps).argmin()) if len(around) else least


def _run_out(frames: np.ndarray, length: int) -> np.ndarray:
    """Return how far, in frames, a motion comes in `frames` (N,) if it slows down from its own speed at 0 to none."""
    until = _RUNS_OUT * length
    phase = np.clip(frames / until, 0.0, 1.0)
    return np.where(frames < 0, frames, until * (phase - _min_jerk_integral(phase)))


def _min_jerk_integral(phase: np.ndarray) -> np.ndarray:
    """Return the integral of `min_jerk` from 0 to phases (N,) between 0 and 1."""
    return phase**4 * (2.5 + phase * (phase - 3))
