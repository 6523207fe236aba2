"""Wrist paths in the chest's frame, and the collar, shoulder, elbow and wrist rotations that follow them."""

from dataclasses import dataclass

import numpy as np

from ...body.skeleton import JOINT
from .curves import drift, lag, loop, pulse, steps
from .ik import axis_angle, clamp_reach, frame, two_bone, unit
from .plan import Plan
from .styles import Style

LEAST_BEND = np.radians(25)
MOST_BEND = np.radians(125)
ARM_LENGTH_M = 0.53  # the length that the styles' metres are meant for
NEUTRAL = (0.06, -0.465, 0.13)  # (out, up, forward) where every clip begins, whatever its style
SMOOTH_S = 0.05
HIGHEST_LOOP_M = 0.32
CEILING_M = 0.03  # wrists stay about below the shoulder
MIDLINE_M = 0.12  # wrists keep this far from the body's middle, each on its own side


@dataclass(frozen=True)
class ArmPath:
    """One arm: wrist (T, 3) from the rest shoulder in the chest's frame, roll and wrist extension (T,) in radians."""

    wrist: np.ndarray
    roll: np.ndarray
    extension: np.ndarray


@dataclass(frozen=True)
class ArmRotations:
    """Parent-local matrices (T, 3, 3) of one arm, and the wrist's place (T, 3) from the rest shoulder."""

    collar: np.ndarray
    shoulder: np.ndarray
    elbow: np.ndarray
    wrist: np.ndarray
    reached: np.ndarray
    bend: np.ndarray


def sign(side: int) -> float:
    """+1 for the left arm (+X), -1 for the right."""
    return 1.0 if side == 0 else -1.0


def palm_normal(rest: np.ndarray, side: int) -> np.ndarray:
    """Where the palm of the rest pose faces (3,), from the knuckles: down, in a T-pose."""
    name = ("left", "right")[side]
    wrist, index, pinky = (rest[JOINT[f"{name}_{j}"]] for j in ("wrist", "index1", "pinky1"))
    normal = np.cross(index - wrist, pinky - wrist) * sign(side)
    return unit(normal if normal[1] < 0 else -normal)


def arm_path(plan: Plan, style: Style, side: int, times_s: np.ndarray, rng: np.random.Generator) -> ArmPath:
    """The wrist's way through every stroke and rest; its length unit is the styles' arm."""
    mirror = np.array([sign(side), 1.0, 1.0])
    scale = 1 + 0.10 * drift(rng, len(times_s), 9.0)
    rest = np.array(style.rest)
    settled = min(1.1, plan.strokes[0].start_s) if plan.strokes else 1.1
    moves = [(0.1, max(settled, 0.3), rest)]
    rolls = [(0.1, max(settled, 0.3), [np.radians(style.rest_palm)])]
    extensions = []
    loops = np.zeros((len(times_s), 3))
    delay = 0.0
    for unit_ in plan.units:
        for index, stroke in enumerate(unit_.strokes):
            hand = stroke.hands[side]
            target = np.array(hand.offset)
            start, end = stroke.start_s + delay, stroke.end_s + delay
            moves.append((start, end, target))
            rolls.append((start + 0.04, end + 0.05, [np.radians(hand.palm)]))
            extensions.append((start + 0.08, end + 0.06, [np.radians(hand.wrist)]))
            travel = np.linalg.norm(target - moves[-2][2])
            height = HIGHEST_LOOP_M * np.tanh(hand.loop * (1 - 0.6 * min(travel / 0.22, 1.0)) / HIGHEST_LOOP_M)
            rise, swing = loop(times_s, start, end)
            loops += height * (rise[:, None] * [0, 1.0, -0.25] + swing[:, None] * [0.45, 0.0, 0.55])
            following = unit_.strokes[index + 1].start_s if index + 1 < len(unit_.strokes) else unit_.retract_s
            recoil = pulse(times_s, end + 0.13, 0.13, 0.22) * hand.loop * 0.06
            loops += recoil[:, None] * [0.0, 1.0, -0.4]
            if following - end > 0.3:
                home = np.array(style.home)
                settle = target + (home - target) * 0.3 + [0, -0.02, 0]
                moves.append((end + 0.03, following + 0.1, settle))
        share = unit_.rest_share
        last = unit_.strokes[-1].hands[side]
        lowered = share * rest + (1 - share) * np.array(last.offset)
        moves.append((unit_.retract_s, unit_.rested_s, lowered))
        roll = share * style.rest_palm + (1 - share) * last.palm
        rolls.append((unit_.retract_s, unit_.rested_s, [np.radians(roll)]))
        extensions.append((unit_.retract_s, unit_.rested_s, [np.radians((1 - share) * last.wrist)]))
    path = steps(times_s, NEUTRAL, moves)
    home = np.array(style.home)
    raised = np.clip((path[:, 1:2] - rest[1]) / max(home[1] - rest[1], 0.02), 0, 1)
    path = path + loops * scale[:, None] + raised * (path - home) * (scale[:, None] - 1)
    path[:, 1] = CEILING_M - _at_least(CEILING_M - path[:, 1], 0.0, 0.03)
    path = lag(path, 0.0, SMOOTH_S)
    roll = steps(times_s, [0.0], rolls)[:, 0]
    extension = steps(times_s, [0.0], extensions)[:, 0]
    return ArmPath(path * mirror, roll, extension)


