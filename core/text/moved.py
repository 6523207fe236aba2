"""Sentences of a text that are said at another place than the text has them, before or after their neighbours.

The search keeps the order of the text, so that it passes over such a sentence, and leaves the speech free in which it
is said. Here the words that were passed over in a row are looked for in the free speech near them:

    text      A   C   B   D            B is passed over between C and D
    speech    A   B   C   D            and found in the free speech between A and C
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..phones.scores import PhoneScores
from ..phones.search import Placed, Stretch, search
from .anchors import RUN_HITS, Pronunciations, sure_words
from .pieces import Piece

LEAST_SHARE, LEAST_FOUND = 0.5, 4  # of the words of a sentence must surely be found elsewhere; its outermost never are
FREE_SPEECH = 100  # frames of speech without a word, in which a sentence may be said
LONGEST = 3000  # frames of a place that is searched
NEAREST = 4  # places that are searched for a sentence
STRAY = 2  # words in a row that a sentence, which was passed over, may have by chance


@dataclass(frozen=True)
class Moved:
    """A sentence that is said elsewhere.

    Attributes:
        piece: number of the piece in whose sound it is said.
        tokens: those of the sentence.
        placed: where they are said.
    """

    piece: int
    tokens: range
    placed: tuple[Placed, ...]


def find_moved(
    scores: PhoneScores,
    active: np.ndarray,
    pieces: Sequence[Piece],
    found: Sequence[Sequence[Placed]],
    words: Pronunciations,
    least: float,
    other: float,
) -> list[Moved]:
    """Find sentences that are said elsewhere.

    Args:
        scores: of the recording.
        active: (T,) whether a frame holds speech.
        pieces: stretches of the recording.
        found: the words that were placed in each, in order.
        words: pronunciations of all tokens.
        least: the score that sure words have at least, nats.
        other: nats that each frame of other speech costs.
    """
    taken = {word.word for placed in found for word in placed}
    speech = np.concatenate([[0], np.cumsum(active)])
    places = [place for place in _free(pieces, found) if speech[place[2]] - speech[place[1]] >= FREE_SPEECH]
    out: list[Moved] = []
    for lost in _lost(len(words), taken):
        before = max((word.end for placed in found for word in placed if word.word < lost.start), default=0)
        near = sorted(places, key=lambda place: abs(place[1] - before))[:NEAREST]
        entry = np.zeros(len(lost) + 1, np.float32)
        inside = [words[token] for token in lost]
        tried = (
            search(scores, [Stretch(start, end, inside, entry, True) for _, start, end in near], other) if near else []
        )
        sure = [sure_words(hits, least, len(lost)) for hits in tried]
        best = max(range(len(near)), key=lambda place: len(sure[place]), default=-1)
        if best >= 0 and len(sure[best]) >= max(LEAST_FOUND, LEAST_SHARE * len(lost)):
            number, start, end = near[best]
            (whole,) = search(scores, [Stretch(start, end, inside)], other)
            hits = tuple(replace(hit, word=lost.start + hit.word) for hit in whole)
            out.append(Moved(number, lost, hits))
            places.remove(near[best])
    return out


def _free(pieces: Sequence[Piece], found: Sequence[Sequence[Placed]]) -> Iterator[tuple[int, int, int]]:
    """List the number of a piece with each start and end of its sound between words."""
    for number, (piece, placed) in enumerate(zip(pieces, found, strict=True)):
        starts = [piece.start, *(word.end for word in placed)]
        ends = [*(word.start for word in placed), piece.end]
        for start, end in zip(starts, ends, strict=True):
            if 0 < end - start <= LONGEST:
                yield number, start, end


def _lost(count: int, taken: set[int]) -> list[range]:
    """List the tokens in a row that were passed over; a few between them may have been placed by chance."""
    runs: list[range] = []
    missing = [token for token in range(count) if token not in taken]
    for token in missing:
        if runs and token - runs[-1].stop <= STRAY:
            runs[-1] = range(runs[-1].start, token + 1)
        else:
            runs.append(range(token, token + 1))
    return [run for run in runs if len(run) >= RUN_HITS and sum(token not in taken for token in run) * 2 > len(run)]


def without(
    pieces: Sequence[Piece], found: Sequence[Sequence[Placed]], moved: Sequence[Moved]
) -> tuple[list[Piece], list[list[Placed]]]:
    """Return the pieces, and the words that were placed in each, without the tokens that are said elsewhere."""
    gone = {token for each in moved for token in each.tokens}
    kept = [replace(piece, tokens=tuple(t for t in piece.tokens if t not in gone)) for piece in pieces]
    return kept, [[word for word in placed if word.word not in gone] for placed in found]


def inserted(found: Sequence[Sequence[Placed]], moved: Sequence[Moved]) -> list[list[Placed]]:
    """Return the words of each piece with those of moved sentences, in order of time; these come first."""
    out = [list(placed) for placed in found]
    for each in moved:
        start, end = each.placed[0].start, each.placed[-1].end
        rest = [word for word in out[each.piece] if word.end <= start or word.start >= end]
        out[each.piece] = sorted([*rest, *each.placed], key=lambda word: word.start)
    return out
