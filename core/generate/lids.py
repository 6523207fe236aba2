"""Blinks for faces whose weights make no blinks, or make the same blinks for every seed.

People who speak blink most often as a phrase ends. So a blink comes after a phrase, where one ends in time:

    words     ▇▇▇ ▇▇▇▇▇       ▇▇▇ ▇▇        ▇▇▇▇▇▇▇▇▇
    lids      ─────────╲╱──────────╲╱──────────────── closed in 0.1 s, open again in 0.17 s
"""

from collections.abc import Sequence

import numpy as np

from ..body.curves import min_jerk
from ..body.motion import Motion
from ..body.parts import ARKIT_NAMES
from ..clock import FPS
from ..text.timing import Word

LIDS = [index for index, name in enumerate(ARKIT_NAMES) if name.startswith("eyeBlink")]
# A face whose lids never close further than this does not blink.
LEAST_BLINK = 0.3
CLOSING_S, OPENING_S = 0.1, 0.17
# Seconds from one blink to the next: 12 to 24 blinks a minute.
APART_S = (2.5, 5.0)
# A longer pause between two words ends a phrase; the blink comes so long after the phrase.
PAUSE_S = 0.18
AFTER_S = 0.12


def never_blinks(expression: np.ndarray, face_basis: str) -> bool:
    """Return whether the lids of a face (T, N) stay open all the time; False for faces other than ARKit's."""
    return face_basis == "arkit52" and bool(expression[:, LIDS].max(initial=0.0) < LEAST_BLINK)


def with_blinks(motion: Motion, words: Sequence[Word], seed: int = 0, instead: bool = False) -> Motion:
    """Add blinks to a motion that has none; faces other than ARKit's stay as they are.

    Args:
        motion: motion of a whole take.
        words: with their times; may be empty.
        seed: another seed gives other moments.
        instead: put the blinks in the place of those that the motion has.
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
    """Return when the eyes are shut, in ascending seconds, `APART_S` apart.

    A moment lies after a phrase where one ends in time, else after a word, else anywhere.
    """
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
