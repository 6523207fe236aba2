"""Silence that somebody put into speech: it is taken out before words are looked for, and put back into their times.

A voice that pauses fades, and comes back softly. Where a recording is cut and silence inserted, full speech stops from
one moment to the next, and goes on as suddenly:

    a pause     ▇▇▇▆▅▃▂▁                ▁▃▆▇▇▇
    a gap       ▇▇▇▇▇▇▇▇│               │▇▇▇▇▇▇        is taken out:  ▇▇▇▇▇▇▇▇│▇▇▇▇▇▇

To the acoustic model such an edge is the burst of a consonant, so that "go to the │ library" is heard as "go to │ the
library". Joined again, the sound is that of the sentence, and every word lies on the side where most of it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..clock import SAMPLE_RATE
from ..phones.activity import FRAME_SAMPLES, active_frames, energy_db, loud_db
from .timing import Word

LEAST = 50  # frames; shorter ones are left to the search
INSIDE = 20  # frames from its ends, between which a gap is surely silent
REACH = 2  # frames of speech in which an edge is looked for
LOUDER = 1.5  # times the loudest sample of the gap: speech
SOFTEST_DB = -25.0  # below the recording's loud end: speech at an edge is louder,
DROP_DB = 15.0  # and by so much louder than the gap


@dataclass(frozen=True)
class Gap:
    """Inserted silence: its samples [start, end)."""

    start: int
    end: int


def inserted_gaps(samples: np.ndarray) -> list[Gap]:
    """Find the silence that was put into speech, (N,) 16 kHz mono."""
    level_db = energy_db(samples)
    active = active_frames(level_db)
    if not active.any():
        return []
    top = loud_db(level_db)
    steps = np.diff(active.astype(np.int8))
    starts, ends = np.flatnonzero(steps < 0) + 1, np.flatnonzero(steps > 0) + 1
    if not active[0]:
        ends = ends[1:]
    found = (
        _gap(samples, start, end, top)
        for start, end in zip(starts.tolist(), ends.tolist(), strict=False)
        if end - start >= LEAST
    )
    return [gap for gap in found if gap is not None]


def _gap(samples: np.ndarray, start: int, end: int, top_db: float) -> Gap | None:
    """Return the gap in a pause of the frames [start, end); None where the voice fades or comes back softly."""
    silence = samples[(start + INSIDE) * FRAME_SAMPLES : (end - INSIDE) * FRAME_SAMPLES]
    above = LOUDER * float(np.abs(silence).max())
    low, high = max(0, start - REACH) * FRAME_SAMPLES, (end + REACH) * FRAME_SAMPLES
    before = np.flatnonzero(np.abs(samples[low : (start + INSIDE) * FRAME_SAMPLES]) > above)
    after = np.flatnonzero(np.abs(samples[(end - INSIDE) * FRAME_SAMPLES : high]) > above)
    if not len(before) or not len(after):
        return None
    stop, again = low + int(before[-1]) + 1, (end - INSIDE) * FRAME_SAMPLES + int(after[0])
    edge_db = min(
        _level_db(samples[max(0, stop - FRAME_SAMPLES) : stop]), _level_db(samples[again : again + FRAME_SAMPLES])
    )
    return Gap(stop, again) if edge_db >= max(top_db + SOFTEST_DB, _level_db(silence) + DROP_DB) else None


def _level_db(samples: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(np.square(samples, dtype=np.float64)) + 1e-12))


def without_gaps(samples: np.ndarray, gaps: Sequence[Gap]) -> np.ndarray:
    """Return the samples that lie in none of the gaps, which are given in order."""
    if not gaps:
        return samples
    starts = [0, *(gap.end for gap in gaps)]
    ends = [*(gap.start for gap in gaps), len(samples)]
    return np.concatenate([samples[start:end] for start, end in zip(starts, ends, strict=True)])


def with_gaps(words: Sequence[Word], gaps: Sequence[Gap]) -> tuple[Word, ...]:
    """Return words of a recording without its gaps with their times in the whole one; none spans a gap."""
    return tuple(_later(word, gaps) for word in words) if gaps else tuple(words)


def _later(word: Word, gaps: Sequence[Gap]) -> Word:
    """Move a word behind the gaps before it; one that a gap divides is pressed into the longer of its two parts."""
    start_s, end_s, later_s = word.start_s, word.end_s, 0.0
    removed = 0
    for gap in gaps:
        cut_s = (gap.start - removed) / SAMPLE_RATE
        removed += gap.end - gap.start
        if start_s < cut_s < end_s:
            start_s, end_s = (start_s, cut_s) if cut_s - start_s >= end_s - cut_s else (cut_s, end_s)
        if cut_s <= start_s:
            later_s = removed / SAMPLE_RATE
    size = (end_s - start_s) / (word.end_s - word.start_s) if word.end_s > word.start_s else 1.0

    def moved(at_s: float) -> float:
        return later_s + start_s + (at_s - word.start_s) * size

    phones = tuple(replace(phone, start_s=moved(phone.start_s), end_s=moved(phone.end_s)) for phone in word.phones)
    return replace(word, start_s=later_s + start_s, end_s=later_s + end_s, phones=phones)
