"""SMPL-X motion on a rig of any rest pose, axes and proportions: numpy on rest matrices, no bpy."""

from dataclasses import dataclass

import numpy as np

from ...core.body.joints import ANKLES, HIPS
from ...core.body.motion import Motion
from ...core.body.proportions import ankle_height, hip_path, leg_length
from ...core.body.rotation import (
    matrix_to_quat,
    quat_between,
    quat_conjugate,
    quat_continuous,
    quat_multiply,
    quat_power,
    quat_slerp,
    quat_to_matrix,
    quat_twist,
    rotvec_to_quat,
    unit_vector,
)
from ...core.body.skeleton import JOINT_COUNT, PARENTS, default_rest_joints
from .presets import FINGERS, PARENT, joints_of
from .read import Rig

# A limb's part and the one below it: their heads give its direction.
NEXT = {
    **{f"{s}_{a}": f"{s}_{b}" for s in ("left", "right") for a, b in (("shoulder", "elbow"), ("elbow", "wrist"))},
    **{f"{s}_{a}": f"{s}_{b}" for s in ("left", "right") for a, b in (("hip", "knee"), ("knee", "ankle"))},
}
# When a hand or foot rests turned otherwise than SMPL-X's, the bone above takes this share of the turn.
_TWIST_SHARE = 0.5
# Bones whose head-to-tail agrees with their joints within this angle point along the limb at the chain's end, too.
_TAIL_AGREES = np.cos(np.radians(25.0))
_EPSILON = 1e-9


@dataclass(frozen=True)
class Alignment:
    """How a rig's bones follow the 55 joints.

    Attributes:
        rig: the bones.
        facing: (3, 3) from armature space to SMPL-X axes (Y up, facing +Z, left +X).
        turns: (N, 4) quaternions, SMPL-X axes: from each bone's rest to the rest pose of SMPL-X.
        scale: armature units per metre of the skeleton in `rest_joints`.
        rest_joints: (55, 3) the rig's proportions in SMPL-X's rest pose, with legs as long as the default skeleton's.
        floor: height of the floor in armature space, along the up axis.
    """

    rig: Rig
    facing: np.ndarray
    turns: np.ndarray
    scale: float
    rest_joints: np.ndarray
    floor: float


def align(rig: Rig) -> Alignment:
    """Match a rig's rest pose to SMPL-X's by where its joints are.

    Limbs and fingers turn the shortest way, each from where the one above brought it, so that bent elbows unbend about
    their hinge; hands also match by their knuckles, feet by their heading. Torso, neck, head and collars are taken to
    rest as SMPL-X's do: their joints lie too differently in rigs to tell a pose from a build.
    """
    facing = rig.facing()
    heads, tails = rig.heads @ facing.T, rig.tails @ facing.T
    rest = default_rest_joints()
    turns = np.tile([1.0, 0.0, 0.0, 0.0], (len(rig.names), 1))
    first = {part: bones[0] for part, bones in rig.parts.items()}
    for side in ("left", "right"):
        for chain, end in ((("shoulder", "elbow"), "wrist"), (("hip", "knee"), "ankle")):
            _align_limb(rig, turns, heads, rest, [f"{side}_{name}" for name in (*chain, end)])
        for finger in FINGERS:
            _align_finger(rig, turns, heads, tails, rest, f"{side}_{finger}")
        if f"{side}_foot" in first and f"{side}_ankle" in first:
            turns[list(rig.parts[f"{side}_foot"])] = turns[first[f"{side}_ankle"]]
    for twist in rig.twists:
        turns[twist.bone] = turns[rig.parts[twist.part][-1]]
    return _measured(rig, facing, turns, heads)


