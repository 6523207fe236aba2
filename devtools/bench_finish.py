"""Finishing by length: seconds per minute of motion and peak memory, against one minute's."""

import resource
import subprocess
import sys
import time

import numpy as np

from core.body.motion import Motion
from core.body.skeleton import default_rest_joints
from core.clock import FPS
from core.finish.chain import finish

MINUTES = (1, 5, 15, 30)


def wandering(minutes: int) -> Motion:
    """A figure whose every joint swings and whose feet go wherever its pelvis goes: all of finishing has work."""
    time_s = np.arange(minutes * 60 * FPS) / FPS
    random = np.random.default_rng(0)
    rates, phases = random.uniform(0.1, 0.8, (55, 3)), random.uniform(0, 6, (55, 3))
    rotations = 0.08 * np.sin(2 * np.pi * rates * time_s[:, None, None] + phases)
    rotations += random.normal(0, 0.01, rotations.shape)
    translation = 0.06 * np.sin(2 * np.pi * np.array([0.17, 0.0, 0.13]) * time_s[:, None])
    return Motion(rotations, translation, np.zeros((len(time_s), 52)), rest_joints=default_rest_joints())


def measure(minutes: int) -> tuple[float, float]:
    """Processor seconds and peak megabytes of a process that finishes so long a motion."""
    output = subprocess.check_output([sys.executable, "-m", "devtools.bench_finish", str(minutes)], text=True)
    seconds, megabytes = map(float, output.split())
    return seconds, megabytes


def main() -> None:
    """Print one row per length."""
    if len(sys.argv) > 1:
        motion = wandering(int(sys.argv[1]))
        start = time.process_time()
        finish(motion)
        print(time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        return
    print(f"{'minutes':>8}{'s':>8}{'s/min':>8}{'ratio':>8}{'peak MB':>10}{'ratio':>8}")
    first = None
    for minutes in MINUTES:
        seconds, megabytes = measure(minutes)
        first = first or (seconds, megabytes)
        each = seconds / minutes
        print(
            f"{minutes:>8}{seconds:>8.2f}{each:>8.2f}{each / first[0]:>8.2f}{megabytes:>10.0f}"
            f"{megabytes / first[1]:>8.2f}"
        )


if __name__ == "__main__":
    main()
