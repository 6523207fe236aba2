"""Gestures of the library at the words of a take that call for them, as markers that an animator can change."""

from collections.abc import Callable, Sequence

import numpy as np

from ..direct.markers import Kind, Marker
from ..gestures.choice import LATE_S, choose_gestures
from ..gestures.placed import Setting
from ..language.languages import ENGLISH
from ..text.timing import Word

# Seconds at both ends of a take in which no gesture begins: its hands must have time to come and go.
_ENDS_S = 0.4
# The least and the most by which hands differ.
_UNEVEN = (0.35, 1.0)


def gestures_at_words(
    words: Sequence[Word],
    language: str,
    duration_s: float,
    vector_of: Callable[[str], np.ndarray] | None,
    text: str = "",
    seed: int = 0,
) -> tuple[Marker, ...]:
    """Return markers for the gestures that words call for.

    Args:
        words: of the take, with their times.
        language: of the words.
        duration_s: length of the take.
        vector_of: function from a word to its vector; used for English, the language of the bundled vectors.
        text: the transcript, for its punctuation.
        seed: decides how far both hands of a gesture differ.
    """
    near = vector_of if language == ENGLISH else None
    calls = choose_gestures(words, language, near, text=text)
    moments = [(words[call.word].start_s + LATE_S, call) for call in calls]
    return tuple(
        Marker(Kind.GESTURE, moment, moment, Setting(call.name, is_auto=True, uneven=_uneven(seed, call.word)))
        for moment, call in moments
        if _ENDS_S <= moment <= duration_s - _ENDS_S
    )


def _uneven(seed: int, word: int) -> float:
    """Return how far the hands of the gesture at a word differ: by chance, and never by nothing."""
    chance = np.random.default_rng([abs(seed), word])
    return round(float(chance.uniform(*_UNEVEN) * chance.choice((-1, 1))), 2)
