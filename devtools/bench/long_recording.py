"""Processor seconds and peak memory of the NumPy engine for recordings of 1, 5 and 20 minutes, in Blender's Python."""

import tempfile
import time
from pathlib import Path

from devtools.bench.harness import Table, demo_speech, peak_mb, rows_in_processes, run, seconds

MINUTES = (1, 5, 20)
DECODING, TAKE = "decoding", "whole take"
FPS = 30


def measure(work: str, minutes: int) -> dict[str, float]:
    """Decode codes of so many minutes, or make a whole take without a transcript, in this process."""
    if work == DECODING:
        return {"cpu_s": _decode(minutes * 60 * FPS), "mb": peak_mb()}
    with tempfile.TemporaryDirectory() as folder:
        audio = demo_speech(Path(folder) / "speech.wav", minutes * 60)
        from core.generate.pipeline import generate
        from core.model.loading import Models
        from core.requests import Generate

        models = Models()
        request = Generate(audio=audio, out=Path(folder) / "take", device="cpu")
        cpu_s = seconds(lambda: generate(request, models=models), time.process_time)
        return {"cpu_s": cpu_s, "mb": peak_mb()}


def _decode(frame_count: int) -> float:
    """Return the processor seconds that codes of so many frames take to become a motion."""
    import numpy as np

    from core.body.parts import Part
    from core.generate.decode import decode_take
    from core.model.loading import STARTER
    from core.model.numpy_engine.network import NumpyNetwork

    network, random = NumpyNetwork(STARTER), np.random.default_rng(0)
    codes = {part: random.integers(0, network.info.codebook_size, frame_count).astype(np.int16) for part in Part}
    start = network.info.neutral.translation[0]
    return seconds(lambda: decode_take(network, codes, start), time.process_time)


def main() -> None:
    """Print one row per work and length."""
    table = Table(("work", "12"), ("minutes", "9"), ("CPU s", "8.1f"), ("peak, MB", "10.0f"))
    for (work, minutes), row in rows_in_processes(__spec__.name, [(w, m) for w in (DECODING, TAKE) for m in MINUTES]):
        table.row(work, minutes, row["cpu_s"], row["mb"])


if __name__ == "__main__":
    run(main, measure)
