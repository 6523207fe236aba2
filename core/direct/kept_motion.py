"""Motion that stays while the rest of a take is made anew: hand edits and locks."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ..body.blend import check_lengths, keep_quats, keep_values, mask_weights
from ..body.motion import Motion
from ..body.parts import AREAS, Part, check_area
from ..body.rotation import quat_continuous, quat_to_rotvec, rotvec_to_quat


@dataclass(frozen=True)
class Kept:
    """Motion that stays, and where it stays.

    Attributes:
        motion: the motion that holds it.
        joints: (T, 55) bool, frames and joints whose rotations stay.
        translation: (T,) bool, frames whose root place stays.
        expression: (T, N) bool, frames and face shapes that stay.
        contacts: (T,) bool, frames whose contacts stay.
    """

    motion: Motion
    joints: np.ndarray
    translation: np.ndarray
    expression: np.ndarray
    contacts: np.ndarray

    @classmethod
    def areas(cls, motion: Motion, names: Iterable[str]) -> "Kept":
        """Keep whole areas (rows of `core.body.parts.AREAS`) of a motion.

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
        for name in names:
            check_area(name)
            area = AREAS[name]
            kept.joints[:, list(area.joints)] = True
            if area.whole and area.part is Part.LOWER:
                kept.translation[:] = kept.contacts[:] = True
            if area.whole and area.part is Part.FACE:
                kept.expression[:] = True
        return kept


def keep_motion(new: Motion, kept: Kept) -> Motion:
    """Put kept motion into a new one, blended within `core.body.blend.DEFAULT_MARGIN` frames around it.

    Raises:
        GestureError: the kept and the new motion differ in length.
    """
    old = kept.motion
    check_lengths(old.rotations, new.rotations)
    changes = {}
    if kept.joints.any():
        changes["rotations"] = _keep_rotations(new, kept)
    if kept.translation.any():
        changes["translation"] = keep_values(old.translation, new.translation, kept.translation)
    if kept.contacts.any() and old.contacts is not None and new.contacts is not None:
        changes["contacts"] = keep_values(old.contacts, new.contacts, kept.contacts)
    if kept.expression.any():
        expression = new.expression.copy()
        for column in np.flatnonzero(kept.expression.any(0)):
            one = [column]
            mask = kept.expression[:, column]
            expression[:, one] = keep_values(old.expression[:, one], new.expression[:, one], mask)
        changes["expression"] = expression
    return new.replace(**changes) if changes else new


def _keep_rotations(new: Motion, kept: Kept) -> np.ndarray:
    """Return rotations (T, 55, 3): new ones with the kept ones among them; only frames that blend are converted."""
    rotations, old = new.rotations.copy(), kept.motion.rotations
    for joint in np.flatnonzero(kept.joints.any(0)):
        mask = kept.joints[:, joint]
        rows = mask_weights(mask) > 0
        turned = keep_quats(
            quat_continuous(rotvec_to_quat(old[:, joint])),
            quat_continuous(rotvec_to_quat(new.rotations[:, joint])),
            mask,
        )
        rotations[rows, joint] = quat_to_rotvec(turned[rows])
        rotations[mask, joint] = old[mask, joint]
    return rotations
