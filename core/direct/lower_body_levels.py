"""Levels of the lower body: more or less sway of the pelvis over feet that stay exactly where they are.

pelvis   ╱╲    ╱╲         sway about the middle of the feet, scaled; legs are solved anew below it
╱  ╲__╱  ╲
rest   ─────────────      the middle of the feet, which walks along with the steps, and the usual height over it
feet    ▂    ▂    ▂       as they were, in every frame
"""

from dataclasses import replace

import numpy as np

from ..body.curves import envelope, gaussian
from ..body.joints import ANKLES, HIPS, KNEES
from ..body.legs import Legs, ankles, solve_legs
from ..body.rotation import (
    matrix_to_rotvec,
    quat_conjugate,
    quat_continuous,
    quat_multiply,
    quat_to_matrix,
    rotvec_to_quat,
    yaw_to_matrix,
)
from .clip_statistics import ClipStatistics, median_turn
from .levels import Levels
from .rest_offsets import offset_to_quat, quat_to_offset

# Seconds (sigma) over which the pelvis' rest follows the middle of the feet through steps: about half a step.
_FOLLOW_S = 0.35
# Seconds (sigma) of the Gaussian of full smoothing.
_SMOOTHING_S = 0.15
# Seconds on either side over which the pelvis sinks where a leg does not reach its foot.
_SINK_S = 0.3


def sway_pelvis(clip: ClipStatistics, levels: Levels) -> tuple[np.ndarray, np.ndarray]:
    """Scale and smooth the pelvis' way from its rest over the feet, and solve the legs anew.

    Feet keep place and direction in the world in every frame, steps included.

    Returns:
        rotations (T, 55, 3), of which only pelvis, hips, knees and ankles differ, and translation (T, 3).
    """
    motion, legs = clip.motion, clip.legs
    rest, rest_turn = _rest(legs, motion.fps)
    away = legs.pelvis - rest
    turn = quat_to_offset(
        quat_continuous(quat_multiply(quat_conjugate(rest_turn), rotvec_to_quat(motion.rotations[:, 0])))
    )
    if levels.smoothing > 0:
        sigma = levels.smoothing * _SMOOTHING_S * motion.fps
        away, turn = gaussian(away, sigma), gaussian(turn, sigma)
    pelvis = rest + levels.lower * away
    pelvis_turn = quat_to_matrix(quat_multiply(rest_turn, offset_to_quat(levels.lower * turn)))
    moved = replace(legs, pelvis=pelvis, pelvis_turn=pelvis_turn)
    moved = replace(moved, pelvis=pelvis - _sinking(moved, motion.fps)[:, None] * np.array([0.0, 1.0, 0.0]))
    rotations = motion.rotations.copy()
    rotations[:, 0] = matrix_to_rotvec(pelvis_turn)
    rotations[:, HIPS], rotations[:, KNEES], rotations[:, ANKLES] = solve_legs(moved, legs.feet)
    return rotations, moved.pelvis - legs.skeleton.pelvis


def _rest(legs: Legs, fps: float) -> tuple[np.ndarray, np.ndarray]:
    """Return where the pelvis usually is over its feet, (T, 3), and how it is turned there, quaternions (T, 4)."""
    sigma = _FOLLOW_S * fps
    middle = gaussian(legs.feet.toe.mean(1), sigma)
    yaw = gaussian(legs.feet.yaw.mean(1), sigma)
    heading = yaw_to_matrix(yaw)
    usual = np.median(np.einsum("tji,tj->ti", heading, legs.pelvis - middle), axis=0)
    quaternion = rotvec_to_quat(yaw[:, None] * np.array([0.0, 1.0, 0.0]))
    relative = np.swapaxes(heading, -1, -2) @ legs.pelvis_turn
    usual_turn = median_turn(rotvec_to_quat(matrix_to_rotvec(relative))[:, None])[0]
    return middle + np.einsum("tij,j->ti", heading, usual), quat_multiply(quaternion, usual_turn)


def _sinking(moved: Legs, fps: float) -> np.ndarray:
    """Return how far the pelvis must come down (T,), metres, so that no leg is longer than finishing makes legs.

    The legs of recorded people are straighter. They bend a little here, because a nearly straight knee turns
    millimetres into jerks.
    """
    ankle = ankles(moved.feet, moved.skeleton)
    most = moved.skeleton.reach(kept=False)
    hip = moved.hips
    across = ((hip - ankle)[..., [0, 2]] ** 2).sum(-1)
    over = hip[..., 1] - ankle[..., 1] - np.sqrt(np.maximum(most**2 - across, 0.0))
    return envelope(np.maximum(over, 0.0).max(-1), max(1, round(_SINK_S * fps)))
