"""Hands pushed out of the body, on one core, beside another revision (`--against REV`): seconds, and what is inside.

Motions: takes of the bundled recording with several seeds, without *Hands Out of Body*, and each of them played twice.
"""

import os
import tempfile
from pathlib import Path

import numpy as np

from core.body.motion import Motion, load_motion, save_motion
from core.generate.pipeline import generate
from core.model.loading import Models
from core.requests import Generate
from devtools.bench.harness import DEMO, Table
from devtools.bench.revisions import pairs, processor, ratio

SEEDS = (0, 1, 2)
TRIES = 3


def main() -> None:
    """Print one row per motion."""
    # A product of small matrices on several cores costs more processor time than on one.
    os.environ["OMP_NUM_THREADS"] = "1"
    print(f"on {processor()}; x is times as fast as the motion, ratio is against the other revision")
    table = Table(
        ("seed", "6"), ("motion, s", "11.0f"), ("CPU s", "8.3f"), ("x", "7.0f"), ("ratio", "7.2f"), ("inside", "18")
    )
    with tempfile.TemporaryDirectory() as folder:
        for seed in SEEDS:
            motion = _taken(Path(folder), seed)
            for number, each in enumerate((motion, _twice(motion))):
                path = Path(folder) / f"{seed}_{number}.npz"
                save_motion(each, path)
                _row(table, seed, path)


def _taken(folder: Path, seed: int) -> Motion:
    """Generate a take of the bundled recording, and return its motion."""
    take = folder / f"take_{seed}"
    text = DEMO / "transcript.txt"
    generate(Generate(DEMO / "speech.flac", take, transcript=text, seed=seed, hands_out=False), models=Models())
    return load_motion(take / "motion_finished.npz")


def _twice(motion: Motion) -> Motion:
    """Return a motion, then the same backwards."""
    rows = np.concatenate([np.arange(motion.frame_count), np.arange(motion.frame_count)[::-1]])
    return motion.replace(
        rotations=motion.rotations[rows],
        translation=motion.translation[rows],
        expression=motion.expression[rows],
        contacts=None if motion.contacts is None else motion.contacts[rows],
    )


def _row(table: Table, seed: int, path: Path) -> None:
    measured = pairs({"kind": "hands", "motion": str(path)}, TRIES)
    own = measured[0]
    inside = f"{own['frames_inside_before']} -> {own['frames_inside_after']} frames"
    speed = own["speech_s"] / own["cpu_s"]
    table.row(str(seed), own["speech_s"], own["cpu_s"], speed, ratio(measured, "cpu_s"), inside)


if __name__ == "__main__":
    main()
