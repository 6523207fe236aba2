"""The rough pass of alignment: where in a recording words of a text surely are.

The recording is cut at quiet places into chunks of 7 to 12 s. Each chunk is decoded against the stretch of text around
the place where a reader would be by now, so the work grows with the length and not with its square:

    sound   |  chunk 1  |   chunk 2   |  chunk 3 ...
    text     [....window 1....]
                      [.....window 2.....]        starts before the last sure word, reaches as far as anyone can speak
                      ^ cursor: the last sure word

A decoder always finds some words, also in a wrong text. So a text of random words (decoys) is decoded first; its score
is the score of chance. A word is sure where the sound fits it and its neighbours clearly better than chance, in a run
of several words. Sure words move the cursor. After a chunk without sure words the cursor stays, and the next window is
larger.
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from .decoder import FRAME_S, FRAME_SAMPLES, Hit, TextDecoder

# Cutting the recording.
CHUNK_S = (7.0, 12.0)  # a chunk ends at the quietest place in this range
QUIET_FRAMES = 25  # the level is averaged over 0.25 s to find quiet places
ACTIVE_DB = 25.0  # a frame is speech if it is less than so much below the recording's loud end,
ABOVE_FLOOR = 0.25  # and above this share of the way from its quiet end to its loud end
LEAST_ACTIVE = 30  # a chunk with fewer frames of speech is passed over
# The window of text for a chunk, in tokens.
BACK_WORDS = 20  # it starts so many before the cursor
AHEAD_WORDS = 30  # it reaches so many further than speech of the usual speed does
WORDS_PER_S = 6.0  # nobody speaks faster for long
WIDEST = 300
# Finding the first place, for recordings of a part of their transcript.
LOCATE_STEP = 240  # windows all over the text begin so far apart
LOCATE_TRIES = 3  # chunks that are searched in this way
# How sure words differ from words found by chance, in nats per frame.
CHANCE_CHUNKS = 4  # chunks on which the decoys are scored
USUAL_CHANCE = -4.5  # chance where no chunk could be scored
MARGIN_SLOPE, MARGIN_OFFSET = 0.4, 0.6  # the least margin grows as the score of chance falls, as in clean sound
SMALLEST_MARGIN = 0.8
AROUND_HITS = 2  # a word is judged together with so many on each side
RUN_HITS = 5  # so many sure words in a row make anchors
RUN_SPAN = 1.25  # a run may leave out every fifth word of the text
FIRM_HITS = 8  # so many sure words move the cursor
# Going on.
RETRY_S = (2.5, 4.5)  # after a chunk without sure words the next one begins so much later
UNEXPLAINED = 200  # frames of speech after the last sure word, from which on the chunk's rest is decoded again
GIVE_UP_S = 60.0  # after so much speech without a sure word, the recording is assumed to belong to another text


@dataclass(frozen=True)
class Anchors:
    """The result of the rough pass.

    Attributes:
        hits: tokens with sure places, ascending in index and time; seconds from the start of the recording.
        score: mean log likelihood per frame of the sure words, nats.
        chance: mean log likelihood per frame of the decoys, nats.
        matched: share of the recording's speech that sure words explain, 0-1.
    """

    hits: tuple[Hit, ...]
    score: float
    chance: float
    matched: float


def energy_db(samples: np.ndarray) -> np.ndarray:
    """Measure the level of every 10 ms frame; (frames,) dB."""
    count = len(samples) // FRAME_SAMPLES
    frames = samples[: count * FRAME_SAMPLES].reshape(count, FRAME_SAMPLES).astype(np.float64)
    return 10 * np.log10((frames**2).mean(axis=1) + 1e-12)


def active_frames(level_db: np.ndarray) -> np.ndarray:
    """Mark the frames that hold speech, judged by the recording's own quiet and loud ends; (frames,) bool."""
    floor, top = np.quantile(level_db, (0.05, 0.95))
    return level_db > max(top - ACTIVE_DB, floor + ABOVE_FLOOR * (top - floor))


