"""The search finds the best path; its slow twin tries every division of a stretch among words, silence and the rest."""

from functools import cache

import numpy as np
import pytest

from core.phones.acoustic_model import STATES, acoustic_model
from core.phones.scores import PhoneScores, silence_states
from core.phones.search import OVER_PER_WORD, SILENCE_COST, Placed, Stretch, search

OTHER, OVER, OTHER_COST = 1.5, 12.0, 30.0
FRAMES = 36


def random_scores(seed: int) -> PhoneScores:
    """Scores whose frames are all computed, without a best path: 0 is the best phones everywhere."""
    states = STATES * len(acoustic_model().phones)
    own = -np.abs(np.random.default_rng(seed).normal(0, 2.5, (FRAMES // 2, states))).astype(np.float32)
    return PhoneScores(own, np.zeros(FRAMES, np.int16), np.zeros(FRAMES, np.float32))


def best_score(scores: PhoneScores, words: list[list[np.ndarray]]) -> float:
    """The score of the best path through all words, tried out."""
    rows = scores.relative(0, FRAMES).astype(np.float64)
    quiet = rows[:, silence_states()].max(axis=1)

    @cache
    def word(number: int, way: int, start: int, end: int) -> float:
        states = (STATES * words[number][way][:, None] + np.arange(STATES)).ravel()
        best = np.full(len(states), -np.inf)
        best[0] = rows[start, states[0]]
        for frame in range(start + 1, end):
            best = np.maximum(best, np.concatenate([[-np.inf], best[:-1]])) + rows[frame, states]
        return best[-1]

    @cache
    def node(number: int, frame: int, over: bool) -> float:
        """The best score of a path that is at a node before a frame; `over`: words may be passed over to it."""
        found = 0.0 if frame == 0 and number == 0 else -np.inf
        for start in range(frame):
            came = node(number, start, True)
            found = max(found, came - SILENCE_COST + quiet[start:frame].sum())
            found = max(found, came - OTHER_COST - OTHER * (frame - start))
            for way in range(len(words[number - 1]) if number else 0):
                found = max(found, node(number - 1, start, True) + word(number - 1, way, start, frame))
        if over:
            for before in range(number):
                found = max(found, node(before, frame, False) - OVER - OVER_PER_WORD * (number - before))
        return found

    return node(len(words), FRAMES, True)


def path_score(scores: PhoneScores, words: int, placed: list[Placed]) -> float:
    """The score of a path that was found, with the best use of the sound between its words."""
    rows = scores.relative(0, FRAMES).astype(np.float64)
    total, frame, number = 0.0, 0, 0
    for each in [*placed, None]:
        start, word = (FRAMES, words) if each is None else (each.start, each.word)
        if start > frame:
            quiet = rows[frame:start, silence_states()].max(axis=1)
            split = [
                max(quiet[:cut].sum() - SILENCE_COST if cut else 0.0, -OTHER_COST - OTHER * cut if cut else 0.0)
                + (0.0 if cut == len(quiet) else quiet[cut:].sum() - SILENCE_COST)
                for cut in range(len(quiet) + 1)
            ]
            total += max(*split, -OTHER_COST - OTHER * (start - frame))
        if word > number:
            total -= OVER + OVER_PER_WORD * (word - number)
        if each is not None:
            total += each.score * each.frames
            frame, number = each.end, word + 1
    return total


@pytest.mark.parametrize("seed", range(4))
def test_the_search_finds_the_best_path(seed):
    rng = np.random.default_rng(seed)
    words = [[rng.integers(2, 12, rng.integers(1, 3)) for _ in range(rng.integers(1, 3))] for _ in range(4)]
    scores = random_scores(seed)
    (placed,) = search(scores, [Stretch(0, FRAMES, words)], OTHER, OVER)
    assert path_score(scores, len(words), placed) == pytest.approx(best_score(scores, words), abs=1e-3)


def test_stretches_that_are_searched_together_give_what_each_gives_alone():
    rng = np.random.default_rng(7)
    scores = random_scores(7)
    words = [[[rng.integers(2, 30, 3)] for _ in range(count)] for count in (1, 3, 2)]
    stretches = [Stretch(0, 20, words[0]), Stretch(4, 36, words[1]), Stretch(10, 33, words[2])]
    together = search(scores, stretches)
    for stretch, found in zip(stretches, together, strict=True):
        (alone,) = search(scores, [stretch])
        assert [(p.word, p.bounds.tolist(), p.score) for p in found] == [
            (p.word, p.bounds.tolist(), p.score) for p in alone
        ]


def test_a_word_that_is_nowhere_is_passed_over_and_a_forced_one_is_placed():
    scores = random_scores(3)
    scores.own[:, 5 * STATES : 6 * STATES] -= 20
    absent = [np.full(6, 5)]
    (placed,) = search(scores, [Stretch(0, FRAMES, [absent])], 1.0, 50.0)
    assert placed == []
    (placed,) = search(scores, [Stretch(0, FRAMES, [absent])], 1.0, 1e6)
    assert [each.word for each in placed] == [0]
