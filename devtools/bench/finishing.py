"""Finishing by length: seconds per minute of motion and peak memory, against one minute's."""

import time

import numpy as np

from core.body.motion import Motion
from core.body.skeleton import default_rest_joints
from core.clock import FPS
from core.finish.chain import finish
from devtools.bench.harness import Table, peak_mb, rows_in_processes, run, seconds

MINUTES = (1, 5, 15, 30)


def wandering(minutes: int) -> Motion:
    """Return a figure whose joints all swing and whose feet follow its pelvis, so that all of finishing has work."""
    time_s = np.arange(minutes * 60 * FPS) / FPS
    random = np.random.default_rng(0)
    rates, phases = random.uniform(0.1, 0.8, (55, 3)), random.uniform(0, 6, (55, 3))
    rotations = 0.08 * np.sin(2 * np.pi * rates * time_s[:, None, None] + phases)
    rotations += random.normal(0, 0.01, rotations.shape)
    translation = 0.06 * np.sin(2 * np.pi * np.array([0.17, 0.0, 0.13]) * time_s[:, None])
    return Motion(rotations, translation, np.zeros((len(time_s), 52)), rest_joints=default_rest_joints())


def measure(minutes: int) -> dict[str, float]:
    """Finish a motion of so many minutes in this process; return processor seconds and megabytes."""
    motion = wandering(minutes)
    spent_s = seconds(lambda: finish(motion), time.process_time)
    return {"s": spent_s, "mb": peak_mb()}


def main() -> None:
    """Print one row per length."""
    table = Table(
        ("minutes", "8"), ("s", "8.2f"), ("s/min", "8.2f"), ("ratio", "8.2f"), ("peak MB", "10.0f"), ("ratio", "8.2f")
    )
    first = None
    for (minutes,), row in rows_in_processes(__spec__.name, [(minutes,) for minutes in MINUTES]):
        per_minute = row["s"] / minutes
        first = first or {"s": per_minute, "mb": row["mb"]}
        table.row(minutes, row["s"], per_minute, per_minute / first["s"], row["mb"], row["mb"] / first["mb"])


if __name__ == "__main__":
    run(main, measure)
