"""How sure the words beside a long pause are of their side of it.

A short word fits the fading voice before a pause about as well as the soft one after it. So the last word before the
pause is tried after it, and the first one after it is tried before it; what is lost is the margin of its place:

    found     go to the │ pause │ library
    tried     go to     │ pause │ the library          the margin of "the"
    tried     go to the library │ pause │              the margin of "library"
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..phones.scores import PhoneScores
from ..phones.search import Placed, Stretch
from .anchors import Pronunciations
from .fading import MOST_SPEECH, REACH, total_score

LONG = 100  # frames without speech


@dataclass(frozen=True)
class _Side:
    """A word beside a pause, and how the words around the pause are tried otherwise.

    Attributes:
        place: that of the word.
        first, middle, end: the words [first, middle) are tried before the pause, and [middle, end) after it.
        stop, start: frames inside the pause; the first of them are tried up to `stop`, the others from `start` on.
    """

    place: int
    first: int
    middle: int
    end: int
    stop: int
    start: int


def with_sides(
    scores: PhoneScores,
    active: np.ndarray,
    found: Sequence[Sequence[Placed]],
    words: Pronunciations,
    forced: Callable[[Sequence[Stretch]], list[list[Placed]]],
) -> list[list[Placed]]:
    """Return the words of each piece; those beside a long pause have at most the margin of their side.

    Args:
        scores: of the recording.
        active: (T,) whether a frame holds speech.
        found: the words that were placed in each piece, in order of time.
        words: pronunciations of all tokens.
        forced: places all words of each stretch, or none of them.
    """
    placed = [word for own in found for word in own]
    sides = list(_sides(placed, active))
    stretches: list[Stretch] = []
    for side in sides:
        left, right = placed[side.first : side.middle], placed[side.middle : side.end]
        stretches.append(Stretch(left[0].start, side.stop, [words[word.word] for word in left]))
        stretches.append(Stretch(side.start, right[-1].end, [words[word.word] for word in right]))
    tried = forced(stretches)
    for side, left, right in zip(sides, tried[::2], tried[1::2], strict=True):
        if left and right:
            old = placed[side.first : side.end]
            bounds = old[0].start, old[-1].end
            lost = total_score(scores, old, *bounds) - total_score(scores, [*left, *right], *bounds)
            own = placed[side.place]
            placed[side.place] = replace(own, margin=min(own.margin, max(0.0, lost)))
    rest = iter(placed)
    return [[next(rest) for _ in own] for own in found]


def _sides(placed: Sequence[Placed], active: np.ndarray) -> Iterator[_Side]:
    """List the words on both sides of every long pause in which the text goes on."""
    for after in range(1, len(placed)):
        last, next_one = placed[after - 1 : after + 1]
        between = active[last.end : next_one.start]
        if len(between) < LONG + between.sum() or between.sum() > MOST_SPEECH or next_one.word != last.word + 1:
            continue
        if after >= 2:
            reach = REACH * len(last.phones)
            yield _Side(after - 1, after - 2, after - 1, after + 1, last.end, max(last.end, next_one.start - reach))
        if after + 1 < len(placed):
            reach = REACH * len(next_one.phones)
            yield _Side(after, after - 1, after + 1, after + 2, min(next_one.start, last.end + reach), next_one.start)
