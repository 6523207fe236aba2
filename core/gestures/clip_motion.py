"""The motion of a gesture that was cut out of another motion, on any skeleton: as it was, larger, higher or mirrored.

frames of the clip ── speed ──▶ turns at the take's times ── other hand: mirrored ──┐
                                                                                    ▼
                    size, height: wrists are placed in the chest's frame, shoulder and elbow follow (`body.reach`)
"""

import numpy as np

from ..body.joints import ARM_CHAINS
from ..body.kinematics import chosen_joints
from ..body.reach import reach_rotations
from ..body.rotation import (
    matrix_to_rotvec,
    quat_continuous,
    quat_slerp,
    quat_to_rotvec,
    rotvec_to_matrix,
    rotvec_to_quat,
)
from ..body.skeleton import JOINT, JOINT_NAMES
from .arm_pose import ARM_LENGTH_M, arm_length, own_side
from .clip import Clip
from .motion import CHEST, HEAD, MIDDLE, NECK, GestureMotion
from .placed import Setting

# Iterations of placing a wrist.
_STEPS = 6
_SIGNS = np.array([1.0, -1.0, -1.0])


def clip_motion(setting: Setting, times_s: np.ndarray, rest: np.ndarray, is_mirrored: bool = False) -> GestureMotion:
    """Compute a gesture of the animator's own.

    Args:
        setting: with a clip.
        times_s: (N,) seconds from its moment; beyond its ends the clip stands still.
        rest: (55, 3) metres, of the skeleton that performs.
        is_mirrored: whether left and right change sides in the take.
    """
    clip = setting.own_clip
    rotations = _at(clip, times_s * setting.speed)
    is_flipped = setting.side(is_mirrored) != clip.leads
    if is_flipped:
        rotations = rotations[:, _OTHER] * _SIGNS
    sides = tuple(sorted(1 - side if is_flipped else side for side in clip.sides))
    if setting.size != 1.0 or setting.height_m:
        _place_wrists(rotations, setting, rest, sides)
    joints = [joint for side in sides for joint in clip.joints(side)]
    turns = {joint: quat_continuous(rotvec_to_quat(rotations[:, joint])) for joint in joints}
    return GestureMotion(turns, sides, _head(clip, rotations, is_flipped), np.zeros(len(times_s)))


def _other(name: str) -> int:
    for side, other in (("left_", "right_"), ("right_", "left_")):
        if name.startswith(side):
            return JOINT[other + name.removeprefix(side)]
    return JOINT[name]


_OTHER = [_other(name) for name in JOINT_NAMES]
_NO_ARM = [joint for joint in range(len(JOINT_NAMES)) if joint not in {*ARM_CHAINS[0], *ARM_CHAINS[1]}]


def _at(clip: Clip, times_s: np.ndarray) -> np.ndarray:
    """Return the clip's rotation vectors (N, 55, 3) at seconds (N,) from its stroke."""
    place = np.clip(clip.stroke + times_s * clip.motion.fps, 0, clip.motion.frame_count - 1)
    before = np.minimum(place.astype(int), max(clip.motion.frame_count - 2, 0))
    after = np.minimum(before + 1, clip.motion.frame_count - 1)
    quaternions = quat_continuous(rotvec_to_quat(clip.motion.rotations))
    share = np.broadcast_to((place - before)[:, None], (len(place), quaternions.shape[1]))
    return quat_to_rotvec(quat_slerp(quaternions[before], quaternions[after], share))


def _place_wrists(rotations: np.ndarray, setting: Setting, rest: np.ndarray, sides: tuple[int, ...]) -> None:
    """Move wrists away from the middle of gestures by the size, and up by the height; hands keep their direction."""
    straight = rotations.copy()
    straight[:, _NO_ARM] = 0.0
    for side in sides:
        places, world = chosen_joints(straight, np.zeros((len(straight), 3)), rest, [*ARM_CHAINS[side], CHEST])
        shoulder, elbow, wrist = (places[:, number] for number in (1, 2, 3))
        scale = arm_length(rest, side) / ARM_LENGTH_M
        # as in the library, places are measured from where the shoulder rests
        root = places[:, 4] + rest[ARM_CHAINS[side][1]] - rest[CHEST]
        away = own_side(wrist - root, side) / scale
        moved = MIDDLE + setting.size * (away - MIDDLE) + np.array([0.0, setting.height_m, 0.0])
        target = root + own_side(moved * scale, side)
        turns = (world[:, 0], world[:, 1], world[:, 2], world[:, 3])
        rotations[:, ARM_CHAINS[side][1:]] = reach_rotations((shoulder, elbow, wrist), turns, target, _STEPS)


def _head(clip: Clip, rotations: np.ndarray, is_flipped: bool) -> np.ndarray:
    """Return rotation vectors (N, 3) that are added to the head: its turns since the clip's first frame."""
    if not clip.head:
        return np.zeros((len(rotations), 3))
    first = clip.motion.rotations[:1] * (_SIGNS if is_flipped else 1.0)
    turned, start = (rotvec_to_matrix(each[:, NECK]) @ rotvec_to_matrix(each[:, HEAD]) for each in (rotations, first))
    return matrix_to_rotvec(turned @ np.swapaxes(start, -1, -2))
