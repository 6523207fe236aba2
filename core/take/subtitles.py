"""Subtitles of a take: its words, joined to phrases that are short enough to be read at once.

words       we had   a plan        but nobody                        told us
pauses                      .5 s              .1 s
phrases     [we had a plan ]       [but nobody told us              ]
"""

from collections.abc import Sequence
from dataclasses import dataclass

# A pause as long as this, seconds, ends a phrase.
_PAUSE_S = 0.4
# Two lines of 42 characters are what broadcasters allow; one phrase stays below, and does not stand for long.
_MOST_CHARACTERS = 74
_MOST_S = 6.0
# A phrase stays so long after its last word, seconds, if the next one does not begin before.
_STAYS_S = 0.3
# What a second of pause counts for beside a cut through the very middle, which counts 1.
_PAUSE_WEIGHT = 4.0


@dataclass(frozen=True)
class Phrase:
    """Words that are shown together.

    Attributes:
        text: the words with spaces between them.
        start_s, end_s: seconds at which the phrase appears and goes.
    """

    text: str
    start_s: float
    end_s: float


def phrases(words: Sequence[tuple[str, float, float]]) -> list[Phrase]:
    """Join words to phrases: a new one after each pause; long ones are cut where a pause or their middle is.

    Args:
        words: text, start and end, seconds, of every word, in order of time.
    """
    groups: list[list[tuple[str, float, float]]] = []
    for word in words:
        if groups and word[1] - groups[-1][-1][2] < _PAUSE_S:
            groups[-1].append(word)
        else:
            groups.append([word])
    parts = [part for group in groups for part in _cut(group)]
    starts = [part[0][1] for part in parts[1:]]
    ends = [min(part[-1][2] + _STAYS_S, start) for part, start in zip(parts, starts, strict=False)]
    ends += [part[-1][2] + _STAYS_S for part in parts[-1:]]
    return [
        Phrase(" ".join(text for text, _, _ in part), part[0][1], end) for part, end in zip(parts, ends, strict=True)
    ]


def _cut(group: list[tuple[str, float, float]]) -> list[list[tuple[str, float, float]]]:
    """Cut words in two, and each half again, until every part is short enough; a single word is never cut."""
    length = sum(len(text) + 1 for text, _, _ in group) - 1
    if len(group) == 1 or (length <= _MOST_CHARACTERS and group[-1][2] - group[0][1] <= _MOST_S):
        return [group]

    def worth(at: int) -> float:
        before = sum(len(text) + 1 for text, _, _ in group[:at]) / length
        return _PAUSE_WEIGHT * (group[at][1] - group[at - 1][2]) - abs(before - 0.5)

    best = max(range(1, len(group)), key=worth)
    return [*_cut(group[:best]), *_cut(group[best:])]
