"""Retargeting of motion to a rig of any rest pose, bone axes and proportions; it works on arrays, without bpy.

For every bone and frame, in this order (all rotations lead away from rest):

    world turn of the joint    SMPL-X's joints, parents' turns included
    × turn of the rests        from the bone's rest to SMPL-X's: `Alignment.turns`
    → armature space           `Alignment.facing`
    ÷ the posed parent         the turn that the bone already has from its parent, if it inherits rotation
    → axes of the bone         as Blender keys it

The path of the hips is scaled by the ratio of the legs, so that steps keep their proportion to the legs.
"""

from dataclasses import dataclass

import numpy as np

from ...core.body.joints import HIPS
from ...core.body.motion import Motion
from ...core.body.proportions import ankle_height, hip_path, leg_length
from ...core.body.rotation import (
    matrix_to_quat,
    quat_conjugate,
    quat_continuous,
    quat_multiply,
    quat_power,
    quat_slerp,
    quat_to_matrix,
    quat_to_rotvec,
    quat_twist,
    rotvec_to_quat,
)
from ...core.body.skeleton import JOINT_COUNT, PARENTS
from .alignment import Alignment
from .presets import BELOW, FINGERS, PARENT, joints_of
from .read import Rig

_NO_TURN = np.array([1.0, 0.0, 0.0, 0.0])
_EPSILON = 1e-9


@dataclass(frozen=True)
class Keys:
    """Values to key on a rig.

    Attributes:
        quaternions: (T, N, 4) rotations of the bones away from rest, in their own axes, w first, continuous in sign.
        location: (T, 3) of the bone that carries the path, in the axes that Blender expects.
        turns: (T, N, 4) rotations of the bones away from rest, in armature space.
    """

    quaternions: np.ndarray
    location: np.ndarray
    turns: np.ndarray


def retarget(motion: Motion, alignment: Alignment) -> Keys:
    """Pose a rig like a motion at every frame; the module names the steps."""
    rig = alignment.rig
    world = world_turns(motion)
    # Twist bones are filled in by `_share_twists`.
    smplx = np.zeros((motion.frame_count, len(rig.names), 4))
    for part, bones in rig.parts.items():
        joints = [*joint_above(part), *joints_of(part)]
        for number, bone in enumerate(bones):
            turn = _turn_along(world, joints, place_of(part, number, len(bones)))
            smplx[:, bone] = quat_multiply(turn, alignment.turns[bone])
    facing = matrix_to_quat(alignment.facing)
    turns = quat_multiply(quat_multiply(quat_conjugate(facing), smplx), facing)
    _share_twists(rig, turns)
    rest = matrix_to_quat(rig.rest)
    local = np.empty_like(turns)
    for bone, parent in enumerate(rig.parents):
        turn = turns[:, bone]
        if rig.inherits[bone]:
            carried = rig.between[bone] if parent < 0 else quat_multiply(turns[:, parent], rig.between[bone])
            turn = quat_multiply(quat_conjugate(carried), turn)
        local[:, bone] = quat_multiply(quat_multiply(quat_conjugate(rest[bone]), turn), rest[bone])
    return Keys(quat_continuous(local), _location(motion, alignment, turns), turns)


def world_turns(motion: Motion) -> np.ndarray:
    """Return the rotations of the joints away from rest, in the world: quaternions (T, 55, 4)."""
    world = rotvec_to_quat(motion.rotations)
    for joint, parent in enumerate(PARENTS):
        if parent >= 0:
            world[:, joint] = quat_multiply(world[:, parent], world[:, joint])
    return world


def joint_rotations(turned: np.ndarray, alignment: Alignment) -> np.ndarray:
    """Turn one pose of a rig into rotations of the joints: `retarget` backwards.

    Each joint turns as the bone that plays it. Where a part has fewer bones than joints, several joints follow one
    bone; a joint without a bone follows the joint above it.

    Args:
        turned: (N, 4) rotations of the bones away from rest, in armature space.
        alignment: alignment of the rig.

    Returns:
        (55, 3) parent-local rotation vectors.
    """
    facing = matrix_to_quat(alignment.facing)
    smplx = quat_multiply(quat_multiply(facing, turned), quat_conjugate(facing))
    bone_turns = quat_multiply(smplx, quat_conjugate(alignment.turns))
    world = np.full((JOINT_COUNT, 4), np.nan)
    for part, bones in alignment.rig.parts.items():
        joints = joints_of(part)
        for number, joint in enumerate(joints, 1):
            world[joint] = bone_turns[bones[max(0, round(number * len(bones) / len(joints)) - 1)]]
    rotvecs = np.zeros((JOINT_COUNT, 3))
    for joint, parent in enumerate(PARENTS):
        carried = world[parent] if parent >= 0 else _NO_TURN
        if np.isnan(world[joint]).any():
            world[joint] = carried
        rotvecs[joint] = quat_to_rotvec(quat_multiply(quat_conjugate(carried), world[joint]))
    return rotvecs


