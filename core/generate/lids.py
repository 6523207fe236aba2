"""Blinks for faces whose weights make none, or always the same: seeded, after phrases where there are any."""

from collections.abc import Sequence

import numpy as np

from ..body.curves import min_jerk
from ..body.motion import Motion
from ..body.parts import ARKIT_NAMES
from ..clock import FPS
from ..text.timing import Word

LIDS = [index for index, name in enumerate(ARKIT_NAMES) if name.startswith("eyeBlink")]
# Lids that never get so far have not blinked.
LEAST_BLINK = 0.3
CLOSING_S, OPENING_S = 0.1, 0.17
# From one blink to the next: 12 to 24 a minute.
APART_S = (2.5, 5.0)
PAUSE_S = 0.18
AFTER_S = 0.12


def never_blinks(expression: np.ndarray, face_basis: str) -> bool:
    """Whether the lids of a face (T, N) stay open throughout; only ARKit's are known."""
    return face_basis == "arkit52" and bool(expression[:, LIDS].max(initial=0.0) < LEAST_BLINK)


def with_blinks(motion: Motion, words: Sequence[Word], seed: int = 0, instead: bool = False) -> Motion:
    """The motion with blinks, if it has none of its own; only ARKit's are known.

    Args:
        motion: of a whole take.
        words: with their times; may be empty.
        seed: another seed, other moments.
        instead: of those that it has.
    """
    if motion.face_basis != "arkit52" or not (instead or never_blinks(motion.expression, motion.face_basis)):
        return motion
    times = np.arange(motion.frame_count) / FPS
    shut = np.zeros(motion.frame_count)
    for moment in blink_moments(motion.frame_count / FPS, words, seed):
        shut = np.maximum(shut, min_jerk((times - moment) / CLOSING_S + 1) - min_jerk((times - moment) / OPENING_S))
    expression = motion.expression.copy()
    expression[:, LIDS] = shut[:, None] if instead else np.maximum(expression[:, LIDS], shut[:, None])
    return motion.replace(expression=expression)


def blink_moments(duration_s: float, words: Sequence[Word], seed: int = 0) -> list[float]:
    """When the eyes are shut, ascending seconds: after phrases, else after words, else anywhere; `APART_S` apart."""
    rng = np.random.default_rng([seed % 2**32, 4])
    starts = [word.start_s for word in words[1:]] + [np.inf]
    ends = np.array([word.end_s for word in words])
    last = ends[[start - end > PAUSE_S for start, end in zip(starts, ends, strict=True)]] if words else ends
    moments: list[float] = []
    earliest = rng.uniform(0.5, APART_S[0])
    while True:
        latest = earliest + APART_S[1] - APART_S[0]
        found = (group[(group > earliest) & (group < latest)] + AFTER_S for group in (last, ends))
        near = next((group for group in found if len(group)), None)
        moment = rng.uniform(earliest, latest) if near is None else rng.choice(near)
        if moment > duration_s - OPENING_S:
            return moments
        moments.append(float(moment))
        earliest = moment + APART_S[0]
