"""Snatches made soft: where a wrist starts or stops more abruptly than people's do, its arm turns over more frames.

    speed of the wrist      ╭╮                          jerk beyond what people have: a Gaussian of a frame and a half
                        ____││____      snatched        over the frames around it, twice
                        ___╱  ╲___      shown           the way is the same, and so is the time of its middle

A decoded stroke can be over within four frames, above all where it was enlarged or ran faster to end on a syllable.
Frames far from a snatch keep their values to the bit.
"""

import numpy as np

from ..body.blend import blend_quats, blend_values
from ..body.curves import envelope, gaussian, min_jerk

# Metres per second cubed, seen from the pelvis, up to which a wrist is left alone, and from which on its arm is wholly
# softened. A recorded speaker's wrists have 34 in the middle, 190 in the highest hundredth and 330 at most, and more
# than 250 eleven times a minute; so have ours then.
_FREE_JERK, _SNATCH_JERK = 230.0, 400.0
# Seconds (sigma) of the Gaussian, and how often it is taken; seconds around a snatch in which it sets in and ends.
_SOFT_S, _PASSES, _AROUND_S = 0.045, 2, 0.085


def soft_path(path: np.ndarray, fps: float, strength: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Soften the path of a wrist where it is snatched.

    Args:
        path: (T, 3) metres, seen from the pelvis.
        fps: frames per second.
        strength: 0 leaves it as it is, 1 softens it fully.

    Returns:
        the path (T, 3), and by how much it was softened in each pass (passes, T), 0-1.
    """
    shares = np.zeros((_PASSES, len(path)))
    for share in shares:
        share[:] = strength * _snatched(path, fps)
        if not share.any():
            break
        path = blend_values(path, gaussian(path, _SOFT_S * fps), share)
    return path, shares


def soft_turns(turns: np.ndarray, shares: np.ndarray, fps: float) -> np.ndarray:
    """Soften the turns of an arm as its wrist's path was.

    Args:
        turns: (T, J, 4) unit quaternions with continuous signs.
        shares: (passes, T) from `soft_path`.
        fps: frames per second.
    """
    for share in shares:
        if share.any():
            wide = gaussian(turns, _SOFT_S * fps)
            turns = blend_quats(turns, wide / np.linalg.norm(wide, axis=-1, keepdims=True), share)
    return turns


def _snatched(path: np.ndarray, fps: float) -> np.ndarray:
    """Return how far beyond people's the jerk of a path (T, 3) is around each frame, (T,), 0-1."""
    if len(path) < 4:
        return np.zeros(len(path))
    jerk = np.linalg.norm(np.diff(path, n=3, axis=0), axis=-1) * fps**3
    # the third difference of four frames lies between the second and the third one
    highest = np.maximum(np.pad(jerk, (1, 2)), np.pad(jerk, (2, 1)))
    excess = min_jerk((highest - _FREE_JERK) / (_SNATCH_JERK - _FREE_JERK))
    return envelope(excess, max(1, round(_AROUND_S * fps))) if excess.any() else excess
