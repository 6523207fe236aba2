"""A figure whose feet slide and whose arms shake."""

import numpy as np


def slider(seconds=6.0, fps=30.0):
    """A figure on bent knees: its pelvis sways and drifts, its feet slide with the pelvis, and its arms shake."""
    from mambatalk_ext.core.body.motion import Motion
    from mambatalk_ext.core.body.skeleton import JOINT, default_rest_joints

    frames = round(seconds * fps)
    time = np.arange(frames) / fps
    rotations = np.zeros((frames, 55, 3))
    for side in ("left", "right"):
        rotations[:, JOINT[f"{side}_hip"], 0] = rotations[:, JOINT[f"{side}_ankle"], 0] = -0.15
        rotations[:, JOINT[f"{side}_knee"], 0] = 0.3
    rotations[:, JOINT["left_elbow"], 1] = -1 + 0.5 * np.sin(4 * time)
    rotations[:, 12:22] += np.random.default_rng(0).normal(0, 0.02, (frames, 10, 3))
    translation = np.stack([0.06 * np.sin(1.2 * time), np.full(frames, -0.0093), 0.06 * time], axis=1)
    return Motion(
        rotations=rotations,
        translation=translation,
        expression=np.full((frames, 52), 0.3),
        rest_joints=default_rest_joints(),
    )
