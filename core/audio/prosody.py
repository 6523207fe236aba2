"""The prosody of speech, which gestures follow: loudness, accents, phrases and gesture units.

words     |the|next| |day|        |she|came|        |back|
phrases   [--------] [---]        [--------]        [----]     no pause of 0.18 s inside
units     [----------------------------------------------]     no pause of 0.7 s inside; hands stay up
accents        ^       ^               ^               ^       loud syllables, and words with a gesture
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..clock import FPS, SAMPLE_RATE, frame_count
from ..filters import find_peaks, gaussian_filter1d
from ..stops import check_stop
from ..text import lexicon

HOP = SAMPLE_RATE // 100
PIECE = 60 * SAMPLE_RATE  # samples that are squared at a time, to limit the memory
HILL_DB = 6.0  # a nucleus (the loudest part of a syllable) is louder than its surroundings by this much
ABOVE_FLOOR_DB = 12.0
NEAR_S = 2.0  # a nucleus is compared with those within two seconds
SPACING_S = 0.45  # least time between accents; hands cannot make strokes faster than that
TRIGGER_SPACING_S = 0.75  # between two accents with gestures of their own
_CLOSE_S = 1.0  # accents farther from each other are never too close
PHRASE_PAUSE_S = 0.18
UNIT_PAUSE_S = 0.7
SHORTEST_SOUND_S = 0.12
EDGE_S = 0.03  # the error of aligned times is about this large


@dataclass(frozen=True)
class Accent:
    """A stressed syllable.

    Attributes:
        time_s: where its vowel is loudest.
        prominence: 0-1, how much louder it is than the nuclei around it.
        loudness: 0-1 within the recording.
        word: index of its word, -1 without one.
        kind: the word's class (`core.text.lexicon`) when it calls for a gesture of its own.
        order: number of the accent within its unit.
    """

    time_s: float
    prominence: float
    loudness: float
    word: int = -1
    kind: str | None = None
    order: int = 0


@dataclass(frozen=True)
class Stretch:
    """A stretch of speech, in seconds."""

    start_s: float
    end_s: float


@dataclass(frozen=True)
class Prosody:
    """The prosody of one recording.

    Attributes:
        frame_count: frames at 30 fps that cover the sound.
        loudness: (T,) 0 in silence, about 1 at the loudest.
        words: the words as given.
        sounds: the speech sounds that were heard, where the words have none.
        accents: in order of time.
        stressed_s: when syllables are stressed, ascending seconds: those at least as loud as the others around them.
        phrases: stretches of speech without a pause.
        units: stretches of phrases without a long pause; the hands stay up in each.
    """

    frame_count: int
    loudness: np.ndarray
    words: tuple
    accents: tuple[Accent, ...]
    phrases: tuple[Stretch, ...]
    units: tuple[Stretch, ...]
    sounds: tuple = ()
    stressed_s: tuple[float, ...] = ()

    @property
    def times_s(self) -> np.ndarray:
        """Return the time (T,) of every frame, seconds."""
        return np.arange(self.frame_count) / FPS

    @property
    def moments_s(self) -> list[float]:
        """Return the times of the accents, ascending, seconds."""
        return [accent.time_s for accent in self.accents]

    def accents_in(self, span: Stretch) -> tuple[Accent, ...]:
        """Return the accents of a stretch."""
        return tuple(a for a in self.accents if span.start_s - 0.1 <= a.time_s <= span.end_s + 0.1)


def analyse(
    samples: np.ndarray, words: Sequence = (), language: str = lexicon.ENGLISH, sounds: Sequence = ()
) -> Prosody:
    """Read the prosody of speech.

    Args:
        samples: (N,) mono, 16 kHz.
        words: aligned words (`core.text.timing.Word`).
        language: the language of the words, which decides which of them call for a gesture.
        sounds: speech sounds that were heard (`core.text.heard`), where the words have none; without words they make
            the phrases. Without words and sounds, phrases are where it is loud.
    """
    words = tuple(words)
    frames = frame_count(len(samples))
    level = speech_level(samples)
    loud = _loudness(level)
    loudness = np.interp(np.arange(frames) / FPS, np.arange(len(loud)) / 100, loud)
    spoken = [(each.start_s, each.end_s) for each in (words or sounds)] or _sounding(level)
    phrases, units = _spans(spoken, PHRASE_PAUSE_S), _spans(spoken, UNIT_PAUSE_S)
    kinds = lexicon.word_classes([word.word for word in words], language)
    nuclei = _nuclei(level, units)
    accents = _number(_accents(nuclei, level, loud, words, kinds), units)
    stressed_s = tuple(peak / 100 for above, peak in nuclei if above >= 0)
    return Prosody(frames, loudness, words, accents, phrases, units, tuple(sounds), stressed_s)


def speech_level(samples: np.ndarray) -> np.ndarray:
    """Measure the power of sound (N,) at 16 kHz in dB, (M,): every 10 ms, smoothed over about 60 ms."""
    whole = max(len(samples) // HOP, 1) * HOP
    if len(samples) < whole:
        samples = np.pad(samples, (0, whole - len(samples)))
    pieces = np.split(samples[:whole], range(PIECE, whole, PIECE))
    power = np.concatenate([np.square(piece, dtype=np.float64).reshape(-1, HOP).mean(1) for piece in pieces])
    return 10 * np.log10(gaussian_filter1d(power, 2.5) + 1e-9)


def _loudness(level: np.ndarray) -> np.ndarray:
    floor, top = np.percentile(level, 8), np.percentile(level, 97)
    return np.clip((level - max(floor, top - 40)) / max(min(top - floor, 40), 12), 0, 1.2)


def _sounding(level: np.ndarray) -> list[tuple[float, float]]:
    """Find stretches (start_s, end_s) that are loud enough to be speech."""
    on = np.concatenate([[False], level > np.percentile(level, 10) + ABOVE_FLOOR_DB, [False]])
    edges = np.flatnonzero(np.diff(on.astype(int))).reshape(-1, 2) / 100
    return [(a, b) for a, b in edges if b - a >= SHORTEST_SOUND_S]


def _spans(spoken: list[tuple[float, float]], pause_s: float) -> tuple[Stretch, ...]:
    spans: list[Stretch] = []
    for start, end in spoken:
        if spans and start - spans[-1].end_s <= pause_s:
            spans[-1] = Stretch(spans[-1].start_s, max(end, spans[-1].end_s))
        else:
            spans.append(Stretch(start, end))
    return tuple(spans)


def _nuclei(level: np.ndarray, units: tuple[Stretch, ...]) -> list[tuple[float, int]]:
    """Find the nuclei of spoken syllables: how far above those around it each one is (dB), and when (10 ms)."""
    nuclei = find_peaks(level, prominence=HILL_DB, height=np.percentile(level, 10) + ABOVE_FLOOR_DB, distance=8)
    near = int(NEAR_S * 100)
    first, last = np.searchsorted(nuclei, nuclei - near), np.searchsorted(nuclei, nuclei + near, side="right")
    starts = [unit.start_s - 0.1 for unit in units]
    found = []
    for peak, low, high in zip(nuclei.tolist(), first, last, strict=True):
        check_stop()
        above = float(level[peak] - np.median(level[nuclei[low:high]]))
        # Units follow each other, so only the last one that has begun can still go on.
        unit = bisect_right(starts, peak / 100) - 1
        if unit >= 0 and peak / 100 <= units[unit].end_s + 0.1:
            found.append((above, peak))
    return found


def _accents(
    nuclei: list[tuple[float, int]], level: np.ndarray, loud: np.ndarray, words: tuple, kinds: list[str | None]
) -> list[Accent]:
    """Find accents: loud nuclei and words that call for a gesture. Of two that are too close, the better one stays."""
    starts = [word.start_s - EDGE_S for word in words]
    accents = []
    for above, peak in nuclei:
        index = bisect_right(starts, peak / 100) - 1
        inside = index >= 0 and peak / 100 <= words[index].end_s + EDGE_S
        index = index if inside else -1
        kind = kinds[index] if inside else None
        accents.append(Accent(peak / 100, 0.4 + 0.6 * np.tanh(above / 6), float(loud[peak]), index, kind))
    heard = {accent.word for accent in accents if accent.kind}
    for index, word in enumerate(words):
        kind = kinds[index]
        if kind is None or index in heard:
            continue
        low, high = int(word.start_s * 100), int(word.end_s * 100) + 1
        if low < len(level):
            peak = low + int(np.argmax(level[low:high]))
            accents.append(Accent(peak / 100, 0.5, float(loud[peak]), index, kind))
    chosen: list[Accent] = []  # ascending in time
    for accent in sorted(accents, key=_rank):
        check_stop()
        low, high = (bisect_right(chosen, accent.time_s + way, key=_time) for way in (-_CLOSE_S, _CLOSE_S))
        beside = chosen[low:high]
        least = [TRIGGER_SPACING_S if accent.kind and other.kind else SPACING_S for other in beside]
        if all(abs(accent.time_s - o.time_s) >= s for o, s in zip(beside, least, strict=True)):
            insort(chosen, accent, key=_time)
    return chosen


def _time(accent: Accent) -> float:
    return accent.time_s


def _rank(accent: Accent) -> tuple:
    """Return a sort key, the best accent first: a gesture of its own, a rarer class, then prominence."""
    common = accent.kind in (lexicon.SELF, lexicon.YOU, lexicon.QUESTION, lexicon.CONTRAST)
    return (accent.kind is None, common, -accent.prominence, accent.time_s)


def _number(accents: list[Accent], units: tuple[Stretch, ...]) -> tuple[Accent, ...]:
    out, unit, order = [], -1, 0
    ends = [each.end_s + 0.1 for each in units]
    for accent in accents:
        place = bisect_left(ends, accent.time_s)
        order = order + 1 if place == unit else 0
        unit = place
        out.append(Accent(accent.time_s, accent.prominence, accent.loudness, accent.word, accent.kind, order))
    return tuple(out)
