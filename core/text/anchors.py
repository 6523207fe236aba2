"""Finds roughly where in a recording each stretch of a text is spoken: linear in the length, and sure of itself."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from .decoder import FRAME_S, FRAME_SAMPLES, Hit, TextDecoder

CHUNK_S = (7.0, 12.0)  # a chunk ends at the quietest place in this range
QUIET_FRAMES = 25  # a pause is as deep as its mean over 0.25 s
ACTIVE_DB = 25.0  # speech is louder than its own loud end minus this
ABOVE_FLOOR = 0.25  # and than this share of the way from the quiet end up
BACK_WORDS = 20  # a chunk may start this many tokens before the expected one
WORDS_PER_S = 6.0  # nobody speaks faster for long
AHEAD_WORDS = 30
WIDEST = 300  # tokens in one window
LOCATE_STEP = 240
LOCATE_TRIES = 3
CHANCE_CHUNKS = 4
MARGIN_SLOPE, MARGIN_OFFSET = 0.4, 0.6  # sure words beat chance by more where chance is clearly bad (a clean recording)
SMALLEST_MARGIN = 0.8  # nats per frame
AROUND_HITS = 2  # a word is judged together with this many on each side
RUN_HITS = 5  # so many sure words in a row make anchors
RUN_SPAN = 1.25  # a run may leave out every fifth word of the text
FIRM_HITS = 8  # so many move the place where the text goes on
RETRY_S = (2.5, 4.5)  # after a stretch without sure words
LEAST_ACTIVE = 30  # frames of speech that are worth listening to
UNEXPLAINED = 200  # frames of speech after the last sure word that are listened to again
USUAL_CHANCE = -4.5
GIVE_UP_S = 60.0  # of speech without one sure word


@dataclass(frozen=True)
class Anchors:
    """What the rough pass found.

    Attributes:
        hits: tokens with sure places, ascending in index and time; seconds from the start of the recording.
        score: mean log likelihood per frame of the sure words, nats.
        chance: the same for the decoys.
        matched: share of the recording's speech that sure words explain, 0-1.
    """

    hits: tuple[Hit, ...]
    score: float
    chance: float
    matched: float


def energy_db(samples: np.ndarray) -> np.ndarray:
    """Level of every 10 ms frame in dB; (frames,)."""
    count = len(samples) // FRAME_SAMPLES
    frames = samples[: count * FRAME_SAMPLES].reshape(count, FRAME_SAMPLES).astype(np.float64)
    return 10 * np.log10((frames**2).mean(axis=1) + 1e-12)


def active_frames(level_db: np.ndarray) -> np.ndarray:
    """Which frames hold speech, judged by the recording's own loud end; (frames,) bool."""
    floor, top = np.quantile(level_db, (0.05, 0.95))
    return level_db > max(top - ACTIVE_DB, floor + ABOVE_FLOOR * (top - floor))


def smoothed(level_db: np.ndarray) -> np.ndarray:
    """Level averaged over the length of a short pause; (frames,)."""
    padded = np.pad(level_db, QUIET_FRAMES // 2, mode="edge")
    return np.convolve(padded, np.ones(QUIET_FRAMES) / QUIET_FRAMES, "valid")


def next_cut(smooth_db: np.ndarray, start: int, shortest_s: float, longest_s: float) -> int:
    """The quietest frame between the two lengths after `start`; the end where the rest is no longer than that."""
    left = len(smooth_db) - start
    shortest, longest = round(shortest_s / FRAME_S), round(longest_s / FRAME_S)
    if left <= longest:
        return len(smooth_db)
    if left < longest + shortest:  # two even rests instead of a long and a tiny one
        shortest, longest = left // 4, left - left // 4
    low = start + shortest
    return low + int(np.argmin(smooth_db[low : start + longest]))


def quiet_cuts(level_db: np.ndarray, shortest_s: float, longest_s: float) -> list[int]:
    """Frames that cut a recording into stretches of the given lengths at quiet places, both ends included."""
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
    """Walk through the recording chunk by chunk, each against the text around the place where it should be.

    Words count only where the sound fits them clearly better than it fits the decoys.

    Args:
        decoder: knows the text.
        token_count: tokens of the text.
        decoys: tokens that the decoder knows besides the text, in no order that anyone says.
        pcm_of: frames [start, end) of the recording for the decoder.
        level_db: of every 10 ms frame.
        progress: is told the share done.
    """
    smooth_db = smoothed(level_db)
    active = np.concatenate([[0], np.cumsum(active_frames(level_db))])
    end = len(level_db)
    chance = _chance(decoder, decoys, pcm_of, quiet_cuts(level_db, *CHUNK_S), active)
    found: list[Hit] = []
    cursor, heard_until, start, tries = 0, 0, 0, 0
    while start < end and (found or active[start] * FRAME_S < GIVE_UP_S):
        progress(start / end)
        stop = next_cut(smooth_db, start, *CHUNK_S)
        if active[stop] - active[start] < LEAST_ACTIVE:
            start = stop
            continue
        pcm = pcm_of(start, stop)
        low, high = _window(cursor, token_count, stop - heard_until, end - heard_until)
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
            cursor, heard_until = max(cursor, sure[-1].index), resume
        # The decoder enters the text only where a chunk begins: after speech that is not in it, begin anew soon.
        start = resume if active[stop] - active[min(stop, resume)] > UNEXPLAINED else stop
    found = _ascending(found)
    frames = sum(hit.frames for hit in found)
    score = _mean(found) if found else chance
    return Anchors(tuple(found), score, chance, min(1.0, frames / int(active[-1])) if active[-1] else 0.0)


def _window(cursor: int, token_count: int, elapsed: int, left: int) -> tuple[int, int]:
    """Tokens that a chunk may hold, given the last sure token and the frames since then."""
    high = cursor + round(WORDS_PER_S * elapsed * FRAME_S) + AHEAD_WORDS
    low = cursor - BACK_WORDS
    if high - low > WIDEST:  # lost for a while: around the place that a steady reader would have reached
        likely = cursor + round((token_count - cursor) * elapsed / max(1, left))
        low = max(low, likely - WIDEST // 2)
        high = low + WIDEST
    high = min(token_count, high)
    return max(0, min(low, high - AHEAD_WORDS)), high


def _locate(decoder: TextDecoder, pcm: bytes, token_count: int) -> list[Hit]:
    """The best fit of a chunk anywhere in the text: for recordings that hold only a part of their transcript."""
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
    """What a wrong text scores on this recording, in nats per frame."""
    chunks = [(a, b) for a, b in pairwise(cuts) if active[b] - active[a] >= LEAST_ACTIVE]
    scores = []
    for pick in np.unique(np.linspace(0, len(chunks) - 1, CHANCE_CHUNKS).astype(int)) if chunks else ():
        hits = decoder.window(pcm_of(*chunks[pick]), decoys, len(decoys) // 2)
        if hits:
            scores.append(_mean(hits))
    return float(np.median(scores)) if scores else USUAL_CHANCE


def _sure(hits: Sequence[Hit], chance: float, token_count: int) -> list[Hit]:
    """The hits that fit clearly better than chance, in runs long enough to be no accident, without a chunk's edges."""
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
    """The longest selection of hits, given in order of time, whose places in the text ascend."""
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
