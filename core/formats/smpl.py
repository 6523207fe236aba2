"""`.smpl` archives for Meshcapade's editor and library (smplcodec): an npz of plain numbers with fixed names."""

from pathlib import Path

import numpy as np

from ..body.motion import Motion
from ..files import save_arrays

# The major version of the convention, and its numbers for SMPL-X and for a neutral body.
_CODEC, _SMPLX, _NEUTRAL = 2, 2, 0


def save_archive(motion: Motion, path: Path) -> None:
    """Write a motion as a .smpl archive; a face of ARKit weights has no place in one and is left out.

    The file appears whole or not at all.

    Raises:
        GestureError: the disk is full or the folder cannot be written.
    """
    rotations = motion.rotations.astype(np.float32)
    arrays = {
        "codecVersion": np.int32(_CODEC),
        "smplVersion": np.int32(_SMPLX),
        "gender": np.int32(_NEUTRAL),
        "shapeParameters": np.asarray(motion.betas, np.float32),
        "frameCount": np.int32(motion.frame_count),
        "frameRate": np.float32(motion.fps),
        "bodyTranslation": motion.translation.astype(np.float32),
        "bodyPose": rotations[:, :22],
        "headPose": rotations[:, 22:25],
        "leftHandPose": rotations[:, 25:40],
        "rightHandPose": rotations[:, 40:],
    }
    if motion.face_basis == "flame100":
        arrays["expressionParameters"] = motion.expression.astype(np.float32)
    save_arrays(path, arrays)
