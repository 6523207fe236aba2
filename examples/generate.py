"""From a recording to a motion file with `core.api`: generate a take, make one arm anew, finish it in another way.

    python examples/generate.py OUT [--seconds 8]

It runs in the worker's environment from the folder of the checkout, on the recording that the extension ships.
"""

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from core.api import FinishSettings, finish, generate, load_motion, resample, save_motion  # noqa: E402

DEMO = ROOT / "addon" / "assets" / "demo"


def main(out: Path, seconds: float) -> None:
    """Write two takes and a motion file into a folder."""
    out.mkdir(parents=True, exist_ok=True)
    take = generate(DEMO / "speech.flac", out / "first", speaker="lively", duration_s=seconds)
    print(f"first: {take.finished.frame_count} frames")

    # Another seed moves the left arm in another way; every other joint keeps its rotations to the bit.
    end = take.finished.frame_count // 2
    other = resample(out / "first", out / "second", ("left_arm",), 0, end, seed=7)
    print(f"second: the left arm is new in frames 0 to {end - 1}")

    # The raw motion of the networks, finished so that both feet stay where they are.
    standing = finish(other.raw, FinishSettings(root="stand_still"))
    save_motion(standing, out / "standing.npz")
    print(f"standing.npz: {load_motion(out / 'standing.npz').frame_count} frames at {standing.fps:g} fps")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path, help="folder to write into")
    parser.add_argument("--seconds", type=float, default=8.0, help="how much of the recording to use")
    arguments = parser.parse_args()
    main(arguments.out, arguments.seconds)
