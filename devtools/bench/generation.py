"""Seconds of work per second of speech, and peak memory, for recordings of 10, 30 and 60 seconds."""

import tempfile
from pathlib import Path

from devtools.bench.harness import Table, demo_speech, peak_mb, rows_in_processes, run, seconds

LENGTHS_S = (10, 30, 60)


def measure(length_s: int) -> dict[str, float]:
    """Make two takes of so many seconds, without a transcript, in this process."""
    with tempfile.TemporaryDirectory() as folder:
        audio = demo_speech(Path(folder) / "speech.wav", length_s)
        # The time to import PyTorch is not part of either measure.
        from core.generate.pipeline import generate
        from core.model.loading import STARTER, Models
        from core.requests import Generate

        models = Models()
        load_s = seconds(lambda: models.load(STARTER, "auto"))
        first_s, warm_s = (
            seconds(lambda name=name: generate(Generate(audio=audio, out=Path(folder) / name), models=models))
            for name in ("first", "second")
        )
        return {"load_s": load_s, "first_s": first_s, "warm_s": warm_s, "mb": peak_mb()}


def main() -> None:
    """Print one row per length."""
    table = Table(
        ("speech, s", "10"),
        ("load, s", "10.1f"),
        ("first, s", "10.1f"),
        ("warm, s", "10.1f"),
        ("warm / speech", "15.3f"),
        ("peak, MB", "10.0f"),
    )
    for (length_s,), row in rows_in_processes(__spec__.name, [(length_s,) for length_s in LENGTHS_S]):
        table.row(length_s, row["load_s"], row["first_s"], row["warm_s"], row["warm_s"] / length_s, row["mb"])


if __name__ == "__main__":
    run(main, measure)
