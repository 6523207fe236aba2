"""Levels applied to a motion: every part scaled, arms kept clear of the body, feet kept where they stand.

A slider changes many times per second, so everything that a change does not affect is taken from the result before it:

    levels before   upper 1.0  hands 1.0  face 0.8
    levels now      upper 1.2  hands 1.0  face 0.8     only torso, arms and head are computed anew

A `Need` says what the levels ask of one joint; a joint whose need has not changed keeps its rotations.
"""

from dataclasses import dataclass

import numpy as np

from ..body.joints import ANKLES, HIPS, KNEES
from ..body.motion import Motion
from .arm_clearance import keep_clear
from .clip_statistics import ARMS, ClipStatistics
from .face_levels import level_expression
from .joint_levels import Need, needs, scale_joints
from .levels import Levels
from .lower_body_levels import sway_pelvis
from .posed_arms import POSED

_LEGS = [0, *HIPS, *KNEES, *ANKLES]


@dataclass(frozen=True)
class Levelled:
    """A motion at its levels, with values that the next change of levels can use again.

    Attributes:
        motion: the result.
        levels: the levels of the result.
        base: the clip it was made from, mirrored where the levels say so.
        needs: what the levels ask of each joint.
        rotations: (T, 55, 3) rotation vectors before arms were kept clear of the body.
    """

    motion: Motion
    levels: Levels
    base: ClipStatistics
    needs: tuple[Need, ...]
    rotations: np.ndarray


def apply_levels(clip: ClipStatistics, levels: Levels, before: Levelled | None = None) -> Levelled:
    """Bring a motion to other levels.

    Args:
        clip: the finished motion.
        levels: the levels that it shall have.
        before: an earlier result of the same clip; everything in it that stays is not computed again.
    """
    base = clip.mirrored if levels.mirror else clip
    if before is None or before.base is not base:
        before = _untouched(base, levels.mirror)
    wanted = needs(levels, base.speech)
    joints = [joint for joint, need in enumerate(wanted) if need != before.needs[joint]]
    own, rotations, translation = base.motion, before.rotations, before.motion.translation
    legs_change = _legs(levels) != _legs(before.levels)
    if legs_change:
        lower, translation = (
            (own.rotations, own.translation) if _legs(levels) == _SAME_LEGS else sway_pelvis(base, levels)
        )
        rotations = _with(rotations, _LEGS, lower)
    if joints:
        rotations = _with(rotations, joints, own.rotations)
        scale_joints(base, wanted, rotations, [joint for joint in joints if wanted[joint] != Need()])
    if legs_change or not POSED.isdisjoint(joints):
        clear = keep_clear(rotations, own, base.limits)
    else:
        clear = _with(rotations, list(ARMS), before.motion.rotations)
    face_changes = _face(levels) != _face(before.levels)
    expression = level_expression(base, levels) if face_changes else before.motion.expression
    motion = own.replace(rotations=clear, translation=translation, expression=expression)
    return Levelled(motion, levels, base, wanted, rotations)


def _untouched(base: ClipStatistics, mirrored: bool) -> Levelled:
    """Return the result of levels that change nothing."""
    levels = Levels(mirror=mirrored)
    return Levelled(base.motion, levels, base, needs(levels, base.speech), base.motion.rotations)


def _with(rotations: np.ndarray, joints: list[int], source: np.ndarray) -> np.ndarray:
    """Return rotations (T, 55, 3) with some joints taken from others."""
    out = rotations.copy()
    out[:, joints] = source[:, joints]
    return out


def _legs(levels: Levels) -> tuple:
    """Return the levels that change legs."""
    return levels.lower, levels.smoothing


def _face(levels: Levels) -> tuple:
    """Return the levels that change the expression."""
    return levels.face, levels.gaze, levels.smoothing, levels.blink_rate


_SAME_LEGS = _legs(Levels())
