"""From sound and word times to loudness, syllables with prominence, phrases and gesture units.

Prominence uses loudness, duration and word class only: the network hears loudness and reads words but has no pitch.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.signal import find_peaks

from ...clock import FPS, SAMPLE_RATE, frame_count
from .lexicon import NEGATION, NUMBER, is_content, word_class

HOP = SAMPLE_RATE // 100
VOWELS = frozenset("AA AE AH AO AW AY EH ER EY IH IY OW OY UH UW AX".split())
REDUCED = frozenset("AH IH ER AX".split())
PHRASE_PAUSE_S = 0.18
HILL_DB = 5.0


@dataclass(frozen=True)
class Syllable:
    """A vowel: when it is loudest (s), how prominent (0-1), how loud (0-1), and the index of its word."""

    time_s: float
    start_s: float
    end_s: float
    prominence: float
    loudness: float
    word: int


@dataclass(frozen=True)
class Span:
    """A stretch of time in seconds, with the words first ... last-1 in it."""

    start_s: float
    end_s: float
    first: int
    last: int


@dataclass(frozen=True)
class Prosody:
    """What the gestures follow.

    Attributes:
        frame_count: frames at 30 fps that cover the sound.
        loudness: (T,) 0 in silence, about 1 at the loudest.
        words: the words as given.
        syllables: in order of time.
        phrases: stretches of words without a pause.
        units: stretches of phrases without a long pause; the hands stay up in each.
    """

    frame_count: int
    loudness: np.ndarray
    words: tuple
    syllables: tuple[Syllable, ...]
    phrases: tuple[Span, ...]
    units: tuple[Span, ...]

    @property
    def times_s(self) -> np.ndarray:
        """Time (T,) of every frame."""
        return np.arange(self.frame_count) / FPS


def analyse(samples: np.ndarray, words: Sequence, unit_pause_s: float = 0.7) -> Prosody:
    """Read the prosody of speech.

    Args:
        samples: (N,) mono, 16 kHz.
        words: aligned words with `word`, `start_s`, `end_s` and `phones` (ARPABET `phone`, `start_s`, `end_s`).
        unit_pause_s: a pause this long ends a gesture unit.
    """
    words = tuple(words)
    frames = frame_count(len(samples))
    level = _level(np.asarray(samples, np.float64))
    floor, top = np.percentile(level, 8), np.percentile(level, 97)
    loud = np.clip((level - max(floor, top - 40)) / max(min(top - floor, 40), 12), 0, 1.2)
    loudness = np.interp(np.arange(frames) / FPS, np.arange(len(loud)) / 100, loud)
    syllables = _syllables(words, level, loud)
    phrases = _spans(words, PHRASE_PAUSE_S)
    return Prosody(frames, loudness, words, syllables, phrases, _spans(words, unit_pause_s))


def _level(samples: np.ndarray) -> np.ndarray:
    """Power in dB, every 10 ms, smoothed over about 60 ms."""
    whole = max(len(samples) // HOP, 1) * HOP
    samples = np.pad(samples, (0, max(whole - len(samples), 0)))[:whole]
    power = np.square(samples).reshape(-1, HOP).mean(1)
    return 10 * np.log10(gaussian_filter1d(power, 2.5) + 1e-9)


def _syllables(words: tuple, level: np.ndarray, loud: np.ndarray) -> tuple[Syllable, ...]:
    vowels = []
    for index, word in enumerate(words):
        nuclei = [p for p in word.phones if p.phone.rstrip("012") in VOWELS] or [None]
        for phone in nuclei:
            start, end = (word.start_s, word.end_s) if phone is None else (phone.start_s, phone.end_s)
            low = min(int((start - 0.02) * 100), len(level) - 1)
            high = max(min(int((end + 0.02) * 100) + 1, len(level)), low + 1)
            low = max(low, 0)
            peak = low + int(np.argmax(level[low:high]))
            name = "" if phone is None else phone.phone.rstrip("012")
            vowels.append((peak, start, end, name, len(nuclei), index))
    if not vowels:
        return ()
    peaks = np.array([v[0] for v in vowels])
    # a vowel that stands out of its neighbours as a hill of loudness, not one that runs into the next
    hills, _ = find_peaks(level, prominence=HILL_DB)
    out = []
    for peak, start, end, name, count, index in vowels:
        near = peaks[np.abs(peaks - peak) <= 200]
        energy = (level[peak] - np.median(level[near])) / 6
        duration = np.log(max(end - start, 0.03) / 0.09)
        kind = word_class(words[index].word)
        score = 1.1 * np.clip(energy, -2, 1.5) + 0.6 * np.clip(duration, -1, 1)
        score += 0.4 if is_content(words[index].word) else -0.7
        score -= 0.5 if name in REDUCED and count > 1 else 0.0
        score += 0.6 if kind in (NEGATION, NUMBER) else 0.0
        score += 0.5 if np.abs(hills - peak).min(initial=99) <= 2 else -0.9
        prominence = 1 / (1 + np.exp(-1.3 * (score - 0.1)))
        out.append(Syllable(peak / 100, start, end, float(prominence), float(loud[peak]), index))
    return tuple(sorted(out, key=lambda s: s.time_s))


def _spans(words: tuple, pause_s: float) -> tuple[Span, ...]:
    spans, first = [], 0
    for index in range(1, len(words) + 1):
        if index == len(words) or words[index].start_s - words[index - 1].end_s > pause_s:
            spans.append(Span(words[first].start_s, words[index - 1].end_s, first, index))
            first = index
    return tuple(spans)
