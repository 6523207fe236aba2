"""How a body stands and where it holds its hands: trunk and head in the world, wrists from their shoulders, feet."""

import numpy as np

from core.body.rotation import matrix_to_euler, matrix_to_yaw, yaw_to_matrix
from core.body.skeleton import JOINT
from training.evaluation.turning import correlation

RAISED_CM = -35.0
TRUNK = {"head": JOINT["head"], "chest": JOINT["spine3"], "pelvis": JOINT["pelvis"]}
ARMS = (("left", 1.0), ("right", -1.0))
AXES = ("out", "up", "ahead")


def posture_measures(positions: np.ndarray, world: np.ndarray) -> dict[str, float]:
    """Return all figures of a motion's posture.

    Wrists are seen from their shoulder in the chest's heading: `out` away from the body, `up`, `ahead`, in cm. A wrist
    is raised where it is less than 35 cm below its shoulder. `mirror` is the correlation of the left and the right
    wrist. `wrist_height_cm` is the height of the wrists above that of a hanging arm's, mean of both.

    Args:
        positions: (T, 55, 3) metres, from `forward_kinematics`.
        world: (T, 55, 3, 3) rotation matrices of the joints in the world.
    """
    out: dict[str, float] = {}
    for name, joint in TRUNK.items():
        spread = world_spread_deg(world[:, joint])
        out |= {f"{name}_{axis}_sd_deg": float(s) for axis, s in zip(("yaw", "pitch", "roll"), spread, strict=True)}
    home = yaw_to_matrix(-matrix_to_yaw(world[:, TRUNK["chest"]]))  # (T, 3, 3)
    hands, heights = [], []
    for side, sign in ARMS:
        hand = 100 * from_joint(positions, f"{side}_wrist", f"{side}_shoulder", home) * [sign, 1, 1]
        hands.append(hand)
        heights.append(hand[:, 1].mean() + 100 * arm_length(positions, side))
        for axis, name in enumerate(AXES):
            out[f"{side}_wrist_{name}_cm"] = float(hand[:, axis].mean())
            out[f"{side}_wrist_{name}_sd_cm"] = float(hand[:, axis].std())
    out["wrist_height_cm"] = float(np.mean(heights))
    left, right = (hand[:, 1] > RAISED_CM for hand in hands)
    out["both_raised"] = float((left & right).mean())
    out["one_raised"] = float((left ^ right).mean())
    out["none_raised"] = float((~left & ~right).mean())
    out["mirror_height"], out["mirror_reach"] = (correlation(hands[0][:, i], hands[1][:, i]) for i in (1, 2))
    apart = np.abs(100 * from_joint(positions, "left_ankle", "right_ankle", home)).mean(0)
    out["feet_apart_cm"], out["feet_fore_aft_cm"] = float(apart[0]), float(apart[2])
    return out


def world_spread_deg(world: np.ndarray) -> np.ndarray:
    """Return the standard deviations (3,) of yaw, pitch and roll of rotation matrices (T, 3, 3), degrees."""
    return np.degrees(np.unwrap(matrix_to_euler(world, "YXZ"), axis=0).std(0))


def from_joint(positions: np.ndarray, joint: str, origin: str, home: np.ndarray) -> np.ndarray:
    """Return the place (T, 3) of a joint as seen from another, metres, turned by matrices (T, 3, 3)."""
    return np.einsum("tij,tj->ti", home, positions[:, JOINT[joint]] - positions[:, JOINT[origin]])


def arm_length(positions: np.ndarray, side: str) -> float:
    """Return the length from shoulder to wrist along the bones, metres."""
    chain = [JOINT[f"{side}_{name}"] for name in ("shoulder", "elbow", "wrist")]
    return float(np.linalg.norm(np.diff(positions[0, chain], axis=0), axis=-1).sum())
