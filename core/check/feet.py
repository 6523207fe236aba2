"""Feet that slide over the floor, or are below it."""

from collections.abc import Iterator

import numpy as np

from ..body.joints import SIDES, TOES
from ..body.kinematics import chosen_joints
from ..body.motion import Motion
from .finding import Finding, stretches

# A standing toe that is faster, m/s, slides; a slide is found where it goes farther than this, metres.
_SLIDING_M_S, _FAR_M = 0.06, 0.015
# Metres over the floor within which a toe joint is near it.
_NEAR_M = 0.03
# The lower toe stands in most frames: so many per cent of its heights are at the floor or below it.
_STANDING_PERCENT = 25
# Metres below the floor that are found, and seconds of a gap within one finding.
_BELOW_M, _JOIN_S = 0.02, 0.3
# Columns of `Motion.contacts` of the toes, left and right; a standing toe is above one half.
_TOE_CONTACTS, _STANDS = (2, 3), 0.5


def feet(motion: Motion) -> Iterator[Finding]:
    """Find slides of standing feet, and feet below the floor."""
    toes, _ = chosen_joints(motion.rotations, motion.translation, motion.skeleton, TOES)
    height = toes[..., 1]
    floor = np.percentile(height.min(axis=1), _STANDING_PERCENT)
    join = round(_JOIN_S * motion.fps)
    for side, name in enumerate(SIDES):
        yield from _slides(motion, toes[:, side], _standing(motion, height[:, side], floor, side), name, join)
        depth = floor - height[:, side]
        for start, end in stretches(depth > _BELOW_M, join, 2):
            yield Finding("floor", start, end, f"{name} foot", "", 100 * float(depth[start:end].max()))


def _standing(motion: Motion, height: np.ndarray, floor: float, side: int) -> np.ndarray:
    """Return whether a toe stands (T,): by the motion's contacts, else where it is near the floor."""
    if motion.contacts is None:
        return height - floor < _NEAR_M
    return (motion.contacts[:, _TOE_CONTACTS[side]] > _STANDS) & (height - floor < 2 * _NEAR_M)


def _slides(motion: Motion, toe: np.ndarray, standing: np.ndarray, name: str, join: int) -> Iterator[Finding]:
    """Find where a standing toe (T, 3) goes over the floor."""
    step = np.linalg.norm(np.diff(toe[:, [0, 2]], axis=0), axis=-1)
    slides = np.concatenate([[False], (step * motion.fps > _SLIDING_M_S) & standing[1:] & standing[:-1]])
    for start, end in stretches(slides, join, 2):
        way = float(step[max(start - 1, 0) : end - 1][slides[max(start, 1) : end]].sum())
        if way > _FAR_M:
            yield Finding("slide", start, end, f"{name} foot", "lower", 100 * way)
