"""Legs in one frame, for the slow twin of the foot lock: their pose, and the rotations that reach a foot's place."""

from dataclasses import dataclass

import numpy as np

from core.body import legs
from core.body.joints import ANKLES, HIPS, KNEES
from core.body.legs import Skeleton
from core.finish import knees

from .curves_twin import envelope, gaussian, soft_limit
from .feet_twin import Foot
from .rotation_twin import about, heading, matrix_of, rotvec_of, wrapped

SIDES = (0, 1)


@dataclass(frozen=True)
class Pose:
    """The lower body in one frame; turns are in the world, pairs are left and right."""

    pelvis: np.ndarray
    pelvis_turn: np.ndarray
    hip_turn: tuple[np.ndarray, np.ndarray]
    knee_turn: tuple[np.ndarray, np.ndarray]
    feet: tuple[Foot, Foot]

    def hip(self, side: int, skeleton: Skeleton) -> np.ndarray:
        return self.pelvis + self.pelvis_turn @ skeleton.hip[side]


def pose_of(motion, frame: int, skeleton: Skeleton) -> Pose:
    """Walk down both legs of one frame."""
    rotations = motion.rotations[frame]
    pelvis, pelvis_turn = skeleton.pelvis + motion.translation[frame], matrix_of(rotations[0])
    hip_turn, knee_turn, feet = [], [], []
    for side in SIDES:
        hip = pelvis_turn @ matrix_of(rotations[HIPS[side]])
        knee = hip @ matrix_of(rotations[KNEES[side]])
        foot = knee @ matrix_of(rotations[ANKLES[side]])
        place = pelvis + pelvis_turn @ skeleton.hip[side] + hip @ skeleton.thigh[side] + knee @ skeleton.shin[side]
        hip_turn.append(hip)
        knee_turn.append(knee)
        feet.append(Foot(place + foot @ skeleton.foot[side], foot))
    return Pose(pelvis, pelvis_turn, tuple(hip_turn), tuple(knee_turn), tuple(feet))


def reach(skeleton, side, kept) -> float:
    """How long a leg may get: its straight length, the knee turning about X only, times the share allowed."""
    thigh, shin = skeleton.thigh[side], skeleton.shin[side]
    straight = np.hypot(thigh[0] + shin[0], np.hypot(*thigh[1:]) + np.hypot(*shin[1:]))
    return float(straight * (legs._REACH_KEPT if kept else legs._REACH))


def solve(poses, feet, skeleton, kept, fps):
    """Parent-local rotation vectors of hips, knees and ankles, each (2, 3), for every frame."""
    knees = [knee_bends([p.hip_turn[s].T @ p.knee_turn[s] for p in poses],
                        [np.linalg.norm(f[s].ankle(skeleton.foot[s]) - p.hip(s, skeleton))
                         for p, f in zip(poses, feet, strict=True)],
                        skeleton.thigh[s], skeleton.shin[s], kept, fps) for s in SIDES]  # fmt: skip
    solved = []
    for frame, (pose, pair) in enumerate(zip(poses, feet, strict=True)):
        both = [solve_leg(pose, pair[side], skeleton, side, knees[side][frame]) for side in SIDES]
        solved.append([np.array([both[side][joint] for side in SIDES]) for joint in range(3)])
    return solved


def knee_bends(before, lengths, thigh, shin, kept, fps):
    """Rotations (3, 3) of one knee: turned about X, in the thigh's frame, until hip and ankle are `lengths` apart."""
    bends, flexions, to_straight = [], [], []
    for turn, length in zip(before, lengths, strict=True):
        lower = turn @ shin
        upper_plane, lower_plane = np.hypot(*thigh[1:]), np.hypot(*lower[1:])
        in_plane = length**2 - (thigh[0] + lower[0]) ** 2
        cosine = (in_plane - upper_plane**2 - lower_plane**2) / (2 * upper_plane * lower_plane)
        flexions.append(np.arccos(min(max(cosine, -1.0), 1.0)))
        to_straight.append(wrapped(np.arctan2(thigh[2], thigh[1]) - np.arctan2(lower[2], lower[1])))
    bends = near_bends(flexions, [-angle for angle in to_straight], fps) if kept else flexions
    return [about([1.0, 0.0, 0.0], s + b) @ turn for s, b, turn in zip(to_straight, bends, before, strict=True)]


def near_bends(flexions, before, fps):
    """Signed bends on the side where the motion has them; near straight the change of the bend is smoothed."""
    bends, nears = [], []
    for flexion, own in zip(flexions, before, strict=True):
        grown = max(flexion - abs(own) - knees._BENT_ANYWAY, 0.0)
        side = np.tanh((own + 2 * grown) / knees._CROSSING)
        bends.append(side * flexion + (1 - side**2) * (own - side * abs(own)))
        near = (knees._CLEARLY_BENT - own) / (knees._CLEARLY_BENT - knees._NEARLY_STRAIGHT)
        nears.append(min(max(near, 0.0), 1.0))
    changes = gaussian([bend - own for bend, own in zip(bends, before, strict=True)], knees._UNSNAP_S * fps)
    weights = envelope(nears, knees._NEAR_S, fps)
    return [
        (1 - weight) * bend + weight * (own + change)
        for bend, own, change, weight in zip(bends, before, changes, weights, strict=True)
    ]


def solve_leg(pose: Pose, foot: Foot, skeleton, side, knee):
    """Aim one bent leg at its ankle, then share the foot's turning between the hip-ankle axis and the ankle."""
    aim = foot.ankle(skeleton.foot[side]) - pose.hip(side, skeleton)
    axis = aim / np.linalg.norm(aim)
    leg = pose.hip_turn[side] @ (skeleton.thigh[side] + knee @ skeleton.shin[side])
    hip = shortest_turn(leg, axis) @ pose.hip_turn[side]
    foot_on_shin = pose.knee_turn[side].T @ pose.feet[side].turn
    turn = wrapped(heading(foot.turn) - heading(hip @ knee @ foot_on_shin))
    # The hip-ankle axis points down: a turn to the left about the vertical is a negative one about it.
    hip = about(axis, -legs._HIP_SHARE * turn) @ hip
    twist = twist_about_y((hip @ knee).T @ foot.turn)
    allowed = np.sign(twist) * soft_limit(abs(twist), *legs._TWIST)
    hip = about(axis, allowed - twist) @ hip
    return rotvec_of(pose.pelvis_turn.T @ hip), rotvec_of(knee), rotvec_of((hip @ knee).T @ foot.turn)


def shortest_turn(source, direction) -> np.ndarray:
    axis = np.cross(source, direction)
    sine = np.linalg.norm(axis)
    return np.eye(3) if sine < 1e-14 else about(axis / sine, np.arctan2(sine, source @ direction))


def twist_about_y(turn) -> float:
    """The angle of a rotation's part about Y (swing-twist): twice the angle of the quaternion's w and y."""
    rotvec = rotvec_of(turn)
    angle = np.linalg.norm(rotvec)
    return 0.0 if angle < 1e-14 else 2 * np.arctan2(np.sin(angle / 2) * rotvec[1] / angle, np.cos(angle / 2))
