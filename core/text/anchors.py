"""The rough pass of alignment: where in a recording words of a text surely are.

The recording is cut at quiet places into chunks of 7 to 12 s. Each chunk is decoded against the stretch of text around
the place where a reader would be by now, so the work grows with the length and not with its square:

    sound   |  chunk 1  |   chunk 2   |  chunk 3 ...
    text     [....window 1....]
                      [.....window 2.....]        starts before the last sure word, reaches as far as anyone can speak
                      ^ cursor: the last sure word

A search always finds some words, also in a wrong text. So a text of random words (decoys) is decoded first; its score
is the score of chance. A word is sure where the sound fits it and its neighbours clearly better than chance, in a run
of several words. Sure words move the cursor. After a chunk without sure words the cursor stays, and the next window is
larger.
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from ..phones.activity import FRAME_S, active_frames, next_cut, quiet_cuts, smoothed
from ..phones.scores import PhoneScores
from ..phones.search import Placed, Stretch, search

# Cutting the recording.
CHUNK_S = (7.0, 12.0)  # a chunk ends at the quietest place in this range
LEAST_ACTIVE = 30  # a chunk with fewer frames of speech is passed over
# The window of text for a chunk, in tokens.
BACK_WORDS = 12  # it starts so many before the cursor
AHEAD_WORDS = 30  # it reaches so many further than speech of the usual speed does
WORDS_PER_S = 5.0  # nobody speaks faster for long
WIDEST = 300
MOST_PHONES = 2000  # in a window: the usual ones of the widest have 1,400
JUMP_WORDS = 8.0  # a start this many words away from the expected one is half as likely
# Finding the first place, for recordings of a part of their transcript.
LOCATE_STEP = 240  # windows all over the text begin so far apart
LOCATE_TRIES = 3  # chunks that are searched in this way
# How sure words differ from words found by chance, in nats per frame.
CHANCE_CHUNKS = 4  # chunks on which the decoys are scored
USUAL_CHANCE = -5.0  # chance where no chunk could be scored
FORCED = 1e5  # nats: decoys must be said
OTHER_PER_FRAME = 5.0  # nats: a foreign accent must not be taken for other speech
AROUND_HITS = 2  # a word is judged together with so many on each side
RUN_HITS = 5  # so many sure words in a row make anchors
RUN_SPAN = 1.25  # a run may leave out every fifth word of the text
FIRM_HITS = 8  # so many sure words move the cursor
# Going on.
RETRY_S = (2.5, 4.5)  # after a chunk without sure words the next one begins so much later
UNEXPLAINED = 200  # frames of speech after the last sure word, from which on the chunk's rest is decoded again
GIVE_UP_S = 60.0  # after so much speech without a sure word, the recording is assumed to belong to another text

Pronunciations = Sequence[Sequence[np.ndarray]]  # for each token its ways to be said, as numbers of phones


@dataclass(frozen=True)
class Anchors:
    """The result of the rough pass.

    Attributes:
        hits: tokens with sure places, ascending in index and time.
        score: mean score of a frame of the sure words, nats; 0 is as good as the best phones.
        fit: mean score of a frame of all words in the chunks with sure words, nats: low for a foreign accent.
        matched: share of the recording's speech that sure words explain, 0-1.
    """

    hits: tuple[Placed, ...]
    score: float
    fit: float
    matched: float


def find_anchors(
    scores: PhoneScores,
    words: Pronunciations,
    least: float,
    level_db: np.ndarray,
    progress: Callable[[float], None],
) -> Anchors:
    """Search the recording chunk by chunk, each against the text around the place where it should be.

    Words count only where the sound fits them clearly better than it fits the decoys.

    Args:
        scores: of the recording.
        words: the tokens of the text.
        least: the score that sure words have at least.
        level_db: level in dB of every 10 ms frame.
        progress: is called with the share done; what it raises stops the work.
    """
    smooth_db = smoothed(level_db)
    active = np.concatenate([[0], np.cumsum(active_frames(level_db))])
    end, count = scores.frame_count, len(words)
    found: list[Placed] = []
    said: list[Placed] = []  # all words in chunks with sure words
    cursor, cursor_frame = 0, 0  # the last sure token, and the frame after it
    start, tries = 0, 0
    while start < end and (found or active[start] * FRAME_S < GIVE_UP_S):
        progress(start / end)
        stop = next_cut(smooth_db, start, *CHUNK_S)
        if active[stop] - active[start] < LEAST_ACTIVE:
            start = stop
            continue
        speech = int(active[stop] - active[cursor_frame])
        low, high = _window(cursor, count, speech, int(active[end] - active[cursor_frame]))
        hits = _heard(scores, start, stop, words, low, high, max(0, cursor - low))
        sure = sure_words(hits, least, count)
        if not sure and not found and tries < LOCATE_TRIES and high < count:
            tries += 1
            hits = _locate(scores, start, stop, words)
            sure = sure_words(hits, least, count)
        found += sure
        said += hits if sure else []
        resume = next_cut(smooth_db, start, *RETRY_S)
        if sure:
            resume = max(resume, sure[-1].end)
        if len(sure) >= min(FIRM_HITS, count):
            cursor, cursor_frame = max(cursor, sure[-1].word), resume
        # The search enters the text only where a chunk begins. So after much speech that the text does not hold, the
        # next chunk begins soon, instead of at this chunk's end.
        start = resume if active[stop] - active[min(stop, resume)] > UNEXPLAINED else stop
    found = _ascending(found)
    frames = sum(hit.frames for hit in found)
    matched = min(1.0, frames / int(active[-1])) if active[-1] else 0.0
    score, fit = (mean_score(found), mean_score(said)) if found else (least, least)
    return Anchors(tuple(found), score, fit, matched)


def _window(cursor: int, count: int, speech: int, left: int) -> tuple[int, int]:
    """Return the first token that a chunk may hold, and the one after the last.

    Args:
        cursor: the last sure token.
        count: tokens of the text.
        speech: frames of speech since the cursor, to the end of the chunk.
        left: frames of speech since then to the end of the recording.
    """
    high = cursor + round(WORDS_PER_S * speech * FRAME_S) + AHEAD_WORDS
    low = cursor - BACK_WORDS
    if high - low > WIDEST:  # no sure word for long: look around the place that a steady reader would have reached
        likely = cursor + round((count - cursor) * speech / max(1, left))
        low = max(low, likely - WIDEST // 2)
        high = low + WIDEST
    high = min(count, high)
    return max(0, min(low, high - AHEAD_WORDS)), high


def _heard(
    scores: PhoneScores, start: int, stop: int, words: Pronunciations, low: int, high: int, expected: int
) -> list[Placed]:
    """Find which of the tokens [low, high) are in a chunk, which probably begins `expected` tokens after `low`."""
    total = np.cumsum([sum(len(way) for way in ways) for ways in words[low:high]])
    high = min(high, low + max(1, int(np.searchsorted(total, MOST_PHONES))))
    entry = -np.log1p(np.abs(np.arange(high - low + 1) - expected) / JUMP_WORDS).astype(np.float32)
    (hits,) = search(scores, [Stretch(start, stop, words[low:high], entry, free_end=True)], OTHER_PER_FRAME)
    return [replace(hit, word=low + hit.word) for hit in hits]


def _locate(scores: PhoneScores, start: int, stop: int, words: Pronunciations) -> list[Placed]:
    """Find the best fit of a chunk anywhere in the text: for recordings that hold only a part of their transcript."""
    best: list[Placed] = []
    for low in range(0, len(words), LOCATE_STEP):
        high = min(len(words), low + WIDEST)
        hits = _heard(scores, start, stop, words, low, high, (high - low) // 2)
        if len(hits) >= RUN_HITS and (not best or sum(h.frames for h in hits) > sum(h.frames for h in best)):
            best = hits
    return best


def chance_score(scores: PhoneScores, decoys: Pronunciations, level_db: np.ndarray) -> float:
    """Score a wrong text on this recording, in nats per frame.

    Args:
        scores: of the recording.
        decoys: random words.
        level_db: level in dB of every 10 ms frame.
    """
    cuts = quiet_cuts(level_db, *CHUNK_S)
    active = np.concatenate([[0], np.cumsum(active_frames(level_db))])
    chunks = [(a, b) for a, b in pairwise(cuts) if active[b] - active[a] >= LEAST_ACTIVE]
    if not chunks:
        return USUAL_CHANCE
    entry = np.zeros(len(decoys) + 1, np.float32)
    picked = [chunks[pick] for pick in np.unique(np.linspace(0, len(chunks) - 1, CHANCE_CHUNKS).astype(int))]
    stretches = [Stretch(start, stop, decoys, entry, free_end=True) for start, stop in picked]
    means = [mean_score(hits) for hits in search(scores, stretches, FORCED, FORCED) if hits]
    return float(np.median(means)) if means else USUAL_CHANCE


def sure_words(hits: Sequence[Placed], least: float, count: int) -> list[Placed]:
    """Choose words that fit clearly better than chance, in long runs, without those at the edges of the chunk.

    Args:
        hits: words in order of time.
        least: their least mean score, together with their neighbours.
        count: words of the whole text.
    """
    good = [
        mean_score(hits[max(0, place - AROUND_HITS) : place + AROUND_HITS + 1]) > least for place in range(len(hits))
    ]
    sure: list[Placed] = []
    run: list[Placed] = []
    for place in range(len(hits) + 1):
        if place < len(hits) and good[place]:
            run.append(hits[place])
            continue
        if len(run) >= min(RUN_HITS, count) and run[-1].word - run[0].word < RUN_SPAN * len(run):
            sure += run
        run = []
    if len(sure) > RUN_HITS:  # the outermost words may be cut in half
        sure = sure[int(sure[0] is hits[0]) : len(sure) - int(sure[-1] is hits[-1])]
    return sure


def _ascending(hits: Sequence[Placed]) -> list[Placed]:
    """Choose the most hits, of those given in order of time, so that their places in the text ascend.

    This is the longest increasing subsequence: of places 1 2 9 3 4 the selection is 1 2 3 4.
    """
    tails: list[int] = []  # tails[n]: the hit with the smallest place that ends a selection of n + 1 hits
    before: list[int] = []
    for place, hit in enumerate(hits):
        length = bisect_left(tails, hit.word, key=lambda tail: hits[tail].word)
        before.append(tails[length - 1] if length else -1)
        tails[length : length + 1] = [place]
    chosen: list[Placed] = []
    place = tails[-1] if tails else -1
    while place >= 0:
        chosen.append(hits[place])
        place = before[place]
    return chosen[::-1]


def mean_score(hits: Sequence[Placed]) -> float:
    """Return the mean score of the frames of some words, nats; that of chance where there are none."""
    frames = sum(hit.frames for hit in hits)
    return sum(hit.score * hit.frames for hit in hits) / frames if frames else USUAL_CHANCE
