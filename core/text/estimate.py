"""Times of words by the pauses and syllables alone, for a text whose sounds cannot be found in the recording.

text      one, two three.  Four five            phrases end at punctuation
speech    ▇▇▇  ▇▇▇▇▇▇▇▇▇   ▇▇▇▇▇▇▇▇             each word takes speech by its number of syllables;
                           ^ long pauses        a phrase that should end near a pause ends there
"""

import re
from bisect import bisect_left, bisect_right

import numpy as np

from ..errors import GestureError
from ..language.ipa import VOWELS
from ..language.segmentation import pieces
from ..phones.activity import FRAME_S, active_frames, energy_db
from .reading import read_text
from .timing import Word

CONFIDENCE = 0.1  # of a word whose time is estimated
MOST_PER_S, SPARE_WORDS = 10, 20  # words that nobody says in a second of speech
PAUSE_S = 0.2
NEAR_S = 1.5  # a phrase ends at the longest pause so near to the place where it should
_PHRASE_END = re.compile(r"(?<=[.!?,;:…।。、，．！？；：\n])\s*")


def estimated_words(samples: np.ndarray, text: str, language: str) -> tuple[Word, ...]:
    """Spread the words of a text over the speech of a recording; the words have no phones.

    Args:
        samples: (N,) 16 kHz mono.
        text: what is said.
        language: its code.

    Raises:
        GestureError: the recording is far too short for the text.
    """
    phrases = [found for part in _PHRASE_END.split(text) if (found := _syllables(part, language))]
    speech = active_frames(energy_db(samples))
    if not phrases or not speech.any():
        return ()
    if sum(len(phrase) for phrase in phrases) > MOST_PER_S * speech.sum() * FRAME_S + SPARE_WORDS:
        raise GestureError(
            "The transcript is far too long for this recording.",
            remedy="Choose the text of this recording alone, or generate without words.",
        )
    spoken = np.concatenate([[0], np.cumsum(speech)])
    counts = np.array([sum(count for _, count in phrase) for phrase in phrases], np.float64)
    ends = np.cumsum(counts) / counts.sum() * spoken[-1]
    pauses = _pauses(speech)
    middles = [sum(pause) / 2 for pause in pauses]
    reach = NEAR_S / FRAME_S
    bounds = [int(np.argmax(speech))]
    for end in ends[:-1]:
        wanted = int(np.searchsorted(spoken, end))
        near = pauses[bisect_left(middles, wanted - reach) : bisect_right(middles, wanted + reach)]
        near = [pause for pause in near if pause[0] > bounds[-1]]
        longest = max(near, key=lambda p: p[1] - p[0], default=(wanted, wanted))
        bounds.append(max(bounds[-1], longest[1]))
    bounds.append(len(speech) - int(np.argmax(speech[::-1])))
    words: list[Word] = []
    for phrase, first, last in zip(phrases, bounds, bounds[1:], strict=False):
        words += _spread(phrase, spoken, first, last)
    return tuple(words)


def _spread(phrase: list[tuple[str, int]], spoken: np.ndarray, first: int, last: int) -> list[Word]:
    """Give every word of a phrase a share of the speech between two frames."""
    shares = np.concatenate([[0], np.cumsum([count for _, count in phrase])])
    wanted = spoken[first] + shares / shares[-1] * (spoken[last] - spoken[first])
    starts = np.searchsorted(spoken, wanted, side="right") - 1  # the frame at which the speech goes on
    ends = np.searchsorted(spoken, wanted, side="left")
    return [
        Word(word, float(a) * FRAME_S, float(max(a, b)) * FRAME_S, CONFIDENCE)
        for (word, _), a, b in zip(phrase, np.clip(starts, first, last), np.clip(ends[1:], first, last), strict=False)
    ]


def _pauses(speech: np.ndarray) -> list[tuple[int, int]]:
    """Return the pauses between the first and the last speech, as frames [start, end)."""
    starts, ends = np.flatnonzero(speech[:-1] & ~speech[1:]) + 1, np.flatnonzero(~speech[:-1] & speech[1:]) + 1
    ends = ends[np.searchsorted(ends, starts[0], side="right") :] if len(starts) else ends
    return [(int(a), int(b)) for a, b in zip(starts, ends, strict=False) if (b - a) * FRAME_S >= PAUSE_S]


def _syllables(text: str, language: str) -> list[tuple[str, int]]:
    """List the words of a text with their numbers of syllables: vowels where the words can be read, else letters."""
    try:
        return [
            (word.display, max(1, sum(phone in VOWELS for token in word.tokens for phone in token[0].split())))
            for word in read_text(text, language)
        ]
    except GestureError:
        return [(piece, max(1, len(piece) // 2)) for piece in pieces(text, language)]