def smoothed(level_db: np.ndarray) -> np.ndarray:
    """Average the level over the length of a short pause; (frames,)."""
    padded = np.pad(level_db, QUIET_FRAMES // 2, mode="edge")
    return np.convolve(padded, np.ones(QUIET_FRAMES) / QUIET_FRAMES, "valid")


def next_cut(smooth_db: np.ndarray, start: int, shortest_s: float, longest_s: float) -> int:
    """Return the quietest frame between the two lengths after `start`; the end where the rest is no longer."""
    left = len(smooth_db) - start
    shortest, longest = round(shortest_s / FRAME_S), round(longest_s / FRAME_S)
    if left <= longest:
        return len(smooth_db)
    if left < longest + shortest:  # two equal pieces at the end instead of a long and a tiny one
        shortest, longest = left // 4, left - left // 4
    low = start + shortest
    return low + int(np.argmin(smooth_db[low : start + longest]))


def quiet_cuts(level_db: np.ndarray, shortest_s: float, longest_s: float) -> list[int]:
    """Cut a recording at quiet places into stretches of the given lengths; the frames of the cuts and of both ends."""
    smooth_db = smoothed(level_db)
    cuts = [0]
    while cuts[-1] < len(level_db):
        cuts.append(next_cut(smooth_db, cuts[-1], shortest_s, longest_s))
    return cuts


def find_anchors(
    decoder: TextDecoder,
    token_count: int,
    decoys: Sequence[int],
    pcm_of: Callable[[int, int], bytes],
    level_db: np.ndarray,
    progress: Callable[[float], None],
) -> Anchors:
    """Decode the recording chunk by chunk, each against the text around the place where it should be.

    Words count only where the sound fits them clearly better than it fits the decoys.

    Args:
        decoder: knows the text.
        token_count: tokens of the text.
        decoys: tokens of random words, which the decoder knows besides the text.
        pcm_of: returns frames [start, end) of the recording for the decoder.
        level_db: level in dB of every 10 ms frame.
        progress: is called with the share done.
    """
    smooth_db = smoothed(level_db)
    active = np.concatenate([[0], np.cumsum(active_frames(level_db))])
    end = len(level_db)
    chance = _chance(decoder, decoys, pcm_of, quiet_cuts(level_db, *CHUNK_S), active)
    found: list[Hit] = []
    cursor, cursor_frame = 0, 0  # the last sure token, and the frame after it
    start, tries = 0, 0
    while start < end and (found or active[start] * FRAME_S < GIVE_UP_S):
        progress(start / end)
        stop = next_cut(smooth_db, start, *CHUNK_S)
        if active[stop] - active[start] < LEAST_ACTIVE:
            start = stop
            continue
        pcm = pcm_of(start, stop)
        low, high = _window(cursor, token_count, stop - cursor_frame, end - cursor_frame)
        sure = _sure(decoder.window(pcm, range(low, high), max(0, cursor - low)), chance, token_count)
        if not sure and not found and tries < LOCATE_TRIES and high < token_count:
            tries += 1
            sure = _sure(_locate(decoder, pcm, token_count), chance, token_count)
        offset_s = start * FRAME_S
        found += [replace(hit, start_s=hit.start_s + offset_s, end_s=hit.end_s + offset_s) for hit in sure]
        resume = next_cut(smooth_db, start, *RETRY_S)
        if sure:
            resume = max(resume, start + round(sure[-1].end_s / FRAME_S))
        if len(sure) >= min(FIRM_HITS, token_count):
            cursor, cursor_frame = max(cursor, sure[-1].index), resume
        # The decoder enters the text only where a chunk begins. So after much speech that the text does not hold, the
        # next chunk begins soon, instead of at this chunk's end.
        start = resume if active[stop] - active[min(stop, resume)] > UNEXPLAINED else stop
    found = _ascending(found)
    frames = sum(hit.frames for hit in found)
    score = _mean(found) if found else chance
    return Anchors(tuple(found), score, chance, min(1.0, frames / int(active[-1])) if active[-1] else 0.0)


def _window(cursor: int, token_count: int, elapsed: int, left: int) -> tuple[int, int]:
    """Return the first token that a chunk may hold, and the one after the last.

    Args:
        cursor: the last sure token.
        token_count: tokens of the text.
        elapsed: frames since the cursor's sound, to the end of the chunk.
        left: frames since then to the end of the recording.
    """
    high = cursor + round(WORDS_PER_S * elapsed * FRAME_S) + AHEAD_WORDS
    low = cursor - BACK_WORDS
    if high - low > WIDEST:  # no sure word for long: look around the place that a steady reader would have reached
        likely = cursor + round((token_count - cursor) * elapsed / max(1, left))
        low = max(low, likely - WIDEST // 2)
        high = low + WIDEST
    high = min(token_count, high)
    return max(0, min(low, high - AHEAD_WORDS)), high


def _locate(decoder: TextDecoder, pcm: bytes, token_count: int) -> list[Hit]:
    """Find the best fit of a chunk anywhere in the text: for recordings that hold only a part of their transcript."""
    best: list[Hit] = []
    for low in range(0, token_count, LOCATE_STEP):
        high = min(token_count, low + WIDEST)
        hits = decoder.window(pcm, range(low, high), (high - low) // 2)
        if len(hits) >= RUN_HITS and (not best or _mean(hits) > _mean(best)):
            best = hits
    return best


def _chance(
    decoder: TextDecoder,
    decoys: Sequence[int],
    pcm_of: Callable[[int, int], bytes],
    cuts: Sequence[int],
    active: np.ndarray,
) -> float:
    """Score a wrong text on this recording, in nats per frame."""
    chunks = [(a, b) for a, b in pairwise(cuts) if active[b] - active[a] >= LEAST_ACTIVE]
    scores = []
    for pick in np.unique(np.linspace(0, len(chunks) - 1, CHANCE_CHUNKS).astype(int)) if chunks else ():
        hits = decoder.window(pcm_of(*chunks[pick]), decoys, len(decoys) // 2)
        if hits:
            scores.append(_mean(hits))
    return float(np.median(scores)) if scores else USUAL_CHANCE


def _sure(hits: Sequence[Hit], chance: float, token_count: int) -> list[Hit]:
    """Choose hits that fit clearly better than chance, in long runs, without those at the edges of the chunk."""
    margin = max(SMALLEST_MARGIN, -MARGIN_SLOPE * chance - MARGIN_OFFSET)
    good = [
        _mean(hits[max(0, place - AROUND_HITS) : place + AROUND_HITS + 1]) > chance + margin
        for place in range(len(hits))
    ]
    sure: list[Hit] = []
    run: list[Hit] = []
    for place in range(len(hits) + 1):
        if place < len(hits) and good[place]:
            run.append(hits[place])
            continue
        if len(run) >= min(RUN_HITS, token_count) and run[-1].index - run[0].index < RUN_SPAN * len(run):
            sure += run
        run = []
    if len(sure) > RUN_HITS:  # the outermost words may be cut in half
        sure = sure[int(sure[0] is hits[0]) : len(sure) - int(sure[-1] is hits[-1])]
    return sure


def _ascending(hits: Sequence[Hit]) -> list[Hit]:
    """Choose the most hits, of those given in order of time, so that their places in the text ascend.

    This is the longest increasing subsequence: of places 1 2 9 3 4 the selection is 1 2 3 4.
    """
    tails: list[int] = []  # tails[n]: the hit with the smallest index that ends a selection of n + 1 hits
    before: list[int] = []
    for place, hit in enumerate(hits):
        length = bisect_left(tails, hit.index, key=lambda tail: hits[tail].index)
        before.append(tails[length - 1] if length else -1)
        tails[length : length + 1] = [place]
    chosen: list[Hit] = []
    place = tails[-1] if tails else -1
    while place >= 0:
        chosen.append(hits[place])
        place = before[place]
    return chosen[::-1]


def _mean(hits: Sequence[Hit]) -> float:
    frames = sum(hit.frames for hit in hits)
    return sum(hit.score * hit.frames for hit in hits) / frames
