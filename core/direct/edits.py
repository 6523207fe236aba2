"""Hand edits and locks: finding the keys that an animator changed, and keeping them through whatever comes anew."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from ..body.curves import min_jerk, runs
from ..body.motion import Motion
from ..body.parts import AREAS, Part
from ..body.rotation import quat_continuous, quat_slerp, quat_to_rotvec, rotvec_to_quat
from ..errors import GestureError

DEFAULT_MARGIN = 8
# Keys are stored in single precision: what differs by less was not touched.
TOLERANCE = 1e-4


@dataclass(frozen=True)
class Edit:
    """One channel, edited from frame `start` to before `end`."""

    channel: str
    start: int
    end: int


def changed(written: np.ndarray, now: np.ndarray, tolerance: float = TOLERANCE) -> np.ndarray:
    """Frames (T,) in which values (T, C) are not what was written; quaternions (C = 4) may change their sign."""
    differs = np.abs(written - now).max(-1) > tolerance
    if written.shape[-1] == 4:
        differs &= np.abs(written + now).max(-1) > tolerance
    return differs


def find_edits(written: Mapping[str, np.ndarray], now: Mapping[str, np.ndarray]) -> tuple[Edit, ...]:
    """Channels and ranges of frames that someone changed.

    Args:
        written: (T, C) per channel, as it was keyed.
        now: (T, C) per channel, its curve at the same frames. A channel that is missing was deleted: all of it changed.
    """
    edits = []
    for channel, values in written.items():
        same = channel in now and now[channel].shape == values.shape
        mask = changed(values, now[channel]) if same else np.ones(len(values), bool)
        edits += [Edit(channel, start, end) for start, end in runs(mask)]
    return tuple(edits)


def shares(mask: np.ndarray, margin: int = DEFAULT_MARGIN) -> np.ndarray:
    """How much of what is kept frames take (T,): 1 in the mask, minimum-jerk to 0 within `margin` frames of it."""
    frame, count = np.arange(len(mask)), len(mask)
    last = np.maximum.accumulate(np.where(mask, frame, -count - margin))
    following = np.minimum.accumulate(np.where(mask, frame, 2 * count + margin)[::-1])[::-1]
    away = np.minimum(frame - last, following - frame)
    return 1.0 - min_jerk(away / (margin + 1))


def keep(old: np.ndarray, new: np.ndarray, mask: np.ndarray, margin: int = DEFAULT_MARGIN) -> np.ndarray:
    """New values (T, C) with the old ones where the mask (T,) is set, to the bit, blended within `margin` frames."""
    _check_lengths(old, new)
    share = shares(mask, margin)
    out = new.copy()
    rows = np.flatnonzero(share > 0)
    out[rows] = new[rows] + share[rows, None] * (old[rows] - new[rows])
    out[mask] = old[mask]
    return out


def keep_turns(old: np.ndarray, new: np.ndarray, mask: np.ndarray, margin: int = DEFAULT_MARGIN) -> np.ndarray:
    """`keep` for unit quaternions (T, 4), along arcs; what is kept has the signs that continue the new ones."""
    _check_lengths(old, new)
    share = shares(mask, margin)
    out = np.array(new, np.float64)
    for start, end in runs(share > 0):
        rows = slice(start, end)
        turned, kept = quat_continuous(out[rows]), quat_continuous(old[rows])
        weight = share[rows]
        # the side on which the blends lie, not that of frames in which only one of both counts
        side = 1.0 if ((turned * kept).sum(-1) * (weight * (1 - weight) + 1e-9)).sum() >= 0 else -1.0
        blended = quat_slerp(turned, side * kept, weight, shorter=False)
        blended[weight == 1] = (side * kept)[weight == 1]
        out[rows] = blended
    return out


@dataclass(frozen=True)
class Kept:
    """Motion that stays, whatever is made anew: hand edits and locks.

    Attributes:
        motion: which holds it.
        joints: (T, 55) bool, whose rotations stay.
        translation: (T,) bool.
        expression: (T, N) bool.
        contacts: (T,) bool.
    """

    motion: Motion
    joints: np.ndarray
    translation: np.ndarray
    expression: np.ndarray
    contacts: np.ndarray

    @classmethod
    def areas(cls, motion: Motion, names: Iterable[str], start: int = 0, end: int | None = None) -> "Kept":
        """Whole areas (rows of `core.body.parts.AREAS`) of a motion from frame `start` to before `end`.

        Raises:
            GestureError: there is no such area.
        """
        frames = motion.frame_count
        kept = cls(
            motion,
            np.zeros(motion.rotations.shape[:2], bool),
            np.zeros(frames, bool),
            np.zeros(motion.expression.shape, bool),
            np.zeros(frames, bool),
        )
        rows = slice(start, end)
        for name in names:
            if name not in AREAS:
                raise GestureError(f"There is no body part {name!r}.", remedy=f"Choose among: {', '.join(AREAS)}.")
            area = AREAS[name]
            kept.joints[rows, list(area.joints)] = True
            if area.whole and area.part is Part.LOWER:
                kept.translation[rows] = kept.contacts[rows] = True
            if area.whole and area.part is Part.FACE:
                kept.expression[rows] = True
        return kept


def keep_motion(new: Motion, kept: Kept, margin: int = DEFAULT_MARGIN) -> Motion:
    """A new motion with what is kept in its place, blended within `margin` frames of it.

    Raises:
        GestureError: both differ in length.
    """
    old = kept.motion
    _check_lengths(old.rotations, new.rotations)
    changes = {}
    if kept.joints.any():
        rotations = new.rotations.copy()
        for joint in np.flatnonzero(kept.joints.any(0)):
            mask, share = kept.joints[:, joint], shares(kept.joints[:, joint], margin)
            rows = share > 0
            turned = keep_turns(
                quat_continuous(rotvec_to_quat(old.rotations[:, joint])),
                quat_continuous(rotvec_to_quat(new.rotations[:, joint])),
                mask,
                margin,
            )
            rotations[rows, joint] = quat_to_rotvec(turned[rows])
            rotations[mask, joint] = old.rotations[mask, joint]
        changes["rotations"] = rotations
    if kept.translation.any():
        changes["translation"] = keep(old.translation, new.translation, kept.translation, margin)
    if kept.contacts.any() and old.contacts is not None and new.contacts is not None:
        changes["contacts"] = keep(old.contacts, new.contacts, kept.contacts, margin)
    if kept.expression.any():
        expression = new.expression.copy()
        for column in np.flatnonzero(kept.expression.any(0)):
            one = [column]
            mask = kept.expression[:, column]
            expression[:, one] = keep(old.expression[:, one], new.expression[:, one], mask, margin)
        changes["expression"] = expression
    return new.replace(**changes) if changes else new


def _check_lengths(old: np.ndarray, new: np.ndarray) -> None:
    if old.shape != new.shape:
        raise GestureError(
            f"What is kept has {len(old)} frames, the new motion {len(new)}.",
            remedy="Keep edits of a take only in the same take.",
        )
