"""Seconds to change a level or a marker of a finished take, and how they grow with its length."""

import tempfile
from pathlib import Path

import numpy as np

from core.body.motion import Motion, load_motion
from core.direct.chain import direct
from core.direct.clip_statistics import clip_statistics
from core.direct.levels import Levels
from core.direct.markers import Marker
from core.generate.pipeline import generate
from core.model.loading import Models
from core.requests import Generate
from devtools.bench.harness import DEMO, Table, fastest

LENGTHS_S = (30, 60, 120, 240)
MEASURED_S = 60
TARGET_S = 0.3
# Accents and holds a minute that a take has while one of them is changed.
MARKERS_PER_MIN = 8


def main() -> None:
    """Print one row per change: seconds by the take's length, and the ratio that compares between machines."""
    own = _demo_motion()
    by_length = [_spent(_repeated(own, length)) for length in LENGTHS_S]
    table = Table(("", "26"), *((f"{length} s", "10.3f") for length in LENGTHS_S), (f"per s / {MEASURED_S} s", "16.2f"))
    for name in by_length[0]:
        spent = [row[name] for row in by_length]
        growth = (spent[-1] / LENGTHS_S[-1]) / (spent[LENGTHS_S.index(MEASURED_S)] / MEASURED_S)
        table.row(name, *spent, growth)
    print(f"target for changes of a take of {MEASURED_S} s: {TARGET_S:g} s; the last column is 1 where cost is linear")


def _demo_motion() -> Motion:
    """Generate a take of the bundled recording, and return its motion."""
    with tempfile.TemporaryDirectory() as folder:
        take = Path(folder) / "take"
        request = Generate(audio=DEMO / "speech.flac", transcript=DEMO / "transcript.txt", out=take)
        generate(request, models=Models())
        return load_motion(take / "motion.npz")


def _repeated(motion: Motion, length_s: int) -> Motion:
    """Repeat a motion, forwards and backwards in turn, to a length in seconds."""
    frames = round(length_s * motion.fps)
    back_and_forth = np.concatenate([np.arange(motion.frame_count), np.arange(motion.frame_count)[::-1]])
    rows = np.resize(back_and_forth, frames)
    return motion.replace(
        rotations=motion.rotations[rows],
        translation=motion.translation[rows],
        expression=motion.expression[rows],
        contacts=None if motion.contacts is None else motion.contacts[rows],
    )


def _spent(motion: Motion) -> dict[str, float]:
    """Return the seconds that each kind of change takes."""
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
        "statistics of a take, once": fastest(lambda: clip_statistics(motion, speech)),
        "upper": fastest(lambda: direct(subject, Levels(upper=1.2), before=plain)),
        "hands, face and gaze": fastest(lambda: direct(subject, Levels(hands=0.7, face=1.2, gaze=0.5), before=plain)),
        "lower": fastest(lambda: direct(subject, Levels(lower=0.5), before=plain)),
        "every level": fastest(lambda: direct(subject, Levels(1.2, 1.2, 1.2, 0.8, 0.8, smoothing=0.3), before=plain)),
        "a first marker": fastest(lambda: direct(subject, Levels(), before=plain, markers=markers[:1])),
        "one of 8 markers a minute": fastest(lambda: direct(subject, Levels(), before=marked, markers=others)),
        "... broad and still": fastest(lambda: direct(subject, wide, before=both, markers=others)),
    }


if __name__ == "__main__":
    main()
