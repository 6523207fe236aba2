"""Texts whose file states times: captions keep their stretch of the recording, timed words keep their times.

captions     |  And Mister John  |   |  had then leisure  |    their words are placed inside, to 0.5 s around them
timed words  |And| |Mister| |John|                             their phones are found inside
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TypeVar

import numpy as np

from ..phones.acoustic_model import STATES, acoustic_model
from ..phones.activity import FRAME_S, smoothed
from ..phones.refinement import refined
from ..phones.search import Placed, Stretch
from .anchors import Pronunciations, mean_score
from .pieces import LONGEST_S, Piece
from .placing import FORCED, LEAST_FRAMES, Sound, forced
from .timing import Phone, Word
from .transcript import Caption, Transcript

SLACK_S = 0.5  # captions are set by eye: their words may reach so far beyond them
LOOK_S = 0.3  # and so far into a neighbour
OVERLAP = 2.0  # words whose lengths together are so many times the time that they span are not those of one speaker
CROWDED = 2.0  # a caption whose words take at least so many times its length has a wrong time
TRIED = 6  # pieces from which the fit of a text is measured

T = TypeVar("T", Caption, Word, Phone)


def in_part(transcript: Transcript, offset_s: float, seconds: float) -> Transcript:
    """Return what a transcript says in a part of a recording, with times from the part's start."""
    captions = _in_part(transcript.captions or (), offset_s, seconds)
    words = _in_part(transcript.words or (), offset_s, seconds)
    words = tuple(replace(word, phones=_in_part(word.phones, offset_s, seconds)) for word in words)
    return replace(transcript, captions=captions, words=words)


def _in_part(entries: Sequence[T], offset_s: float, seconds: float) -> tuple[T, ...]:
    moved = (replace(each, start_s=each.start_s - offset_s, end_s=each.end_s - offset_s) for each in entries)
    return tuple(
        replace(each, start_s=max(0.0, each.start_s), end_s=min(seconds, each.end_s))
        for each in moved
        if each.end_s > 0 and each.start_s < seconds
    )


def follow_each_other(words: Sequence[Word]) -> bool:
    """Return whether timed words can be the words of a speaker: one begins after the other, and few overlap."""
    if any(after.start_s < before.start_s for before, after in pairwise(words)):
        return False
    if any(word.end_s < word.start_s for word in words):
        return False
    said_s = sum(word.end_s - word.start_s for word in words)
    return said_s <= OVERLAP * (max(word.end_s for word in words) - words[0].start_s)


def can_be_said(pieces: Sequence[Piece], words: Pronunciations) -> bool:
    """Return whether the words of captions can be said in their times, none of which is longer than a search takes."""
    for piece in pieces:
        needed = LEAST_FRAMES * sum(min(len(way) for way in words[token]) for token in piece.tokens)
        frames = piece.end - piece.start
        if needed > CROWDED * frames or frames * FRAME_S > LONGEST_S:
            return False
    return True


def caption_pieces(captions: Sequence[Caption], counts: Sequence[int], level_db: np.ndarray) -> list[Piece]:
    """Cut a recording between its captions.

    Args:
        captions: in order.
        counts: number of tokens of each.
        level_db: level in dB of every 10 ms frame.

    Returns:
        A piece for each caption with tokens; none at all where the captions are not in order.
    """
    smooth_db = smoothed(level_db)
    end = len(level_db)

    def frame(time_s: float) -> int:
        return min(end, max(0, round(time_s / FRAME_S)))

    starts, ends = [frame(captions[0].start_s - SLACK_S)], []
    for before, after in pairwise(captions):
        if after.start_s < before.end_s - SLACK_S:
            return []
        if after.start_s - before.end_s > 2 * SLACK_S:
            ends.append(frame(before.end_s + SLACK_S))
            starts.append(frame(after.start_s - SLACK_S))
            continue
        low, high = frame(before.end_s - LOOK_S), frame(after.start_s + LOOK_S)
        cut = max(starts[-1], low + int(np.argmin(smooth_db[low:high]))) if high > low else low
        ends.append(cut)
        starts.append(cut)
    ends.append(frame(captions[-1].end_s + SLACK_S))
    pieces = []
    token = 0
    for start, stop, count in zip(starts, ends, counts, strict=True):
        if count and stop > start:
            pieces.append(Piece(start, stop, tuple(range(token, token + count))))
        token += count
    return pieces


def fit_of(sound: Sound, pieces: Sequence[Piece], words: Pronunciations) -> float:
    """Measure how well the words of some pieces fit the sound: mean score of a frame, nats."""
    picked = [pieces[at] for at in np.unique(np.linspace(0, len(pieces) - 1, TRIED).astype(int))] if pieces else []
    stretches = [Stretch(piece.start, piece.end, [words[token] for token in piece.tokens]) for piece in picked]
    placed = [word for each in forced(sound, stretches) for word in each]
    return mean_score(placed) if placed else 0.0


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
