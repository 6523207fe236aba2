"""The rotations of an arm whose wrist is at a place, and whose hand points where a gesture says.

shoulder ●━━━━━╮            The wrist's place says how far the elbow is bent. The arm may still turn about the line
                ╲ elbow     from shoulder to wrist: of all such turns the one is taken that bends the wrist least
         wrist   ●          (`natural_swivel`). The hand's roll is shared between forearm and wrist.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ..body.joints import ARM_CHAINS, KNUCKLES, WRISTS
from ..body.legs import shortest_turn
from ..body.rotation import rotvec_to_matrix
from ..body.skeleton import JOINT
from ..body.two_bones import axis_angle, clamp_reach, frame, unit
from .fingers import palm_normal, sign

# Length from shoulder to wrist for which places are written, metres.
ARM_LENGTH_M = 0.53
LEAST_BEND, MOST_BEND = np.radians(12.0), np.radians(142.0)
# The elbow's hinge in the T-pose of the left arm.
HINGE = np.array([0.0, -0.97, 0.24])
# How the left upper arm is turned in the chest's frame, on average.
USUAL_TURN = np.radians([10.0, -26.0, -64.0])
# Share of the hand's roll that the forearm takes; the rest is in the wrist.
FOREARM_ROLL = 0.6
# The collar of a hanging arm: how far it is raised and drawn forward; what an arm raised to the shoulder, or stretched
# forward, adds; and the share of the rise by which the collar also turns about its own axis. Radians.
COLLAR_REST, COLLAR_LIFT, COLLAR_FORWARD = np.radians([-16.0, 5.0]), np.radians(16.0), np.radians(17.0)
COLLAR_TWIST = 0.35
# Swivels of the elbow that are tried, radians, and what they cost: angles of the wrist, of the roll and of the swivel
# itself that are free, and those that cost 1 beyond these.
_SWIVELS = np.radians(np.arange(-30.0, 76.0, 7.5))
_FREE_BEND, _FREE_ROLL = np.radians(25.0), np.radians(75.0)
_BEND_COST, _ROLL_COST, _SWIVEL_COST = np.radians([14.0, 18.0, 40.0])


@dataclass(frozen=True)
class ArmGoal:
    """Where one arm shall be, over N frames, in the chest's frame.

    Attributes:
        wrist: (N, 3) metres from the chest joint.
        hand: (N, 3, 3) the hand's turn away from rest.
        shrug: (N,) rise of the shoulder, radians.
    """

    wrist: np.ndarray
    hand: np.ndarray
    shrug: np.ndarray


@dataclass(frozen=True)
class ArmTurns:
    """Parent-local matrices (N, 3, 3) of one arm, with the angles (N,), radians, that a natural pose keeps small.

    Attributes:
        chain: collar, shoulder, elbow and wrist.
        bend: how far the wrist is bent in any direction.
        roll: how far the hand is rolled against the upper arm.
    """

    chain: tuple[np.ndarray, ...]
    bend: np.ndarray
    roll: np.ndarray


def hand_turn(fingers: np.ndarray, palm: np.ndarray, rest: np.ndarray, side: int) -> np.ndarray:
    """Return the turn (N, 3, 3) of a hand whose fingers and palm point in directions (N, 3) of the chest's frame.

    The fingers' direction is exact; the palm's is made to be at a right angle to it.
    """
    along = unit(rest[KNUCKLES[side]] - rest[WRISTS[side]])
    return frame(fingers, palm) @ frame(along, palm_normal(rest, side)).T


def own_side(vectors: np.ndarray, side: int) -> np.ndarray:
    """Convert (out, up, forward) of a side to x, y, z of the chest: the left is +x."""
    return vectors * np.array([sign(side), 1.0, 1.0])


def arm_length(rest: np.ndarray, side: int) -> float:
    """Return the length of an arm of a skeleton (55, 3) from shoulder over elbow to wrist, metres; side 0 is left."""
    joints = rest[ARM_CHAINS[side][1:]]
    return float(sum(np.linalg.norm(b - a) for a, b in pairwise(joints)))


def solve_arm(goal: ArmGoal, swivel: np.ndarray, rest: np.ndarray, side: int) -> ArmTurns:
    """Return the rotations that bring one arm to its goal.

    Args:
        goal: where the arm shall be; a wrist out of reach is brought as near as the arm's length allows.
        swivel: (N,) by how much the elbow is raised about the line from shoulder to wrist, radians.
        rest: (55, 3) metres.
        side: 0 left, 1 right.
    """
    chest, (collar, shoulder, elbow, wrist) = rest[JOINT["spine3"]], rest[ARM_CHAINS[side]]
    upper_rest, fore_rest = elbow - shoulder, wrist - elbow
    upper, fore = float(np.linalg.norm(upper_rest)), float(np.linalg.norm(fore_rest))
    collar_turn = _collar(goal, shoulder - chest, arm_length(rest, side), side)
    shoulder_at = collar - chest + collar_turn @ (shoulder - collar)
    offset = clamp_reach(goal.wrist - shoulder_at, upper, fore, LEAST_BEND, MOST_BEND)
    hinge = axis_angle(sign(side) * unit(HINGE), _elbow_bend(offset, upper, fore))
    raised = rotvec_to_matrix(unit(offset) * (-sign(side) * swivel)[:, None])
    upper_turn = raised @ _least_turn(upper_rest + hinge @ fore_rest, offset, side)
    fore_turn = upper_turn @ hinge
    along = unit(fore_rest)
    hand = np.swapaxes(fore_turn, -1, -2) @ goal.hand
    roll = _twist(hand, along)
    # a roll of half a turn to one side is one to the other side: the share of it must not jump
    fore_turn = fore_turn @ axis_angle(along, FOREARM_ROLL * np.unwrap(roll))
    local = np.swapaxes(fore_turn, -1, -2) @ goal.hand
    swing = hand @ axis_angle(along, -roll)
    bend = np.arccos(np.clip((np.trace(swing, axis1=-2, axis2=-1) - 1) / 2, -1, 1))
    chain = (
        collar_turn,
        np.swapaxes(collar_turn, -1, -2) @ upper_turn,
        np.swapaxes(upper_turn, -1, -2) @ fore_turn,
        local,
    )
    return ArmTurns(chain, bend, roll)


def natural_swivel(goal: ArmGoal, rest: np.ndarray, side: int) -> np.ndarray:
    """Return the swivels (N,), radians, with which the wrist is bent and rolled least."""
    count, tries = len(goal.wrist), len(_SWIVELS)
    every = ArmGoal(*(np.concatenate([values] * tries) for values in (goal.wrist, goal.hand, goal.shrug)))
    turns = solve_arm(every, np.repeat(_SWIVELS, count), rest, side)
    bend = np.maximum(turns.bend - _FREE_BEND, 0) / _BEND_COST
    roll = np.maximum(np.abs(turns.roll) - _FREE_ROLL, 0) / _ROLL_COST
    costs = (bend**2 + roll**2).reshape(tries, count) + np.square(_SWIVELS / _SWIVEL_COST)[:, None]
    return _SWIVELS[np.argmin(costs, axis=0)]


def _collar(goal: ArmGoal, shoulder: np.ndarray, length_m: float, side: int) -> np.ndarray:
    """Return the collar's matrices (N, 3, 3): it follows an arm that is raised or stretched forward."""
    way = own_side(goal.wrist - shoulder, side) * ARM_LENGTH_M / length_m
    raised = np.clip((way[:, 1] + 0.47) / 0.47, 0, 1.6)
    forward = np.clip((way[:, 2] - 0.08) / 0.35, 0, 1.4) - 0.35 * way[:, 0] / 0.35
    elevation = COLLAR_REST[0] + COLLAR_LIFT * raised + goal.shrug
    protraction = COLLAR_REST[1] + COLLAR_FORWARD * forward
    up = axis_angle(np.array([0.0, 0.0, 1.0]), sign(side) * elevation)
    ahead = axis_angle(np.array([0.0, 1.0, 0.0]), -sign(side) * protraction)
    return up @ ahead @ axis_angle(np.array([1.0, 0.0, 0.0]), COLLAR_TWIST * (elevation - COLLAR_REST[0]))


