"""The sound of a file, as Blender's own library decodes it: whatever the sequencer plays, videos too."""

import wave
from pathlib import Path

import numpy as np


class NoSound(Exception):
    """This Blender was built without sound, or cannot read a file; the text says which, for a log."""


def exists() -> bool:
    """Return whether this Blender can play and read sound."""
    try:
        import aud  # noqa: F401
    except ImportError:
        return False
    return True


def read(path: Path, end_s: float | None = None) -> tuple[np.ndarray, int]:
    """Return samples (N, C) in -1 to 1 of a file, and its samples per second.

    A compressed file is always decoded from its beginning: after a jump it would be some milliseconds off.

    Args:
        path: a file of sound, or a video with sound.
        end_s: where to stop, seconds; None reads to the end of the file.

    Raises:
        NoSound: this Blender has no sound, or the file has none that Blender can read.
    """
    try:
        import aud
    except ImportError as error:
        raise NoSound(str(error)) from error
    try:
        sound = aud.Sound(str(path))
        rate = int(sound.specs[0])
        return (sound if end_s is None else sound.limit(0.0, max(end_s, 1.0 / rate))).data(), rate
    except aud.error as error:
        raise NoSound(str(error)) from error


def write_wav(path: Path, samples: np.ndarray, rate: int) -> None:
    """Write samples (N, C) in -1 to 1 as a wav file of 16 bits."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(samples.shape[1])
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.clip(np.round(samples * 32768), -32768, 32767).astype("<i2").tobytes())
