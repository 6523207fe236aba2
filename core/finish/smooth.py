"""Zero-phase low-pass smoothing of rotations (as sign-continuous quaternions), root and expression."""

import numpy as np
from scipy.signal import butter, sosfiltfilt

from ..body.motion import Motion
from ..body.parts import SPECS, Part
from ..body.rotation import continuous, quaternion_to_rotvec, rotvec_to_quaternion

_ORDER = 2


def low_pass(values: np.ndarray, cutoff_hz: float, fps: float) -> np.ndarray:
    """Second-order Butterworth, forward and back (no delay), over the first axis of (T, ...).

    Signals too short to filter, or a cut-off at or above half the frame rate, come back unchanged.
    """
    if cutoff_hz <= 0 or cutoff_hz >= fps / 2 or len(values) < 4:
        return values
    sections = butter(_ORDER, cutoff_hz, fs=fps, output="sos")
    padding = min(int(3 * fps / cutoff_hz), len(values) - 1)
    return sosfiltfilt(sections, values, axis=0, padtype="odd", padlen=padding)


def smooth(motion: Motion, body_cutoff_hz: float, face_cutoff_hz: float, legs_cutoff_hz: float) -> Motion:
    """Low-pass a motion; a quaternion that the filter shortened is put back to unit length."""
    quaternions = continuous(rotvec_to_quaternion(motion.rotations))
    filtered = low_pass(quaternions, body_cutoff_hz, motion.fps)
    jaw = list(SPECS[Part.FACE].joints)
    filtered[:, jaw] = low_pass(quaternions[:, jaw], face_cutoff_hz, motion.fps)
    legs = list(SPECS[Part.LOWER].joints)
    filtered[:, legs] = low_pass(quaternions[:, legs], legs_cutoff_hz, motion.fps)
    filtered = filtered / np.linalg.norm(filtered, axis=-1, keepdims=True)
    expression = low_pass(motion.expression, face_cutoff_hz, motion.fps)
    if motion.face_basis == "arkit52":
        expression = np.clip(expression, 0.0, 1.0)
    return motion.replace(
        rotations=quaternion_to_rotvec(filtered),
        translation=low_pass(motion.translation, legs_cutoff_hz, motion.fps),
        expression=expression,
    )
