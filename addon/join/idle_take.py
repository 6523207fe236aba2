"""A take that was not generated from a recording: its description, and the pose in which its character stands."""

from pathlib import Path

import numpy as np

from ...core.body.motion import Motion, load_motion
from ...core.body.parts import Part
from ...core.take.files import TakeFiles
from ..job.preferences import ROOT

# The folder and the recording of a take that has none.
NOWHERE = Path()
_NO_HASH = "0" * 64


def standing() -> Motion:
    """Return the pose in which the bundled weights begin.

    Raises:
        GestureError: the file of the pose is missing or damaged.
    """
    return load_motion(ROOT / "weights" / "starter" / "neutral.npz")


def take_of(motion: Motion, seed: int) -> TakeFiles:
    """Return a motion as a take without words, whose parts cannot be generated again.

    Args:
        motion: finished.
        seed: that it was made with.
    """
    frames = motion.frame_count
    description = {
        "format": 1,
        "audio": {"path": "", "sha256": _NO_HASH, "offset_s": 0.0, "duration_s": frames / motion.fps},
        "weights": {"name": "idle", "sha256": _NO_HASH},
        "speaker": 0,
        "speaker_name": "idle",
        "seed": seed,
        "settings": {"finish": False},
        "fps": motion.fps,
        "frames": frames,
        "layers": [{"joints": "all", "frames": [0, frames], "codes": "codes.npz", "seed": seed}],
    }
    codes = {part.value: np.zeros(frames, np.int16) for part in Part}
    return TakeFiles(description, [], codes, motion, motion)