def joint_above(part: str) -> tuple[int, ...]:
    """Return the joint on which the first joint of a part hangs; none for the pelvis."""
    parent = PARENT[part]
    return joints_of(parent)[-1:] if parent else ()


def place_of(part: str, number: int, count: int) -> float:
    """Return the place in a row of joints, the joint above first, at which a bone of a part takes its turn.

    A part with as many bones as joints takes the joints as they are: places 1, 2, 3 of a finger. A torso or neck with
    another number spaces its bones evenly, and the last bone has the whole turn, because other bones hang on it. A
    finger with fewer bones bends at each by the mean of the joints that the bone stands for.

        joints of a torso                 pelvis 0    spine1 1    spine2 2    spine3 3
        places of 2 bones                                    1.5                     3
    """
    joints = len(joints_of(part))
    if part.endswith(FINGERS):
        return 1 + (number + 0.5) * joints / count - 0.5
    return (len(joint_above(part)) + joints - 1) * (number + 1) / count


def _turn_along(world: np.ndarray, joints: list[int], place: float) -> np.ndarray:
    """Return the turn (T, 4) at a place in a row of joints; between two joints it is interpolated."""
    low = min(int(place), len(joints) - 1)
    if place - low < _EPSILON or low + 1 == len(joints):
        return world[:, joints[low]]
    return quat_slerp(world[:, joints[low]], world[:, joints[low + 1]], place - low)


def _share_twists(rig: Rig, turns: np.ndarray) -> None:
    """Spread the twist of a limb along its length: over its bones, if it has several, and over bones for twist.

    The turn of a limb is split into a twist about its length and the rest, which all its bones have. Of two bones the
    first has half of the twist, the last has all. A bone for twist has the share at which it lies along the limb; on a
    forearm or shin it shares the twist of the hand or foot below.
    """
    for part, below in BELOW.items():
        bones = rig.parts.get(part, ())
        twist_bones = [twist for twist in rig.twists if twist.part == part]
        if len(bones) < 2 and not twist_bones:
            continue
        full = np.array(turns[:, bones[-1]])
        parent = rig.parents[bones[0]]
        carrier = turns[:, parent] if parent >= 0 else _NO_TURN
        axis = rig.along(part)
        twist = quat_twist(quat_multiply(quat_conjugate(carrier), full), axis)
        untwisted = quat_multiply(full, quat_conjugate(twist))
        for number, bone in enumerate(bones):
            turns[:, bone] = quat_multiply(untwisted, quat_power(twist, (number + 1) / len(bones)))
        end = rig.parts.get(below)
        for each in twist_bones:
            if each.follows_end and end:
                twist_of_end = quat_twist(quat_multiply(quat_conjugate(full), turns[:, end[0]]), axis)
                turns[:, each.bone] = quat_multiply(full, quat_power(twist_of_end, each.share))
            else:
                turns[:, each.bone] = quat_multiply(untwisted, quat_power(twist, each.share))


def _location(motion: Motion, alignment: Alignment, turns: np.ndarray) -> np.ndarray:
    """Return the location (T, 3) of the bone that carries the path.

    The middle of the hips follows the motion's, scaled from the height of the ankles upwards. The root bone is then
    placed so that the hips, turned with it, lie there.
    """
    rig, rest = alignment.rig, motion.skeleton
    scale = alignment.scale * leg_length(alignment.rest_joints) / leg_length(rest)
    source = rest[HIPS].mean(0)
    hips_at_rest = np.mean([rig.heads[rig.parts[f"{side}_hip"][0]] for side in ("left", "right")], axis=0)
    target = alignment.facing @ hips_at_rest
    level_source = np.array([source[0], ankle_height(rest), source[2]])
    ankles = alignment.floor + alignment.scale * ankle_height(alignment.rest_joints)
    level_target = np.array([target[0], ankles, target[2]])
    hips = ((hip_path(motion) - level_source) * scale + level_target) @ alignment.facing
    root = rig.parts["pelvis"][0]
    place = hips + quat_to_matrix(turns[:, root]) @ (rig.heads[root] - hips_at_rest)
    return (place - rig.heads[root]) @ rig.carrier_axes
