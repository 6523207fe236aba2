"""Legs by inverse kinematics: planted feet, steps of the free foot, the pelvis as high as both knees allow."""

from dataclasses import dataclass

import numpy as np

from core.body.curves import min_jerk, runs
from core.body.skeleton import JOINT
from core.body.two_bones import axis_angle, frame, two_bone, unit

KNEE_BEND = np.radians(5)  # least bend of the straighter leg, because straighter knees amplify every small move
# Where a foot stands, metres and degrees: with its curve of chance at 0, and added at 1 (ahead) and -1 (back), each as
# (outwards, forward, turned out). One foot stands a little ahead of the other.
STAND = ((0.012, 0.025, 22.0), (0.008, -0.025, 26.0))
AHEAD = np.array([0.005, 0.152, -7.0])
BACK = np.array([0.012, -0.135, 9.0])
# Metres that a foot is lifted in a step on the spot, and how much more for each metre that the step is long.
LIFT_M, LIFT_SHARE = 0.044, 0.18
PITCH = np.radians(5)  # the toes hang a little while the foot is in the air
HEEL = np.radians(3.0)  # how far the foot of a leg without weight turns about its toes, which raises its heel
FREE = (0.15, 0.75)  # with how much weight on the other leg the heel begins to rise, and is at its highest
PULL = 0.5  # share of the feet's displacement by which the pelvis moves
AHEAD_M = 0.03  # how far the pelvis stands ahead of its place in the rest pose
KNEE_OF_FOOT = 0.5  # the knee points this share of the way from the pelvis' heading to the foot's


@dataclass(frozen=True)
class Foot:
    """Curves (T,) of one foot: its place, -1 (back) to 1 (ahead), how high it is in its step, and how little weight its
    leg carries, 0-1 each.
    """

    place: np.ndarray
    lift: np.ndarray
    free: np.ndarray


@dataclass(frozen=True)
class FootPath:
    """Where one foot is: ankle (T, 3) metres, sole (T, 3, 3) in the world, heading (T,) radians to the left."""

    ankle: np.ndarray
    sole: np.ndarray
    heading: np.ndarray


def free_legs(weight: np.ndarray) -> tuple[tuple[str, np.ndarray], tuple[str, np.ndarray]]:
    """Return for each side how little weight its leg carries (T,), from the curve of chance: 1 is all on the left."""
    low, high = FREE
    left, right = (min_jerk((on_the_other * weight - low) / (high - low)) for on_the_other in (-1, 1))
    return ("left", left), ("right", right)


def foot_path(foot: Foot, rest: np.ndarray, side: str) -> FootPath:
    """Return the path of a foot: on its place, or in a step to the next one, with its heel up when it has no weight.

    Args:
        foot: its curves.
        rest: (55, 3).
        side: "left" or "right".
    """
    index, outward = (0, 1.0) if side == "left" else (1, -1.0)
    ankle, toe = rest[JOINT[f"{side}_ankle"]], rest[JOINT[f"{side}_foot"]]
    ahead, back = np.maximum(foot.place, 0)[:, None], np.maximum(-foot.place, 0)[:, None]
    out, forward, turned = (STAND[index] + ahead * AHEAD + back * BACK).T
    heading = outward * np.radians(turned)
    turn = _yaw(heading)
    sole = turn @ axis_angle(np.array([1.0, 0.0, 0.0]), HEEL * foot.free + PITCH * foot.lift)
    # the toes are where they would be with the sole on the floor
    across = np.stack([outward * out, np.zeros(len(out)), forward], 1)
    place = ankle + across
    place[:, 1] += foot.lift * _lift_m(foot.lift, across)
    return FootPath(place + turn @ (toe - ankle) - sole @ (toe - ankle), sole, heading)


