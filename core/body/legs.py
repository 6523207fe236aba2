"""Both legs at once: where their joints are, and the rotations that put the feet where they should be.

A leg is solved in three steps, each of which has one answer:

       hip ●             ●               ●
            ╲             ╲               ╲          1. the knee bends until hip and ankle are as far apart as
             ● knee        ●              │ ●           hip and target
            ╱             ╱   turn ──▶    │╱         2. the whole leg turns the shortest way towards the target
     ankle ●     ✕       ●     ✕          ✕          3. the leg turns about the line from hip to ankle by a share of
                 target                                 what the foot's heading changed: the ankle does the rest
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .blocks import BLOCK_FRAMES
from .curves import soft_limit
from .joints import ANKLES, HIPS, KNEES, TOES
from .motion import Motion
from .rotation import matrix_to_rotvec, matrix_to_yaw, rotvec_to_matrix

# How far a leg may be stretched, as a share of its straight length. The first value is for feet that were placed anew:
# there a knee that is nearly straight would turn millimetres into jerks. The second is for motion whose own steps, and
# straight knees, are kept.
_REACH, _REACH_KEPT = 0.988, 0.9985
# Share of a change of the foot's heading that the leg takes, turning about the line from hip to ankle. All of it in the
# ankle would twist it by 64 degrees in a standing talker; people twist ankles by 32 degrees at most.
_HIP_SHARE = 0.6
# Radians by which an ankle may twist: freely, and at most. The leg turns by the rest.
_TWIST = np.radians(30.0) * 2 / 3, np.radians(30.0)


@dataclass(frozen=True)
class Feet:
    """Places and turns of both feet, left then right.

    Attributes:
        toe: (T, 2, 3) the toe joints, metres, Y up.
        turn: (T, 2, 3, 3) rotations of the feet away from rest, in the world; at rest soles are flat on the floor.
    """

    toe: np.ndarray
    turn: np.ndarray

    @property
    def yaw(self) -> np.ndarray:
        """Headings of the feet (T, 2), radians about Y, continuous in time; 0 faces +Z."""
        return np.unwrap(matrix_to_yaw(self.turn), axis=0)


@dataclass(frozen=True)
class Skeleton:
    """The vectors of the lower body at rest, metres.

    Attributes:
        pelvis: (3,) where the pelvis joint rests.
        hip: (2, 3) from pelvis to hips.
        thigh, shin, foot: (2, 3) the bones below; the foot from ankle to toe joint.
    """

    pelvis: np.ndarray
    hip: np.ndarray
    thigh: np.ndarray
    shin: np.ndarray
    foot: np.ndarray

    @classmethod
    def of(cls, rest_joints: np.ndarray) -> "Skeleton":
        """Take the vectors of rest joints (55, 3)."""
        hips, knees, ankles, toes = (rest_joints[joints] for joints in (HIPS, KNEES, ANKLES, TOES))
        return cls(rest_joints[0], hips - rest_joints[0], knees - hips, ankles - knees, toes - ankles)

    def reach(self, kept: bool) -> np.ndarray:
        """Return the longest distance (2,) from hip to ankle that finishing allows.

        Args:
            kept: whether the motion's own steps are kept.
        """
        return (_REACH_KEPT if kept else _REACH) * _straight(self)


def _straight(skeleton: Skeleton) -> np.ndarray:
    """Return the longest distance (2,) from hip to ankle when the knee, at rest otherwise, turns about its hinge."""
    along, across = _hinge(skeleton.thigh, skeleton.shin)
    squares = (skeleton.thigh**2).sum(-1) + (skeleton.shin**2).sum(-1)
    return np.sqrt(squares + 2 * (skeleton.thigh[:, 0] * skeleton.shin[:, 0] + np.hypot(along, across)))


def _hinge(thigh: np.ndarray, shin: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a and b: a cos φ + b sin φ is the dot product of thigh and shin, with the shin turned by φ about X.

    The product of their X components, which the turn leaves alone, is not included.
    """
    along = thigh[..., 1] * shin[..., 1] + thigh[..., 2] * shin[..., 2]
    across = thigh[..., 2] * shin[..., 1] - thigh[..., 1] * shin[..., 2]
    return along, across


