"""Short words that were placed in the fading end of a phrase, although they begin the next phrase after the pause.

A voice that fades fits any quick word, and a word that the speaker swallows after the pause hardly fits better there:

    found     never see my dog again.But │ pause │ we made it back
    said      never see my dog again.    │ pause │ But we made it back

Speakers lengthen the last word before a pause, and say it aloud. So words that have the least time there, and less than
half of it in speech, are tried after the pause, too, and lie there unless they fit clearly worse.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..phones.scores import PhoneScores, silence_states
from ..phones.search import OTHER_PER_FRAME, Placed, Stretch
from .anchors import Pronunciations
from .pieces import Piece

PAUSE = 30  # frames without speech
MOST_SPEECH = 12  # frames between the words: more may be that of words which the text lacks, and theirs is any place
QUICK = 3.4  # frames for each phone; three are the least
MOST_WORDS = 3  # that are tried together
FADING = 0.5  # share of a word's frames that are speech; those of quick words before an inserted pause all are
REACH = 10  # frames for each phone, in which words are looked for on the other side of a pause
WORSE = 45.0  # nats; words that belong after a pause fit worse there by up to 38


@dataclass(frozen=True)
class _Ending:
    """Words at the end of a phrase that may begin the next one.

    Attributes:
        first, end: the place of the first of them, and that after the last one.
        stop, start: frames inside the pause, where the sound of the phrase ends and that of the next one begins.
    """

    first: int
    end: int
    stop: int
    start: int


def joined_after_pauses(
    scores: PhoneScores,
    active: np.ndarray,
    pieces: Sequence[Piece],
    found: Sequence[Sequence[Placed]],
    words: Pronunciations,
    forced: Callable[[Sequence[Stretch]], list[list[Placed]]],
) -> list[list[Placed]]:
    """Return the words of each piece, of which quick ones before a pause lie after it where they fit about as well.

    Args:
        scores: of the recording.
        active: (T,) whether a frame holds speech.
        pieces: stretches of the recording.
        found: the words that were placed in each, in order of time.
        words: pronunciations of all tokens.
        forced: places all words of each stretch, or none of them.
    """
    placed = [word for own in found for word in own]
    piece_of = [number for number, own in enumerate(found) for _ in own]
    endings = list(_endings(placed, active, pieces, piece_of))
    stretches: list[Stretch] = []
    for each in endings:
        before, *rest = placed[each.first - 1 : each.end + 1]
        start = max(each.start, rest[-1].start - REACH * sum(len(word.phones) for word in rest[:-1]))
        stretches.append(Stretch(before.start, each.stop, [words[before.word]]))
        stretches.append(Stretch(start, rest[-1].end, [words[word.word] for word in rest]))
    tried = forced(stretches)
    best: dict[int, tuple[float, int, list[Placed]]] = {}  # by the end: how much worse, the first, the words
    for each, left, right in zip(endings, tried[::2], tried[1::2], strict=True):
        if not left or not right:
            continue
        old = placed[each.first - 1 : each.end + 1]
        new = [replace(word, word=was.word, margin=was.margin) for word, was in zip([*left, *right], old, strict=True)]
        worse = total_score(scores, old, old[0].start, old[-1].end) - total_score(
            scores, new, old[0].start, old[-1].end
        )
        if worse < min(WORSE, best[each.end][0] if each.end in best else WORSE):
            best[each.end] = worse, each.first, new
    done = 0
    for end, (_, first, new) in best.items():
        if first > done:
            placed[first - 1 : end + 1] = new
            piece_of[first:end] = [piece_of[end]] * (end - first)
            done = end
    out: list[list[Placed]] = [[] for _ in pieces]
    for word, number in zip(placed, piece_of, strict=True):
        out[number].append(word)
    return out


def _endings(
    placed: Sequence[Placed], active: np.ndarray, pieces: Sequence[Piece], piece_of: Sequence[int]
) -> Iterator[_Ending]:
    """List quick words, and several of them in a row, before pauses after which the text goes on."""
    for end in range(2, len(placed)):
        last, after = placed[end - 1], placed[end]
        between = active[last.end : after.start]
        if len(between) < PAUSE or between.sum() > MOST_SPEECH or after.word != last.word + 1:
            continue
        marks = np.flatnonzero(np.concatenate([[True], between, [True]]))
        widths = np.diff(marks) - 1
        widest = int(widths.argmax())
        if widths[widest] < PAUSE:
            continue
        stop = start = last.end + int(marks[widest]) + int(widths[widest]) // 2
        if piece_of[end - 1] != piece_of[end]:
            stop, start = pieces[piece_of[end - 1]].end, pieces[piece_of[end]].start
        for first in range(end - 1, max(0, end - 1 - MOST_WORDS), -1):
            if not _fades(placed[first], active) or piece_of[first - 1] != piece_of[end - 1]:
                break
            yield _Ending(first, end, stop, start)


def _fades(word: Placed, active: np.ndarray) -> bool:
    """Return whether a word has the least time, most of it in fading voice."""
    return word.frames <= QUICK * len(word.phones) and bool(active[word.start : word.end].mean() <= FADING)


def total_score(scores: PhoneScores, placed: Sequence[Placed], start: int, end: int) -> float:
    """Return the score of words and of what lies between them in the frames [start, end), nats."""
    free = scores.relative(start, end)[:, silence_states()].max(axis=1).clip(-OTHER_PER_FRAME)
    for word in placed:
        free[word.start - start : word.end - start] = word.score
    return float(free.sum())
