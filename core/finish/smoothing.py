"""A smoother without delay that removes shake and keeps strokes: it penalises jerk, in calm passages most.

shaky   ─~─~─~╱‾~‾~‾╲~─~─      calm passage: high penalty, so the shake goes
smooth  ──────╱‾‾‾‾‾╲────      stroke: its jerk is large and wanted, so the penalty is low
"""

import numpy as np
from scipy.linalg import solveh_banded

from ..body.motion import Motion
from ..body.parts import SPECS, Part
from ..body.rotation import quat_continuous, quat_to_rotvec, rotvec_to_quat
from .settings import FinishSettings

# Hertz above which a steady vibration is removed; hands and lips are quicker than torso and legs.
CUTOFF_HZ = {Part.UPPER: 2.6, Part.HANDS: 3.5, Part.LOWER: 2.6, Part.FACE: 6.0}
_DIFFERENCE = np.array([-1.0, 3.0, -3.0, 1.0])
# Rounds of reweighting after the first solution: more change nothing that shows.
_PASSES = 3
# Jerk, in units of its mean, below which a passage counts as wholly calm.
_CALM = 0.5


def smooth_track(values: np.ndarray, cutoff_hz: float, fps: float, strength: float = 1.0) -> np.ndarray:
    """Smooth one track (T, C): minimise the squared change plus the summed norm of the third differences.

    Whittaker's smoother (1923) with the jerk's norm in place of its square: reweighted least squares, each pass one
    banded solve, linear in T. Where the motion is calm the penalty is high; at strokes, whose jerk is large and
    wanted, it is low. For steady vibration of average size the half-amplitude frequency is `cutoff_hz`.

    Args:
        values: (T, C), metres, quaternion components or coefficients; scaling them scales the result.
        cutoff_hz: frequency that is halved; nothing happens at or above half the frame rate.
        fps: frames per second.
        strength: 0 returns the values, 1 smooths fully.
    """
    frames = len(values)
    if frames < 4 or strength <= 0 or cutoff_hz >= fps / 2:
        return values
    fidelity = np.full(frames, (2 * np.sin(np.pi * cutoff_hz / fps)) ** 6)
    penalty = np.full(frames - 3, float(strength) ** 3)
    smoothed = values
    for _ in range(_PASSES + 1):
        smoothed = _solve(values, fidelity, penalty)
        jerk = np.linalg.norm(np.diff(smoothed, n=3, axis=0), axis=1)
        mean = jerk.mean()
        if mean < 1e-12:
            break
        penalty = strength**3 / np.hypot(jerk / mean, _CALM)
    return smoothed


def _solve(values: np.ndarray, fidelity: np.ndarray, penalty: np.ndarray) -> np.ndarray:
    """Minimise Σ fidelity |x - values|² + Σ penalty |Δ³x|²: a symmetric system of four diagonals."""
    frames = len(values)
    bands = np.zeros((4, frames))
    for i in range(4):
        for j in range(i, 4):
            bands[3 - (j - i), j : frames - 3 + j] += penalty * (_DIFFERENCE[i] * _DIFFERENCE[j])
    bands[3] += fidelity
    return solveh_banded(bands, fidelity[:, None] * values, overwrite_ab=True, overwrite_b=True, check_finite=False)


def smooth_rotations(motion: Motion, settings: FinishSettings) -> np.ndarray:
    """Return rotation vectors (T, 55, 3), each joint smoothed as sign-continuous quaternions at its part's strength."""
    rotations = motion.rotations.copy()
    for part, spec in SPECS.items():
        strength = getattr(settings, part.value)
        for joint in spec.joints:
            quaternions = quat_continuous(rotvec_to_quat(motion.rotations[:, joint]))
            quaternions = smooth_track(quaternions, CUTOFF_HZ[part], motion.fps, strength)
            quaternions = quaternions / np.linalg.norm(quaternions, axis=-1, keepdims=True)
            rotations[:, joint] = quat_to_rotvec(quaternions)
    return rotations


def smooth_motion(motion: Motion, settings: FinishSettings) -> Motion:
    """Smooth rotations, root and expression of a motion; shapes from 0 to 1 stay within."""
    expression = motion.expression.copy()
    for column in range(expression.shape[1]):
        curve = expression[:, [column]]
        expression[:, [column]] = smooth_track(curve, CUTOFF_HZ[Part.FACE], motion.fps, settings.face)
    if motion.face_basis == "arkit52":
        expression = np.clip(expression, 0.0, 1.0)
    return motion.replace(
        rotations=smooth_rotations(motion, settings),
        translation=smooth_track(motion.translation, CUTOFF_HZ[Part.LOWER], motion.fps, settings.lower),
        expression=expression,
    )
