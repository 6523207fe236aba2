"""Recognition of the gesture of a word's class in a pose, from joint positions alone."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.body.skeleton import JOINT
from core.text import lexicon
from training.gesture.arms import ARM_LENGTH_M

# least angle between the first and the last bone of a curled finger
CURLED = np.radians(60)
STRAIGHT = np.radians(40)
SHRUG_M = 0.027


@dataclass(frozen=True)
class Pose:
    """Features of a pose in the chest's frame (left is +x, up +y, forward +z), scaled to an arm of 0.53 m.

    Attributes:
        wrist: (T, 2, 3) left and right wrist from its shoulder, x outwards.
        apart: (T,) between the wrists.
        palm: (T, 2) how far each palm faces up, -1 to 1.
        curl: (T, 2) bend of the ring finger, radians.
        index: (T, 2) bend of the index finger, radians.
        shrug: (T,) how far the shoulders are raised over the neutral pose, metres, the lesser of both.
    """

    wrist: np.ndarray
    apart: np.ndarray
    palm: np.ndarray
    curl: np.ndarray
    index: np.ndarray
    shrug: np.ndarray


def read_pose(positions: np.ndarray, rest: np.ndarray) -> Pose:
    """Compute the features of positions (T, 55, 3) metres of a skeleton with rest joints (55, 3)."""
    at = {name: positions[:, index] for name, index in JOINT.items()}
    across = _unit(at["left_shoulder"] - at["right_shoulder"])
    up = at["neck"] - at["spine3"]
    up = _unit(up - (up * across).sum(-1, keepdims=True) * across)
    frame = np.stack([across, up, np.cross(across, up)], -2)  # rows: left, up, forward
    arm = sum(np.linalg.norm(rest[JOINT[a]] - rest[JOINT[b]]) for a, b in _ARM)
    wrist, palm, curl, index = [], [], [], []
    for side, outward in (("left", 1.0), ("right", -1.0)):
        # measured from the shoulder's rest place on the chest, so that a shrug does not move the origin
        shoulder = at["spine3"] + (
            (rest[JOINT[f"{side}_shoulder"]] - rest[JOINT["spine3"]]) @ frame.reshape(len(frame), 3, 3)
        )
        local = np.einsum("tij,tj->ti", frame, at[f"{side}_wrist"] - shoulder)
        wrist.append(local * [outward, 1, 1] * ARM_LENGTH_M / arm)
        normal = np.cross(at[f"{side}_index1"] - at[f"{side}_wrist"], at[f"{side}_pinky1"] - at[f"{side}_wrist"])
        palm.append(-_unit(normal)[:, 1] * outward)
        curl.append(_bend(at, f"{side}_ring"))
        index.append(_bend(at, f"{side}_index"))
    raised = [
        np.einsum("tj,tj->t", frame[:, 1], at[f"{s}_shoulder"] - at["spine3"])
        - (rest[JOINT[f"{s}_shoulder"]] - rest[JOINT["spine3"]])[1]
        for s in ("left", "right")
    ]
    return Pose(
        np.stack(wrist, 1),
        np.linalg.norm(at["left_wrist"] - at["right_wrist"], axis=-1) * ARM_LENGTH_M / arm,
        np.stack(palm, 1),
        np.stack(curl, 1),
        np.stack(index, 1),
        np.minimum(*raised),
    )


def in_class(kind: str, pose: Pose) -> np.ndarray:
    """Return the frames (T,) bool whose pose shows a class of `core.text.lexicon`."""
    return CLASSES[kind](pose)


def _sides(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return values[:, 0], values[:, 1]


def _negation(pose: Pose) -> np.ndarray:
    return (pose.palm < -0.6).all(1) & (pose.apart > 0.5)


def _self(pose: Pose) -> np.ndarray:
    out, up, forward = pose.wrist[:, 1].T
    return (out < -0.045) & (up > -0.25) & (forward < 0.26) & (pose.curl[:, 1] < STRAIGHT) & _waits(pose, 0)


def _you(pose: Pose) -> np.ndarray:
    return (pose.wrist[:, 1, 2] > 0.39) & (pose.palm[:, 1] > 0.3) & _waits(pose, 0)


def _number(pose: Pose) -> np.ndarray:
    return _points(pose) & (pose.wrist[:, 1, 1] > -0.06) & (pose.apart > 0.4)


def _list(pose: Pose) -> np.ndarray:
    return _points(pose) & (pose.apart < 0.38) & (pose.palm[:, 0] > 0.45)


def _large(pose: Pose) -> np.ndarray:
    return (pose.wrist[..., 0] > 0.26).all(1) & (pose.wrist[..., 1] > -0.18).all(1) & (pose.apart > 0.88)


def _small(pose: Pose) -> np.ndarray:
    return (pose.apart < 0.3) & (pose.index > np.radians(55)).all(1)


def _up(pose: Pose) -> np.ndarray:
    return (pose.wrist[:, 1, 1] > 0.15) & _waits(pose, 0)


def _down(pose: Pose) -> np.ndarray:
    return (pose.palm[:, 1] < -0.6) & (pose.wrist[:, 1, 1] < -0.22) & (pose.palm[:, 0] > -0.5)


def _left(pose: Pose) -> np.ndarray:
    return (pose.wrist[:, 0, 0] > 0.28) & (pose.wrist[:, 0, 1] > -0.2) & _waits(pose, 1)


def _right(pose: Pose) -> np.ndarray:
    return (pose.wrist[:, 1, 0] > 0.28) & (pose.wrist[:, 1, 1] > -0.2) & _waits(pose, 0)


def _contrast(pose: Pose) -> np.ndarray:
    left, right = _sides(pose.wrist[..., 1])
    return (pose.palm > 0.2).all(1) & (left - right > 0.14)


def _question(pose: Pose) -> np.ndarray:
    left, right = _sides(pose.wrist[..., 1])
    level = np.abs(left - right) < 0.12
    return (pose.palm > 0.45).all(1) & level & (pose.apart > 0.6) & (pose.shrug < SHRUG_M)


def _uncertain(pose: Pose) -> np.ndarray:
    return (pose.palm > 0.4).all(1) & (pose.shrug >= SHRUG_M)


def _points(pose: Pose) -> np.ndarray:
    """Return the frames in which the right index finger alone is straight."""
    return (pose.curl[:, 1] > CURLED) & (pose.index[:, 1] < STRAIGHT)


def _waits(pose: Pose, side: int) -> np.ndarray:
    """Return the frames in which a hand hangs low, while the other one gestures."""
    return pose.wrist[:, side, 1] < -0.3


CLASSES: dict[str, Callable[[Pose], np.ndarray]] = {
    lexicon.NEGATION: _negation,
    lexicon.SELF: _self,
    lexicon.YOU: _you,
    lexicon.NUMBER: _number,
    lexicon.LARGE: _large,
    lexicon.SMALL: _small,
    lexicon.UP: _up,
    lexicon.DOWN: _down,
    lexicon.LEFT: _left,
    lexicon.RIGHT: _right,
    lexicon.LIST: _list,
    lexicon.CONTRAST: _contrast,
    lexicon.QUESTION: _question,
    lexicon.UNCERTAIN: _uncertain,
}
_ARM = (("left_shoulder", "left_elbow"), ("left_elbow", "left_wrist"))


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)


def _bend(at: dict[str, np.ndarray], finger: str) -> np.ndarray:
    """Return the angle (T,) between the hand and the bone after the finger's middle joint."""
    hand = _unit(at[f"{finger}1"] - at[finger.split("_")[0] + "_wrist"])
    tip = _unit(at[f"{finger}3"] - at[f"{finger}2"])
    return np.arccos(np.clip((hand * tip).sum(-1), -1, 1))
