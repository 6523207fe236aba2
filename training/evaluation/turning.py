"""How the joints of a body turn: how far, how fast, in which rhythm, and which of them move together.

All figures start from two arrays. `away` is the turn of a joint away from its own mean rotation; `step` is the angle
between two frames that follow each other. A smooth, still body has low figures of both; noise has high speeds, a share
above 5 Hz that people do not have, and as many hand dimensions as there are joints.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.ndimage import uniform_filter1d
from scipy.signal import welch

from core.body.motion import Motion
from core.body.parts import EYES
from core.body.rotation import quat_conjugate, quat_multiply, quat_to_rotvec, rotvec_to_quat
from core.body.skeleton import JOINT, JOINT_NAMES
from core.clock import FPS

SIDES = ("left", "right")
FINGERS = ("index", "middle", "ring", "pinky")


def _both(*names: str) -> tuple[int, ...]:
    return tuple(JOINT[f"{side}_{name}"] for side in SIDES for name in names)


GROUPS: dict[str, tuple[int, ...]] = {
    "pelvis": (JOINT["pelvis"],),
    "spine": (JOINT["spine1"], JOINT["spine2"], JOINT["spine3"]),
    "head": (JOINT["neck"], JOINT["head"]),
    "collars": _both("collar"),
    "shoulders": _both("shoulder"),
    "elbows": _both("elbow"),
    "wrists": _both("wrist"),
    "fingers": _both(*(f"{finger}{i}" for finger in FINGERS for i in (1, 2, 3))),
    "thumbs": _both("thumb1", "thumb2", "thumb3"),
    "hips": _both("hip"),
    "knees": _both("knee"),
    "ankles": _both("ankle"),
}
# Finishing moves the legs on purpose; from the collars upward it has to leave turn and speed as they are.
UPWARD = ("head", "collars", "shoulders", "elbows", "wrists", "fingers", "thumbs")
RHYTHMS: dict[str, tuple[int, ...]] = {
    "head": GROUPS["head"],
    "spine": (JOINT["spine1"], JOINT["spine3"]),
    "collars": GROUPS["collars"],
    "wrists": GROUPS["wrists"],
    "fingers": _both("index1", "middle2"),
    "knees": GROUPS["knees"],
}
WITH_HANDS = {"collars": GROUPS["collars"], "chest": (JOINT["spine3"],), "head": GROUPS["head"], "pelvis": (0,)}
HAND_JOINTS = (*GROUPS["fingers"], *GROUPS["thumbs"])
FINGER_PAIRS = tuple(
    (JOINT[f"{side}_{first}{i}"], JOINT[f"{side}_{second}{i}"])
    for side in SIDES
    for first, second in pairwise(FINGERS)
    for i in (1, 2)
)
ARM_PAIRS = tuple(
    (JOINT[f"{side}_{lower}"], JOINT[f"{side}_{upper}"])
    for side in SIDES
    for lower, upper in (("wrist", "elbow"), ("elbow", "shoulder"), ("shoulder", "collar"))
)
# Joints that are compared with a recorded person's; jaw, eyes and toes are left out.
JUDGED = tuple(j for j in range(len(JOINT_NAMES)) if j not in (JOINT["jaw"], *EYES, *_both("foot")))

SLOW_HZ, BEAT_HZ, QUICK_HZ = 0.5, 2.0, 5.0
SPECTRUM_FRAMES = 256
PACE_FRAMES = 9
LAG_FRAMES = 9
QUIETEST_RAD = 1e-4
# A curve with a smaller standard deviation does not change: what is left is rounding.
STILL = 1e-9


@dataclass(frozen=True)
class Turning:
    """The turning of T frames of a motion.

    Attributes:
        mean: (55, 4) quaternion of every joint's mean rotation.
        away: (T, 55, 3) rotation vectors from the mean rotation to that of the frame, radians.
        step: (T - 1, 55) angles between frames that follow each other, radians.
    """

    mean: np.ndarray
    away: np.ndarray
    step: np.ndarray

    def turn_deg(self) -> np.ndarray:
        """Return the root mean square of the angle from the mean rotation, (55,) degrees."""
        return np.degrees(np.sqrt(np.square(self.away).sum(-1).mean(0)))

    def speed_deg_s(self) -> np.ndarray:
        """Return the mean speed of turning, (55,) degrees per second."""
        return np.degrees(self.step.mean(0)) * FPS


def turning(motion: Motion) -> Turning:
    """Compute the turning of a motion at 30 fps."""
    quats = rotvec_to_quat(motion.rotations)  # (T, 55, 4)
    mean = mean_rotation(quats)
    away = quat_to_rotvec(quat_multiply(quat_conjugate(mean)[None], quats))
    step = np.linalg.norm(quat_to_rotvec(quat_multiply(quat_conjugate(quats[:-1]), quats[1:])), axis=-1)
    return Turning(mean, away, step)


def mean_rotation(quats: np.ndarray) -> np.ndarray:
    """Return the mean (..., 4) of quaternions (T, ..., 4), in which q and -q count the same.

    It is the eigenvector of the largest eigenvalue of the sum of q qᵀ (Markley et al. 2007).
    """
    _, vectors = np.linalg.eigh(np.einsum("t...i,t...j->...ij", quats, quats))
    return vectors[..., -1]


def turning_measures(turns: Turning, wrists: np.ndarray) -> dict[str, float]:
    """Return all figures of a motion's turning.

    Args:
        turns: of the motion.
        wrists: (T, 2, 3) metres from the pelvis.
    """
    out = group_measures(turns)
    for name, joints in RHYTHMS.items():
        slow, beat, quick = spectrum(turns.away[:, joints])
        out |= {f"{name}_under_2_hz": slow, f"{name}_2_to_5_hz": beat, f"{name}_over_5_hz": quick}
    out["hand_dimensions"] = dimensions(turns.away[:, HAND_JOINTS])
    out["fingers_together"] = together(turns.step, FINGER_PAIRS)
    out["arm_together"] = together(turns.step, ARM_PAIRS)
    hands = _smooth(np.linalg.norm(np.diff(wrists, axis=0), axis=-1).sum(1))
    for name, joints in WITH_HANDS.items():
        found = [correlation(hands, _smooth(turns.step[:, joint])) for joint in joints]
        out[f"{name}_with_hands"] = float(np.mean(found))
    return out


def group_measures(turns: Turning) -> dict[str, float]:
    """Return turn and speed of every group of joints: means over its joints."""
    turn, speed = turns.turn_deg(), turns.speed_deg_s()
    out = {}
    for name, joints in GROUPS.items():
        out[f"{name}_turn_deg"] = float(turn[list(joints)].mean())
        out[f"{name}_speed_deg_s"] = float(speed[list(joints)].mean())
    return out


def spectrum(away: np.ndarray) -> tuple[float, float, float]:
    """Return the shares of the power of the turning speed at 0.5-2 Hz, 2-5 Hz and above.

    The power is Welch's estimate over 256 frames, summed over joints and axes; the rest of it lies below 0.5 Hz.

    Args:
        away: (T, J, 3) radians from the mean rotation.
    """
    speed = np.gradient(away, axis=0) * FPS
    hertz, power = welch(speed, fs=FPS, nperseg=min(SPECTRUM_FRAMES, len(speed)), axis=0)
    power = power.sum((1, 2))
    total = max(float(power.sum()), 1e-12)
    inside = (
        (hertz >= SLOW_HZ) & (hertz < BEAT_HZ),
        (hertz >= BEAT_HZ) & (hertz < QUICK_HZ),
        hertz >= QUICK_HZ,
    )
    slow, beat, quick = (float(power[band].sum()) / total for band in inside)
    return slow, beat, quick


def dimensions(away: np.ndarray) -> float:
    """Return in how many dimensions joints turn: (sum l)² / sum l² of the eigenvalues l of their covariance.

    Args:
        away: (T, J, 3) radians from the mean rotation.
    """
    values = np.linalg.eigvalsh(np.cov(away.reshape(len(away), -1).T))
    square = float(np.square(values).sum())
    return float(values.sum()) ** 2 / square if square else float("nan")


def together(step: np.ndarray, pairs: Sequence[tuple[int, int]]) -> float:
    """Return how well the paces of pairs of joints agree: the correlation at the best lag up to 0.3 s, their mean.

    The pace is the logarithm of the turning speed, smoothed over 0.3 s.

    Args:
        step: (T - 1, 55) radians.
        pairs: joints to compare.
    """
    joints = sorted({joint for pair in pairs for joint in pair})
    pace = dict(zip(joints, np.log(_smooth(step[:, joints]) + QUIETEST_RAD).T, strict=True))
    found = []
    for first, second in pairs:
        a, b = pace[first], pace[second]
        lags = range(-LAG_FRAMES, LAG_FRAMES + 1)
        found.append(
            max(correlation(a[max(k, 0) : len(a) + min(k, 0)], b[max(-k, 0) : len(b) + min(-k, 0)]) for k in lags)
        )
    return float(np.mean(found))


def _smooth(values: np.ndarray) -> np.ndarray:
    """Return the mean over 9 frames (0.3 s) of values (T, ...); beyond the ends they count as zero."""
    return uniform_filter1d(values, PACE_FRAMES, axis=0, mode="constant")


def correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Return Pearson's correlation of two curves (T,); not a number where one of them does not change."""
    return float(np.corrcoef(a, b)[0, 1]) if min(a.std(), b.std()) > STILL else float("nan")
