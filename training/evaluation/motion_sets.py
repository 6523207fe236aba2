"""Sets of motions in folders, and the recordings of their speech; names say which files belong together."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.audio.load import load_audio
from core.body.motion import Motion, load_motion
from core.errors import GestureError
from training.evaluation.skeletons import at_our_rate, bones, joint_positions
from training.evaluation.smplx_face import SmplxFace

REAL, PREDICTED = "gt_", "res_"
SOUNDS = (".wav", ".flac", ".ogg", ".mp3")

# Fewer have no course of speed, and no latents that could be compared.
LEAST_FRAMES = 8


@dataclass(frozen=True)
class Clip:
    """One motion, ready to be measured.

    Attributes:
        name: name of the file, without BEAT2's prefix.
        motion: at 30 fps.
        positions: (T, 55, 3) metres.
        bones_from: name of the skeleton that the positions belong to.
        samples: (N,) its speech at 16 kHz, or None.
    """

    name: str
    motion: Motion
    positions: np.ndarray
    bones_from: str
    samples: np.ndarray | None = None


def find_motions(folder: Path, prefix: str) -> dict[str, Path]:
    """Find the motions of a folder by name: npz files, or take folders with a `motion.npz`.

    BEAT2's results put `res_` before the name of what was generated and `gt_` before what was recorded, often in one
    folder; where a name exists more than once, the file with `prefix` is taken, then the one without.

    Raises:
        GestureError: no such folder, or no motion in it.
    """
    paths = [p for p in sorted(folder.glob("*.npz")) if not p.name.startswith(".")]
    paths += sorted(folder.glob("*/motion.npz"))
    found: dict[str, tuple[int, Path]] = {}
    for path in paths:
        stem = path.parent.name if path.name == "motion.npz" and path.parent != folder else path.stem
        own = next((p for p in (REAL, PREDICTED) if stem.startswith(p)), "")
        rank = 0 if own == prefix else 1 if not own else 2
        name = stem.removeprefix(own)
        if name not in found or rank < found[name][0]:
            found[name] = (rank, path)
    if not found:
        raise GestureError(
            f"There are no motions in {folder}.", remedy="Give a folder of npz motions or of take folders."
        )
    return {name: path for name, (_, path) in sorted(found.items())}


def find_sounds(folder: Path | None) -> dict[str, Path]:
    """Find the recordings of a folder by name.

    Raises:
        GestureError: no such folder, or no recording in it.
    """
    if folder is None:
        return {}
    found = {path.stem: path for path in sorted(folder.glob("*")) if path.suffix.lower() in SOUNDS}
    if not found:
        raise GestureError(f"There are no recordings in {folder}.", remedy=f"Give a folder of {', '.join(SOUNDS)}.")
    return found


def read_clip(name: str, path: Path, sound: Path | None, smplx: SmplxFace | None) -> Clip:
    """Read a motion with its speech.

    Raises:
        GestureError: a file cannot be read, or holds almost no frames.
    """
    motion = at_our_rate(load_motion(path))
    if motion.frame_count < LEAST_FRAMES:
        raise GestureError(
            f"{path} holds {motion.frame_count} frames at 30 per second; {LEAST_FRAMES} are the least to measure.",
            remedy="Give longer motions, or take this one out of its folder.",
        )
    rest_joints, source = bones(motion, smplx)
    samples = None if sound is None else load_audio(sound).samples
    return Clip(name, motion, joint_positions(motion, rest_joints), source, samples)