@dataclass(frozen=True)
class Legs:
    """The lower body of a motion in the world.

    Attributes:
        skeleton: its bones.
        pelvis: (T, 3) place of the pelvis joint, metres.
        pelvis_turn: (T, 3, 3) rotation of the pelvis.
        hip_turn, knee_turn: (T, 2, 3, 3) rotations of thighs and shins away from rest, in the world.
        feet: where the feet are.
    """

    skeleton: Skeleton
    pelvis: np.ndarray
    pelvis_turn: np.ndarray
    hip_turn: np.ndarray
    knee_turn: np.ndarray
    feet: Feet

    @classmethod
    def of(cls, motion: Motion) -> "Legs":
        """Pose the lower body of a motion."""
        skeleton = Skeleton.of(motion.skeleton)
        pelvis = skeleton.pelvis + motion.translation
        pelvis_turn = rotvec_to_matrix(motion.rotations[:, 0])
        hip_turn = pelvis_turn[:, None] @ rotvec_to_matrix(motion.rotations[:, HIPS])
        knee_turn = hip_turn @ rotvec_to_matrix(motion.rotations[:, KNEES])
        foot_turn = knee_turn @ rotvec_to_matrix(motion.rotations[:, ANKLES])
        toe = pelvis[:, None] + sum(
            turned(turn, bone)
            for turn, bone in (
                (pelvis_turn[:, None], skeleton.hip),
                (hip_turn, skeleton.thigh),
                (knee_turn, skeleton.shin),
                (foot_turn, skeleton.foot),
            )
        )
        return cls(skeleton, pelvis, pelvis_turn, hip_turn, knee_turn, Feet(toe, foot_turn))

    def rows(self, block: slice) -> "Legs":
        """Return the legs in some frames."""
        turns = (self.pelvis_turn[block], self.hip_turn[block], self.knee_turn[block])
        return Legs(self.skeleton, self.pelvis[block], *turns, Feet(self.feet.toe[block], self.feet.turn[block]))

    @property
    def hips(self) -> np.ndarray:
        """Places of the hip joints (T, 2, 3), metres."""
        return self.pelvis[:, None] + turned(self.pelvis_turn[:, None], self.skeleton.hip)


def turned(turn: np.ndarray, vector: np.ndarray) -> np.ndarray:
    """Turn vectors (..., 3) by matrices (..., 3, 3)."""
    return (turn @ vector[..., None])[..., 0]


def ankles(feet: Feet, skeleton: Skeleton) -> np.ndarray:
    """Return the places of the ankle joints (T, 2, 3), metres."""
    return feet.toe - turned(feet.turn, skeleton.foot)