def _align_limb(rig, turns, heads, rest, parts: list[str]) -> None:
    """Upper and lower bone by direction, then the hand or foot; half of its remaining turn goes to the limb."""
    turn = np.array([1.0, 0.0, 0.0, 0.0])
    done = []
    for part in parts[:-1]:
        below = NEXT[part]
        if part not in rig.parts or below not in rig.parts:
            continue
        here = heads[rig.parts[below][0]] - heads[rig.parts[part][0]]
        there = rest[joints_of(below)[0]] - rest[joints_of(part)[0]]
        turn = quat_multiply(quat_between(_rotate(turn, here), there), turn)
        turns[list(rig.parts[part])] = turn
        done.append((part, there))
    end = parts[-1]
    if end not in rig.parts:
        return
    full = _hand(rig, heads, rest, end) if end.endswith("wrist") else _foot(rig, heads, rest, end)
    if full is None:
        turns[list(rig.parts[end])] = turn
        return
    turns[list(rig.parts[end])] = full
    if done and not (end.endswith("wrist") and len(done) < 2):
        # A forearm pronates along its length, a leg turns as a whole.
        turned = done[-1:] if end.endswith("wrist") else done
        for part, axis in turned:
            bones = list(rig.parts[part])
            twist = quat_twist(quat_multiply(full, quat_conjugate(turns[bones[0]])), axis)
            turns[bones] = quat_multiply(quat_power(twist, _TWIST_SHARE), turns[bones[0]])


