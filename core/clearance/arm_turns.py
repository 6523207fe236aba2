"""Turns of both arms as few numbers, and how far they move each point of an arm.

One arm has seven numbers, radians:

    0-2   a turn of the whole arm about the shoulder, a rotation vector in the pelvis' frame
    3     a turn of the forearm about the hinge of the elbow; positive bends it
    4-6   a turn of the hand about the wrist, a rotation vector in the pelvis' frame

The hand keeps its direction while shoulder and elbow turn; only 4-6 turn it.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ..body.joints import ARM_CHAINS, KNUCKLES
from ..body.kinematics import chosen_joints
from ..body.rotation import matrix_to_rotvec, rotvec_to_matrix

PER_ARM = 7
BEND = 3
# Hinges of the elbows while the arm points sideways, SMPL-X axes; they turn with the upper arm.
_HINGES = np.array([[0.0, -1.0, 0.0], [0.0, 1.0, 0.0]])
# With a smaller sine of its bend an elbow is straight, and its hinge is the anatomical one.
_STRAIGHT, _BENT = 0.15, 0.4
# Metres: no point of an arm is farther from its bones. A hand is no longer than its forearm.
_AROUND_M = 0.1
# With a smaller cosine between its axis and the anatomical hinge, an elbow is bent backwards.
_BACKWARDS = -0.5


@dataclass(frozen=True)
class ArmPoses:
    """Both arms in N frames, in the pelvis' frame; pairs are left and right.

    Attributes:
        shoulder, elbow, wrist, knuckle: (N, 2, 3) metres.
        turns: (N, 2, 4, 3, 3) turns away from rest of collar, upper arm, forearm and hand.
        hinge: (N, 2, 3) axis of the elbow; a positive turn bends it.
        bend: (N, 2) angle between upper arm and forearm, radians; 0 is straight, negative bent backwards.
    """

    shoulder: np.ndarray
    elbow: np.ndarray
    wrist: np.ndarray
    knuckle: np.ndarray
    turns: np.ndarray
    hinge: np.ndarray
    bend: np.ndarray

    @classmethod
    def of(cls, rotations: np.ndarray, rest_joints: np.ndarray) -> "ArmPoses":
        """Pose the arms of rotations (N, 55, 3) on a skeleton (55, 3)."""
        upright = rotations.copy()
        upright[:, 0] = 0.0
        chains = np.array(ARM_CHAINS)
        joints = [*chains.ravel().tolist(), *KNUCKLES]
        positions, world = chosen_joints(upright, np.zeros((len(rotations), 3)), rest_joints, joints)
        turns = world[:, : chains.size].reshape(len(rotations), *chains.shape, 3, 3)
        places, knuckle = (
            positions[:, : chains.size].reshape(len(rotations), *chains.shape, 3),
            positions[:, chains.size :],
        )
        shoulder, elbow, wrist = (places[:, :, number] for number in (1, 2, 3))
        upper, lower = _unit(elbow - shoulder), _unit(wrist - elbow)
        across = np.cross(upper, lower)
        sine = np.linalg.norm(across, axis=-1)
        anatomical = (turns[:, :, 1] @ _HINGES[..., None])[..., 0]
        trust = np.clip((sine - _STRAIGHT) / (_BENT - _STRAIGHT), 0.0, 1.0)[..., None]
        axis = across / np.maximum(sine, 1e-9)[..., None]
        backwards = (axis * anatomical).sum(-1, keepdims=True) < _BACKWARDS
        hinge = _unit((1 - trust) * anatomical + trust * np.where(backwards, -axis, axis))
        bend = np.arctan2((across * hinge).sum(-1), (upper * lower).sum(-1))
        return cls(shoulder, elbow, wrist, knuckle, turns, hinge, bend)

    def turned(self, numbers: np.ndarray) -> tuple["ArmPoses", np.ndarray]:
        """Turn the arms by numbers (N, 2, 7).

        Returns:
            The turned arms, and their parent-local rotation vectors (N, 2, 3, 3) of shoulder, elbow and wrist.
        """
        collar, upper, lower, hand = np.moveaxis(self.turns, 2, 0)
        whole = rotvec_to_matrix(numbers[..., :3])
        hinge = (whole @ self.hinge[..., None])[..., 0]
        fold = rotvec_to_matrix(hinge * numbers[..., BEND, None])
        upper, lower = whole @ upper, fold @ whole @ lower
        turn = rotvec_to_matrix(numbers[..., 4:])
        hand = turn @ hand
        elbow = self.shoulder + (whole @ (self.elbow - self.shoulder)[..., None])[..., 0]
        wrist = elbow + (fold @ whole @ (self.wrist - self.elbow)[..., None])[..., 0]
        knuckle = wrist + (turn @ (self.knuckle - self.wrist)[..., None])[..., 0]
        chain = (collar, upper, lower, hand)
        local = [np.swapaxes(parent, -1, -2) @ child for parent, child in pairwise(chain)]
        places = (self.shoulder, elbow, wrist, knuckle)
        posed = ArmPoses(*places, np.stack(chain, 2), hinge, self.bend + numbers[..., BEND])
        return posed, matrix_to_rotvec(np.stack(local, 2))

    def farthest_ways(self, numbers: np.ndarray) -> np.ndarray:
        """Return how far numbers (N, 2, 7) can move any point of each arm at most: (N, 2) metres."""
        upper, lower = (
            np.linalg.norm(end - start, axis=-1).max()
            for start, end in ((self.shoulder, self.elbow), (self.elbow, self.wrist))
        )
        whole, hand = (
            np.linalg.norm(numbers[..., place], axis=-1) for place in (slice(0, BEND), slice(BEND + 1, None))
        )
        reach = lower + _AROUND_M
        return (upper + reach) * whole + reach * (np.abs(numbers[..., BEND]) + hand)

    def levers(
        self, frame: np.ndarray, side: np.ndarray, point: np.ndarray, way: np.ndarray, segment: np.ndarray
    ) -> np.ndarray:
        """Return how far each number moves points along given ways: (K, 7) metres per radian.

        Args:
            frame: (K,) of each point.
            side: (K,) the arm that it belongs to: 0 left, 1 right.
            point: (K, 3) where it is.
            way: (K, 3) of length 1.
            segment: (K,) 0 on the upper arm, 1 on the forearm, 2 on the hand.
        """
        shoulder, elbow, wrist = (places[frame, side] for places in (self.shoulder, self.elbow, self.wrist))
        hinge = self.hinge[frame, side]
        is_hand = (segment == 2)[:, None]
        # A hand keeps its direction: shoulder and elbow carry it as they carry the wrist.
        carried = np.where(is_hand, wrist, point)
        out = np.zeros((len(frame), PER_ARM))
        out[:, :3] = np.cross(carried - shoulder, way)
        out[:, BEND] = np.where(segment > 0, (np.cross(hinge, carried - elbow) * way).sum(-1), 0.0)
        out[:, 4:] = np.where(is_hand, np.cross(point - wrist, way), 0.0)
        return out

    def eased(self, stiff: np.ndarray, still: np.ndarray) -> np.ndarray:
        """Return the matrices (N, 2, 7, 7) that turn numbers whose squares are their cost into numbers of the arms.

        Args:
            stiff: (7,) cost of each number, 1 / rad.
            still: (N, 3) cost of moving the wrist along each axis of the pelvis' frame, 1 / m.
        """
        count = len(self.wrist)
        frame, side = np.repeat(np.arange(count), 2), np.tile([0, 1], count)
        wrist, hand = self.wrist.reshape(-1, 3), np.full(2 * count, 2)
        moves = np.stack([self.levers(frame, side, wrist, axis, hand) for axis in np.eye(3)], 1)
        moves *= np.repeat(still, 2, 0)[..., None]
        cost = np.diag(stiff**2) + moves.transpose(0, 2, 1) @ moves
        return np.linalg.inv(np.linalg.cholesky(cost)).transpose(0, 2, 1).reshape(count, 2, PER_ARM, PER_ARM)


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)
