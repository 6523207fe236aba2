"""Levels on a motion: every part scaled, arms kept clear of the body, feet kept where they stand."""

from dataclasses import dataclass

import numpy as np

from ..body.joints import ANKLES, HIPS, KNEES
from ..body.motion import Motion
from .arm_clearance import keep_clear
from .clip_statistics import ARMS, ClipStatistics, clip_statistics
from .face_levels import express
from .joint_levels import Need, needs, scaled
from .levels import Levels
from .lower_body_levels import sway
from .posed_arms import POSED

_LEGS = [0, *HIPS, *KNEES, *ANKLES]


@dataclass(frozen=True)
class Levelled:
    """A motion at its levels, with what the next change of levels need not compute again.

    Attributes:
        motion: the result.
        levels: that it has.
        base: the clip it was made from, mirrored where the levels say so.
        needs: what each joint was asked for.
        rotations: (T, 55, 3) before arms were kept clear.
    """

    motion: Motion
    levels: Levels
    base: ClipStatistics
    needs: tuple[Need, ...]
    rotations: np.ndarray


def apply_levels(clip: ClipStatistics, levels: Levels, before: Levelled | None = None) -> Levelled:
    """A motion at other levels.

    Args:
        clip: the finished motion, looked at.
        levels: wanted.
        before: an earlier result of the same clip, of which everything that stays is taken over.
    """
    base = clip.mirrored if levels.mirror else clip
    if before is None or before.base is not base:
        before = _untouched(base, levels.mirror)
    wanted = needs(levels, base.speech)
    joints = [joint for joint, need in enumerate(wanted) if need != before.needs[joint]]
    own, rotations, translation = base.motion, before.rotations, before.motion.translation
    legs_change = _legs(levels) != _legs(before.levels)
    if legs_change:
        lower, translation = (own.rotations, own.translation) if _legs(levels) == _AS_IT_IS else sway(base, levels)
        rotations = _with(rotations, _LEGS, lower)
    if joints:
        rotations = _with(rotations, joints, own.rotations)
        scaled(base, wanted, rotations, [joint for joint in joints if wanted[joint] != Need()])
    if legs_change or not POSED.isdisjoint(joints):
        clear = keep_clear(rotations, own, base.limits)
    else:
        clear = _with(rotations, list(ARMS), before.motion.rotations)
    face_changes = _face(levels) != _face(before.levels)
    expression = express(base, levels) if face_changes else before.motion.expression
    motion = own.replace(rotations=clear, translation=translation, expression=expression)
    return Levelled(motion, levels, base, wanted, rotations)


def level(motion: Motion, levels: Levels, speech=()) -> Motion:
    """The same for one motion and once; `speech` holds (start_s, end_s) of every word."""
    return apply_levels(clip_statistics(motion, speech), levels).motion


def _untouched(base: ClipStatistics, mirrored: bool) -> Levelled:
    levels = Levels(mirror=mirrored)
    return Levelled(base.motion, levels, base, needs(levels, base.speech), base.motion.rotations)


def _with(rotations: np.ndarray, joints: list[int], source: np.ndarray) -> np.ndarray:
    out = rotations.copy()
    out[:, joints] = source[:, joints]
    return out


def _legs(levels: Levels) -> tuple:
    return levels.lower, levels.smoothing


def _face(levels: Levels) -> tuple:
    return levels.face, levels.gaze, levels.smoothing, levels.blink_rate


_AS_IT_IS = _legs(Levels())
