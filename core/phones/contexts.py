"""A search for words whose sounds are scored together with their neighbours, and by how much each place is the best.

`core.phones.search` scores phones without their neighbours, which is quick and does for a whole recording. Where a text
lacks words, the rest may fit several places of the speech. Here the phones between their neighbours decide, and it
costs something to leave the text in the middle of speech, and to come back to it, but little in a pause:

    text      ... like │ you would be ...
    speech    ... like │ to do when I'm free ... members │ you would be ...
                       └ leave                           └ come back

The search is done from both ends. The best path on which a word lies elsewhere is then the best sum of both.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from .acoustic_model import ALONE, FIRST, INSIDE, LAST, SILENCE, STATES, acoustic_model
from .cepstra import features
from .scores import HOP, PhoneScores, at_every_frame, senone_scores, silence_states
from .search import Network, PathSearch, Placed, Stretch, Way

PAUSE_SHARE = 0.6  # of what a seam costs in speech is its cost in a pause
ELSEWHERE = 25  # frames by which a word lies elsewhere
SOME, LONG = 15, 150  # frames of speech without a word: beside less words keep their places, beside more
CLEAR = 24.0  # new places must be better by so many nats; more where all fits badly;
CLEAR_LONG = 4.0  # beside a long one, where many places are possible, the first search is the less sure one
OTHER_PER_PHONE = 4.0  # nats for each phone of other speech
NEAR = 5  # frames within which a place is the same
ALL = 1e6  # nats: no word is passed over


def placed_in_context(
    cepstra: np.ndarray,
    scores: PhoneScores,
    active: np.ndarray,
    stretches: Sequence[Stretch],
    seam: float,
    other: float,
    before: Sequence[Sequence[Placed]] | None = None,
    check: Callable[[], None] = lambda: None,
) -> list[list[Placed]]:
    """Place all words of each stretch; none of those that have no path.

    Args:
        cepstra: (T, 13) of the recording.
        scores: of its phones.
        active: (T,) whether a frame holds speech.
        stretches: searched at once; they should be about equally long.
        seam: nats for each place in speech where the text is left or begins again.
        other: nats for each frame of other speech.
        before: the words of each stretch where they were placed already; they stay where no place is clearly better,
            and beside little speech without words in any case.
        check: is called now and then; what it raises stops the search.

    Returns:
        The words of each stretch, with the margin of their places.
    """
    ahead = [_network(cepstra, scores, active, stretch, seam, other) for stretch in stretches]
    found = PathSearch([*ahead, *map(_backwards, ahead)], ALL)
    found.forward(check)

    def clear(number: int) -> float:
        left = _longest_left(before[number], active) if before is not None else 0
        return math.inf if left < SOME else (CLEAR if left < LONG else CLEAR_LONG) * (1 + other)

    out = []
    for number, (network, placed) in enumerate(zip(ahead, found.paths(), strict=False)):
        nodes = slice(0, len(network.words) + 1)
        frames = len(network.scores)
        through = found.nodes[: frames + 1, number, nodes].copy()
        through += found.nodes[: frames + 1, len(ahead) + number, nodes][::-1, ::-1]
        if placed and before is not None and _loss(before[number], through, network.start) < clear(number):
            placed = [replace(old, word=place) for place, old in enumerate(before[number])]
        out.append(_with_margins(placed, through, network.start))
    return out


def _longest_left(placed: Sequence[Placed], active: np.ndarray) -> int:
    """Return the most frames of speech between two words that follow each other."""
    return max((int(active[word.end : after.start].sum()) for word, after in pairwise(placed)), default=0)


def _loss(before: Sequence[Placed], through: np.ndarray, start: int) -> float:
    """Return how much worse than the best path the best one is on which a word keeps its place, for the worst word."""
    worst = min(
        float(through[max(0, old.start - start - NEAR) : old.start - start + NEAR + 1, number].max())
        for number, old in enumerate(before)
    )
    return float(through[-1, -1]) - worst


def _with_margins(placed: Sequence[Placed], through: np.ndarray, start: int) -> list[Placed]:
    """Add to words by how much their places are better than any place elsewhere.

    Args:
        placed: words on the best path.
        through: (frames + 1, nodes) score of the best path that is at a node before a frame.
        start: first frame of the stretch.
    """
    best = float(through[-1, -1])
    out = []
    for word in placed:
        later = through[word.start - start + ELSEWHERE :, word.word]
        earlier = through[: max(0, word.end - start - ELSEWHERE + 1), word.word + 1]
        rival = max(float(part.max(initial=-np.inf)) for part in (later, earlier))
        out.append(replace(word, margin=max(0.0, best - rival)))
    return out


def _network(
    cepstra: np.ndarray, scores: PhoneScores, active: np.ndarray, stretch: Stretch, seam: float, other: float
) -> Network:
    """Lay out the words of a stretch in their possible neighbourhoods."""
    silence = acoustic_model().number(SILENCE)
    column: dict[tuple[int, int], int] = {}  # phone and senone
    words: list[list[Way]] = []
    for number, ways in enumerate(stretch.words):
        ahead = {silence, *(int(way[-1]) for way in (stretch.words[number - 1] if number else ()))}
        behind = {silence, *(int(way[0]) for near in stretch.words[number + 1 : number + 2] for way in near)}
        words.append([])
        known: set[tuple[int, ...]] = set()
        for way in ways:
            for left in sorted(ahead):
                for right in sorted(behind):
                    columns = [column.setdefault(pair, len(column)) for pair in _states(way, left, right)]
                    if tuple(columns) not in known:
                        known.add(tuple(columns))
                        words[-1].append(Way(way, np.array(columns)))
    start, end = stretch.start, stretch.end
    values = _scored(features(cepstra, start, end, HOP), column, end - start)
    quiet = at_every_frame(scores.own, start, end)[:, silence_states()].max(axis=1)
    best = scores.best[start:end]
    leave = np.where(active[start:end], -seam, -seam * PAUSE_SHARE)
    phone = scores.path[start:end] // STATES
    begins = (np.diff(phone, prepend=phone[:1]) != 0) & (phone != silence)
    elsewhere = -other - OTHER_PER_PHONE * begins
    table = np.column_stack([values - best[:, None], quiet - best, leave, elsewhere]).astype(np.float32)
    first = len(column)
    return Network(start, table, words, first, [first + 1, first + 2, first + 1], 0.0)


def _states(phones: np.ndarray, left: int, right: int) -> list[tuple[int, int]]:
    """List the states of a word between two phones: the phone of each and its senone."""
    model, count = acoustic_model(), len(phones)
    around = [left, *phones.tolist(), right]
    out = []
    for place, phone in enumerate(phones.tolist()):
        where = ALONE if count == 1 else FIRST if not place else LAST if place == count - 1 else INSIDE
        out += [(phone, senone) for senone in model.senones_of(phone, around[place], around[place + 2], where).tolist()]
    return out


def _scored(values: np.ndarray, column: dict[tuple[int, int], int], frames: int) -> np.ndarray:
    """Score senones on features of every second frame; (frames, columns) for all frames."""
    table = np.empty((values.shape[1], len(column)), np.float32)
    for phone in {phone for phone, _ in column}:
        own = [(senone, place) for (each, senone), place in column.items() if each == phone]
        senones, places = np.array(own).T
        table[:, places] = senone_scores(values, phone, senones)
    return at_every_frame(table, 0, frames)


def _backwards(network: Network) -> Network:
    """Turn a network round in time."""
    words = [[Way(way.phones[::-1], way.columns[::-1]) for way in ways] for ways in network.words[::-1]]
    return replace(network, scores=network.scores[::-1], words=words)
