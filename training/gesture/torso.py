"""Pelvis, spine, neck and head: weight, lean, breathing, turns towards the hands, nods shortly after accents."""

from dataclasses import dataclass

import numpy as np

from core.body.curves import steps
from core.body.skeleton import JOINT
from training.gesture.curves import lag, pulse
from training.gesture.gesture_plan import Plan
from training.gesture.styles import Style
from training.gesture.word_poses import MANNERS

FORWARD_M = 0.022


@dataclass(frozen=True)
class TorsoPath:
    """Pelvis shift (T, 2) in metres (left, forward), and rotation vectors (T, 3) by joint index, radians."""

    shift: np.ndarray
    rotvecs: dict[int, np.ndarray]


def torso_path(
    plan: Plan, style: Style, times_s: np.ndarray, hands: np.ndarray, chance: dict[str, np.ndarray]
) -> TorsoPath:
    """Move the trunk.

    Args:
        plan: the clip's plan.
        style: the style of gesturing.
        times_s: (T,).
        hands: (T, 2, 3) wrists from where they rest at first, in the chest's frame; the trunk turns towards them.
        chance: curves of `core.generate.chance_curves`, by name.
    """
    shift = np.stack([style.sway * chance["stance"], FORWARD_M * chance["forward"]], 1)
    speaking = _speaking(plan, times_s)
    nod, beat, shake, tilt = _accents(plan, times_s)

    sideways = (hands[:, 0, 0] + hands[:, 1, 0]) / 2
    raised = (hands[:, 0, 1] - hands[:, 1, 1]) / 2
    reach = (hands[:, 0, 2] - hands[:, 1, 2]) / 2
    yaw = np.radians(lag(-70 * reach + 45 * sideways, 0.10, 0.12) + 9.0 * chance["look"])
    roll = np.radians(lag(30 * raised, 0.12, 0.12))

    side = shift[:, 0]
    pelvis = np.stack([0.3 * shift[:, 1], 0.9 * side + 0.25 * np.radians(4.0) * chance["look"], 0.75 * side], -1)
    lean = np.radians(style.lean) * lag(speaking, 0.0, 0.1) + np.radians(1.4 * style.amplitude) * beat
    spine = np.stack([lean, yaw - 0.5 * pelvis[:, 1], roll - 0.85 * pelvis[:, 2] - 0.3 * side], -1)
    rotvecs = {JOINT["pelvis"]: pelvis}
    for index, (name, share) in enumerate((("spine1", 0.35), ("spine2", 0.35), ("spine3", 0.30))):
        breath = np.radians((-0.35, -0.25, 0.5)[index]) * chance["breath"]
        rotvecs[JOINT[name]] = lag(spine, 0.03 * index) * share + _axis(breath, 0)

    trunk = pelvis + spine
    head = -0.75 * lag(trunk, 0.06, 0.08)
    head[:, 0] += np.radians(style.nod) * nod + np.radians(2.0) * chance["tilt"]
    head[:, 1] += np.radians(7.0) * shake + np.radians(7.0) * chance["look"] + 0.6 * yaw
    head[:, 2] += np.radians(lag(tilt, 0.05) + 3.5 * chance["tilt"]) - 0.3 * side
    rotvecs[JOINT["neck"]] = 0.4 * head
    rotvecs[JOINT["head"]] = 0.6 * lag(head, 0.033)
    return TorsoPath(shift, rotvecs)


def _speaking(plan: Plan, times_s: np.ndarray) -> np.ndarray:
    """Return a curve (T,) that is 1 from the first stroke of a unit until its hands are down."""
    talk = []
    for unit in plan.units:
        talk.append((unit.strokes[0].start_s, unit.strokes[0].end_s + 0.3, [1.0]))
        talk.append((unit.retract_s, unit.rested_s + 0.3, [1.0 - unit.rest_share]))
    return steps(times_s, [0.0], talk)[:, 0]


def _accents(plan: Plan, times_s: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return nods, beats of the trunk, shakes (1 is a full one) and tilts (degrees) of the head; (T,) each."""
    nod, beat, shake, tilt = np.zeros((4, len(times_s)))
    for accent in plan.accents:
        # the chin is lowest shortly after the vowel's peak
        near = np.abs(times_s - accent.time_s) < 1.5
        now = times_s[near]
        nod[near] += accent.prominence * pulse(now, accent.time_s + 0.05, 0.22, 0.38)
        beat[near] += accent.prominence * pulse(now, accent.time_s + 0.06, 0.30, 0.45)
        manner = MANNERS.get(accent.kind) if accent.kind else None
        if manner and manner.shake:
            phase = np.clip((now - accent.time_s + 0.25) / 0.95, 0, 1)
            shake[near] += manner.shake * np.sin(4 * np.pi * phase) * np.sin(np.pi * phase) ** 2
        if manner and manner.tilt:
            tilt[near] += manner.tilt * pulse(now, accent.time_s + 0.1, 0.45, 0.9)
    return nod, beat, shake, tilt


def _axis(angle: np.ndarray, axis: int) -> np.ndarray:
    out = np.zeros((len(angle), 3))
    out[:, axis] = angle
    return out