def solve_arm(path: ArmPath, rest: np.ndarray, side: int) -> ArmRotations:
    """Rotations that put the wrist on its path (which is scaled to this skeleton's arm).

    The elbow hangs down, out and back; half of the forearm's roll lies in the elbow, half in the wrist, so that the
    skin of neither twists like a sweet's wrapper.
    """
    name = ("left", "right")[side]
    chest, collar, shoulder, elbow, wrist = (
        rest[JOINT[j]] for j in ("spine3", f"{name}_collar", f"{name}_shoulder", f"{name}_elbow", f"{name}_wrist")
    )
    upper_rest, fore_rest = elbow - shoulder, wrist - elbow
    upper, fore = np.linalg.norm(upper_rest), np.linalg.norm(fore_rest)
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
    velocity = np.gradient(offset[:, 1]) * 30
    drag = np.radians(np.clip(-16 * lag(velocity, 0.05, 0.035), -22, 22))
    flexion = axis_angle(unit(np.cross(knuckle, palm)), -(path.extension + drag))
    wrist_local = half_roll @ flexion
    bend = np.arccos(np.clip((upper_way * fore_way).sum(-1), -1, 1))
    return ArmRotations(
        collar_rotation,
        np.swapaxes(collar_rotation, -1, -2) @ upper_world,
        np.swapaxes(upper_world, -1, -2) @ fore_world,
        wrist_local,
        shoulder_at + offset - (shoulder - chest),
        bend,
    )


def _at_least(value: np.ndarray, least: float, soft: float) -> np.ndarray:
    return least + soft * np.logaddexp(0, (value - least) / soft)


def _pole(reach: np.ndarray, side: int) -> np.ndarray:
    """Where the elbow points (T, 3): back and out when the arm hangs, down and out when it reaches forward."""
    out = 0.34 + 0.2 * np.clip(-sign(side) * reach[:, 0], -0.2, 0.5)
    return np.stack([sign(side) * out, np.full(len(reach), -0.62), np.full(len(reach), -0.62)], -1)


def _collar(path: ArmPath, side: int) -> np.ndarray:
    """The shoulder girdle follows a raised or reaching arm, a little late."""
    raised = lag(np.clip((path.wrist[:, 1] + 0.42) / 0.42, 0, 1.6), 0.05, 0.06)
    forward = lag(np.clip((path.wrist[:, 2] - 0.1) / 0.35, 0, 1.4), 0.05, 0.06)
    elevation = np.radians(-4 + 8 * raised)
    protraction = np.radians(6 * forward)
    up = axis_angle(np.array([0.0, 0.0, 1.0]), sign(side) * elevation)
    return up @ axis_angle(np.array([0.0, 1.0, 0.0]), -sign(side) * protraction)
