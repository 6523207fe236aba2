"""The rotations of an arm that follow the path of its wrist: collar, shoulder, elbow and wrist."""

from dataclasses import dataclass

import numpy as np

from core.body.legs import shortest_turn
from core.body.rotation import rotvec_to_matrix
from core.body.skeleton import JOINT
from core.body.two_bones import axis_angle, clamp_reach, frame, unit
from core.clock import FPS
from core.gestures.fingers import palm_normal, sign
from training.gesture.arms import ARM_LENGTH_M, ArmPath
from training.gesture.collars import collar_turns
from training.gesture.curves import at_least, lag, spring

LEAST_BEND = np.radians(20)
MOST_BEND = np.radians(125)
MIDLINE_M = 0.095  # wrists keep this far from the body's middle, each on its own side
# Shares of the forearm's roll in the elbow; the rest is in the wrist. At rest the two are turned against each other.
ELBOW_ROLL = 0.38
COUNTER_ROLL = np.radians(7.0)
# The elbow's hinge in the T-pose of the left arm.
HINGE = np.array([0.0, -0.97, 0.24])
# Where the elbow would be, for the direction that palms face: down, out and back.
POLE = np.array([0.34, -0.62, -0.62])
# How the left upper arm is turned in the chest's frame, on average.
USUAL_TURN = np.radians([10.0, -26.0, -64.0])
# Radians of extension and of sideways bend of the wrist per m/s of the hand, upwards and outwards: hands lag behind
# their arms, and overshoot.
DRAG, SIDE_DRAG = np.radians(-11.0), np.radians(8.0)
MOST_DRAG = np.radians(32.0)
WHIP_HERTZ, WHIP_DAMPING = 3.2, 0.42
IDLE_BEND = np.radians([9.0, 6.0])
VOICE_BEND = np.radians(30.0)


@dataclass(frozen=True)
class ArmRotations:
    """Parent-local matrices (T, 3, 3) of one arm, and the wrist's place (T, 3) from the rest shoulder."""

    collar: np.ndarray
    shoulder: np.ndarray
    elbow: np.ndarray
    wrist: np.ndarray
    reached: np.ndarray


def solve_arm(
    path: ArmPath, rest: np.ndarray, side: int, idle: np.ndarray | None = None, voice: np.ndarray | None = None
) -> ArmRotations:
    """Return the rotations that put the wrist on its path, which is scaled to this skeleton's arm.

    Args:
        path: the wrist's path and the forearm's roll.
        rest: (55, 3) skeleton, metres.
        side: 0 left, 1 right.
        idle: (T,) small movements that chance decides.
        voice: (T,) the voice (`training.gesture.voice`).

    Returns:
        The rotations.
    """
    name = ("left", "right")[side]
    still = np.zeros(len(path.wrist))
    idle, voice = (still if curve is None else curve for curve in (idle, voice))
    chest, collar, shoulder, elbow, wrist = (
        rest[JOINT[j]] for j in ("spine3", f"{name}_collar", f"{name}_shoulder", f"{name}_elbow", f"{name}_wrist")
    )
    upper_rest, fore_rest = elbow - shoulder, wrist - elbow
    upper, fore = float(np.linalg.norm(upper_rest)), float(np.linalg.norm(fore_rest))
    size = (upper + fore) / ARM_LENGTH_M
    target = shoulder - chest + path.wrist * size
    target[:, 0] = sign(side) * at_least(sign(side) * target[:, 0], MIDLINE_M * size, 0.02)

    collar_rotation = collar_turns(path, side, voice)
    shoulder_at = collar - chest + collar_rotation @ (shoulder - collar)
    offset = clamp_reach(target - shoulder_at, upper, fore, LEAST_BEND, MOST_BEND)
    hinge = axis_angle(sign(side) * unit(HINGE), elbow_bend(offset, upper, fore))
    upper_world = least_turn(upper_rest + hinge @ fore_rest, offset, side)
    fore_world = upper_world @ hinge
    along = unit(fore_rest)
    roll = path.roll - sign(side) * _twist(
        fore_world, _level_forearm(offset, fore_world @ along, fore_rest, side), along
    )
    fore_world = fore_world @ axis_angle(along, -sign(side) * (ELBOW_ROLL * roll - COUNTER_ROLL))
    wrist_roll = axis_angle(along, -sign(side) * ((1 - ELBOW_ROLL) * roll + COUNTER_ROLL))
    return ArmRotations(
        collar_rotation,
        np.swapaxes(collar_rotation, -1, -2) @ upper_world,
        np.swapaxes(upper_world, -1, -2) @ fore_world,
        wrist_roll @ _bend(path, offset, rest, side, idle, voice),
        shoulder_at + offset - (shoulder - chest),
    )


