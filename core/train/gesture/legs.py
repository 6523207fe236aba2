"""Planted feet: the pelvis moves, hips, knees and ankles follow by inverse kinematics."""

import numpy as np

from ...body.skeleton import JOINT
from .ik import frame, two_bone, unit

KNEE_BEND = np.radians(17)  # of the straighter leg; straighter knees amplify every small move


def stand(shift: np.ndarray, pelvis_world: np.ndarray, rest: np.ndarray) -> tuple[np.ndarray, dict[int, np.ndarray]]:
    """Keep both feet exactly where they stand in the rest pose.

    Args:
        shift: (T, 2) metres of the pelvis to the left and forward.
        pelvis_world: (T, 3, 3).
        rest: (55, 3).

    Returns:
        the translation (T, 3) and parent-local matrices (T, 3, 3) by joint index.
    """
    pelvis = rest[JOINT["pelvis"]]
    legs = {side: [rest[JOINT[f"{side}_{j}"]] for j in ("hip", "knee", "ankle", "foot")] for side in ("left", "right")}
    ceilings = []
    for hip, knee, ankle, _ in legs.values():
        upper, lower = np.linalg.norm(knee - hip), np.linalg.norm(ankle - knee)
        reach = np.sqrt(upper**2 + lower**2 + 2 * upper * lower * np.cos(KNEE_BEND))
        hang = pelvis_world @ (hip - pelvis)
        across = pelvis[[0, 2]] + shift + hang[:, [0, 2]] - ankle[[0, 2]]
        ceilings.append(ankle[1] + np.sqrt(reach**2 - np.square(across).sum(-1)) - hang[:, 1])
    soft = 0.004
    height = -soft * np.logaddexp(-ceilings[0] / soft, -ceilings[1] / soft)
    place = np.stack([pelvis[0] + shift[:, 0], height, pelvis[2] + shift[:, 1]], -1)
    rotations = {}
    for side, (hip, knee, ankle, foot) in legs.items():
        upper, lower = np.linalg.norm(knee - hip), np.linalg.norm(ankle - knee)
        root = place + pelvis_world @ (hip - pelvis)
        end = np.broadcast_to(ankle, root.shape)
        toe = foot - ankle
        forward = unit(np.array([0.7 * toe[0], 0.0, toe[2]]))
        middle = two_bone(root, end, upper, lower, np.broadcast_to(forward, root.shape))
        hinge = np.cross(middle - root, end - middle)
        hinge_rest = np.cross([0.0, 1.0, 0.0], forward)
        thigh = frame(middle - root, hinge) @ frame(knee - hip, hinge_rest).T
        shin = frame(end - middle, hinge) @ frame(ankle - knee, hinge_rest).T
        rotations[JOINT[f"{side}_hip"]] = np.swapaxes(pelvis_world, -1, -2) @ thigh
        rotations[JOINT[f"{side}_knee"]] = np.swapaxes(thigh, -1, -2) @ shin
        rotations[JOINT[f"{side}_ankle"]] = np.swapaxes(shin, -1, -2)
    return place - pelvis, rotations
