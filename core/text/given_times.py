"""Words whose times are known: their phones are found inside."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from ..phones.acoustic_model import STATES, acoustic_model
from ..phones.activity import FRAME_S
from ..phones.refinement import refined
from ..phones.search import Placed, Stretch
from .anchors import Pronunciations
from .placing import FORCED, Sound, forced
from .timing import Phone, Word


def phones_inside(
    sound: Sound, words: Sequence[Pronunciations], times: Sequence[tuple[float, float]]
) -> list[list[Placed]]:
    """Find the phones of words whose times are known.

    Args:
        sound: the recording.
        words: the tokens of each word.
        times: its start and its end, seconds.

    Returns:
        The tokens of each word with their phones; none where its time is too short.
    """
    count = sound.scores.frame_count
    stretches = []
    for tokens, (start_s, end_s) in zip(words, times, strict=True):
        start, end = (min(count, max(0, round(time_s / FRAME_S))) for time_s in (start_s, end_s))
        needed = STATES * sum(min(len(way) for way in token) for token in tokens)
        stretches.append(Stretch(start, end, tokens if tokens and end - start >= needed else ()))
    wanted = [number for number, stretch in enumerate(stretches) if stretch.words]
    out: list[list[Placed]] = [[] for _ in words]
    for number, placed in zip(wanted, forced(sound, [stretches[n] for n in wanted], other=FORCED), strict=True):
        out[number] = refined(sound.cepstra, sound.scores, placed, stretches[number].start, stretches[number].end)
    return out


def with_phones(word: Word, placed: Sequence[Placed], tokens: Pronunciations) -> Word:
    """Return a word with phones inside its times; evenly where they were not found."""
    if word.phones or not tokens:
        return word
    names = acoustic_model().phones
    phones = []
    if placed:
        numbers = np.concatenate([each.phones for each in placed])
        starts = [start for each in placed for start in each.bounds[:-1:STATES].tolist()]
        ends = [end for each in placed for end in each.bounds[STATES::STATES].tolist()]
        bounds = [(start * FRAME_S, end * FRAME_S) for start, end in zip(starts, ends, strict=True)]
    else:
        numbers = np.concatenate([token[0] for token in tokens])
        edges = np.linspace(word.start_s, word.end_s, len(numbers) + 1).tolist()
        bounds = list(pairwise(edges))
    for number, (start_s, end_s) in zip(numbers.tolist(), bounds, strict=True):
        phones.append(Phone(names[number], max(start_s, word.start_s), min(end_s, word.end_s)))
    return replace(word, phones=tuple(phones))
