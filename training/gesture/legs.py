"""Legs by inverse kinematics: planted feet, steps of the free foot, the pelvis as high as both knees allow."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.ndimage import gaussian_filter1d

from core.body.curves import min_jerk, runs, soft_limit
from core.body.joints import SIDES
from core.body.skeleton import JOINT
from core.body.two_bones import axis_angle, frame, two_bone, unit
from core.clock import FPS

# Bend of the knee of a leg that carries weight, because straighter knees amplify every small move; and how much more
# the knee of a leg without weight bends.
KNEE_BEND, FREE_BEND = np.radians(5.5), np.radians(8)
# The pelvis tips sideways so that both knees can have their bend: as far as asked up to the first angle, never beyond
# the second, because the head would tip, too; `TIP_S` seconds smooth it.
TIP, TIP_S = (np.radians(1.2), np.radians(2.6)), 0.2
# Where a foot stands, metres and degrees: with its curve of chance at 0, and added at 1 (ahead) and -1 (back), each as
# (outwards, forward, turned out). One foot stands a little ahead of the other.
STAND = ((0.012, 0.025, 22.0), (0.008, -0.025, 26.0))
AHEAD = np.array([0.005, 0.167, -7.0])
BACK = np.array([0.012, -0.148, 9.0])
# Metres that a foot is lifted in a step on the spot, how much more for each metre that the step is long, and at most.
LIFT_M, LIFT_SHARE, LIFT_MOST_M = 0.012, 0.38, 0.085
# In a step the heel leaves first and touches first: how far the foot turns about its toes as it leaves and as it lands.
LEAVE, LAND = np.radians(12), np.radians(-4)
HEEL = np.radians(3.0)  # how far the foot of a leg without weight turns about its toes, which raises its heel
FREE = (0.15, 0.75)  # with how much weight on the other leg the heel begins to rise, and is at its highest
PULL = 0.5  # share of the feet's displacement by which the pelvis moves
AHEAD_M = -0.01  # how far the pelvis stands ahead of its place in the rest pose
KNEE_OF_FOOT = 0.57  # the knee points this share of the way from the pelvis' heading to the foot's


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
    """Where one foot is.

    Attributes:
        ankle: (T, 3) metres.
        sole: (T, 3, 3) in the world.
        toes: (T, 3, 3) from the sole: they stay level while the heel is up.
        heading: (T,) radians to the left.
    """

    ankle: np.ndarray
    sole: np.ndarray
    toes: np.ndarray
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
    across = np.stack([outward * out, np.zeros(len(out)), forward], 1)
    height, pitch = _steps(foot.lift, across)
    raised = axis_angle(np.array([1.0, 0.0, 0.0]), HEEL * foot.free + pitch)
    sole, toes = turn @ raised, np.swapaxes(raised, -1, -2)
    # the toes are where they would be with the sole on the floor
    place = ankle + across
    place[:, 1] += height
    return FootPath(place + turn @ (toe - ankle) - sole @ (toe - ankle), sole, toes, heading)


def _steps(lift: np.ndarray, place: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return how high the toes are in the steps of a foot, metres, and how far its heel is above them, radians: (T,).

    A short step is a low one. The foot comes up at once and stays up for most of the step.

    Args:
        lift: (T,) from 0 on the floor to 1.
        place: (T, 3) metres.
    """
    height, pitch = np.zeros(len(lift)), np.zeros(len(lift))
    for start, end in runs(lift > 0):
        before, after = max(start - 1, 0), min(end, len(place) - 1)
        gone = np.linalg.norm(place[start:end] - place[before], axis=1)
        length = max(float(np.linalg.norm(place[after] - place[before])), 1e-9)
        most = soft_limit(np.array(LIFT_M + LIFT_SHARE * length), 0.8 * LIFT_MOST_M, LIFT_MOST_M)
        height[start:end] = most * (1 - (1 - lift[start:end]) ** 2)
        pitch[start:end] = lift[start:end] * (LEAVE + np.clip(gone / length, 0, 1) * (LAND - LEAVE))
    return height, pitch


