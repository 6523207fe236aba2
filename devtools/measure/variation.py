"""How takes of one recording differ: `python -m devtools.measure.variation SPEECH.wav TRANSCRIPT [--weights FOLDER]`.

Raw motion, as the decoder leaves it; wrists are seen from the pelvis, and compared while there is speech.
"""

import argparse
import itertools
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.audio.load import load_audio
from core.audio.prosody import analyse
from core.body.kinematics import chosen_joints
from core.body.motion import Motion
from core.body.skeleton import JOINT
from core.clock import FPS
from core.errors import GestureError
from core.generate.pipeline import generate
from core.generate.recordings import Recordings
from core.model.loading import STARTER, Models
from core.requests import Generate
from core.take.take import Take
from devtools.measure.takes import wanted_styles

MOST_JERK_RATIO = 1.1
LEAST_DISTANCE_CM = 5.0


@dataclass(frozen=True)
class Spread:
    """How much seeds change a take.

    Attributes:
        jerk: mean jerk of the wrists of the deterministic take, m/s3.
        jerk_ratios: of every varied take to that.
        distances_cm: mean distance of the wrists of every pair of varied takes while there is speech.
    """

    jerk: float
    jerk_ratios: tuple[float, ...]
    distances_cm: tuple[float, ...]

    @property
    def reached(self) -> bool:
        """Whether the mean of each meets its target."""
        return bool(np.mean(self.jerk_ratios) <= MOST_JERK_RATIO and np.mean(self.distances_cm) >= LEAST_DISTANCE_CM)


def wrists(motion: Motion) -> np.ndarray:
    """Return both wrists from the pelvis, (T, 2, 3) metres."""
    joints = (0, JOINT["left_wrist"], JOINT["right_wrist"])
    points, _ = chosen_joints(motion.rotations, 0 * motion.translation, motion.skeleton, joints)
    return points[:, 1:] - points[:, :1]


def jerk(points: np.ndarray) -> float:
    """Return the mean jerk of points (T, 2, 3), m/s³."""
    return float(np.linalg.norm(np.diff(points, n=3, axis=0), axis=-1).mean() * FPS**3)


def speaking(samples: np.ndarray, take: Take) -> np.ndarray:
    """Return for each frame (T,) whether it lies within speech or its short pauses."""
    prosody = analyse(samples, take.words)
    times = np.arange(take.raw.frame_count) / FPS
    return np.any([(unit.start_s <= times) & (times <= unit.end_s) for unit in prosody.units], axis=0)


def spread(still: Take, varied: list[Take], samples: np.ndarray) -> Spread:
    """Compare takes of one recording.

    Args:
        still: at variation 0.
        varied: takes of different seeds.
        samples: the recording.
    """
    within, base = speaking(samples, still), jerk(wrists(still.raw))
    paths = [wrists(take.raw) for take in varied]
    apart = [np.linalg.norm(a - b, axis=-1)[within].mean() * 100 for a, b in itertools.combinations(paths, 2)]
    return Spread(base, tuple(jerk(path) / base for path in paths), tuple(apart))


def main(arguments: list[str] | None = None) -> int:
    """Print one row per style and variation; 1 when a target is missed, 2 with a remedy when the input is at fault."""
    parser = argparse.ArgumentParser(prog="python -m devtools.measure.variation", description=__doc__)
    parser.add_argument("audio", type=Path)
    parser.add_argument("transcript", type=Path)
    parser.add_argument("--weights", type=Path, default=STARTER)
    parser.add_argument("--styles", nargs="*", help="by name or number (default: all)")
    parser.add_argument("--variations", type=float, nargs="+", default=[0.6, 1.0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4])
    parser.add_argument("--duration", type=float, help="seconds of the recording to use")
    options = parser.parse_args(arguments)
    try:
        return _run(options)
    except GestureError as error:
        print(f"error: {error.message}\n{error.remedy}\n{error.detail}".rstrip(), file=sys.stderr)
        return 2


def _run(options: argparse.Namespace) -> int:
    models, recordings = Models(), Recordings()
    names = models.load(options.weights, "auto").network.info.speakers
    samples = load_audio(options.audio, duration_s=options.duration).samples
    missed = 0
    print(
        f"{'style':>12}{'variation':>11}{'jerk, m/s3':>12}{'ratio, mean':>13}{'most':>7}{'apart, cm':>11}{'least':>7}"
    )
    with tempfile.TemporaryDirectory() as folder:
        for style in wanted_styles(options.styles, names):

            def take(variation: float, seed: int, style: int = style) -> Take:
                request = Generate(
                    options.audio,
                    Path(folder) / "take",
                    transcript=options.transcript,
                    weights=options.weights,
                    speaker=style,
                    seed=seed,
                    variation=variation,
                    finish=False,
                    allow_no_words=True,
                    duration_s=options.duration,
                )
                return generate(request, models=models, recordings=recordings)

            still, other = take(0.0, 0), take(0.0, 1)
            if not np.array_equal(still.raw.rotations, other.raw.rotations):
                print(f"{names[style]:>12}: seeds differ at variation 0")
                missed += 1
            for variation in options.variations:
                result = spread(still, [take(variation, seed) for seed in options.seeds], samples)
                ratios, apart = result.jerk_ratios, result.distances_cm
                row = f"{names[style]:>12}{variation:>11.2f}{result.jerk:>12.1f}{np.mean(ratios):>13.2f}"
                row += f"{max(ratios):>7.2f}{np.mean(apart):>11.1f}{min(apart):>7.1f}"
                print(row + ("" if result.reached else "  missed"), flush=True)
                missed += not result.reached
    print(f"targets: ratio at most {MOST_JERK_RATIO:g}, apart at least {LEAST_DISTANCE_CM:g} cm; {missed} rows missed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
