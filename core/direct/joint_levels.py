"""Levels of single joints: turns away from rest are scaled, settled in pauses, smoothed and blended into a pose.

A joint's turn away from rest is a rotation vector that never wraps (`rest_offsets`). Scaling it by 0 gives the rest
pose, by 1 the motion, by 1.5 a broader motion. A joint has a limit, so broader motion fades out near it:

    turned further by   0.5 ───╲                     up to `free` radians as asked,
                                ╲                    not at all from `most` radians on
                        0        ╲────────
                              free  most   angle
"""

from dataclasses import dataclass

import numpy as np

from ..body.blend import blend_quats
from ..body.curves import gaussian
from ..body.parts import EYES, SPECS, Part
from ..body.rotation import quat_continuous, quat_to_rotvec, rotvec_to_quat
from ..body.skeleton import JOINT, JOINT_COUNT
from .clip_statistics import JAW, ClipStatistics
from .levels import Levels
from .pauses import pauses, settling
from .rest_offsets import left_multiplier, offset_to_quat, quat_to_offset

HEAD = (JOINT["neck"], JOINT["head"])
UPPER = SPECS[Part.UPPER].joints
HANDS = SPECS[Part.HANDS].joints
# Share of the stillness that a head has: heads are never quite as still as arms.
_HEAD_STILLNESS = 0.5
# Seconds (sigma) of the Gaussian of full smoothing.
_SMOOTHING_S = 0.15
# Seconds (sigma) over which the room for broader motion is smoothed, so that it does not change suddenly.
_ROOM_S = 0.15
# Radians from which broader motion fades out, and at which none is left. They are measured from the skeleton's own
# pose. For arms, which hang far away from that pose, they are measured from the take's rest pose.
_ROOM = {
    "spine1": (0.25, 0.5),
    "spine2": (0.25, 0.5),
    "spine3": (0.25, 0.5),
    "neck": (0.4, 0.8),
    "head": (0.4, 0.8),
    "elbow": (1.2, 2.2),
    "wrist": (0.6, 1.3),
    "finger": (0.9, 1.6),
}
_ROOM_FROM_REST = {"collar": (0.2, 0.5), "shoulder": (0.7, 1.6)}


@dataclass(frozen=True)
class Need:
    """What the levels ask of one joint; equal needs of the same clip give the same turns.

    Attributes:
        amount: intensity, 1 as in the motion.
        stillness, pause_s, settle_s: as in `Levels`, with neutral values for joints that do not settle.
        smoothing: 0-1.
        pose_amount, pose: as in `Levels`.
    """

    amount: float = 1.0
    stillness: float = 0.0
    pause_s: float = 0.0
    settle_s: float = 0.0
    smoothing: float = 0.0
    pose_amount: float = 0.0
    pose: tuple[float, ...] | None = None


def needs(levels: Levels, speech: np.ndarray) -> tuple[Need, ...]:
    """Return what the levels ask of every joint; pelvis and legs, which are not scaled by themselves, need nothing."""
    found = [Need()] * JOINT_COUNT
    for joint in (*UPPER, *HANDS):
        amount = levels.hands if joint in HANDS else levels.upper
        stillness = levels.stillness if len(speech) else 0.0
        if joint in HEAD:
            amount, stillness = amount * levels.head, stillness * _HEAD_STILLNESS
        found[joint] = Need(
            amount,
            stillness,
            levels.pause_s if stillness else 0.0,
            levels.settle_s if stillness else 0.0,
            levels.smoothing,
            levels.pose_amount if levels.pose is not None else 0.0,
            levels.pose[joint] if levels.pose is not None and levels.pose_amount else None,
        )
    found[JAW] = Need(levels.face)
    for joint in EYES:
        found[joint] = Need(levels.gaze)
    return tuple(found)