def stand(
    shift: np.ndarray,
    dip: np.ndarray,
    pelvis_world: np.ndarray,
    hips: np.ndarray,
    rest: np.ndarray,
    feet: list[Foot],
) -> tuple[np.ndarray, dict[int, np.ndarray], np.ndarray]:
    """Solve both legs so that the feet stand on their paths; the pelvis gets its height, and tips towards longer legs.

    Args:
        shift: (T, 2) metres of the pelvis to the left and forward, from the middle of the feet.
        dip: (T,) metres by which the pelvis is lower than the knees allow.
        pelvis_world: (T, 3, 3), before it tips.
        hips: (T, 3, 3) the pelvis before it gives way to the spine; it tips as these would have to.
        rest: (55, 3).
        feet: the left and the right one.

    Returns:
        the translation (T, 3), parent-local matrices (T, 3, 3) by joint index, the pelvis among them, and contacts
        (T, 4).
    """
    legs = [_Leg.of(rest, side) for side in SIDES]
    paths = [foot_path(foot, rest, side) for foot, side in zip(feet, SIDES, strict=True)]
    moved = sum(path.ankle - leg.ankle for path, leg in zip(paths, legs, strict=True))
    pelvis = rest[JOINT["pelvis"]]
    place = pelvis[[0, 2]] + shift + PULL * moved[:, [0, 2]] + [0, AHEAD_M]
    pelvis_world = _tip(hips, place, legs, feet, rest) @ pelvis_world
    # the pelvis must not rise with a lifted foot or heel
    ceilings = [
        leg.ceiling(place, pelvis_world, path.ankle, foot) for leg, path, foot in zip(legs, paths, feet, strict=True)
    ]
    soft = 0.001
    height = -soft * np.logaddexp(-ceilings[0] / soft, -ceilings[1] / soft) - np.maximum(dip, 0)
    root = np.stack([place[:, 0], height, place[:, 1]], -1)
    rotations = {JOINT["pelvis"]: pelvis_world}
    contacts = np.ones((len(shift), 4))
    for index, (leg, path, foot) in enumerate(zip(legs, paths, feet, strict=True)):
        hip, knee, ankle = leg.solve(root + pelvis_world @ leg.hang, path, pelvis_world)
        for name, turn in (("hip", hip), ("knee", knee), ("ankle", ankle), ("foot", path.toes)):
            rotations[JOINT[f"{SIDES[index]}_{name}"]] = turn
        down = foot.lift < 0.005
        contacts[:, index] = down & (foot.free < 0.002)
        contacts[:, index + 2] = down
    return root - pelvis, rotations, contacts


@dataclass(frozen=True)
class _Leg:
    """The bones of a leg at rest: joints (3,) in metres, the hip's place below the pelvis, lengths in metres."""

    knee: np.ndarray
    ankle: np.ndarray
    hip: np.ndarray
    hang: np.ndarray
    toe: np.ndarray
    upper: float
    lower: float

    @classmethod
    def of(cls, rest: np.ndarray, side: str) -> "_Leg":
        hip, knee, ankle, foot = (rest[JOINT[f"{side}_{name}"]] for name in ("hip", "knee", "ankle", "foot"))
        upper, lower = float(np.linalg.norm(knee - hip)), float(np.linalg.norm(ankle - knee))
        return cls(knee, ankle, hip, hip - rest[JOINT["pelvis"]], foot - ankle, upper, lower)

    def ceiling(self, place: np.ndarray, pelvis_world: np.ndarray, ankle: np.ndarray, foot: Foot) -> np.ndarray:
        """Return how high the pelvis is (T,) where the knee has its bend, over ankles (T, 3); place (T, 2) is x, z."""
        bend = KNEE_BEND + FREE_BEND * foot.free
        reach_square = self.upper**2 + self.lower**2 + 2 * self.upper * self.lower * np.cos(bend)
        hang = pelvis_world @ self.hang
        across = place + hang[:, [0, 2]] - ankle[:, [0, 2]]
        return ankle[:, 1] + np.sqrt(reach_square - np.square(across).sum(-1)) - hang[:, 1]

    def solve(self, start: np.ndarray, path: FootPath, pelvis_world: np.ndarray) -> tuple[np.ndarray, ...]:
        """Return the parent-local turns (T, 3, 3) of hip, knee and ankle, from the hip's place (T, 3) to the foot."""
        facing = np.arctan2(pelvis_world[:, 0, 2], pelvis_world[:, 2, 2])
        forward = unit(np.array([0.7 * self.toe[0], 0.0, self.toe[2]]))
        pole = _yaw(facing + KNEE_OF_FOOT * (path.heading - facing)) @ forward
        middle = two_bone(start, path.ankle, self.upper, self.lower, pole)
        hinge = np.cross(middle - start, path.ankle - middle)
        hinge_rest = np.cross([0.0, 1.0, 0.0], forward)
        thigh = frame(middle - start, hinge) @ frame(self.knee - self.hip, hinge_rest).T
        shin = frame(path.ankle - middle, hinge) @ frame(self.ankle - self.knee, hinge_rest).T
        return (
            np.swapaxes(pelvis_world, -1, -2) @ thigh,
            np.swapaxes(thigh, -1, -2) @ shin,
            np.swapaxes(shin, -1, -2) @ path.sole,
        )


def _tip(hips: np.ndarray, place: np.ndarray, legs: list[_Leg], feet: list[Foot], rest: np.ndarray) -> np.ndarray:
    """Return turns (T, 3, 3) to the side that let the knees of both legs have their bend while the feet are down."""
    down = [replace(foot, lift=np.zeros_like(foot.lift)) for foot in feet]
    ankles = [foot_path(foot, rest, side).ankle for foot, side in zip(down, SIDES, strict=True)]
    left, right = (leg.ceiling(place, hips, ankle, foot) for leg, ankle, foot in zip(legs, ankles, down, strict=True))
    wanted = np.arctan((left - right) / np.linalg.norm(legs[0].hang - legs[1].hang))
    angle = gaussian_filter1d(np.sign(wanted) * soft_limit(np.abs(wanted), *TIP), TIP_S * FPS, mode="nearest")
    return axis_angle(np.array([0.0, 0.0, 1.0]), angle)


def _yaw(angle: np.ndarray) -> np.ndarray:
    return axis_angle(np.array([0.0, 1.0, 0.0]), angle)