def _bend(
    path: ArmPath, offset: np.ndarray, rest: np.ndarray, side: int, idle: np.ndarray, voice: np.ndarray
) -> np.ndarray:
    """Return the wrist's extension and sideways bend (T, 3, 3): the hand lags behind the arm, and goes past it."""
    name = ("left", "right")[side]
    palm = palm_normal(rest, side)
    knuckle = unit(rest[JOINT[f"{name}_middle1"]] - rest[JOINT[f"{name}_wrist"]])
    velocity = np.gradient(lag(offset, 0.0, 0.03), axis=0) * FPS if len(offset) > 1 else np.zeros_like(offset)
    drag = spring(MOST_DRAG * np.tanh(DRAG * velocity[:, 1] / MOST_DRAG), WHIP_HERTZ, WHIP_DAMPING)
    side_drag = spring(SIDE_DRAG * sign(side) * velocity[:, 0], WHIP_HERTZ, WHIP_DAMPING)
    free = 0.3 + 0.7 * path.free
    extension = spring(path.extension, 1.6 * WHIP_HERTZ, 0.55) + drag
    extension = extension + IDLE_BEND[0] * lag(idle, 0.2) + VOICE_BEND * free * voice
    sideways = side_drag + IDLE_BEND[1] * lag(idle, 0.55)
    bend = axis_angle(unit(np.cross(knuckle, palm)), -extension)
    return bend @ axis_angle(unit(palm), sign(side) * sideways)


def _level_forearm(offset: np.ndarray, fore_way: np.ndarray, fore_rest: np.ndarray, side: int) -> np.ndarray:
    """Return the forearm's world matrices (T, 3, 3) of roll 0: the palm faces inwards, whatever the elbow does.

    Args:
        offset: (T, 3) from shoulder to wrist.
        fore_way: (T, 3) from elbow to wrist, unit vectors.
        fore_rest: (3,) from elbow to wrist in the T-pose.
        side: 0 left, 1 right.
    """
    across = np.cross(POLE * np.array([sign(side), 1.0, 1.0]), offset)
    return frame(fore_way, across) @ frame(fore_rest, np.array([0.0, -sign(side), 0.0])).T


def _twist(start: np.ndarray, end: np.ndarray, axis: np.ndarray) -> np.ndarray:
    """Return the angle (T,) about an axis (3,) by which matrices (T, 3, 3) that both keep that axis differ."""
    turn = np.swapaxes(start, -1, -2) @ end
    skew = np.stack([turn[:, 2, 1] - turn[:, 1, 2], turn[:, 0, 2] - turn[:, 2, 0], turn[:, 1, 0] - turn[:, 0, 1]], -1)
    return np.arctan2(skew @ axis / 2, (np.trace(turn, axis1=-2, axis2=-1) - 1) / 2)


def elbow_bend(offset: np.ndarray, upper: float, fore: float) -> np.ndarray:
    """Return the elbow's bend (T,), radians, with which bones of two lengths span offsets (T, 3); metres."""
    cosine = (np.square(offset).sum(-1) - upper**2 - fore**2) / (2 * upper * fore)
    return np.arccos(np.clip(cosine, -1, 1))


def least_turn(reach: np.ndarray, offset: np.ndarray, side: int) -> np.ndarray:
    """Return the upper arm's world matrices (T, 3, 3) that bring the wrist to offsets (T, 3) from the shoulder.

    Of all that do, these are nearest to the arm's usual turn: a shortest arc from where the wrist would be with it.
    People hold the free turn of an arm almost constant, too (Donders' law).

    Args:
        reach: (T, 3) from shoulder to wrist in the T-pose, but with bent elbow, metres.
        offset: (T, 3) of the same length.
        side: 0 left, 1 right.
    """
    usual = rotvec_to_matrix(USUAL_TURN * np.array([1.0, sign(side), sign(side)]))
    return shortest_turn(reach @ usual.T, unit(offset)) @ usual
