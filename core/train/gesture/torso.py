"""Pelvis, spine, neck and head: weight shifts, lean, breathing, and nods on accents that come a little late."""

from dataclasses import dataclass

import numpy as np

from ...body.skeleton import JOINT
from . import lexicon
from .curves import drift, lag, pulse, steps
from .plan import Plan
from .styles import Style

BREATHS_PER_S = 0.25
SHIFT_S = 1.9
SHIFT_PAUSE_S = 0.4
SHIFT_GAP_S = 3.2
LONGEST_STANCE_S = 9.0


@dataclass(frozen=True)
class TorsoPath:
    """Pelvis shift (T, 2) in metres (left, forward), and rotation vectors (T, 3) by joint index, radians."""

    shift: np.ndarray
    rotvecs: dict[int, np.ndarray]


def torso_path(plan: Plan, style: Style, times_s: np.ndarray, hands: np.ndarray, rng: np.random.Generator) -> TorsoPath:
    """Move the trunk.

    Args:
        plan: the clip's plan.
        style: manner.
        times_s: (T,).
        hands: (T, 2, 3) wrists from their rest shoulders in the chest's frame; the trunk turns after them.
        rng: for slow drift only.
    """
    count = len(times_s)
    shift = steps(times_s, [0.0, 0.0], _weight_shifts(plan, style, times_s[-1] if count else 0.0))
    shift[:, 0] += 0.004 * drift(rng, count, 6.0)
    shift[:, 1] += 0.005 * drift(rng, count, 6.0)
    shift = lag(shift, 0.0, 0.12)

    talk = []
    for unit in plan.units:
        talk.append((unit.strokes[0].start_s, unit.strokes[0].end_s + 0.3, [1.0]))
        talk.append((unit.retract_s, unit.rested_s + 0.4, [1.0 - unit.rest_share]))
    speaking = steps(times_s, [0.0], talk)[:, 0]
    nod = np.zeros(count)
    beat = np.zeros(count)
    shake = np.zeros(count)
    tilt = np.zeros(count)
    for accent in plan.accents:
        # the chin is lowest shortly after the vowel's peak
        nod += accent.prominence * pulse(times_s, accent.time_s + 0.05, 0.22, 0.38)
        beat += accent.prominence * pulse(times_s, accent.time_s + 0.09, 0.30, 0.45)
        if accent.kind == lexicon.NEGATION:
            phase = np.clip((times_s - accent.time_s + 0.25) / 0.95, 0, 1)
            shake += np.sin(4 * np.pi * phase) * np.sin(np.pi * phase) ** 2
        if accent.kind in (lexicon.QUESTION, lexicon.SMALL, lexicon.CONTRAST):
            tilt += pulse(times_s, accent.time_s + 0.1, 0.45, 0.9) * (1 if accent.kind == lexicon.QUESTION else -0.6)

    sideways = (hands[:, 0, 0] + hands[:, 1, 0]) / 2
    raised = (hands[:, 0, 1] - hands[:, 1, 1]) / 2
    reach = (hands[:, 0, 2] - hands[:, 1, 2]) / 2
    yaw = np.radians(lag(-100 * reach + 60 * sideways, 0.10, 0.12))
    roll = np.radians(lag(38 * raised, 0.12, 0.12))
    wander = [np.radians(2.0) * drift(rng, count, 7.0) for _ in range(3)]
    breath = np.sin(2 * np.pi * BREATHS_PER_S * times_s)

    side = lag(shift[:, 0], 0.05)
    pelvis = np.stack([0.3 * shift[:, 1] + np.radians(0.2) * speaking, 0.9 * side + 0.3 * yaw, 0.75 * side], -1)
    lean = np.radians(style.lean) * lag(speaking, 0.0, 0.1) + np.radians(1.6 * style.amplitude) * beat
    spine = np.stack([lean, yaw - 0.5 * pelvis[:, 1], roll - 0.85 * pelvis[:, 2] - 0.3 * side], -1)
    rotvecs = {JOINT["pelvis"]: pelvis}
    for index, (name, share) in enumerate((("spine1", 0.35), ("spine2", 0.35), ("spine3", 0.30))):
        rotvecs[JOINT[name]] = lag(spine, 0.03 * index) * share + _x(np.radians((-0.35, -0.25, 0.5)[index]) * breath)

    trunk = pelvis + spine
    head = -0.75 * lag(trunk, 0.06, 0.08)
    head[:, 0] += np.radians(style.nod) * nod + wander[0]
    head[:, 1] += np.radians(6.0) * shake + wander[1] + 0.8 * yaw
    head[:, 2] += np.radians(5.0) * lag(tilt, 0.05) + wander[2] - 0.3 * side
    rotvecs[JOINT["neck"]] = 0.4 * head
    rotvecs[JOINT["head"]] = 0.6 * lag(head, 0.033)
    return TorsoPath(shift, rotvecs)


def _x(angle: np.ndarray) -> np.ndarray:
    return np.stack([angle, np.zeros_like(angle), np.zeros_like(angle)], -1)


def _weight_shifts(plan: Plan, style: Style, end_s: float) -> list:
    """Moves of the pelvis from leg to leg: in every real pause, and when one stance has lasted long."""
    moves, last, side = [], 0.0, 1.0
    pauses = {time_s for time_s, length_s in plan.boundaries if length_s >= SHIFT_PAUSE_S}
    for time_s in sorted({*pauses, *(stroke.end_s for stroke in plan.strokes)}):
        due = time_s - last >= (SHIFT_GAP_S if time_s in pauses else LONGEST_STANCE_S)
        if due and time_s < end_s:
            moves.append((time_s, time_s + SHIFT_S, [side * style.sway, 0.012 * side]))
            last, side = time_s, -side
    return moves