def scale_joints(clip: ClipStatistics, wanted: tuple[Need, ...], rotations: np.ndarray, joints: list[int]) -> None:
    """Write the rotation vectors of some joints into `rotations` (T, 55, 3), which holds the motion's own.

    Frames in which a joint stays as it was keep its values to the bit.

    Args:
        clip: the motion and its rest pose.
        wanted: what the levels ask of every joint.
        rotations: gets the result.
        joints: joints to write.
    """
    groups: dict[tuple, list[int]] = {}
    for joint in joints:
        need = wanted[joint]
        # joints that differ in their amount alone are computed together
        alike = (need.stillness, need.pause_s, need.settle_s, need.smoothing, need.pose_amount, need.amount == 1)
        groups.setdefault(alike, []).append(joint)
    for (stillness, pause_s, settle_s, smoothing, pose_amount, unscaled), members in groups.items():
        amounts = np.array([wanted[joint].amount for joint in members])
        rows: slice | np.ndarray = slice(None)
        gains = np.broadcast_to(amounts[:, None], (len(members), clip.motion.frame_count))
        offsets = clip.offsets[members]
        if smoothing > 0:
            offsets = np.moveaxis(
                gaussian(np.moveaxis(offsets, 1, 0), smoothing * _SMOOTHING_S * clip.motion.fps), 0, 1
            )
            offsets /= np.linalg.norm(offsets, axis=-1, keepdims=True)
        if (amounts > 1).any():
            gains = np.where(amounts[:, None] > 1, 1 + (amounts[:, None] - 1) * room(clip, members), gains)
        if stillness > 0:
            where = pauses(clip.speech, clip.duration_s, pause_s)
            still = stillness * settling(where, clip.motion.frame_count, clip.motion.fps, settle_s)
            if unscaled and smoothing == 0 and pose_amount == 0:
                rows = np.flatnonzero(still)
            gains = gains * (1 - still)
        turned = offset_to_quat(gains[:, rows, None] * quat_to_offset(offsets[:, rows])) @ left_multiplier(
            clip.rest[members]
        )
        if pose_amount > 0:
            turned = _posed(turned, np.array([wanted[joint].pose for joint in members]), pose_amount)
        frames = np.arange(clip.motion.frame_count)[rows]
        rotations[np.ix_(frames, np.array(members))] = np.moveaxis(quat_to_rotvec(turned), 0, 1)


def room(clip: ClipStatistics, joints: list[int]) -> np.ndarray:
    """Return how much of a broader motion joints (J) have room for in each frame: (J, T) from 0 to 1."""
    out = np.ones((clip.motion.frame_count, len(joints)))
    for row, joint in enumerate(joints):
        if joint in _FREE:
            free, most, from_rest = _FREE[joint]
            if from_rest:
                angle = 2 * np.arccos(np.clip(np.abs(clip.offsets[joint, :, 0]), 0.0, 1.0))
            else:
                angle = np.linalg.norm(clip.motion.rotations[:, joint], axis=-1)
            out[:, row] = np.clip((most - angle) / (most - free), 0.0, 1.0)
    return gaussian(out, _ROOM_S * clip.motion.fps).T


def _free_angles() -> dict[int, tuple[float, float, bool]]:
    """Return per joint the angles at which broader motion fades and ends, and whether rest is their zero."""
    free = dict.fromkeys(HANDS, (*_ROOM["finger"], False))
    for table, from_rest in ((_ROOM, False), (_ROOM_FROM_REST, True)):
        for name, limits in table.items():
            for joint in (JOINT.get(name), JOINT.get(f"left_{name}"), JOINT.get(f"right_{name}")):
                if joint is not None:
                    free[joint] = (*limits, from_rest)
    return free


_FREE = _free_angles()


def _posed(turned: np.ndarray, pose: np.ndarray, amount: float) -> np.ndarray:
    """Blend quaternions (J, T, 4) into a pose (J, 3) by an amount, along the arc that is shorter in most frames."""
    turned = quat_continuous(np.moveaxis(turned, 1, 0))
    goal = np.broadcast_to(rotvec_to_quat(pose), turned.shape)
    return np.moveaxis(blend_quats(turned, goal, np.full(len(turned), amount)), 0, 1)
