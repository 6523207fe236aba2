"""Wrist paths in the chest's frame, and the collar, shoulder, elbow and wrist rotations that follow them."""

from dataclasses import dataclass

import numpy as np

from core.body.curves import min_jerk, steps
from core.body.skeleton import JOINT
from core.clock import FPS
from training.gesture.curves import lag, loop
from training.gesture.gesture_plan import Plan
from training.gesture.ik import axis_angle, clamp_reach, frame, two_bone, unit
from training.gesture.styles import Style
from training.gesture.word_poses import MANNERS

LEAST_BEND = np.radians(25)
MOST_BEND = np.radians(125)
ARM_LENGTH_M = 0.53  # the styles' values in metres are for an arm of this length
NEUTRAL = np.array([0.05, -0.485, 0.09])  # (out, up, forward) where every clip begins, whatever its style
SETTLE_S = (0.1, 1.1)  # start and end of the move from there to the style's rest pose, seconds
SMOOTH_S = 0.04
MIDLINE_M = 0.06  # wrists keep this far from the body's middle, each on its own side
# ends of plain strokes in turn, (out, up, forward) from home in metres: up and in, then down and out
BEATS = np.array([[-0.06, 0.14, -0.04], [0.12, -0.10, 0.10]])
PLACE_M = np.array([0.12, 0.11])  # how far chance moves the hands' place, out and up
SINK = np.array([-0.01, -0.045, -0.02])  # hands sink by this much while they are held up
SINK_S = 1.6
ROLL_DELAY_S = 0.04


@dataclass(frozen=True)
class ArmPath:
    """One arm: wrist (T, 3) from the rest shoulder in the chest's frame, roll and wrist extension (T,) in radians,
    and how much the shoulder is shrugged (T,) in radians.
    """

    wrist: np.ndarray
    roll: np.ndarray
    extension: np.ndarray
    shrug: np.ndarray


@dataclass(frozen=True)
class ArmRotations:
    """Parent-local matrices (T, 3, 3) of one arm, and the wrist's place (T, 3) from the rest shoulder."""

    collar: np.ndarray
    shoulder: np.ndarray
    elbow: np.ndarray
    wrist: np.ndarray
    reached: np.ndarray


def sign(side: int) -> float:
    """Return +1 for the left arm (+X), -1 for the right."""
    return 1.0 if side == 0 else -1.0


def palm_normal(rest: np.ndarray, side: int) -> np.ndarray:
    """Return the direction (3,) that the palm of the rest pose faces, from the knuckles: down, in a T-pose."""
    name = ("left", "right")[side]
    wrist, index, pinky = (rest[JOINT[f"{name}_{j}"]] for j in ("wrist", "index1", "pinky1"))
    normal = np.cross(index - wrist, pinky - wrist) * sign(side)
    return unit(normal if normal[1] < 0 else -normal)


def leading(chance: dict[str, np.ndarray], style: Style, side: int) -> np.ndarray:
    """Return how much (T, 1) a hand takes part in plain strokes: 1 when it leads or when both hands lead."""
    against = np.maximum(chance["lead"] * sign(side), 0)
    return 1 - style.one_handed * min_jerk(1.8 * against)[:, None]


def arm_path(plan: Plan, style: Style, side: int, times_s: np.ndarray, chance: dict[str, np.ndarray]) -> ArmPath:
    """Return the wrist's path through every stroke and rest, in lengths of the styles' arm.

    Plain strokes are moves around home, scaled by how much the hand leads. The poses of words with a class replace them
    for a while. Both are blended with the rest pose.
    """
    rest, home = np.array(style.rest), np.array(style.home)
    share = leading(chance, style, side)
    up = [(*SETTLE_S, [0.0])]
    beats, holds, poses, rolls, extensions, shrugs = [], [], [], [], [], []
    loops = np.zeros((len(times_s), 3))
    posed = False
    for unit_ in plan.units:
        up.append((unit_.strokes[0].start_s, unit_.strokes[0].end_s, [1.0]))
        for stroke in unit_.strokes:
            start, end = stroke.start_s, stroke.end_s
            beats.append((start, end, stroke.size * BEATS[stroke.beat]))
            beats.append((end, end + SINK_S, stroke.size * (BEATS[stroke.beat] + SINK)))
            rise, swing = loop(times_s, start, end)
            loops += stroke.size * style.loop * (rise[:, None] * [0, 1.0, -0.3] + swing[:, None] * [0.4, 0.0, 0.5])
            manner = MANNERS.get(stroke.kind) if stroke.kind else None
            pose = manner.hands[side] if manner else None
            if pose is not None:
                # a pose that follows another one is reached from that pose, else from the path of plain strokes
                poses.append((start if posed else start - 1e-3, end if posed else start, pose.offset))
                holds.append((start, end, [1.0]))
            elif posed:
                holds.append((start, end, [0.0]))
            late = (start + ROLL_DELAY_S, end + ROLL_DELAY_S)
            rolls.append((*late, [np.radians(pose.palm if pose else style.palm)]))
            extensions.append((*late, [np.radians(pose.wrist if pose else 12.0)]))
            shrugs.append((start, end, [np.radians(manner.shrug if manner else 0.0)]))
            posed = pose is not None
        lower = (unit_.retract_s, unit_.rested_s)
        up.append((*lower, [1 - unit_.rest_share]))
        if posed:
            holds.append((*lower, [0.0]))
        posed = False
        rolls.append((*lower, [np.radians(style.rest_palm)]))
        extensions.append((*lower, [0.0]))
        shrugs.append((*lower, [0.0]))
    raised = steps(times_s, [0.0], up)
    held = steps(times_s, [0.0], holds)
    posture = steps(times_s, home, poses)
    place = np.stack([PLACE_M[0] * chance["out"], PLACE_M[1] * chance["up"], np.zeros(len(times_s))], 1)
    plain = home + place + share * (steps(times_s, np.zeros(3), beats) + loops)
    settled = steps(times_s, NEUTRAL, [(*SETTLE_S, rest)])
    raised = 1 - (1 - raised * share) * (1 - held)
    path = settled + raised * (plain + held * (posture - plain) - settled)
    path = lag(path, 0.0, SMOOTH_S) * np.array([sign(side), 1.0, 1.0])
    settle_roll = [(*SETTLE_S, [np.radians(style.rest_palm)])]
    return ArmPath(
        path,
        steps(times_s, [0.0], settle_roll + rolls)[:, 0],
        steps(times_s, [0.0], extensions)[:, 0],
        steps(times_s, [0.0], shrugs)[:, 0],
    )


