"""Cut a part out of a recording, as a wav file."""

import wave
from pathlib import Path

import numpy as np

from ...core.errors import GestureError


def cut(source: Path, begin_s: float, duration_s: float, out: Path) -> None:
    """Write `duration_s` seconds of a recording, from `begin_s` on; outside of the recording write silence.

    Raises:
        GestureError: the recording is missing, or this Blender cannot read or write it.
    """
    if not source.is_file():
        raise GestureError(
            f"The recording {source} is missing.",
            remedy="Put it back, or switch Sound off in the export settings.",
        )
    try:
        import aud
    except ImportError as error:
        raise GestureError(
            "This Blender was built without sound.", remedy="Switch Sound off in the export settings."
        ) from error
    try:
        recording = aud.Sound(str(source))
        samples, rate = recording.data(), int(recording.specs[0])
    except aud.error as error:
        raise GestureError(
            f"Blender cannot read the sound of {source.name}.",
            remedy="Convert the recording to wav, or switch Sound off in the export settings.",
            detail=str(error),
        ) from error
    first, count = round(begin_s * rate), round(duration_s * rate)
    part = np.zeros((count, samples.shape[1]))
    inside = samples[max(first, 0) : max(first + count, 0)]
    silent = min(max(-first, 0), count)
    part[silent : silent + len(inside)] = inside
    with wave.open(str(out), "wb") as file:
        file.setnchannels(samples.shape[1])
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.clip(np.round(part * 32768), -32768, 32767).astype("<i2").tobytes())
