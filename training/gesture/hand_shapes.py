"""Shapes of the hand and synergies of its joints, in degrees; `core.gestures.fingers` says what the columns are."""

import numpy as np

# curls; leaning of the fingers; thumb, from where it rests
_SHAPES = {
    "relaxed": ("13 20 9  31 20 11  29 28 12  19 27 9", "-20 0 13 32", "0 0 0 0"),
    "open": ("9 18 9  26 18 10  25 24 11  17 24 9", "-17 0 11 27", "-4 -3 -3 3"),
    "flat": ("4 6 4  5 7 4  6 8 5  7 9 5", "-6 -2 3 8", "0 -6 -4 0"),
    "spread": ("2 10 6  4 10 6  5 11 6  6 12 7", "4 1 -2 -4", "-16 -10 -10 8"),
    "cup": ("30 24 14  32 26 14  33 27 15  34 28 15", "-6 0 3 8", "6 0 0 0"),
    "fist": ("52 62 38  56 68 40  60 70 40  62 70 40", "-2 0 2 4", "10 10 10 -4"),
    "point": ("4 8 5  50 62 36  56 66 38  58 66 38", "0 0 2 4", "8 8 10 -4"),
    "pinch": ("42 44 20  44 46 22  34 30 16  26 24 14", "2 0 2 4", "14 4 4 0"),
    "two": ("2 5 3  2 5 3  58 68 40  60 68 40", "6 -4 2 4", "12 10 12 -4"),
    "three": ("2 5 3  2 5 3  4 7 4  60 66 38", "7 0 -7 4", "14 12 12 -4"),
}


def _vector(shape: str) -> np.ndarray:
    return np.radians([float(number) for row in _SHAPES[shape] for number in row.split()])


SHAPES: dict[str, np.ndarray] = {name: _vector(name) for name in _SHAPES}

# What joints do together, per unit of each synergy.
_SYNERGIES = {
    "radial": ("9 10 8  22 17 11  5 4 3  0 0 0", "1 0 0 0", "4 3 5 -3"),
    "ulnar": ("0 0 0  2 2 1  20 15 11  19 14 12", "0 1 2 5", "0 0 1 0"),
    "fan": ("-2 -1 -1  -1 -1 -1  1 1 1  -2 2 2", "9 3 -7 -22", "-2 -2 -2 4"),
    "index": ("-12 -14 -11  9 7 5  1 1 0  -2 0 0", "-1 0 0 -2", "2 -4 -5 3"),
    "thumb": ("2 2 1  0 0 0  0 0 0  1 -1 0", "-1 0 0 1", "8 -10 -13 -5"),
    "cascade": ("8 -7 -5  10 -12 -8  11 -13 -9  13 -15 -11", "0 0 0 -2", "0 2 3 1"),
}
SYNERGY = {name: row for row, name in enumerate(_SYNERGIES)}
SYNERGIES = np.radians([[float(n) for row in rows for n in row.split()] for rows in _SYNERGIES.values()])

# The two hands of a person do not rest alike. How each joint is turned within its own frame after all else, degrees.
OWN_TURNS: dict[str, dict[str, tuple[int, int, int]]] = {
    "left": {
        "index1": (0, -3, 1),
        "index2": (-2, 0, -2),
        "index3": (2, -3, 0),
        "middle1": (-2, 0, -9),
        "middle2": (3, 1, 0),
        "middle3": (0, -1, 0),
        "ring1": (3, 0, -3),
        "ring2": (0, -2, 1),
        "ring3": (-1, 0, 1),
        "pinky1": (-5, 4, -2),
        "pinky2": (9, 1, 4),
        "pinky3": (-3, 1, 6),
        "thumb1": (1, 2, 0),
        "thumb2": (0, -2, -2),
        "thumb3": (2, 2, 4),
    },
    "right": {
        "index1": (3, -5, 7),
        "index2": (-5, 3, 0),
        "index3": (4, -1, -1),
        "middle1": (0, -3, 7),
        "middle2": (0, 2, 2),
        "middle3": (0, 1, 1),
        "ring1": (1, -1, 6),
        "ring2": (0, -1, 4),
        "ring3": (1, 1, 0),
        "pinky1": (7, 8, 2),
        "pinky2": (-10, 0, 2),
        "pinky3": (2, 0, 1),
        "thumb1": (4, 3, 2),
        "thumb2": (2, -4, 0),
        "thumb3": (0, 1, 5),
    },
}
