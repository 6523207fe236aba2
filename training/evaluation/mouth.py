"""Measures of how the mouth fits the speech: the jaw opens with the level in vowels, lips close at p, b and m."""

from collections.abc import Iterable

import numpy as np

from core.body.motion import Motion
from core.body.parts import ARKIT_NAMES
from core.body.skeleton import JOINT
from core.clock import FPS, second_to_frame
from core.text.timing import Word
from training.evaluation.synchrony import LEVEL_RATE, speech_level
from training.gesture import face

VOWELS = frozenset("AA AE AH AO AW AY EH ER EY IH IY OW OY UH UW AX".split())
BILABIALS = frozenset("P B M".split())


def jaw_opening(motion: Motion) -> np.ndarray:
    """Return how open the jaw is (T,): the jawOpen coefficient, or the jaw's turn about its hinge in radians."""
    if motion.face_basis == "arkit52":
        return motion.expression[:, ARKIT_NAMES.index("jawOpen")]
    return motion.rotations[:, JOINT["jaw"], 0]


def jaw_correlation(motion: Motion, samples: np.ndarray, words: Iterable[Word]) -> float:
    """Return Pearson's correlation of jaw opening and speech level (dB) over the frames inside vowels.

    Args:
        motion: at 30 fps.
        samples: (N,) 16 kHz.
        words: with phones; without any vowel the result is not a number.
    """
    opening = jaw_opening(motion)
    level = speech_level(samples)
    inside = np.zeros(len(opening), bool)
    for phone in _phones(words):
        if phone.phone.rstrip("012") in VOWELS:
            inside[int(np.ceil(phone.start_s * FPS)) : int(np.ceil(phone.end_s * FPS))] = True
    frames = np.flatnonzero(inside)
    at = np.minimum(np.round(frames / FPS * LEVEL_RATE).astype(int), len(level) - 1)
    if len(frames) < 2 or not opening[frames].std():
        return float("nan")
    return float(np.corrcoef(opening[frames], level[at])[0, 1])


def lips_closed_share(motion: Motion, words: Iterable[Word]) -> float:
    """Return the share of p, b and m at whose middle the lips are closed; NaN without any, or in another face basis."""
    middles = [(p.start_s + p.end_s) / 2 for p in _phones(words) if p.phone in BILABIALS]
    frames = np.array([frame for m in middles if (frame := second_to_frame(m)) < motion.frame_count], int)
    if motion.face_basis != "arkit52" or not len(frames):
        return float("nan")
    return float(face.lips_closed(motion.expression)[frames].mean())


def _phones(words: Iterable[Word]):
    return (phone for word in words for phone in word.phones)
