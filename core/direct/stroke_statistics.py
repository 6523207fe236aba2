"""Values of a finished motion that markers use, computed once: its strokes, and how suddenly its arms usually turn.

Suddenness compares with the take itself, because a lively speaker may turn faster than a calm one:

    turn   angle of a joint from one frame to the next
    jump   change of the turn from one frame to the next; a seam shows as a jump

    suddenness = the larger of  largest turn / usual largest turn  and  largest jump / usual largest jump

where "usual largest" is the 99th percentile over the take. A suddenness of 1 is that of the take's own quick moments.
"""

from dataclasses import dataclass

import numpy as np

from ..body.joints import SIDES
from ..body.motion import Motion
from ..body.parts import AREAS
from ..body.rotation import quat_continuous, rotvec_to_quat
from ..body.skeleton import JOINT_NAMES
from .posed_arms import Arms
from .strokes import Stroke, find_strokes, wrist_paths

ARM = tuple(AREAS[f"{side}_arm"].joints for side in SIDES)
HAND = tuple(AREAS[f"{side}_hand"].joints for side in SIDES)
TORSO, HEAD = AREAS["torso"].joints, AREAS["head"].joints
# The joints that markers move, in the order of all arrays of turns (T, J, 4) here: first both arms.
MOVED = (*ARM[0], *ARM[1], *HAND[0], *HAND[1], *TORSO, *HEAD)
COLUMN = {joint: column for column, joint in enumerate(MOVED)}
SIDE_COLUMNS = tuple([COLUMN[joint] for joint in joints] for joints in ARM)
ARM_COLUMNS = list(range(len(ARM[0]) + len(ARM[1])))
# Percentile of a take's turns and jumps that counts as their usual largest value.
_USUAL = 99
# Least values of the usual largest turn and jump, radians, for takes that hardly move.
_LEAST_TURN, _LEAST_JUMP = 0.05, 0.01
# Frames on either side of a frame that count for its jump.
_NEAR = 3
# How far a wrist moves when a joint of its arm turns, metres per radian: about the distance from joint to wrist.
_LEVERS = {"collar": 0.5, "shoulder": 0.45, "elbow": 0.25, "wrist": 0.1}


@dataclass(frozen=True)
class StrokeStatistics:
    """The arms of a motion, its strokes, and how suddenly it usually turns.

    Attributes:
        turns: (T, J, 4) quaternions of `MOVED`, signs continuous in time.
        wrists: (T, 2, 3) metres, in the pelvis' frame.
        strokes: in order of their apexes.
        most_turn: usual largest turn of a joint of the arms, radians.
        most_jump: usual largest jump of a joint of the arms, radians.
        jumps: (T,) largest jump within a few frames of each frame, radians.
    """

    turns: np.ndarray
    wrists: np.ndarray
    strokes: tuple[Stroke, ...]
    most_turn: float
    most_jump: float
    jumps: np.ndarray

    @property
    def arms(self) -> np.ndarray:
        """Return the turns of the arms' joints alone, (T, 8, 4)."""
        return self.turns[:, : len(ARM_COLUMNS)]

    @classmethod
    def of(cls, motion: Motion, arms: Arms) -> "StrokeStatistics":
        """Measure a motion, whose arms are posed already."""
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
        """Largest turn or jump of quaternions (N, J, 4), relative to the take's 99th percentile (1.0 = equal)."""
        turn, jump = pace(turns)
        return max(turn.max(initial=0) / self.most_turn, jump.max(initial=0) / self.most_jump)


def pace(turns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return how far quaternions (T, J, 4) turn from frame to frame, and how much these turns change.

    Angles are measured along chords, which is exact enough for small turns; signs must be continuous.

    Returns:
        turns (T - 1, J) and jumps (T - 2, J), radians.
    """
    way = 2 * np.diff(turns, axis=0)
    change = np.diff(way, axis=0)
    turn, jump = (np.sqrt(np.einsum("tjc,tjc->tj", value, value)) for value in (way, change))
    return turn, jump


def arm_distance(a: np.ndarray, b: np.ndarray, side: int) -> np.ndarray:
    """Return roughly how far the wrists of two poses are apart, metres.

    Args:
        a: (..., J, 4) quaternions of `MOVED`.
        b: (..., J, 4) quaternions of the other pose.
        side: side of the arm: 0 left, 1 right.
    """
    columns = [COLUMN[joint] for joint in ARM[side]]
    angles = 2 * np.arccos(np.clip(np.abs((a[..., columns, :] * b[..., columns, :]).sum(-1)), 0.0, 1.0))
    return angles @ [_LEVERS[JOINT_NAMES[joint].partition("_")[2]] for joint in ARM[side]]
