"""Facial curves as the iPhone app Live Link Face records them: a CSV that Unreal and other programs read."""

import csv
import math
from pathlib import Path

import numpy as np

from ..body.parts import ARKIT_NAMES
from ..files import saved_file

# The app's order differs from Apple's in two pairs.
_SWAPPED = {"jawLeft": "jawRight", "jawRight": "jawLeft", "mouthLeft": "mouthRight", "mouthRight": "mouthLeft"}
_ORDER = tuple(ARKIT_NAMES.index(_SWAPPED.get(name, name)) for name in ARKIT_NAMES)
_TURNS = tuple(f"{part}{axis}" for part in ("Head", "LeftEye", "RightEye") for axis in ("Yaw", "Pitch", "Roll"))
COLUMNS = ("Timecode", "BlendShapeCount", *(ARKIT_NAMES[i][0].upper() + ARKIT_NAMES[i][1:] for i in _ORDER), *_TURNS)


def write_livelink(path: Path, weights: np.ndarray, turns: np.ndarray, fps: float, start_frame: int = 0) -> None:
    """Write a Live Link Face recording (CSV), whole or not at all.

    Args:
        path: path of the file.
        weights: (T, 52) in the order of `ARKIT_NAMES`.
        turns: (T, 3, 3) yaw, pitch and roll of head, left eye and right eye, radians, about ARKit's axes Y (up), X and
            Z (out of the face).
        fps: frames per second.
        start_frame: number of the first frame, for the timecode.

    Raises:
        GestureError: the file cannot be written.
    """
    values = np.concatenate([weights[:, _ORDER], turns.reshape(len(turns), 9)], axis=1)
    with saved_file(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        for frame, row in enumerate(values):
            rows.writerow([timecode(start_frame + frame, fps), len(row), *(f"{value:.10g}" for value in row)])


def timecode(frame: int, fps: float) -> str:
    """Format a frame as HH:MM:SS:FF.mmm; a fractional rate counts as the next whole number, without dropped frames.

    >>> timecode(45, 29.97)
    '00:00:01:15.000'
    """
    rate = math.ceil(fps - 1e-6)
    seconds, rest = divmod(max(frame, 0), rate)
    return f"{seconds // 3600 % 24:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}:{rest:02d}.000"
