"""Pelvis and spine: posture, weight on one leg, bows and twists that follow the hands and the accents, breath.

What moves the trunk, from slow to fast:

    chance       which leg carries the weight, where the hips face, how far the trunk bows and bends
    the hands    the chest turns and leans with them a little later, the pelvis later still and less
    accents      each of them has a small pose of the trunk, to one side and to the other in turn
    syllables    a little of the head's beats goes into the chest
"""

from dataclasses import dataclass

import numpy as np

from core.body.skeleton import JOINT
from training.gesture.curves import lag
from training.gesture.rhythm import Rhythm
from training.gesture.styles import Style

FULL_SWAY = 0.055  # a style with this sway shifts its weight at full scale
MOST_TURN = 1.1  # slow turns grow with the sway up to this scale
FORWARD_M = 0.13
SIDE_SHARE = 1.53  # of the style's sway that the pelvis moves to the side of the leg that carries the weight
IDLE_M = 0.012
# Posture: pitch of the pelvis, and of the three joints of the spine, degrees.
PELVIS_TILT = -11.0
SPINE_CURVE = (8.5, 5.0, 4.5)
# Shares of the three joints in every bend of the spine, and how much later each of them moves.
SHARES = (0.44, 0.35, 0.21)
LATER_S = 0.03
HIPS = np.array([0.5, 0.5, 0.45])  # share of a bend, turn and tilt of the spine by which the hips turn the other way


@dataclass(frozen=True)
class TorsoPath:
    """The path of the trunk.

    Attributes:
        shift: (T, 2) metres of the pelvis to the left and forward.
        dip: (T,) metres by which it sinks.
        rotvecs: rotation vectors (T, 3) by joint index, radians.
        swing: (T, 3) turn of the chest in the world without its posture, radians.
        hips: (T, 3) rotation vector of the pelvis before it gives way to the spine, radians.
    """

    shift: np.ndarray
    dip: np.ndarray
    rotvecs: dict[int, np.ndarray]
    swing: np.ndarray
    hips: np.ndarray


def torso_path(
    beat: Rhythm, style: Style, hands: np.ndarray, chance: dict[str, np.ndarray], lively: np.ndarray
) -> TorsoPath:
    """Move the trunk.

    Args:
        beat: the clip's curves of speech.
        style: the style of gesturing.
        hands: (T, 2, 3) wrists from where they rest at first, in the chest's frame; the trunk follows them.
        chance: curves of `core.generate.chance_curves`, by name.
        lively: (T,) scale of all that is quick.
    """
    weight, scale = chance["weight"], style.sway / FULL_SWAY
    side = SIDE_SHARE * style.sway * weight + IDLE_M * chance["idle_side"]
    ahead = FORWARD_M * scale * chance["forward"] + IDLE_M * chance["idle"]
    calm = 0.5 + 0.5 * min(scale, MOST_TURN)  # of all that turns slowly
    twist, lean, tip = _from_hands(hands)
    beat_side, beat_tilt = chance["beat_side"], chance["beat_tilt"]
    turn = lively * (10.8 * beat.turn + 9.5 * beat_side * beat.nod)
    heave = lively * (10.8 * beat.nod + 9.0 * beat.swell) + 7.5 * calm * chance["bow"]
    rock = lively * beat_tilt * (10.0 * beat.nod + 10.8 * beat.turn) + 5.0 * calm * chance["bend"]

    # where the spine bends, the hips give way to the other side
    away = -HIPS * lag(np.stack([heave, turn, rock], -1), 0.08)
    planned = np.stack(
        [
            PELVIS_TILT + 17 * ahead + 0.6 * lag(lean, 0.10, 0.05) + 1.2 * chance["idle"],
            calm * (11.0 * chance["facing"] + 2.0 * weight) + 0.85 * lag(twist, 0.10, 0.04),
            calm * 2.4 * weight + 0.35 * lag(tip, 0.10, 0.05) + 0.5 * chance["idle_side"],
        ],
        -1,
    )
    pelvis = planned + away
    bend = np.stack(
        [
            style.lean * lag(beat.speaking, 0.0, 0.1) + lean + heave,
            calm * 3.5 * chance["look"] + twist + turn,
            tip + rock - 1.6 * calm * weight,
        ],
        -1,
    )
    rotvecs = {JOINT["pelvis"]: np.radians(pelvis)}
    for index, (share, curve) in enumerate(zip(SHARES, SPINE_CURVE, strict=True)):
        own = share * lag(bend, 0.06 - LATER_S * index)
        own[:, 0] += curve + (-0.35, -0.25, 0.5)[index] * chance["breath"]
        # the upper joints also take a share of the syllables' beats
        own[:, 0] += lively * (1.0, 2.2, 2.6)[index] * beat.syllables
        rotvecs[JOINT[f"spine{index + 1}"]] = np.radians(own)
    dip = lag(0.0015 * beat.nod + 0.001 * beat.swell + 0.0065 * beat.syllables, 0.05, 0.02)
    swing = np.radians(pelvis - [PELVIS_TILT, 0, 0] + lag(bend, 0.03))
    return TorsoPath(np.stack([side, ahead], 1), dip, rotvecs, swing, np.radians(planned))


def _from_hands(hands: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return how far the hands turn, lean and tip the chest (T,), degrees.

    It turns towards the hand that reaches further and to the side where the hands are, leans with hands that go forward
    and down, and back with hands that rise.
    """
    sideways = (hands[:, 0, 0] + hands[:, 1, 0]) / 2
    raised = (hands[:, 0, 1] - hands[:, 1, 1]) / 2
    reach = (hands[:, 0, 2] - hands[:, 1, 2]) / 2
    height, ahead = hands[..., 1].mean(1), hands[..., 2].mean(1)
    return (
        lag(-60 * reach + 45 * sideways, 0.05, 0.03),
        lag(14 * ahead - 13 * height, 0.06, 0.03),
        lag(30 * raised, 0.06, 0.03),
    )
