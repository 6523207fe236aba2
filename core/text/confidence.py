"""How sure words are, 0-1: whether a word is said at all, whether it is said there, and whether the text fits there.

The weights are those of logistic regressions on thirty thousand words of texts in which words were deleted, inserted or
replaced. A word is doubtful below one half; about a quarter of the doubtful ones are then really said elsewhere.

said       its score, in shares of the score of chance and beside the usual one of the recording, for its phones and its
           length; and how many words of the text clearly nobody says
place      by how much its place is better than others; how it fits with its neighbours; phones that are stretched; text
           beside it that has no place, or another one; short words fit anywhere
around     the score of the words near it: the whole sentence may be another one
"""

import math
from collections.abc import Sequence

import numpy as np

from ..phones.acoustic_model import STATES
from ..phones.search import Placed

MIDDLE = 0.75  # share of chance at which the confidence is one half
SHARPNESS = 0.8  # nats per frame; slope of the confidence
LEAST_CHANCE = -0.1  # nats per frame
PRIOR_FRAMES = 8  # the score of a short word is unreliable: so many frames of its neighbours count, too
AROUND = 3  # tokens on each side
FARTHEST = 90.0  # nats; a place that is better by more is as sure
# Nats that count where no other place was tried, beside text that is said elsewhere: more words of the text lie between
# the two neighbours than some that nobody says, or they follow each other the other way round.
UNTRIED, SOME_UNSAID = 71.0, 2
USUAL_PHONE = 18  # frames; what is longer is stretched
SHORT = 3  # phones
# Usual share of chance on a clear recording, and by how much noise or an accent may raise it.
CLEAN, MOST_USUAL = 0.1, 0.4
# Share of a text's words that nobody says, and the most by which others are judged.
UNSAID, MOST_UNSAID = 0.018, 0.13


def confidences(placed: Sequence[Placed], ranges: Sequence[tuple[int, int]], chance: float) -> list[float]:
    """Return how sure each word is.

    Args:
        placed: all tokens, in order of time.
        ranges: for each word the place of its first token, and that after its last one.
        chance: score of a text that nobody said, nats per frame; below 0.
    """
    if not ranges:
        return []
    chance = min(chance, LEAST_CHANCE)
    first, end = np.array(ranges).T
    of_token = _Sums(placed)
    frames, phones, score = of_token.between(first, end)
    near_frames, _, near_score = of_token.between(first - 1, end + 1)
    beside = np.where(near_frames > frames, (near_score - score) / np.maximum(1, near_frames - frames), score / frames)
    share = score / frames / chance
    usual = min(MOST_USUAL, max(0.0, float(np.median(share)) - CLEAN))
    said = _said(share - usual, phones, frames)
    margin = of_token.margin(first, end)
    unsaid = float(np.mean((said < 0) | (margin < 0)))
    margin = np.where(np.isinf(margin) & of_token.astray(first, end), UNTRIED, margin)
    said -= math.log(min(MOST_UNSAID, max(UNSAID, unsaid)) / UNSAID)
    around_frames, _, around_score = of_token.between(first - AROUND, end + AROUND)
    odds = np.minimum(said, (around_score / around_frames - MIDDLE * chance) / SHARPNESS)
    smooth = (score + PRIOR_FRAMES * beside) / (frames + PRIOR_FRAMES) / chance
    there = (
        0.073 * np.minimum(FARTHEST, margin)
        - 1.36 * np.clip(smooth, -0.2, 1.5)
        - 0.129 * np.maximum(0, of_token.longest(first, end) - USUAL_PHONE)
        - 3.1 * of_token.broken(first, end)
        - 2.0 * (phones <= SHORT)
    )
    return _sure(np.minimum(odds, there)).tolist()


def fit_confidence(score: float, frames: int, near: float, chance: float) -> float:
    """Return how sure a word is whose times are given, from its score and that of its neighbours, nats per frame."""
    smooth = (score * frames + near * PRIOR_FRAMES) / (frames + PRIOR_FRAMES)
    return float(_sure((smooth - MIDDLE * chance) / SHARPNESS))


def _said(share: np.ndarray, phones: np.ndarray, frames: np.ndarray) -> np.ndarray:
    """Return the log odds that words are said at all; scores are in shares of chance."""
    weight = np.where(phones > SHORT, 6.3, 2.0)
    return 5.7 - weight * np.clip(share, -0.3, 2.5) - 0.5 * np.log(phones) + 0.25 * np.log(frames)


def _sure(log_odds: np.ndarray | float) -> np.ndarray:
    return 1 / (1 + np.exp(np.minimum(50.0, -np.asarray(log_odds))))


class _Sums:
    """Sums and extremes over tokens in a row."""

    def __init__(self, placed: Sequence[Placed]):
        self._words = np.array([token.word for token in placed])
        frames = np.array([token.frames for token in placed])
        phones = np.array([len(token.phones) for token in placed])
        scores = np.array([token.score for token in placed]) * frames
        self._totals = [np.concatenate([[0], np.cumsum(each)]) for each in (frames, phones, scores)]
        self._longest = np.array([np.diff(token.bounds[::STATES]).max() for token in placed] + [0])
        self._margins = np.array([token.margin for token in placed] + [math.inf])

    def between(self, first: np.ndarray, end: np.ndarray) -> list[np.ndarray]:
        """Return the frames, the phones and the scores of the tokens [first, end), as far as there are any."""
        first, end = np.maximum(first, 0), np.minimum(end, len(self._words))
        return [total[end] - total[first] for total in self._totals]

    def longest(self, first: np.ndarray, end: np.ndarray) -> np.ndarray:
        """Return the frames of the longest phone."""
        return np.maximum.reduceat(self._longest, np.column_stack([first, end]).ravel())[::2]

    def margin(self, first: np.ndarray, end: np.ndarray) -> np.ndarray:
        """Return the least margin, nats."""
        return np.minimum.reduceat(self._margins, np.column_stack([first, end]).ravel())[::2]

    def broken(self, first: np.ndarray, end: np.ndarray) -> np.ndarray:
        """Return whether another token than the text's neighbour is placed beside."""
        return self._beside(np.diff(self._words) != 1, first, end)

    def astray(self, first: np.ndarray, end: np.ndarray) -> np.ndarray:
        """Return whether a token from another part of the text is placed beside."""
        steps = np.diff(self._words)
        return self._beside((steps < 1) | (steps > 1 + SOME_UNSAID), first, end)

    @staticmethod
    def _beside(between: np.ndarray, first: np.ndarray, end: np.ndarray) -> np.ndarray:
        """Return what is true of the place before the tokens [first, end) or of that after them."""
        ends = np.concatenate([[False], between, [False]])
        return ends[first] | ends[end]
