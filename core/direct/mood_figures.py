"""Figures of a mood: what it changes in a take, measured, and the least change that each mood has to make.

The changes are those from the take in a neutral mood to the same take in the mood at strength 1. The model card of the
bundled weights states them (`moods` in model.json), and the tests hold them.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from ..body.joints import SHOULDERS, WRISTS
from ..body.kinematics import chosen_joints
from ..body.motion import Motion
from ..body.parts import ARKIT_NAMES
from ..body.segments import length, way_from_segment
from ..body.skeleton import JOINT
from .strokes import find_strokes, wrist_paths

# Wrists lower than this above the pelvis, metres, are not raised; their way from the body says nothing.
_RAISED_M = 0.05
# Frames that an apex of one motion and an apex of the other may be apart to be of one stroke.
_SAME_APEX = 2


def _mean_shape(*names: str) -> Callable[[Motion], float]:
    columns = [ARKIT_NAMES.index(name) for name in names]
    return lambda motion: float(motion.expression[:, columns].mean())


def _pitch_deg(name: str) -> Callable[[Motion], float]:
    """Return a function that measures how far a joint pitches forward in the world, degrees, on average."""

    def measure(motion: Motion) -> float:
        _, world = chosen_joints(motion.rotations, motion.translation, motion.skeleton, [JOINT[name]])
        ahead = world[:, 0, :, 2]
        return float(np.degrees(np.arctan2(-ahead[:, 1], np.hypot(ahead[:, 0], ahead[:, 2]))).mean())

    return measure


def _pairs(name: str) -> tuple[str, str]:
    return f"{name}Left", f"{name}Right"


def _shoulders_cm(motion: Motion) -> float:
    """Measure how high the shoulders are above the uppermost joint of the spine, along the spine, centimetres."""
    places, world = chosen_joints(motion.rotations, motion.translation, motion.skeleton, [JOINT["spine3"], *SHOULDERS])
    up = np.einsum("tji,ti->tj", places[:, 1:] - places[:, :1], world[:, 0, :, 1])
    return float(100 * up.mean())


LEVELS_OF: Mapping[str, Callable[[Motion], float]] = MappingProxyType(
    {
        "brow_lowerer": _mean_shape(*_pairs("browDown")),
        "inner_brow_raiser": _mean_shape("browInnerUp"),
        "outer_brow_raiser": _mean_shape(*_pairs("browOuterUp")),
        "cheek_raiser": _mean_shape(*_pairs("cheekSquint")),
        "nose_wrinkler": _mean_shape(*_pairs("noseSneer")),
        "mouth_corners": lambda motion: (
            _mean_shape(*_pairs("mouthSmile"))(motion) - _mean_shape(*_pairs("mouthFrown"))(motion)
        ),
        "lid_opening": lambda motion: (
            _mean_shape(*_pairs("eyeWide"))(motion)
            - _mean_shape(*_pairs("eyeBlink"))(motion)
            - _mean_shape(*_pairs("eyeSquint"))(motion)
        ),
        "chest_pitch_deg": _pitch_deg("spine3"),
        "head_pitch_deg": _pitch_deg("head"),
        "shoulder_height_cm": _shoulders_cm,
    }
)


def _reach_ratio(neutral: Motion, motion: Motion) -> float:
    """Compare how far wrists are from the trunk's axis, where the neutral motion raises them."""
    ways = []
    for each in (neutral, motion):
        places, _ = chosen_joints(each.rotations, each.translation, each.skeleton, [0, JOINT["neck"], *WRISTS])
        low, high = places[:, :1], places[:, 1:2]
        ways.append((length(way_from_segment(places[:, 2:], low, high)), places[:, 2:, 1] - low[..., 1]))
    raised = ways[0][1] > _RAISED_M
    return float(ways[1][0][raised].mean() / ways[0][0][raised].mean())


def _stroke_speed_ratio(neutral: Motion, motion: Motion) -> float:
    """Compare the wrists' speed at the peaks of strokes that both motions have, in proportion to their ways."""
    found = [find_strokes(wrist_paths(each.rotations, each.skeleton), each.fps) for each in (neutral, motion)]
    ratios = [
        other.speed_m_s / own.speed_m_s
        for own in found[0]
        for other in found[1]
        if own.side == other.side and abs(own.apex - other.apex) <= _SAME_APEX
    ]
    return float(np.median(ratios))


RATIOS: Mapping[str, Callable[[Motion, Motion], float]] = MappingProxyType(
    {"wrist_reach": _reach_ratio, "stroke_speed": _stroke_speed_ratio}
)

# Least changes at strength 1; the sign is the direction. Figures that are ratios change by shares: 0.06 is 6 %.
LEAST_CHANGES: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "happy": {
            "mouth_corners": 0.35,
            "cheek_raiser": 0.25,
            "chest_pitch_deg": -2.0,
            "wrist_reach": 0.06,
            "stroke_speed": 0.08,
        },
        "sad": {
            "inner_brow_raiser": 0.4,
            "mouth_corners": -0.35,
            "head_pitch_deg": 6.0,
            "wrist_reach": -0.08,
            "stroke_speed": -0.1,
        },
        "angry": {
            "brow_lowerer": 0.5,
            "nose_wrinkler": 0.3,
            "chest_pitch_deg": 2.5,
            "wrist_reach": 0.06,
            "stroke_speed": 0.15,
        },
        "afraid": {
            "inner_brow_raiser": 0.4,
            "lid_opening": 0.35,
            "shoulder_height_cm": 1.5,
            "chest_pitch_deg": 2.5,
            "wrist_reach": -0.12,
        },
        "confident": {
            "mouth_corners": 0.1,
            "lid_opening": -0.1,
            "chest_pitch_deg": -4.0,
            "head_pitch_deg": -3.0,
            "wrist_reach": 0.08,
        },
    }
)


def changes(neutral: Motion, motion: Motion) -> dict[str, float]:
    """Return by how much every figure differs between a take in a neutral mood and the take in another one."""
    levels = {name: measure(motion) - measure(neutral) for name, measure in LEVELS_OF.items()}
    return levels | {name: compare(neutral, motion) - 1 for name, compare in RATIOS.items()}
