"""Legs by inverse kinematics: planted feet, small steps of the free foot, the pelvis as high as both knees allow."""

import numpy as np

from core.body.skeleton import JOINT
from training.gesture.ik import axis_angle, frame, two_bone, unit

KNEE_BEND = np.radians(17)  # least bend of the straighter leg, because straighter knees amplify every small move
# place of a foot at values -1 and 1 of its curve of chance: (outwards, forward) metres from the rest pose
BACK = np.array([-0.012, -0.07])
AHEAD = np.array([0.05, 0.06])
LIFT_M = 0.085
PITCH = np.radians(14)  # the toes hang a little while the foot is in the air
PULL = 0.45  # share of the feet's displacement by which the pelvis moves


def foot_path(place: np.ndarray, lift: np.ndarray, outward: float) -> np.ndarray:
    """Return a foot's path, (T, 3) metres from the rest pose.

    Args:
        place: (T,) its curve of chance.
        lift: (T,) how high the foot is in its step, 0-1.
        outward: +1 for the left foot, -1 for the right.
    """
    ahead, back = np.maximum(place, 0)[:, None], np.maximum(-place, 0)[:, None]
    flat = ahead * AHEAD + back * BACK
    return np.stack([outward * flat[:, 0], LIFT_M * lift, flat[:, 1]], 1)


def stand(
    shift: np.ndarray,
    pelvis_world: np.ndarray,
    rest: np.ndarray,
    places: tuple[np.ndarray, np.ndarray],
    lifts: tuple[np.ndarray, np.ndarray],
) -> tuple[np.ndarray, dict[int, np.ndarray], np.ndarray]:
    """Solve both legs so that the feet stand on their paths, and set the pelvis' height.

    Args:
        shift: (T, 2) metres of the pelvis to the left and forward, from the middle of the feet.
        pelvis_world: (T, 3, 3).
        rest: (55, 3).
        places: curves of chance (T,) of the left and the right foot.
        lifts: how high the feet are in their steps (T,), 0-1.

    Returns:
        the translation (T, 3), parent-local matrices (T, 3, 3) by joint index, and contacts (T, 4).
    """
    pelvis = rest[JOINT["pelvis"]]
    legs = {side: [rest[JOINT[f"{side}_{j}"]] for j in ("hip", "knee", "ankle", "foot")] for side in ("left", "right")}
    ways = {side: foot_path(places[i], lifts[i], (1.0, -1.0)[i]) for i, side in enumerate(legs)}
    centre = PULL * (ways["left"] + ways["right"])[:, [0, 2]]
    place = pelvis[[0, 2]] + shift + centre
    ceilings, ankles = [], {}
    for side, (hip, knee, ankle, _) in legs.items():
        ankles[side] = ankle + ways[side]
        upper, lower = float(np.linalg.norm(knee - hip)), float(np.linalg.norm(ankle - knee))
        reach = np.sqrt(upper**2 + lower**2 + 2 * upper * lower * np.cos(KNEE_BEND))
        hang = pelvis_world @ (hip - pelvis)
        across = place + hang[:, [0, 2]] - ankles[side][:, [0, 2]]
        # the pelvis must not rise with a lifted foot
        ceilings.append(ankle[1] + np.sqrt(reach**2 - np.square(across).sum(-1)) - hang[:, 1])
    soft = 0.004
    height = -soft * np.logaddexp(-ceilings[0] / soft, -ceilings[1] / soft)
    root = np.stack([place[:, 0], height, place[:, 1]], -1)
    rotations = {}
    contacts = np.ones((len(shift), 4))
    for index, (side, (hip, knee, ankle, foot)) in enumerate(legs.items()):
        upper, lower = float(np.linalg.norm(knee - hip)), float(np.linalg.norm(ankle - knee))
        start, end = root + pelvis_world @ (hip - pelvis), ankles[side]
        toe = foot - ankle
        forward = unit(np.array([0.7 * toe[0], 0.0, toe[2]]))
        middle = two_bone(start, end, upper, lower, np.broadcast_to(forward, start.shape))
        hinge = np.cross(middle - start, end - middle)
        hinge_rest = np.cross([0.0, 1.0, 0.0], forward)
        thigh = frame(middle - start, hinge) @ frame(knee - hip, hinge_rest).T
        shin = frame(end - middle, hinge) @ frame(ankle - knee, hinge_rest).T
        lift = lifts[index]
        rotations[JOINT[f"{side}_hip"]] = np.swapaxes(pelvis_world, -1, -2) @ thigh
        rotations[JOINT[f"{side}_knee"]] = np.swapaxes(thigh, -1, -2) @ shin
        rotations[JOINT[f"{side}_ankle"]] = np.swapaxes(shin, -1, -2) @ axis_angle(
            unit(np.cross([0.0, 1.0, 0.0], forward)), 0.35 * PITCH * lift
        )
        contacts[:, [index, index + 2]] = (lift < 0.005)[:, None]
    return root - pelvis, rotations, contacts
