"""Blends from old values to new ones over a few frames: the weights, and values or rotations that are mixed by them.

A weight says how much of the new values a frame takes. With `span_weights(frames, 4, 7, 3, 3)`:

    frame    0     1     2     3     4     5     6     7     8     9     10    11
    weight   0     0     0.21  0.79  1     1     1     1     0.79  0.21  0     0
             old   old   ╱           new                     ╲           old   old

Quaternions q and -q are one rotation, so there are two arcs from an old turn to a new one. A blend has to stay on one
of them: choosing the shorter one frame by frame would jump from one to the other in the middle of the blend. So the
arc is chosen once, for the frames in which both turns count.
"""

import numpy as np

from ..errors import GestureError
from .curves import min_jerk, runs
from .rotation import quat_continuous, quat_slerp

# Frames of a blend between motions that are near each other; so many more for each radian or metre between them.
DEFAULT_MARGIN = 8
_LONGER = 40


def span_weights(frames: np.ndarray, first: int, last: int, rise: int, fall: int) -> np.ndarray:
    """Return weights (N,) that are 1 from frame `first` to `last` and 0 far from it, minimum-jerk between.

    Args:
        frames: (N,) frame numbers.
        first: first frame with weight 1.
        last: last frame with weight 1. It may be before `first`; then no frame reaches 1.
        rise: frames from weight 0 to weight 1 before `first`; 0 for a step.
        fall: frames from weight 1 to weight 0 after `last`; 0 for a step.
    """
    up = min_jerk((frames - first + rise) / rise) if rise else np.where(frames >= first, 1.0, 0.0)
    down = min_jerk((last + fall - frames) / fall) if fall else np.where(frames <= last, 1.0, 0.0)
    return np.minimum(up, down)


def mask_weights(mask: np.ndarray, margin: int = DEFAULT_MARGIN) -> np.ndarray:
    """Return weights (T,) that are 1 where the mask (T,) is set and fall to 0 within `margin` frames of it."""
    frame, count = np.arange(len(mask)), len(mask)
    last = np.maximum.accumulate(np.where(mask, frame, -count - margin))
    following = np.minimum.accumulate(np.where(mask, frame, 2 * count + margin)[::-1])[::-1]
    away = np.minimum(frame - last, following - frame)
    return 1.0 - min_jerk(away / (margin + 1))


def margin_over(difference: float) -> int:
    """Return in how many frames one motion leads over to another, so far apart in radians or metres."""
    return DEFAULT_MARGIN + round(_LONGER * difference)


def blend_values(old: np.ndarray, new: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Mix values (T, C) by weights (T,) of the new ones; frames with weight 0 keep the old values to the bit."""
    out = old.copy()
    rows = np.flatnonzero(weights > 0)
    out[rows] = old[rows] + weights[rows, None] * (new[rows] - old[rows])
    return out


def same_arc(old: np.ndarray, new: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return new quaternions (T, ..., 4) with the sign, one per joint, that puts them near the old ones.

    Args:
        old: (T, ..., 4) with continuous signs.
        new: (T, ..., 4) with continuous signs.
        weights: (T,) how much each frame counts for the choice.
    """
    near = (old * new).sum(-1) * weights.reshape(-1, *[1] * (old.ndim - 2))
    return new * np.where(near.sum(0) < 0, -1.0, 1.0)[..., None]


def blend_quats(old: np.ndarray, new: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Mix quaternions (T, ..., 4) with continuous signs by weights (T,), each joint along one arc.

    The frames in which both old and new have weight choose the arc. Where no frame has both, any frame may choose it:
    the tiny addend only keeps the choice from being zero.
    """
    weights = np.asarray(weights, np.float64)
    new = same_arc(old, new, weights * (1 - weights) + 1e-9)
    return quat_slerp(old, new, weights.reshape(-1, *[1] * (old.ndim - 2)), shorter=False)


def keep_values(old: np.ndarray, new: np.ndarray, mask: np.ndarray, margin: int = DEFAULT_MARGIN) -> np.ndarray:
    """Return new values (T, C) with the old ones where the mask (T,) is set, to the bit, blended around it.

    Raises:
        GestureError: old and new differ in length.
    """
    check_lengths(old, new)
    out = blend_values(new, old, mask_weights(mask, margin))
    out[mask] = old[mask]
    return out


def keep_quats(old: np.ndarray, new: np.ndarray, mask: np.ndarray, margin: int = DEFAULT_MARGIN) -> np.ndarray:
    """Return new unit quaternions (T, 4) with the old rotations where the mask (T,) is set, blended around it.

    Old quaternions get the sign that continues the new ones; apart from it they stay to the bit.

    Raises:
        GestureError: old and new differ in length.
    """
    check_lengths(old, new)
    weights = mask_weights(mask, margin)
    out = np.array(new, np.float64)
    for start, end in runs(weights > 0):
        rows = slice(start, end)
        turned, weight = quat_continuous(out[rows]), weights[rows]
        kept = same_arc(turned, quat_continuous(old[rows]), weight * (1 - weight) + 1e-9)
        blended = quat_slerp(turned, kept, weight, shorter=False)
        blended[weight == 1] = kept[weight == 1]
        out[rows] = blended
    return out


def check_lengths(old: np.ndarray, new: np.ndarray) -> None:
    """Make sure that old and new values have the same shape.

    Raises:
        GestureError: they differ.
    """
    if old.shape != new.shape:
        raise GestureError(
            f"The kept motion has {len(old)} frames, and the new motion has {len(new)}.",
            remedy="Keep edits of a take only in the same take.",
        )
