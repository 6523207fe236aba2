"""Legs by inverse kinematics: planted feet, steps of the free foot, the pelvis as high as both knees allow."""

import numpy as np

from core.body.skeleton import JOINT
from training.gesture.ik import axis_angle, frame, two_bone, unit

KNEE_BEND = np.radians(8)  # least bend of the straighter leg, because straighter knees amplify every small move
# Where a foot stands, metres and degrees: with its curve of chance at 0, and added at 1 (ahead) and -1 (back), each as
# (outwards, forward, turned out). One foot stands a little ahead of the other.
STAND = ((0.012, 0.025, 14.0), (0.008, -0.025, 20.0))
AHEAD = np.array([0.005, 0.155, -7.0])
BACK = np.array([0.012, -0.135, 9.0])
LIFT_M = 0.1
PITCH = np.radians(14)  # the toes hang a little while the foot is in the air
PULL = 0.5  # share of the feet's displacement by which the pelvis moves
AHEAD_M = 0.015  # how far the pelvis stands ahead of its place in the rest pose
KNEE_OF_FOOT = 0.7  # the knee points this share of the way from the pelvis' heading to the foot's


def foot_path(place: np.ndarray, lift: np.ndarray, side: int) -> tuple[np.ndarray, np.ndarray]:
    """Return a foot's path, (T, 3) metres from the rest pose, and its heading (T,), radians to the left.

    Args:
        place: (T,) its curve of chance, -1 (back) to 1 (ahead).
        lift: (T,) how high the foot is in its step, 0-1.
        side: 0 for the left foot, 1 for the right.
    """
    outward = 1.0 if side == 0 else -1.0
    ahead, back = np.maximum(place, 0)[:, None], np.maximum(-place, 0)[:, None]
    out, forward, turned = (STAND[side] + ahead * AHEAD + back * BACK).T
    return np.stack([outward * out, LIFT_M * lift, forward], 1), outward * np.radians(turned)


def stand(
    shift: np.ndarray,
    dip: np.ndarray,
    pelvis_world: np.ndarray,
    rest: np.ndarray,
    places: tuple[np.ndarray, np.ndarray],
    lifts: tuple[np.ndarray, np.ndarray],
) -> tuple[np.ndarray, dict[int, np.ndarray], np.ndarray]:
    """Solve both legs so that the feet stand on their paths, and set the pelvis' height.

    Args:
        shift: (T, 2) metres of the pelvis to the left and forward, from the middle of the feet.
        dip: (T,) metres by which the pelvis is lower than the knees allow.
        pelvis_world: (T, 3, 3).
        rest: (55, 3).
        places: curves of chance (T,) of the left and the right foot.
        lifts: how high the feet are in their steps (T,), 0-1.

    Returns:
        the translation (T, 3), parent-local matrices (T, 3, 3) by joint index, and contacts (T, 4).
    """
    pelvis = rest[JOINT["pelvis"]]
    legs = [[rest[JOINT[f"{side}_{j}"]] for j in ("hip", "knee", "ankle", "foot")] for side in ("left", "right")]
    ways, headings = zip(*(foot_path(places[i], lifts[i], i) for i in (0, 1)), strict=True)
    place = pelvis[[0, 2]] + shift + PULL * (ways[0] + ways[1])[:, [0, 2]] + [0, AHEAD_M]
    ceilings, hangs = [], []
    for (hip, knee, ankle, _), way in zip(legs, ways, strict=True):
        upper, lower = float(np.linalg.norm(knee - hip)), float(np.linalg.norm(ankle - knee))
        reach = np.sqrt(upper**2 + lower**2 + 2 * upper * lower * np.cos(KNEE_BEND))
        hang = pelvis_world @ (hip - pelvis)
        across = place + hang[:, [0, 2]] - (ankle + way)[:, [0, 2]]
        # the pelvis must not rise with a lifted foot
        ceilings.append(ankle[1] + np.sqrt(reach**2 - np.square(across).sum(-1)) - hang[:, 1])
        hangs.append(hang)
    soft = 0.002
    height = -soft * np.logaddexp(-ceilings[0] / soft, -ceilings[1] / soft) - np.maximum(dip, 0)
    root = np.stack([place[:, 0], height, place[:, 1]], -1)
    facing = np.arctan2(pelvis_world[:, 0, 2], pelvis_world[:, 2, 2])
    rotations = {}
    contacts = np.ones((len(shift), 4))
    for index, side in enumerate(("left", "right")):
        hip, knee, ankle, foot = legs[index]
        upper, lower = float(np.linalg.norm(knee - hip)), float(np.linalg.norm(ankle - knee))
        start, end = root + hangs[index], ankle + ways[index]
        toe = foot - ankle
        forward = unit(np.array([0.7 * toe[0], 0.0, toe[2]]))
        heading = _yaw(headings[index])
        pole = _yaw(facing + KNEE_OF_FOOT * (headings[index] - facing)) @ forward
        middle = two_bone(start, end, upper, lower, pole)
        hinge = np.cross(middle - start, end - middle)
        hinge_rest = np.cross([0.0, 1.0, 0.0], forward)
        thigh = frame(middle - start, hinge) @ frame(knee - hip, hinge_rest).T
        shin = frame(end - middle, hinge) @ frame(ankle - knee, hinge_rest).T
        sole = heading @ axis_angle(unit(hinge_rest), 0.35 * PITCH * lifts[index])
        rotations[JOINT[f"{side}_hip"]] = np.swapaxes(pelvis_world, -1, -2) @ thigh
        rotations[JOINT[f"{side}_knee"]] = np.swapaxes(thigh, -1, -2) @ shin
        rotations[JOINT[f"{side}_ankle"]] = np.swapaxes(shin, -1, -2) @ sole
        contacts[:, [index, index + 2]] = (lifts[index] < 0.005)[:, None]
    return root - pelvis, rotations, contacts


def _yaw(angle: np.ndarray) -> np.ndarray:
    return axis_angle(np.array([0.0, 1.0, 0.0]), angle)
