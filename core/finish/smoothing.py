"""A smoother without delay that removes shake and keeps strokes: it penalises jerk, most of all in calm passages.

shaky   ─~─~─~╱‾~‾~‾╲~─~─      calm passage: high penalty, so the shake goes
smooth  ──────╱‾‾‾‾‾╲────      stroke: its jerk is large and wanted, so the penalty is low
"""

from functools import partial

import numpy as np

from ..body.blocks import in_blocks, run_for
from ..body.motion import Motion
from ..body.parts import SPECS, Part
from ..body.rotation import quat_continuous, quat_to_rotvec, rotvec_to_quat
from ..whittaker import solve_third_differences
from .cutoffs import HEAD, HEAD_JOINTS
from .settings import FinishSettings

# Rounds of reweighting after the first solution; further rounds make no visible difference.
_PASSES = 3
# Jerk, in units of its mean, below which a passage counts as wholly calm.
_CALM = 0.5
# A track whose mean jerk is below this counts as a track without jerk, because rounding alone causes as much.
_NO_JERK = 1e-12
# Values that are smoothed at a time; the solver needs some 20 times their memory. A minute is smoothed at once.
_VALUES_AT_ONCE = 1 << 19
# With groups of so many tracks, divided evenly, no track is ever alone: NumPy would sum it in another order.
_LEAST_TRACKS = 3
# Rotations of joints that are smoothed at a time: the fewer groups, the less time, and the more memory.
_LEAST_JOINTS, _ROTATIONS_AT_ONCE = 12, 1 << 17


def smooth_track(values: np.ndarray, cutoff_hz: float, fps: float, strength: float = 1.0) -> np.ndarray:
    """Smooth one track (T, C); see `smooth_tracks`."""
    return smooth_tracks(values[None], np.array([cutoff_hz]), fps, np.array([strength]))[0]


def smooth_tracks(values: np.ndarray, cutoff_hz: np.ndarray, fps: float, strength: np.ndarray) -> np.ndarray:
    """Smooth B tracks: minimise the squared change plus the summed norm of the third differences.

    This is Whittaker's smoother (1923) with the jerk's norm in place of its square: reweighted least squares, where
    each pass solves one banded system (`whittaker`). Where the motion is calm the penalty is high; at strokes, whose
    jerk is large and wanted, it is low. For steady vibration of average size the half-amplitude frequency is
    `cutoff_hz`.

    Args:
        values: (B, T, C), metres, quaternion components or coefficients; scaling them scales the result.
        cutoff_hz: (B,), as above; nothing happens to a track at or above half the frame rate.
        fps: frames per second.
        strength: (B,), 0 leaves a track as it is, 1 smooths it fully.

    Returns:
        (B, T, C).
    """
    if values.shape[1] < 4:
        return values
    wanted = (strength > 0) & (cutoff_hz < fps / 2)
    if not wanted.any():
        return values
    smoothed, tracks = values.astype(np.float64), np.flatnonzero(wanted)
    at_once = max(_LEAST_TRACKS, _VALUES_AT_ONCE // values[0].size)
    for group in np.array_split(tracks, -(-len(tracks) // at_once)):
        smoothed[group] = _smoothed(smoothed[group], cutoff_hz[group], fps, strength[group])
    return smoothed


def _smoothed(values: np.ndarray, cutoff_hz: np.ndarray, fps: float, strength: np.ndarray) -> np.ndarray:
    fidelity = (2 * np.sin(np.pi * cutoff_hz / fps)) ** 6  # (B,)
    penalty = np.repeat(strength[:, None] ** 3, values.shape[1] - 3, axis=1)  # (B, T - 3)
    for _ in range(_PASSES):
        jerk = np.linalg.norm(np.diff(solve_third_differences(values, fidelity, penalty), n=3, axis=1), axis=2)
        mean = jerk.mean(axis=1, keepdims=True)
        # A track without jerk keeps its penalty, because there is no jerk from which weights could be computed.
        weighed = strength[:, None] ** 3 / np.hypot(jerk / np.maximum(mean, _NO_JERK), _CALM)
        penalty = np.where(mean < _NO_JERK, penalty, weighed)
    return solve_third_differences(values, fidelity, penalty)


def smooth_rotations(motion: Motion, settings: FinishSettings, cutoffs_hz: dict[str, float]) -> np.ndarray:
    """Return rotation vectors (T, 55, 3): each joint smoothed as a quaternion, with the strength for its part."""
    joints = [joint for spec in SPECS.values() for joint in spec.joints]
    parts = [part for part, spec in SPECS.items() for _ in spec.joints]
    named = zip(joints, parts, strict=True)
    cutoff_hz = np.array([cutoffs_hz[HEAD if joint in HEAD_JOINTS else part] for joint, part in named])
    strength = np.array([getattr(settings, part.value) for part in parts])
    rotations = motion.rotations.copy()
    is_smoothed = (strength > 0) & (cutoff_hz < motion.fps / 2)

    def smooth(rows: np.ndarray) -> None:
        of_rows = [joints[row] for row in rows]
        quaternions = quat_continuous(in_blocks(rotvec_to_quat, motion.rotations[:, of_rows]))  # (T, J, 4)
        tracks = smooth_tracks(np.moveaxis(quaternions, 1, 0), cutoff_hz[rows], motion.fps, strength[rows])
        rotations[:, of_rows] = in_blocks(_unit_to_rotvec, np.moveaxis(tracks, 0, 1))

    most = max(_LEAST_JOINTS, _ROTATIONS_AT_ONCE // max(motion.frame_count, 1))
    # A few joints of a long motion at a time, so that it needs little memory; never one alone, see `_LEAST_TRACKS`.
    groups = [
        rows
        for kind in (np.flatnonzero(is_smoothed), np.flatnonzero(~is_smoothed))
        if len(kind)
        for rows in np.array_split(kind, -(-len(kind) // most))
    ]
    run_for(motion.frame_count)([partial(smooth, rows) for rows in groups])
    return rotations


def _unit_to_rotvec(quaternions: np.ndarray) -> np.ndarray:
    return quat_to_rotvec(quaternions / np.linalg.norm(quaternions, axis=-1, keepdims=True))


def smooth_motion(motion: Motion, settings: FinishSettings, cutoffs_hz: dict[str, float]) -> Motion:
    """Return the motion with rotations, root and expression smoothed; shapes that end at 0 and 1 stay within."""

    def smooth_expression() -> np.ndarray:
        count = motion.expression.shape[1]
        curves = np.moveaxis(motion.expression, 1, 0)[..., None]  # (N, T, 1)
        cutoff_hz, strength = np.full(count, cutoffs_hz[Part.FACE]), np.full(count, settings.face)
        expression = np.moveaxis(smooth_tracks(curves, cutoff_hz, motion.fps, strength)[..., 0], 0, 1)
        return np.clip(expression, 0.0, 1.0) if motion.face_basis == "arkit52" else expression

    def smooth_path() -> np.ndarray:
        return smooth_track(motion.translation, cutoffs_hz[Part.LOWER], motion.fps, settings.lower)

    expression, translation, rotations = run_for(motion.frame_count)(
        [smooth_expression, smooth_path, lambda: smooth_rotations(motion, settings, cutoffs_hz)]
    )
    return motion.replace(rotations=rotations, translation=translation, expression=expression)