def _lift_m(lift: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Return how high (T,) a foot is lifted in each of its steps, metres: a short step is a low one."""
    height = np.full(len(lift), LIFT_M)
    for start, end in runs(lift > 0):
        height[start:end] += LIFT_SHARE * np.linalg.norm(place[min(end, len(place) - 1)] - place[max(start - 1, 0)])
    return height


def stand(
    shift: np.ndarray,
    dip: np.ndarray,
    pelvis_world: np.ndarray,
    rest: np.ndarray,
    feet: list[Foot],
) -> tuple[np.ndarray, dict[int, np.ndarray], np.ndarray]:
    """Solve both legs so that the feet stand on their paths, and set the pelvis' height.

    Args:
        shift: (T, 2) metres of the pelvis to the left and forward, from the middle of the feet.
        dip: (T,) metres by which the pelvis is lower than the knees allow.
        pelvis_world: (T, 3, 3).
        rest: (55, 3).
        feet: the left and the right one.

    Returns:
        the translation (T, 3), parent-local matrices (T, 3, 3) by joint index, and contacts (T, 4).
    """
    pelvis = rest[JOINT["pelvis"]]
    legs = [[rest[JOINT[f"{side}_{j}"]] for j in ("hip", "knee", "ankle", "foot")] for side in ("left", "right")]
    paths = [foot_path(foot, rest, side) for foot, side in zip(feet, ("left", "right"), strict=True)]
    moved = sum(path.ankle - leg[2] for path, leg in zip(paths, legs, strict=True))
    place = pelvis[[0, 2]] + shift + PULL * moved[:, [0, 2]] + [0, AHEAD_M]
    ceilings, hangs = [], []
    for (hip, knee, ankle, _), path in zip(legs, paths, strict=True):
        upper, lower = float(np.linalg.norm(knee - hip)), float(np.linalg.norm(ankle - knee))
        reach = np.sqrt(upper**2 + lower**2 + 2 * upper * lower * np.cos(KNEE_BEND))
        hang = pelvis_world @ (hip - pelvis)
        across = place + hang[:, [0, 2]] - path.ankle[:, [0, 2]]
        # the pelvis must not rise with a lifted foot or heel
        ceilings.append(ankle[1] + np.sqrt(reach**2 - np.square(across).sum(-1)) - hang[:, 1])
        hangs.append(hang)
    soft = 0.001
    height = -soft * np.logaddexp(-ceilings[0] / soft, -ceilings[1] / soft) - np.maximum(dip, 0)
    root = np.stack([place[:, 0], height, place[:, 1]], -1)
    facing = np.arctan2(pelvis_world[:, 0, 2], pelvis_world[:, 2, 2])
    rotations = {}
    contacts = np.ones((len(shift), 4))
    for index, side in enumerate(("left", "right")):
        hip, knee, ankle, foot = legs[index]
        upper, lower = float(np.linalg.norm(knee - hip)), float(np.linalg.norm(ankle - knee))
        start, end = root + hangs[index], paths[index].ankle
        toe = foot - ankle
        forward = unit(np.array([0.7 * toe[0], 0.0, toe[2]]))
        pole = _yaw(facing + KNEE_OF_FOOT * (paths[index].heading - facing)) @ forward
        middle = two_bone(start, end, upper, lower, pole)
        hinge = np.cross(middle - start, end - middle)
        hinge_rest = np.cross([0.0, 1.0, 0.0], forward)
        thigh = frame(middle - start, hinge) @ frame(knee - hip, hinge_rest).T
        shin = frame(end - middle, hinge) @ frame(ankle - knee, hinge_rest).T
        rotations[JOINT[f"{side}_hip"]] = np.swapaxes(pelvis_world, -1, -2) @ thigh
        rotations[JOINT[f"{side}_knee"]] = np.swapaxes(thigh, -1, -2) @ shin
        rotations[JOINT[f"{side}_ankle"]] = np.swapaxes(shin, -1, -2) @ paths[index].sole
        down = feet[index].lift < 0.005
        contacts[:, index] = down & (feet[index].free < 0.002)
        contacts[:, index + 2] = down
    return root - pelvis, rotations, contacts


def _yaw(angle: np.ndarray) -> np.ndarray:
    return axis_angle(np.array([0.0, 1.0, 0.0]), angle)