def _elbow_bend(offset: np.ndarray, upper: float, fore: float) -> np.ndarray:
    """Return the elbow's bend (N,), radians, with which bones of two lengths span offsets (N, 3); metres."""
    cosine = (np.square(offset).sum(-1) - upper**2 - fore**2) / (2 * upper * fore)
    return np.arccos(np.clip(cosine, -1, 1))


def _least_turn(reach: np.ndarray, offset: np.ndarray, side: int) -> np.ndarray:
    """Return the upper arm's turns (N, 3, 3) that bring the wrist to offsets (N, 3), nearest to the usual turn."""
    usual = rotvec_to_matrix(USUAL_TURN * np.array([1.0, sign(side), sign(side)]))
    return shortest_turn(reach @ usual.T, unit(offset)) @ usual


def _twist(turn: np.ndarray, axis: np.ndarray) -> np.ndarray:
    """Return the part (N,) of turns (N, 3, 3) that is about an axis (3,), radians."""
    skew = np.stack([turn[:, 2, 1] - turn[:, 1, 2], turn[:, 0, 2] - turn[:, 2, 0], turn[:, 1, 0] - turn[:, 0, 1]], -1)
    return 2 * np.arctan2(skew @ axis, 1 + np.trace(turn, axis1=-2, axis2=-1))
