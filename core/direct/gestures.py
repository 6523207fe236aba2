"""What markers need to know of a finished motion, found once: its strokes, and how suddenly its arms turn."""

from dataclasses import dataclass

import numpy as np

from ..body.motion import Motion
from ..body.parts import AREAS
from ..body.rotation import conjugate, continuous, multiply, quaternion_to_rotvec, rotvec_to_quaternion
from .reachable import Arms
from .strokes import Stroke, find_strokes, wrist_paths

SIDES = ("left", "right")
ARM = tuple(AREAS[f"{side}_arm"].joints for side in SIDES)
HAND = tuple(AREAS[f"{side}_hand"].joints for side in SIDES)
TORSO, HEAD = AREAS["torso"].joints, AREAS["head"].joints
MOVED = (*ARM[0], *ARM[1], *HAND[0], *HAND[1], *TORSO, *HEAD)
COLUMN = {joint: column for column, joint in enumerate(MOVED)}
ARM_COLUMNS = list(range(len(ARM[0]) + len(ARM[1])))
# "Sudden" is beyond this percentile of the take's own motion; takes that hardly move may still do this, radians a frame
# and its change.
_USUAL = 99
_LEAST_TURN, _LEAST_JUMP = 0.05, 0.01


@dataclass(frozen=True)
class Gestures:
    """The arms of a motion, looked at.

    Attributes:
        turns: (T, J, 4) quaternions of `MOVED`, signs continuous in time.
        wrists: (T, 2, 3) metres, in the pelvis' frame.
        strokes: in order of their apexes.
        most_turn: how far a joint of the arms usually turns from frame to frame at most, radians.
        most_jump: how much that changes from frame to frame at most.
    """

    turns: np.ndarray
    wrists: np.ndarray
    strokes: tuple[Stroke, ...]
    most_turn: float
    most_jump: float

    @classmethod
    def of(cls, motion: Motion, arms: Arms) -> "Gestures":
        """From a motion and where its arms are."""
        turns = continuous(rotvec_to_quaternion(motion.rotations[:, MOVED]))
        turn, jump = pace(turns[:, ARM_COLUMNS])
        return cls(
            turns,
            arms.wrist,
            find_strokes(wrist_paths(motion.rotations, motion.skeleton), motion.fps),
            max(float(np.percentile(turn, _USUAL)) if turn.size else 0.0, _LEAST_TURN),
            max(float(np.percentile(jump, _USUAL)) if jump.size else 0.0, _LEAST_JUMP),
        )


def pace(turns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How far turns (T, J, 4) go from frame to frame, (T - 1, J), and how much that changes, (T - 2, J), radians."""
    velocity = quaternion_to_rotvec(multiply(conjugate(turns[:-1]), turns[1:]))
    return np.linalg.norm(velocity, axis=-1), np.linalg.norm(np.diff(velocity, axis=0), axis=-1)