def _hand(rig, heads, rest, part: str) -> np.ndarray | None:
    """The turn of a hand by its knuckles; None without two fingers beside the thumb."""
    side = part.removesuffix("wrist")
    known = [finger for finger in FINGERS[1:] if side + finger in rig.parts]
    if len(known) < 2:
        return None
    middle = "middle" if "middle" in known else known[len(known) // 2]

    def frame(point) -> np.ndarray:
        return _frame(point(middle) - point(None), point(known[-1]) - point(known[0]))

    def here(finger):
        return heads[rig.parts[side + finger if finger else part][0]]

    def there(finger):
        return rest[joints_of(side + finger if finger else part)[0]]

    return matrix_to_quat(frame(there) @ frame(here).T)


def _foot(rig, heads, rest, part: str) -> np.ndarray | None:
    """The turn of a foot by its heading alone: soles rest flat, however high the ankle is. None without toes."""
    toes = part.replace("ankle", "foot")
    if toes not in rig.parts:
        return None
    here = heads[rig.parts[toes][0]] - heads[rig.parts[part][0]]
    there = rest[joints_of(toes)[0]] - rest[joints_of(part)[0]]
    level = np.array([1.0, 0.0, 1.0])
    if np.linalg.norm(here * level) < 0.2 * np.linalg.norm(here):
        return None
    return quat_between(here * level, there * level)


def _align_finger(rig, turns, heads, tails, rest, part: str) -> None:
    bones = rig.parts.get(part)
    if bones is None or PARENT[part] not in rig.parts:
        return
    turn = turns[rig.parts[PARENT[part]][0]]
    joints = joints_of(part)
    points = [heads[bone] for bone in bones]
    straight = all(
        unit_vector(tails[bone] - heads[bone]) @ unit_vector(after - heads[bone]) > _TAIL_AGREES
        for bone, after in zip(bones, points[1:], strict=False)
    )
    if straight or len(bones) == 1:
        points.append(tails[bones[-1]])
    for number, bone in enumerate(bones):
        if number + 1 < len(points):
            place = min(number, len(joints) - 2)
            there = rest[joints[place + 1]] - rest[joints[place]]
            turn = quat_multiply(quat_between(_rotate(turn, points[number + 1] - points[number]), there), turn)
        turns[bone] = turn


def _measured(rig: Rig, facing: np.ndarray, turns: np.ndarray, heads: np.ndarray) -> Alignment:
    """The rig's proportions as a skeleton in SMPL-X's rest pose."""
    default = default_rest_joints()
    legs = [rig.parts[f"{side}_{name}"][0] for side in ("left", "right") for name in ("hip", "knee", "ankle")]
    left, right = heads[legs[:3]], heads[legs[3:]]
    leg = float(np.mean([np.linalg.norm(np.diff(each, axis=0), axis=1).sum() for each in (left, right)]))
    scale = leg / leg_length(default)
    places, owners = _joint_places(rig, heads)
    joints = np.array(default)
    for joint, parent in enumerate(PARENTS):
        if parent < 0:
            continue
        offset = default[joint] - default[parent]
        if places[joint] is not None and places[parent] is not None:
            offset = places[joint] - places[parent]
            if owners[parent] is not None:
                offset = _rotate(turns[owners[parent]], offset)
            offset = offset / scale
        joints[joint] = joints[parent] + offset
    floor, ankle = _floor(rig, heads, leg)
    joints[:, 1] += ankle / scale - joints[list(ANKLES), 1].mean()
    joints[:, [0, 2]] += heads[[legs[0], legs[3]]].mean(0)[[0, 2]] / scale - joints[list(HIPS)].mean(0)[[0, 2]]
    return Alignment(rig, facing, turns, scale, joints, floor)


def _joint_places(rig: Rig, heads: np.ndarray) -> tuple[list, list]:
    """Where the 55 joints are in the rig (None where it has none), and the bone that carries each."""
    places, owners = [None] * JOINT_COUNT, [None] * JOINT_COUNT
    for part, bones in rig.parts.items():
        joints = joints_of(part)
        if len(bones) == len(joints) or len(joints) == 1:
            for joint, bone in zip(joints, bones, strict=False):
                places[joint], owners[joint] = heads[bone], bone
            if len(joints) == 1:
                owners[joints[0]] = bones[-1]
            continue
        if part.endswith(FINGERS):
            for number, joint in enumerate(joints):
                owners[joint] = bones[min(number, len(bones) - 1)]
                places[joint] = heads[owners[joint]]
            continue
        above = rig.parts.get(PARENT[part])
        path = [heads[above[-1]] if above else heads[bones[0]], *(heads[bone] for bone in bones)]
        for number, joint in enumerate(joints, 1):
            at = number * len(bones) / len(joints)
            low = min(int(at), len(bones) - 1)
            places[joint] = path[low] + (path[low + 1] - path[low]) * (at - low)
            owners[joint] = bones[max(int(np.ceil(at)) - 1, 0)]
    return places, owners


def _floor(rig: Rig, heads: np.ndarray, leg: float) -> tuple[float, float]:
    """Height of the floor, and of the ankles over it: the armature's origin where the feet rest near it."""
    feet = [f"{side}_{name}" for side in ("left", "right") for name in ("ankle", "foot")]
    heights = [heads[rig.parts[part][0], 1] for part in feet if part in rig.parts]
    ankle = np.mean([heads[rig.parts[f"{side}_ankle"][0], 1] for side in ("left", "right")])
    floor = 0.0 if -0.02 * leg < min(heights) and ankle < 0.3 * leg else min(heights) - 0.03 * leg
    return float(floor), float(ankle - floor)


@dataclass(frozen=True)
class Keys:
    """What to key on a rig.

    Attributes:
        quaternions: (T, N, 4) of the rig's bones, away from rest, in their own axes, w first, continuous in sign.
        location: (T, 3) of the bone that carries the path, in the axes that Blender wants it.
        turns: (T, N, 4) the same rotations in armature space, for checking what the rig made of them.
    """

    quaternions: np.ndarray
    location: np.ndarray
    turns: np.ndarray


def retarget(motion: Motion, alignment: Alignment) -> Keys:
    """Pose a rig like a motion at every frame.

    Each bone is turned in the world as its joint is, from a rest that matches; where a part has another number of bones
    than joints, they share the turn evenly along it. What a bone's parent does is taken out.
    """
    rig = alignment.rig
    world = world_turns(motion)
    # Twist bones get theirs afterwards.
    smplx = np.zeros((motion.frame_count, len(rig.names), 4))
    for part, bones in rig.parts.items():
        joints = [*_above(part), *joints_of(part)]
        for number, bone in enumerate(bones):
            turn = _along(world, joints, _place(part, number, len(bones)))
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
    """Rotations of the joints away from rest, in the world: quaternions (T, 55, 4)."""
    world = rotvec_to_quat(motion.rotations)
    for joint, parent in enumerate(PARENTS):
        if parent >= 0:
            world[:, joint] = quat_multiply(world[:, parent], world[:, joint])
    return world


def _above(part: str) -> tuple[int, ...]:
    """The joint whose turn a part starts from."""
    parent = PARENT[part]
    return joints_of(parent)[-1:] if parent else ()


def _place(part: str, number: int, count: int) -> float:
    """Where in the row of joints, the one above first, a bone of a part takes its turn from.

    The last bone of a torso or neck has all of the turn, since others hang on it; a finger of fewer bones bends as much
    as the joints it stands for do on average.
    """
    joints = len(joints_of(part))
    if part.endswith(FINGERS):
        return 1 + (number + 0.5) * joints / count - 0.5
    return (len(_above(part)) + joints - 1) * (number + 1) / count


def _along(world: np.ndarray, joints: list[int], place: float) -> np.ndarray:
    """The turn (T, 4) at a place in a row of joints, which need not be whole."""
    low = min(int(place), len(joints) - 1)
    if place - low < _EPSILON or low + 1 == len(joints):
        return world[:, joints[low]]
    return quat_slerp(world[:, joints[low]], world[:, joints[low + 1]], place - low)


def _share_twists(rig: Rig, turns: np.ndarray) -> None:
    """Let limbs of several bones, and twist bones, share the turn about their length; the limb's last bone has all."""
    for part in NEXT:
        bones = rig.parts.get(part, ())
        twists = [twist for twist in rig.twists if twist.part == part]
        if len(bones) < 2 and not twists:
            continue
        full = np.array(turns[:, bones[-1]])
        parent = rig.parents[bones[0]]
        carrier = turns[:, parent] if parent >= 0 else np.array([1.0, 0.0, 0.0, 0.0])
        axis = rig.along(part)
        twist = quat_twist(quat_multiply(quat_conjugate(carrier), full), axis)
        untwisted = quat_multiply(full, quat_conjugate(twist))
        for number, bone in enumerate(bones):
            turns[:, bone] = quat_multiply(untwisted, quat_power(twist, (number + 1) / len(bones)))
        below = rig.parts.get(NEXT[part])
        for each in twists:
            if each.follows_end and below:
                end = quat_twist(quat_multiply(quat_conjugate(full), turns[:, below[0]]), axis)
                turns[:, each.bone] = quat_multiply(full, quat_power(end, each.share))
            else:
                turns[:, each.bone] = quat_multiply(untwisted, quat_power(twist, each.share))


def _location(motion: Motion, alignment: Alignment, turns: np.ndarray) -> np.ndarray:
    rig, rest = alignment.rig, motion.skeleton
    legs = alignment.scale * leg_length(alignment.rest_joints) / leg_length(rest)
    source = rest[list(HIPS)].mean(0)
    hips_at_rest = np.mean([rig.heads[rig.parts[f"{side}_hip"][0]] for side in ("left", "right")], axis=0)
    target = alignment.facing @ hips_at_rest
    here = np.array([source[0], ankle_height(rest), source[2]])
    there = np.array([target[0], alignment.floor + alignment.scale * ankle_height(alignment.rest_joints), target[2]])
    hips = ((hip_path(motion) - here) * legs + there) @ alignment.facing
    root = rig.parts["pelvis"][0]
    place = hips + _rotate(turns[:, root], rig.heads[root] - hips_at_rest)
    moved = place - rig.heads[root]
    return moved @ rig.carrier_axes


def _rotate(quaternion: np.ndarray, vector: np.ndarray) -> np.ndarray:
    return quat_to_matrix(quaternion) @ vector


def _frame(along: np.ndarray, across: np.ndarray) -> np.ndarray:
    """Axes (3, 3), as columns, of which the first points along and the second as far across as it can."""
    first = unit_vector(along)
    second = unit_vector(across - (across @ first) * first)
    return np.stack([first, second, np.cross(first, second)], axis=1)