def solve_arm(path: ArmPath, rest: np.ndarray, side: int) -> ArmRotations:
    """Return the rotations that put the wrist on its path, which is scaled to this skeleton's arm.

    The elbow hangs down, out and back; half of the forearm's roll lies in the elbow, half in the wrist, so that the
    skin does not twist much at either joint.
    """
    name = ("left", "right")[side]
    chest, collar, shoulder, elbow, wrist = (
        rest[JOINT[j]] for j in ("spine3", f"{name}_collar", f"{name}_shoulder", f"{name}_elbow", f"{name}_wrist")
    )
    upper_rest, fore_rest = elbow - shoulder, wrist - elbow
    upper, fore = float(np.linalg.norm(upper_rest)), float(np.linalg.norm(fore_rest))
    size = (upper + fore) / ARM_LENGTH_M
    target = shoulder - chest + path.wrist * size
    target[:, 0] = sign(side) * _at_least(sign(side) * target[:, 0], MIDLINE_M * size, 0.02)

    collar_rotation = _collar(path, side)
    shoulder_at = collar - chest + collar_rotation @ (shoulder - collar)
    offset = clamp_reach(target - shoulder_at, upper, fore, LEAST_BEND, MOST_BEND)
    pole = _pole(offset / (upper + fore), side)
    middle = two_bone(np.zeros_like(offset), offset, upper, fore, pole)
    upper_way, fore_way = unit(middle), unit(offset - middle)
    hinge = np.cross(upper_way, fore_way)
    hinge_rest = np.array([0.0, -sign(side), 0.0])
    upper_world = frame(upper_way, hinge) @ frame(upper_rest, hinge_rest).T
    fore_world = frame(fore_way, hinge) @ frame(fore_rest, hinge_rest).T
    half_roll = axis_angle(unit(fore_rest), -sign(side) * path.roll / 2)
    fore_world = fore_world @ half_roll

    palm = palm_normal(rest, side)
    knuckle = unit(rest[JOINT[f"{name}_middle1"]] - wrist)
    velocity = np.gradient(offset[:, 1]) * FPS if len(offset) > 1 else np.zeros(len(offset))
    drag = np.radians(np.clip(-16 * lag(velocity, 0.05, 0.035), -22, 22))
    flexion = axis_angle(unit(np.cross(knuckle, palm)), -(path.extension + drag))
    wrist_local = half_roll @ flexion
    return ArmRotations(
        collar_rotation,
        np.swapaxes(collar_rotation, -1, -2) @ upper_world,
        np.swapaxes(upper_world, -1, -2) @ fore_world,
        wrist_local,
        shoulder_at + offset - (shoulder - chest),
    )


def _at_least(value: np.ndarray, least: float, soft: float) -> np.ndarray:
    return least + soft * np.logaddexp(0, (value - least) / soft)


def _pole(reach: np.ndarray, side: int) -> np.ndarray:
    """Return the elbow's direction (T, 3): back and out when the arm hangs, down and out when it reaches forward."""
    out = 0.34 + 0.2 * np.clip(-sign(side) * reach[:, 0], -0.2, 0.5)
    return np.stack([sign(side) * out, np.full(len(reach), -0.62), np.full(len(reach), -0.62)], -1)


def _collar(path: ArmPath, side: int) -> np.ndarray:
    """Turn the shoulder girdle towards a raised or reaching arm, a little later than the arm."""
    raised = lag(np.clip((path.wrist[:, 1] + 0.42) / 0.42, 0, 1.6), 0.05, 0.06)
    forward = lag(np.clip((path.wrist[:, 2] - 0.1) / 0.35, 0, 1.4), 0.05, 0.06)
    elevation = np.radians(-4 + 8 * raised) + path.shrug
    protraction = np.radians(6 * forward)
    up = axis_angle(np.array([0.0, 0.0, 1.0]), sign(side) * elevation)
    return up @ axis_angle(np.array([0.0, 1.0, 0.0]), -sign(side) * protraction)
