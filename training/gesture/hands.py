"""Hand shapes as joint angles, blended in time with every finger a little later than the one before."""

import numpy as np

from core.body.curves import steps
from core.body.skeleton import JOINT
from training.gesture.arms import palm_normal
from training.gesture.curves import lag
from training.gesture.gesture_plan import Plan
from training.gesture.ik import axis_angle, unit
from training.gesture.styles import Style
from training.gesture.word_poses import MANNERS

FINGERS = ("index", "middle", "ring", "pinky")
LAG_S = {"thumb": 0.04, "index": 0.045, "middle": 0.055, "ring": 0.065, "pinky": 0.075}

# Degrees. Per finger (knuckle, middle, tip) curl, in the order index, middle, ring, pinky; then spread (of the fan);
# then the thumb: across the palm, first and second bend.
_SHAPES = {
    "relaxed": ("22 28 15  28 32 18  33 36 20  36 36 20", -4, "18 14 16"),
    "open": ("8 14 8  12 16 9  16 19 10  19 20 11", -1, "12 8 10"),
    "flat": ("4 6 4  5 7 4  6 8 5  7 9 5", -5, "16 8 6"),
    "spread": ("2 10 6  4 10 6  5 11 6  6 12 7", 3, "0 2 4"),
    "cup": ("30 24 14  32 26 14  33 27 15  34 28 15", -4, "22 14 12"),
    "fist": ("52 62 38  56 68 40  60 70 40  62 70 40", 0, "26 24 26"),
    "point": ("4 8 5  50 62 36  56 66 38  58 66 38", 0, "24 22 26"),
    "pinch": ("42 44 20  44 46 22  34 30 16  26 24 14", 2, "30 16 18"),
    "two": ("2 5 3  2 5 3  58 68 40  60 68 40", 5, "28 24 28"),
    "three": ("2 5 3  2 5 3  4 7 4  60 66 38", 6, "30 26 28"),
}


def _vector(shape: str) -> np.ndarray:
    curls, spread, thumb = _SHAPES[shape]
    return np.radians([*map(float, curls.split()), spread, *map(float, thumb.split())])


SHAPES: dict[str, np.ndarray] = {name: _vector(name) for name in _SHAPES}


def hand_channels(plan: Plan, style: Style, side: int, times_s: np.ndarray) -> np.ndarray:
    """Return hand shapes (T, 16) in radians: 12 curls, spread, 3 of the thumb."""
    moves = []
    rest = SHAPES[style.rest_shape]
    for unit_ in plan.units:
        for stroke in unit_.strokes:
            # the hand is loose during the preparation, and takes its shape towards the stroke's end
            pose = MANNERS[stroke.kind].hands[side] if stroke.kind else None
            vigour = 1.0 if pose else 0.45 + 0.4 * stroke.prominence
            shape = SHAPES[pose.shape if pose else style.shape]
            start = stroke.start_s + 0.25 * (stroke.end_s - stroke.start_s)
            moves.append((start, stroke.end_s, SHAPES["relaxed"] + vigour * (shape - SHAPES["relaxed"])))
        moves.append((unit_.retract_s, unit_.rested_s, rest))
    return steps(times_s, rest, moves)


def hand_rotations(channels: np.ndarray, rest: np.ndarray, side: int) -> dict[int, np.ndarray]:
    """Return the parent-local matrices (T, 3, 3) of one hand's 15 joints, by joint index."""
    name = ("left", "right")[side]
    palm = palm_normal(rest, side)
    out = {}
    across = unit(rest[JOINT[f"{name}_pinky1"]] - rest[JOINT[f"{name}_index1"]])
    for number, finger in enumerate(FINGERS):
        late = lag(channels, LAG_S[finger])
        joints = [rest[JOINT[f"{name}_{finger}{i}"]] for i in (1, 2, 3)]
        bones = [joints[1] - joints[0], joints[2] - joints[1], joints[2] - joints[1]]
        fan = late[:, 12] * (1.5 - number)
        for i in range(3):
            axis = unit(np.cross(bones[i], palm))
            turn = axis_angle(axis, late[:, 3 * number + i])
            if i == 0:
                # a positive fan turns towards the thumb
                turn = axis_angle(unit(np.cross(bones[0], -across)), fan) @ turn
            out[JOINT[f"{name}_{finger}{i + 1}"]] = turn
    late = lag(channels, LAG_S["thumb"])
    joints = [rest[JOINT[f"{name}_thumb{i}"]] for i in (1, 2, 3)]
    bones = [joints[1] - joints[0], joints[2] - joints[1], joints[2] - joints[1]]
    inward = unit(0.75 * across + 0.65 * palm)
    for i in range(3):
        axis = unit(np.cross(bones[i], palm if i == 0 else inward))
        out[JOINT[f"{name}_thumb{i + 1}"]] = axis_angle(axis, late[:, 13 + i])
    return out
