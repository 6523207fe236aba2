"""Seconds to change a level or a marker of a finished take, and how they grow with its length."""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from core.body.motion import Motion, load_motion
from core.direct.chain import direct
from core.direct.clip_statistics import clip_statistics
from core.direct.levels import Levels
from core.direct.markers import Marker

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / "addon" / "assets" / "demo"
LENGTHS_S = (30, 60, 120, 240)
MEASURED_S = 60
TARGET_S = 0.3
TRIES = 3
# Accents and holds a minute that a take has while one of them is changed.
MARKERS_PER_MIN = 8


def main() -> None:
    """Print seconds, the best of a few, and the ratios that compare between machines."""
    own = load_motion(_take() / "motion.npz")
    print(f"{'':>26}" + "".join(f"{f'{length} s':>10}" for length in LENGTHS_S) + f"{f'per s / {MEASURED_S} s':>16}")
    rows: dict[str, list[float]] = {}
    for length in LENGTHS_S:
        for name, seconds in _seconds(_repeated(own, length)).items():
            rows.setdefault(name, []).append(seconds)
    at = LENGTHS_S.index(MEASURED_S)
    for name, seconds in rows.items():
        growth = (seconds[-1] / LENGTHS_S[-1]) / (seconds[at] / MEASURED_S)
        print(f"{name:>26}" + "".join(f"{value:>10.3f}" for value in seconds) + f"{growth:>16.2f}")
    print(f"target for changes of a take of {MEASURED_S} s: {TARGET_S:g} s; the last column is 1 where cost is linear")


def _take() -> Path:
    """A take of the bundled recording."""
    import tempfile

    from core.generate.pipeline import GenerateRequest, generate
    from core.worker.models import Models

    folder = Path(tempfile.mkdtemp()) / "take"
    request = GenerateRequest(audio=DEMO / "speech.flac", transcript=DEMO / "transcript.txt", out=folder)
    generate(request, models=Models())
    return folder


def _repeated(motion: Motion, length_s: int) -> Motion:
    """The motion again and again, forwards and backwards, so long."""
    frames = round(length_s * motion.fps)
    back_and_forth = np.concatenate([np.arange(motion.frame_count), np.arange(motion.frame_count)[::-1]])
    rows = np.resize(back_and_forth, frames)
    return motion.replace(
        rotations=motion.rotations[rows],
        translation=motion.translation[rows],
        expression=motion.expression[rows],
        contacts=None if motion.contacts is None else motion.contacts[rows],
    )


def _seconds(motion: Motion) -> dict[str, float]:
    """What each kind of change takes."""
    length_s = motion.frame_count / motion.fps
    speech = [(start, start + 0.4) for start in np.arange(0, length_s, 0.6)]
    step_s = 60 / MARKERS_PER_MIN
    starts = np.arange(2.0, length_s - 2, step_s)
    markers = [Marker("hold" if n % 4 == 3 else "accent", t, t + n % 4 // 3) for n, t in enumerate(starts.tolist())]
    others = [Marker("accent", markers[0].start_s + 0.3, markers[0].start_s + 0.3), *markers[1:]]
    subject = clip_statistics(motion, speech)
    wide = Levels(upper=1.2, stillness=0.5)
    plain, marked = direct(subject, Levels()), direct(subject, Levels(), markers=markers)
    both = direct(subject, wide, markers=markers)
    return {
        "looking at a take, once": _best(lambda: clip_statistics(motion, speech)),
        "upper": _best(lambda: direct(subject, Levels(upper=1.2), before=plain)),
        "hands, face and gaze": _best(lambda: direct(subject, Levels(hands=0.7, face=1.2, gaze=0.5), before=plain)),
        "lower": _best(lambda: direct(subject, Levels(lower=0.5), before=plain)),
        "every level": _best(lambda: direct(subject, Levels(1.2, 1.2, 1.2, 0.8, 0.8, smoothing=0.3), before=plain)),
        "a first marker": _best(lambda: direct(subject, Levels(), before=plain, markers=markers[:1])),
        "one of 8 a minute": _best(lambda: direct(subject, Levels(), before=marked, markers=others)),
        "the same, broad and still": _best(lambda: direct(subject, wide, before=both, markers=others)),
    }


def _best(work: Callable[[], object]) -> float:
    spent = []
    for _ in range(TRIES):
        start = time.perf_counter()
        work()
        spent.append(time.perf_counter() - start)
    return min(spent)


if __name__ == "__main__":
    main()
