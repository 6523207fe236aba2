"""How like recorded people a motion turns, joint by joint; and whether its strokes repeat themselves."""

from collections.abc import Sequence

import numpy as np
from scipy.stats import wasserstein_distance

from core.body.rotation import quat_conjugate, quat_multiply, quat_to_rotvec
from core.body.skeleton import JOINT
from core.clock import FPS
from training.evaluation.turning import JUDGED, Turning, mean_rotation

DEAD, WILD = 1 / 3, 3.0
STROKE_JOINTS = tuple(
    JOINT[f"{side}_{name}"] for side in ("left", "right") for name in ("collar", "shoulder", "elbow", "wrist")
)
FORM_FRAMES, FORM_STRIDE = FPS, 5
FAR_FRAMES = 20 * FPS


def likeness(turns: Turning, recorded: Sequence[Turning]) -> dict[str, float]:
    """Compare a motion with recorded ones, over 50 joints (all but jaw, eyes and toes).

    Args:
        turns: of the motion.
        recorded: of the recorded motions; their mean is compared.

    Returns:
        dead_joints: how many turn less than a third as far as the recorded ones.
        wild_joints: how many turn more than three times as far.
        turn_ratio: median over the joints of turn by recorded turn.
        pose_apart_deg: mean angle between the mean rotations.
        turning_distance_deg: mean distance (Wasserstein-1) between the distributions of the angle from the mean.
    """
    joints = list(JUDGED)
    usual = np.mean([other.turn_deg() for other in recorded], axis=0)
    ratio = turns.turn_deg()[joints] / np.maximum(usual[joints], 1e-9)
    mean = mean_rotation(np.stack([other.mean for other in recorded]))
    apart = np.linalg.norm(quat_to_rotvec(quat_multiply(quat_conjugate(turns.mean), mean)), axis=-1)
    angles, theirs = (np.degrees(np.linalg.norm(t, axis=-1)) for t in (turns.away, _joined(recorded)))
    return {
        "dead_joints": float((ratio < DEAD).sum()),
        "wild_joints": float((ratio > WILD).sum()),
        "turn_ratio": float(np.median(ratio)),
        "pose_apart_deg": float(np.degrees(apart[joints].mean())),
        "turning_distance_deg": float(np.mean([wasserstein_distance(angles[:, j], theirs[:, j]) for j in joints])),
    }


def _joined(recorded: Sequence[Turning]) -> np.ndarray:
    return np.concatenate([other.away for other in recorded])


def nearest_form_deg(turns: Turning) -> float:
    """Return how far a second of arm movement is from the most similar one at least 20 s away: the median, degrees.

    A form is the turning of the eight joints from collar to wrist over 1 s; the distance of two forms is the root mean
    square over joints and frames. It falls with the length of a motion, so compare motions of equal length
    (`variety`).

    Returns:
        not a number for motions of less than 21 s.
    """
    starts = np.arange(0, len(turns.away) - FORM_FRAMES + 1, FORM_STRIDE)
    if not len(starts) or starts[-1] < FAR_FRAMES:
        return float("nan")
    arms = np.degrees(turns.away[:, list(STROKE_JOINTS)]).reshape(len(turns.away), -1)
    forms = arms[starts[:, None] + np.arange(FORM_FRAMES)].reshape(len(starts), -1)
    square = np.square(forms).sum(1)
    apart = square[:, None] + square[None] - 2 * forms @ forms.T
    apart[np.abs(starts[:, None] - starts[None]) < FAR_FRAMES] = np.inf
    nearest = apart.min(1)
    nearest = nearest[np.isfinite(nearest)]
    return float(np.median(np.sqrt(np.maximum(nearest, 0) / (FORM_FRAMES * len(STROKE_JOINTS)))))


def variety(turns: Turning, recorded: Turning) -> float:
    """Return `nearest_form_deg` of a motion divided by that of a recorded one, in pieces of equal length.

    Args:
        turns: of the motion; where it is longer, the mean over its whole pieces of the recorded length counts.
        recorded: of the recorded motion; cut where the motion is shorter.
    """
    frames = min(len(turns.away), len(recorded.away))
    pieces = [_piece(turns, start, frames) for start in range(0, len(turns.away) - frames + 1, frames)]
    return float(np.mean([nearest_form_deg(p) for p in pieces]) / nearest_form_deg(_piece(recorded, 0, frames)))


def _piece(turns: Turning, start: int, frames: int) -> Turning:
    return Turning(turns.mean, turns.away[start : start + frames], turns.step[start : start + frames - 1])
