"""What markers need to know of a finished motion, found once: its strokes, and how suddenly its arms turn."""

from dataclasses import dataclass

import numpy as np

from ..body.joints import SIDES
from ..body.motion import Motion
from ..body.parts import AREAS
from ..body.rotation import quat_continuous, rotvec_to_quat
from ..body.skeleton import JOINT_NAMES
from .arm_clearance import Arms
from .strokes import Stroke, find_strokes, wrist_paths

ARM = tuple(AREAS[f"{side}_arm"].joints for side in SIDES)
HAND = tuple(AREAS[f"{side}_hand"].joints for side in SIDES)
TORSO, HEAD = AREAS["torso"].joints, AREAS["head"].joints
MOVED = (*ARM[0], *ARM[1], *HAND[0], *HAND[1], *TORSO, *HEAD)
COLUMN = {joint: column for column, joint in enumerate(MOVED)}
SIDE_COLUMNS = tuple([COLUMN[joint] for joint in joints] for joints in ARM)
ARM_COLUMNS = list(range(len(ARM[0]) + len(ARM[1])))
# "Sudden" is beyond this percentile of the take's own motion; takes that hardly move may still do this, radians a frame
# and its change.
_USUAL = 99
_LEAST_TURN, _LEAST_JUMP = 0.05, 0.01
# Frames on either side that count as the same place.
_NEAR = 3
# How far wrists move when these joints turn, metres per radian, by and large.
_LEVERS = {"collar": 0.5, "shoulder": 0.45, "elbow": 0.25, "wrist": 0.1}


@dataclass(frozen=True)
class StrokeStatistics:
    """The arms of a motion, looked at.

    Attributes:
        turns: (T, J, 4) quaternions of `MOVED`, signs continuous in time.
        wrists: (T, 2, 3) metres, in the pelvis' frame.
        strokes: in order of their apexes.
        most_turn: how far a joint of the arms usually turns from frame to frame at most, radians.
        most_jump: how much that changes from frame to frame at most.
        jumps: (T,) how much it does around each frame.
    """

    turns: np.ndarray
    wrists: np.ndarray
    strokes: tuple[Stroke, ...]
    most_turn: float
    most_jump: float
    jumps: np.ndarray

    @property
    def arms(self) -> np.ndarray:
        """The turns of the arms' joints alone, (T, 8, 4)."""
        return self.turns[:, : len(ARM_COLUMNS)]

    @classmethod
    def of(cls, motion: Motion, arms: Arms) -> "StrokeStatistics":
        """From a motion and where its arms are."""
        turns = quat_continuous(rotvec_to_quat(motion.rotations[:, MOVED]))
        turn, jump = pace(turns[:, ARM_COLUMNS])
        jumps = np.zeros(len(turns))
        if jump.size:
            jumps[1:-1] = jump.max(1)
            padded = np.pad(jumps, _NEAR, mode="edge")
            jumps = np.lib.stride_tricks.sliding_window_view(padded, 2 * _NEAR + 1).max(-1)
        return cls(
            turns,
            arms.wrist,
            find_strokes(wrist_paths(motion.rotations, motion.skeleton), motion.fps),
            max(float(np.percentile(turn, _USUAL)) if turn.size else 0.0, _LEAST_TURN),
            max(float(np.percentile(jump, _USUAL)) if jump.size else 0.0, _LEAST_JUMP),
            jumps,
        )

    def suddenness(self, turns: np.ndarray) -> float:
        """How suddenly turns (N, J, 4) go, beside what is usual: 1 for as much."""
        turn, jump = pace(turns)
        return max(turn.max(initial=0) / self.most_turn, jump.max(initial=0) / self.most_jump)


def pace(turns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How far turns (T, J, 4) go from frame to frame, (T - 1, J), and how much that changes, (T - 2, J), radians.

    Along chords, which tell small turns well enough; signs must be continuous.
    """
    way = 2 * np.diff(turns, axis=0)
    change = np.diff(way, axis=0)
    return tuple(np.sqrt(np.einsum("tjc,tjc->tj", value, value)) for value in (way, change))


def apart(a: np.ndarray, b: np.ndarray, side: int) -> np.ndarray:
    """How far arms of one side are apart, metres, by and large, from quaternions (..., J, 4) of `MOVED`."""
    columns = [COLUMN[joint] for joint in ARM[side]]
    angles = 2 * np.arccos(np.clip(np.abs((a[..., columns, :] * b[..., columns, :]).sum(-1)), 0.0, 1.0))
    return angles @ [_LEVERS[JOINT_NAMES[joint].partition("_")[2]] for joint in ARM[side]]
