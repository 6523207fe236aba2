"""Neck and head: nods on accents, beats on syllables, tilts, turns to a listener and away while thinking."""

import numpy as np

from core.body.skeleton import JOINT
from training.gesture.curves import lag
from training.gesture.rhythm import Rhythm

# Posture: pitch of neck and head, degrees.
CURVE = (5.0, -2.0)
STEADY = np.array([0.5, 0.85, 0.7])  # share of the trunk's pitch, turn and tilt that the head takes back
POKE = 4.5  # degrees
NECK = 0.53  # share of the neck in every turn of the head


def head_path(
    beat: Rhythm, trunk: np.ndarray, chance: dict[str, np.ndarray], lively: np.ndarray
) -> dict[int, np.ndarray]:
    """Move the head.

    Args:
        beat: the clip's curves of speech.
        trunk: (T, 3) turn of the chest in the world, radians, without its posture.
        chance: curves of `core.generate.chance_curves`, by name.
        lively: (T,) scale of all that is quick.

    Returns:
        rotation vectors (T, 3) of neck and head by joint index, radians.
    """
    side, tilt = chance["beat_side"], chance["beat_tilt"]
    away = np.where(chance["look"] >= 0, 1.0, -1.0) * _eased(chance["look"])
    turn = np.degrees(-STEADY * lag(trunk, 0.05, 0.06))
    turn[:, 0] += 3.8 * chance["tilt"] + 4.0 * beat.bow - 4.0 * beat.think
    turn[:, 0] += lively * (15.5 * beat.nod + 9.0 * beat.swell + 9.0 * beat.syllables)
    turn[:, 1] += 7.5 * chance["look"] + 6.5 * away * beat.think + 7.0 * beat.shake
    turn[:, 1] += lively * (11.5 * beat.turn + side * (15.0 * beat.nod + 7.5 * beat.syllables))
    turn[:, 2] += 6.0 * chance["bend"] * -0.3 + 5.0 * chance["tilt"] + lag(beat.tilt, 0.05)
    turn[:, 2] += lively * (tilt * (13.5 * beat.nod + 12.0 * beat.turn + 7.5 * beat.syllables) - 5.0 * beat.turn)
    turn = np.radians(turn)
    neck, head = NECK * lag(turn, 0.033), (1 - NECK) * turn
    # who bows pokes the head forward: the neck bends, the head rises
    poke = POKE * lag(chance["bow"], 0.05)
    neck[:, 0] += np.radians(CURVE[0] + poke)
    head[:, 0] += np.radians(CURVE[1] - poke)
    return {JOINT["neck"]: neck, JOINT["head"]: head}


def _eased(value: np.ndarray) -> np.ndarray:
    """Return 0 near zero and 1 from ±0.3 on, so that a change of sign makes no jump."""
    return np.minimum(np.abs(value) / 0.3, 1) ** 2 * (3 - 2 * np.minimum(np.abs(value) / 0.3, 1))
