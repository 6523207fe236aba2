"""Arms that differ: each arm is held a little otherwise than decoded, each hand turns its own way, and one hand leads.

The network moves both arms alike, as a mirror would show them, and holds them in the same few places again and again.
People lead with one hand; the other one comes later, makes smaller strokes, and is seldom as high and as far ahead.

    decoded    left, right     ──╱╲────╱╲────
    shown      left            __╱╲‾‾‾‾╱╲____      held lower at first, then higher
               right, leads    ‾‾╱╲____╱╲‾‾‾‾      strokes larger, and first

The curves are drawn from the take's seed. A place changes where strokes end, and holds for seconds, so that arms that
rest still rest.
"""

from collections.abc import Sequence
from itertools import count

import numpy as np

from ..body.curves import gaussian, steps
from ..body.joints import ELBOWS, SHOULDERS, SIDES, WRISTS
from ..body.motion import Motion
from ..body.rotation import quat_conjugate, quat_continuous, quat_multiply, quat_to_rotvec, rotvec_to_quat
from ..clock import FPS
from .added_chance import NO_VALUES, changing
from .chance_moves import changes

# Per side the curves of the arm's place and those of the hand; then how much the right hand leads (-1: the left one).
PLACE, HAND = ("up", "out", "across", "bent"), ("rolled", "flexed", "turned")
ARM = len(PLACE) + len(HAND)
WIDTH = len(SIDES) * ARM + 1
# Degrees by which the shoulder lifts the arm ahead, takes it outwards and turns it, and by which the elbow bends.
_PLACE_DEG = (9.0, 5.0, 6.0, 12.0)
# Degrees by which the forearm rolls, and by which the wrist bends and turns to the side.
_HAND_DEG = (18.0, 14.0, 8.0)
# How long a place and a hand hold at least, and how long a change takes.
_PLACE_S, _HAND_S, _MOVE_S = (2.0, 5.5), (1.0, 3.0), 0.8
# How long a hand leads, and how long the other one takes to take over.
_LEAD_S, _TAKE_OVER_S = (1.5, 5.0), 2.5
# By which share strokes of the hand that leads are larger and those of the other one smaller, and how late it is.
_LARGER, _SMALLER, _LATE_S = 0.15, 0.22, 0.05
# What is slower (sigma, seconds) is no stroke.
_SLOW_S = 0.4


def draw_arms(frame_count: int, seed: int, moments_s: Sequence[float]) -> np.ndarray:
    """Draw the curves (T, WIDTH) of a take, within -1 to 1.

    Args:
        frame_count: T.
        seed: another seed gives other curves.
        moments_s: when hands strike, ascending seconds; changes end there, so that none is made in a pause.
    """
    columns = []
    for side in range(len(SIDES)):
        for number, (width, hold_s) in enumerate(((len(PLACE), _PLACE_S), (len(HAND), _HAND_S))):
            rng = np.random.default_rng([seed % 2**32, 11, side, number])
            columns.append(_places(frame_count, rng, moments_s, width, hold_s))
    lead = changing(_LEAD_S, _TAKE_OVER_S)(frame_count, np.random.default_rng([seed % 2**32, 12]), (), NO_VALUES)
    return np.column_stack([*columns, lead]).astype(np.float32)


def _places(
    frame_count: int, rng: np.random.Generator, moments_s: Sequence[float], width: int, hold_s: tuple[float, float]
) -> np.ndarray:
    """Draw curves (T, width) that hold, and change together."""
    values = (rng.uniform(-1, 1, width) for _ in count())
    moves = list(changes(frame_count, rng, moments_s, values, hold_s, _MOVE_S))
    return steps(np.arange(frame_count) / FPS, np.zeros(width), moves)


def place_arms(motion: Motion, curves: np.ndarray, share: float, strokes: float = 1.0) -> Motion:
    """Hold each arm and turn each hand its own way, and make the strokes of one hand larger than those of the other.

    Args:
        motion: T frames, as decoded.
        curves: (T or more, WIDTH), from `draw_arms`; with fewer frames the motion stays as it is.
        share: of the degrees above; 0 leaves the motion as it is.
        strokes: by which factor the strokes of both hands are larger than decoded, in this style.
    """
    if share <= 0 or len(curves) < motion.frame_count:
        return motion
    rotations = motion.rotations.copy()
    rows = share * curves[: motion.frame_count].astype(np.float64)
    none = np.zeros(len(rows))
    for side, sign in enumerate((1.0, -1.0)):
        up, out, across, bent, rolled, flexed, turned = np.radians(
            (*_PLACE_DEG, *_HAND_DEG) * rows[:, ARM * side : ARM * (side + 1)]
        ).T
        leads = -sign * rows[:, -1]
        larger = strokes * (1 + np.where(leads > 0, _LARGER, _SMALLER) * leads)
        before = {
            SHOULDERS[side]: (-up, sign * across, sign * out),
            ELBOWS[side]: (none, -sign * bent, none),
            WRISTS[side]: (none, sign * turned, sign * flexed),
        }
        for joint, turn in before.items():
            turns = _with_strokes(quat_continuous(rotvec_to_quat(rotations[:, joint])), larger)
            turns = quat_multiply(rotvec_to_quat(np.stack(turn, 1)), turns)
            if joint == ELBOWS[side]:
                turns = quat_multiply(turns, rotvec_to_quat(np.stack([rolled, none, none], 1)))
            rotations[:, joint] = quat_to_rotvec(turns)
    return motion.replace(rotations=rotations)


def lateness(curves: np.ndarray, share: float) -> np.ndarray:
    """Return by how many frames the left and the right arm are late (T, 2); the hand that leads is not."""
    behind = np.clip(curves[:, -1:] * np.array([1.0, -1.0]), 0, None)
    return share * _LATE_S * FPS * behind


def _with_strokes(turns: np.ndarray, larger: np.ndarray) -> np.ndarray:
    """Return a joint's turns (T, 4) whose quick part is larger by factors (T,)."""
    slow = gaussian(turns, _SLOW_S * FPS)
    slow /= np.linalg.norm(slow, axis=-1, keepdims=True)
    quick = quat_to_rotvec(quat_multiply(quat_conjugate(slow), turns))
    return quat_multiply(slow, rotvec_to_quat(larger[:, None] * quick))
