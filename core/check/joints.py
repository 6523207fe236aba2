"""Joints that turn abruptly, that bend too far, and bodies that are frozen."""

from collections.abc import Iterator

import numpy as np

from ..body.joints import ANKLES, HIPS, KNEES, SIDES, WRISTS
from ..body.kinematics import chosen_joints
from ..body.motion import Motion
from ..body.parts import AREAS
from ..body.rotation import quat_conjugate, quat_multiply, quat_to_rotvec, rotvec_to_quat
from ..body.skeleton import JOINT, JOINT_COUNT, JOINT_NAMES
from ..clearance.arm_turns import ArmPoses
from .finding import Finding, stretches

# Degrees by which the turn of a joint from frame to frame may differ from the one before, at 30 frames a second, and
# how many times as much as in the frames around; metres for the root.
_POP_DEG, _POP_TIMES, _POP_ROOT_M = 18.0, 4.0, 0.03
# Frames beside a pop that are compared with it.
_AROUND = 6
# Radians per frame that all joints together turn at least, and seconds after which a body is frozen.
_STILL, _FROZEN_S = 1e-3, 1.0
# Degrees: an elbow or a knee bends no farther backwards and forwards, a wrist and a neck with head in no direction.
_BACK_DEG, _FOLD_DEG, _WRIST_DEG, _HEAD_DEG = 12.0, 165.0, 100.0, 95.0
_JOIN_S = 0.3
_RATE = 30.0


def joints(motion: Motion) -> Iterator[Finding]:
    """Find pops, frozen stretches, and joints that bend too far."""
    if motion.frame_count < 4:
        return
    turns = _turns(motion)
    yield from _pops(motion, turns)
    yield from _frozen(motion, turns)
    yield from _bends(motion)


def _turns(motion: Motion) -> np.ndarray:
    """Return how each joint turns from frame to frame, rotation vectors (T - 1, 55, 3) in its parent's axes."""
    quaternions = rotvec_to_quat(motion.rotations)
    return quat_to_rotvec(quat_multiply(quaternions[1:], quat_conjugate(quaternions[:-1])))


def _pops(motion: Motion, turns: np.ndarray) -> Iterator[Finding]:
    """Find frames in which a turn differs abruptly from those around, and in which the root jumps."""
    change = np.degrees(np.linalg.norm(np.diff(turns, axis=0), axis=-1)) * (motion.fps / _RATE) ** 2
    jump = np.linalg.norm(np.diff(motion.translation, n=2, axis=0), axis=-1) * (motion.fps / _RATE) ** 2
    limit = np.maximum(_POP_DEG, _POP_TIMES * _usual(change))
    join = round(_JOIN_S * motion.fps)
    for area, members in _areas().items():
        worst = change[:, members]
        flags = np.concatenate([[False], (worst > limit[:, members]).any(1), [False]])
        for start, end in stretches(flags, join):
            joint = members[int(worst[start - 1 : end - 1].max(0).argmax())]
            name = JOINT_NAMES[joint].replace("_", " ")
            yield Finding("pop", start, end, name, area, float(worst[start - 1 : end - 1].max()))
    for start, end in stretches(np.concatenate([[False], jump > _POP_ROOT_M, [False]]), join):
        yield Finding("jump", start, end, "whole body", "lower", 100 * float(jump[start - 1 : end - 1].max()))


def _usual(change: np.ndarray) -> np.ndarray:
    """Return the median of values (T, J) over the frames around each; the frames next to it do not count."""
    padded = np.pad(change, ((_AROUND, _AROUND), (0, 0)), mode="edge")
    offsets = [offset for offset in range(2 * _AROUND + 1) if abs(offset - _AROUND) > 1]
    return np.median([padded[offset : offset + len(change)] for offset in offsets], axis=0)


def _areas() -> dict[str, list[int]]:
    """Return joints by the area that is made anew for them: the smallest one that has them."""
    names = ("left_arm", "right_arm", "left_hand", "right_hand", "head", "torso", "lower", "face")
    found: dict[str, list[int]] = {name: [] for name in names}
    for joint in range(JOINT_COUNT):
        name = next((name for name in names if joint in AREAS[name].joints), None)
        if name is not None:
            found[name].append(joint)
    return {name: members for name, members in found.items() if members}


def _frozen(motion: Motion, turns: np.ndarray) -> Iterator[Finding]:
    still = np.concatenate([[False], np.linalg.norm(turns, axis=-1).sum(1) < _STILL])
    for start, end in stretches(still, 1, round(_FROZEN_S * motion.fps)):
        yield Finding("frozen", start, end, "whole body", "upper", (end - start) / motion.fps)


def _bends(motion: Motion) -> Iterator[Finding]:
    """Find elbows and knees that bend backwards or fold, and wrists and heads that turn too far."""
    join = round(_JOIN_S * motion.fps)
    elbows = np.degrees(ArmPoses.of(motion.rotations, motion.skeleton).bend)
    knees = np.degrees(_knee_bends(motion))
    head = _angles(motion.rotations[:, [JOINT["neck"], JOINT["head"]]]).sum(1)
    wrists = _angles(motion.rotations[:, WRISTS])
    rows = [("head", "head", np.maximum(head - _HEAD_DEG, 0), head)]
    for side, name in enumerate(SIDES):
        for what, area, angle in (("elbow", f"{name}_arm", elbows[:, side]), ("knee", "lower", knees[:, side])):
            over = np.maximum(-angle - _BACK_DEG, angle - _FOLD_DEG)
            rows.append((f"{name} {what}", area, over, angle))
        rows.append((f"{name} wrist", f"{name}_arm", wrists[:, side] - _WRIST_DEG, wrists[:, side]))
    for part, area, over, angle in rows:
        for start, end in stretches(over > 0, join, 2):
            worst = start + int(over[start:end].argmax())
            yield Finding("bend", start, end, part, area, float(angle[worst]))


def _angles(rotvecs: np.ndarray) -> np.ndarray:
    """Return the angles (...) of rotation vectors (..., 3), the shorter way, degrees."""
    quaternions = rotvec_to_quat(rotvecs)
    return np.degrees(2 * np.arccos(np.clip(np.abs(quaternions[..., 0]), 0.0, 1.0)))


def _knee_bends(motion: Motion) -> np.ndarray:
    """Return the bend of both knees (T, 2), radians; negative where the shin is bent forwards."""
    chains = [HIPS, KNEES, ANKLES]
    places, turns = chosen_joints(
        motion.rotations, motion.translation, motion.skeleton, [joint for pair in chains for joint in pair]
    )
    hip, knee, ankle = (places[:, 2 * number : 2 * number + 2] for number in range(3))
    side = turns[:, :2, :, 0]  # left is +X at rest, the axis about which a knee bends backwards
    thigh, shin = knee - hip, ankle - knee
    across = np.cross(thigh, shin)
    return np.arctan2((across * side).sum(-1), (thigh * shin).sum(-1))
