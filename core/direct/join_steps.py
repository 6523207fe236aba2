"""Steps in the lead of a join: feet that stand elsewhere at the seam step over one after the other, and do not slide.

phase of the lead   0 (seam)                                            1
first foot          stands ──╮ swings ╭──── stands where the motion has it
second foot         stands ───────────────╮ swings ╭──────────────────────
"""

from dataclasses import replace

import numpy as np

from ..body.curves import min_jerk
from ..body.joints import ANKLES, HIPS, KNEES
from ..body.legs import Feet, Legs, solve_legs
from ..body.motion import Motion
from ..body.rotation import (
    matrix_to_quat,
    quat_continuous,
    quat_slerp,
    quat_to_matrix,
    quat_to_rotvec,
    rotvec_to_quat,
)

# Phases in which the first and the second foot swing.
_PHASES = ((0.08, 0.5), (0.5, 0.92))
# How high a foot is lifted: a share of its way, metres at most.
_LIFT, _MOST_LIFT_M = 0.3, 0.05
# A foot that moves faster than this at the seam, metres a second, is in the air; where both are, nothing can stand.
# Feet that are nearer than this stay where they are.
_SWINGS_MS, _NEAR_M = 0.08, 0.004
# Share of the lead in which the solved legs lead over to those at its two ends.
_EASE = 0.12


def with_steps(joined: Motion, motion: Motion, rows: np.ndarray, phase: np.ndarray) -> Motion:
    """Let feet step within the lead of a join.

    Args:
        joined: the motion with the lead.
        motion: the motion before it was joined.
        rows: (N,) frames of the lead, in order of time.
        phase: (N,) 0 at the seam, 1 where the lead ends.
    """
    if len(rows) < 4:
        return joined
    seam = int(np.argmin(phase))
    legs, own = (Legs.of(_part(each, rows)) for each in (joined, motion))
    feet, far = legs.feet, int(np.argmax(phase))
    near = 1 if seam == 0 else len(rows) - 2
    lead_s = (len(rows) - 1) / motion.fps
    leaves = (feet.toe[near] - feet.toe[seam]) * motion.fps  # (2, 3) metres a second, away from the seam
    swings = np.linalg.norm(leaves, axis=-1) > _SWINGS_MS
    way = np.linalg.norm(own.feet.toe[far] - feet.toe[seam], axis=-1)  # (2,)
    if way.max() < _NEAR_M or swings.all():
        return joined
    toe, turn = feet.toe.copy(), feet.turn.copy()
    # A foot that is in the air at the seam comes down first; of two that stand, the one that has the longer way steps.
    for (start, end), foot in zip(_PHASES, np.lexsort((-way, ~swings)), strict=True):
        begin = 0.0 if swings[foot] else start
        share = min_jerk((phase - begin) / (end - begin))
        went_s = lead_s / 3 * (1 - (1 - phase) ** 3) if swings[foot] else np.zeros(len(phase))
        lift = 0.0 if swings[foot] else min(_LIFT * way[foot], _MOST_LIFT_M)
        stood = feet.toe[seam, foot] + went_s[:, None] * leaves[foot]
        toe[:, foot] = stood + share[:, None] * (own.feet.toe[:, foot] - stood)
        toe[:, foot, 1] += lift * 4 * share * (1 - share)
        turn[:, foot] = _turned(feet.turn[seam, foot], own.feet.turn[:, foot], share)
    weight = np.minimum(min_jerk(phase / _EASE), min_jerk((1 - phase) / _EASE))
    rotations = joined.rotations.copy()
    for joints, solved in zip((HIPS, KNEES, ANKLES), solve_legs(legs, Feet(toe, turn)), strict=True):
        old = rotvec_to_quat(joined.rotations[rows][:, joints])
        mixed = quat_slerp(old, rotvec_to_quat(solved), weight[:, None])
        rotations[rows[:, None], np.array(joints)] = quat_to_rotvec(mixed)
    return joined.replace(rotations=rotations)


def _part(motion: Motion, rows: np.ndarray) -> Motion:
    """Return some frames of a motion."""
    contacts = None if motion.contacts is None else motion.contacts[rows]
    return replace(
        motion,
        rotations=motion.rotations[rows],
        translation=motion.translation[rows],
        expression=motion.expression[rows],
        contacts=contacts,
    )


def _turned(stood: np.ndarray, own: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Return turns (N, 3, 3) from one (3, 3) to others (N, 3, 3) by a share (N,)."""
    quats = quat_continuous(matrix_to_quat(np.concatenate([stood[None], own])))
    return quat_to_matrix(quat_slerp(np.broadcast_to(quats[0], quats[1:].shape), quats[1:], share))
