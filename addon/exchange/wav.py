"""Cut a part out of a recording, as a wav file."""

from pathlib import Path

import numpy as np

from ..blender import sound


def cut(source: Path, begin_s: float, duration_s: float, out: Path) -> str | None:
    """Write `duration_s` seconds of a recording, from `begin_s` on; outside of the recording write silence.

    Returns:
        the reason why nothing was written; None where the file was written.
    """
    if not source.is_file():
        return f"The recording {source} is missing: use Find Recording"
    try:
        samples, rate = sound.read(source, begin_s + duration_s)
    except sound.NoSound:
        return f"Blender cannot read the sound of {source.name}" if sound.exists() else "This Blender has no sound"
    first, count = round(begin_s * rate), round(duration_s * rate)
    part = np.zeros((count, samples.shape[1]))
    inside = samples[max(first, 0) : max(first + count, 0)]
    silent = min(max(-first, 0), count)
    part[silent : silent + len(inside)] = inside
    sound.write_wav(out, part, rate)
    return None
