"""Hand shapes in time: they close and open with every stroke, change between strokes, and flutter with the voice."""

import numpy as np

from core.body.rotation import rotvec_to_matrix
from core.body.skeleton import JOINT_NAMES
from core.gestures import fingers
from core.gestures.fingers import CURLS
from training.gesture.curves import at_least, lag, moves, pulses
from training.gesture.gesture_plan import TAP_S, Plan
from training.gesture.hand_shapes import OWN_TURNS, SHAPES, SYNERGIES, SYNERGY
from training.gesture.styles import Style
from training.gesture.word_poses import MANNERS

# Every finger follows a little later than the one before.
LAG_S = {"thumb": 0.04, "index": 0.03, "middle": 0.05, "ring": 0.07, "pinky": 0.095}
# Fingers close by this many units of the grip before a stroke, are open by as much at its end, and relax.
CLOSE, OPEN, RELAXED = 0.35, -0.45, -0.05
RELAX_S = 0.5
TAP_GRIP = 0.5
# A hand that shows a word's class keeps this share of the movements that do not belong to the shape.
KEPT_IN_POSE = 0.25
# Per synergy: the curve of chance that drives it and units per unit of it; units per unit of the arm's idle curve, and
# how late that is, so that synergies do not move together; units per unit of the voice (`training.gesture.voice`).
DRIVES = {
    "radial": ("grip", 1.1, 0.45, 0.0, -0.85),
    "ulnar": ("curl", 1.0, 0.45, 0.9, -0.8),
    "fan": ("fan", 1.4, 0.5, 0.45, 1.05),
    "index": ("index", 1.5, 0.5, 1.3, 0.95),
    "thumb": ("thumb", 1.15, 0.3, 0.25, 1.25),
    "cascade": ("aim", 1.05, 0.5, 0.65, 1.15),
}
# Units of each synergy per unit of what only this hand does.
OWN = {"radial": 0.6, "ulnar": -0.6, "fan": 0.5, "index": 0.6, "thumb": -0.5, "cascade": 0.6}
# Fingers do not bend backwards further than this, from knuckle to last joint.
LEAST_CURL, SOFT_CURL = np.radians(4 * [-20.0, -4.0, -8.0]), np.radians(3.0)
# The right hand follows the same curves of chance as the left one, each mixed with the next row's.
ALIKE, UNLIKE = 0.65, 0.7


def hand_channels(
    plan: Plan, style: Style, side: int, times_s: np.ndarray, chance: dict[str, np.ndarray], voice: np.ndarray
) -> np.ndarray:
    """Return hand shapes (T, 20) in radians; `training.gesture.hand_shapes` names the columns."""
    base, held, grips = [], [], []
    rest = SHAPES[style.rest_shape]
    for unit_ in plan.units:
        for stroke in unit_.strokes:
            # the hand is loose during the preparation, and takes its shape towards the stroke's end
            pose = MANNERS[stroke.kind].hands[side] if stroke.kind else None
            vigour = 1.0 if pose else 0.45 + 0.4 * max(stroke.prominence, 0)
            shape = SHAPES[pose.shape if pose else style.shape]
            start, end = stroke.start_s, stroke.end_s
            middle = start + 0.55 * (end - start)
            base.append((start + 0.25 * (end - start), end, SHAPES["relaxed"] + vigour * (shape - SHAPES["relaxed"])))
            held.append((start, middle, [1.0 if pose else 0.0]))
            size = 0.4 + 0.6 * min(stroke.size, 1.5)
            grips.append((start, middle + 0.05, [CLOSE * size]))
            grips.append((middle + 0.05, end, [OPEN * size]))
            grips.append((end + 0.05, end + RELAX_S, [RELAXED]))
        base.append((unit_.retract_s, unit_.rested_s, rest))
        held.append((unit_.retract_s, unit_.rested_s, [0.0]))
        grips.append((unit_.retract_s, unit_.rested_s, [0.0]))
    beat = moves(times_s, [0.0], grips)[:, 0]
    taps = ((tap.end_s - TAP_S, tap.end_s - TAP_S / 2, tap.end_s, TAP_GRIP * tap.size) for tap in plan.taps)
    beat += pulses(times_s, taps)
    free = 1 - (1 - KEPT_IN_POSE) * moves(times_s, [0.0], held)
    drives = style.fingers * free * synergy_drives(beat, style, side, chance, voice)
    shapes = moves(times_s, rest, base) + drives @ SYNERGIES
    shapes[:, CURLS] = at_least(shapes[:, CURLS], LEAST_CURL, SOFT_CURL)
    return shapes


def synergy_drives(
    beat: np.ndarray, style: Style, side: int, chance: dict[str, np.ndarray], voice: np.ndarray
) -> np.ndarray:
    """Return how far each synergy is driven (T, 5): by strokes (T,), chance and the voice (T,)."""
    idle = chance[("left_idle", "right_idle")[side]]
    own = chance[("left_hand", "right_hand")[side]]
    following = dict(zip(DRIVES, [*list(DRIVES)[1:], next(iter(DRIVES))], strict=True))
    out = np.zeros((len(beat), len(SYNERGY)))
    for name, (curve, amount, stirred, late_s, spoken) in DRIVES.items():
        drawn = chance[curve]
        if side == 1:
            drawn = ALIKE * drawn + UNLIKE * chance[DRIVES[following[name]][0]]
        moved = style.stir * stirred * lag(idle, late_s) + spoken * voice + OWN[name] * own
        out[:, SYNERGY[name]] = amount * drawn + moved
    out[:, SYNERGY["radial"]] += beat * (1 + 0.5 * chance["index"])
    out[:, SYNERGY["ulnar"]] += beat * (1 + 0.6 * chance["roll"])
    out[:, SYNERGY["fan"]] -= beat * (0.7 + 0.6 * chance["fan"])
    out[:, SYNERGY["thumb"]] += beat * (0.4 + 0.6 * chance["thumb"])
    out[:, SYNERGY["index"]] += 0.7 * beat * chance["grip"]
    out[:, SYNERGY["cascade"]] += 0.9 * beat * chance["arc"]
    return out


def hand_rotations(channels: np.ndarray, rest: np.ndarray, side: int) -> dict[int, np.ndarray]:
    """Return the parent-local matrices (T, 3, 3) of one hand's 15 joints, by joint index; fingers follow in turn."""
    late = {finger: lag(channels, delay_s) for finger, delay_s in LAG_S.items()}
    own = OWN_TURNS[("left", "right")[side]]
    turns = fingers.hand_rotations(late, rest, side)
    return {j: turn @ rotvec_to_matrix(np.radians(own.get(_finger_joint(j), (0, 0, 0)))) for j, turn in turns.items()}


def _finger_joint(joint: int) -> str:
    """Return the name of a joint of either hand: "index1" and so on."""
    return JOINT_NAMES[joint].split("_")[1]