def solve_legs(
    legs: Legs, feet: Feet, bend_of: Callable[[np.ndarray, np.ndarray], np.ndarray] | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return rotations that put the feet in place below the hips, as near to the given legs as that allows.

    The knee turns about its hinge (the thigh's X) until the leg has the right length, to the bent side unless
    `bend_of` says otherwise. The thigh turns the shortest way until the ankle is in place. Then the leg turns about the
    line from hip to ankle by a share of what the foot's heading was changed.

    Args:
        legs: the legs before, with the pelvis where it shall be.
        feet: where the feet shall be; where a foot is out of reach, the leg goes as near to it as it can.
        bend_of: function of two bends (T, 2), radians: the one that the length asks for, not negative, and the legs'
            own one, negative beyond straight. It returns the signed bend of the knees.

    Returns:
        parent-local rotation vectors (T, 2, 3) of hips, knees and ankles.
    """
    skeleton = legs.skeleton
    aim = ankles(feet, skeleton) - legs.hips
    length = np.linalg.norm(aim, axis=-1)
    direction = aim / np.maximum(length, 1e-9)[..., None]

    knee = _bend_knees(legs, length, bend_of)
    # Everything else treats each frame alone: block by block it needs little memory.
    blocks = (slice(start, start + BLOCK_FRAMES) for start in range(0, max(1, len(knee)), BLOCK_FRAMES))
    parts = [_aimed(legs.rows(block), feet.turn[block], knee[block], direction[block]) for block in blocks]
    hip, knee, ankle = (np.concatenate(part) for part in zip(*parts, strict=True))
    return hip, knee, ankle


def _aimed(
    legs: Legs, foot_turn: np.ndarray, knee: np.ndarray, direction: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Turn legs whose knees are bent so that their ankles lie in given directions and their feet have their turns.

    Args:
        legs: the legs before.
        foot_turn: (N, 2, 3, 3) wanted, in the world.
        knee: (N, 2, 3, 3) wanted, away from the thigh.
        direction: (N, 2, 3) from hip to ankle, of length 1.

    Returns:
        parent-local rotation vectors (N, 2, 3) of hips, knees and ankles.
    """
    leg = turned(legs.hip_turn, legs.skeleton.thigh + turned(knee, legs.skeleton.shin))
    hip = shortest_turn(leg, direction) @ legs.hip_turn
    # `turn` is the difference between the heading that the foot shall have and the heading that it has after its leg
    # moved.
    carried = hip @ knee @ np.swapaxes(legs.knee_turn, -1, -2) @ legs.feet.turn
    turn = _wrapped(matrix_to_yaw(foot_turn) - matrix_to_yaw(carried))
    hip = _about(direction, -_HIP_SHARE * turn) @ hip
    twist = _twist(np.swapaxes(hip @ knee, -1, -2) @ foot_turn)
    excess = twist - np.sign(twist) * soft_limit(np.abs(twist), *_TWIST)
    hip = _about(direction, -excess) @ hip
    ankle = np.swapaxes(hip @ knee, -1, -2) @ foot_turn
    local = np.swapaxes(legs.pelvis_turn, -1, -2)[:, None] @ hip
    return matrix_to_rotvec(local), matrix_to_rotvec(knee), matrix_to_rotvec(ankle)


def _bend_knees(
    legs: Legs, length: np.ndarray, bend_of: Callable[[np.ndarray, np.ndarray], np.ndarray] | None
) -> np.ndarray:
    """Return turns of the knees (T, 2, 3, 3) that put hips and ankles `length` (T, 2), metres, apart.

    With the shin turned by φ about the hinge, length² is `fixed + 2 straight cos(φ - to_straight)`.
    """
    thigh = legs.skeleton.thigh
    bend = np.swapaxes(legs.hip_turn, -1, -2) @ legs.knee_turn
    shin = turned(bend, legs.skeleton.shin)
    along, across = _hinge(thigh, shin)
    straight = np.hypot(along, across)
    fixed = (thigh**2).sum(-1) + (shin**2).sum(-1) + 2 * thigh[:, 0] * shin[..., 0]
    cosine = np.clip((length**2 - fixed) / (2 * np.maximum(straight, 1e-12)), -1.0, 1.0)
    to_straight = np.arctan2(across, along)
    flexion = np.arccos(cosine)
    flexed = to_straight + (flexion if bend_of is None else bend_of(flexion, -to_straight))
    return rotvec_to_matrix(flexed[..., None] * np.array([1.0, 0.0, 0.0])) @ bend


def shortest_turn(source: np.ndarray, direction: np.ndarray) -> np.ndarray:
    """Return matrices (..., 3, 3) that turn vectors (..., 3) the shortest way into unit directions (..., 3)."""
    source = source / np.maximum(np.linalg.norm(source, axis=-1, keepdims=True), 1e-12)
    axis = np.cross(source, direction)
    sine = np.linalg.norm(axis, axis=-1, keepdims=True)
    angle = np.arctan2(sine, (source * direction).sum(-1, keepdims=True))
    return rotvec_to_matrix(axis / np.maximum(sine, 1e-12) * angle)


def _wrapped(angle: np.ndarray) -> np.ndarray:
    """Return angles from -π to π."""
    return (angle + np.pi) % (2 * np.pi) - np.pi


def _about(axis: np.ndarray, angle: np.ndarray) -> np.ndarray:
    """Return matrices (..., 3, 3) that turn about unit axes (..., 3) by angles (...), radians."""
    return rotvec_to_matrix(axis * angle[..., None])


def _twist(turn: np.ndarray) -> np.ndarray:
    """Return the twist of ankle rotations (..., 3, 3) about the shin, radians; the shin is Y at rest."""
    trace = turn[..., 0, 0] + turn[..., 1, 1] + turn[..., 2, 2]
    return 2 * np.arctan2(turn[..., 0, 2] - turn[..., 2, 0], 1 + trace)
