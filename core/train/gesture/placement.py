"""Where a word's stroke goes: a fixed function of the word, so that a network that reads the words can learn it.

With word vectors it is a fixed linear projection of the vector (words alike in meaning go to places alike); without,
a hash of the word.
"""

from collections.abc import Callable
from zlib import crc32

import numpy as np

PLACES = 3  # out, up, which hand

Placement = Callable[[str], np.ndarray]


def hashed_placement(word: str) -> np.ndarray:
    """Three numbers (3,) in -1 ... 1, evenly spread over words."""
    code = crc32(word.lower().encode())
    return np.array([(code >> shift & 1023) / 511.5 - 1 for shift in (0, 10, 20)])


def projected_placement(vector_of: Callable[[str], np.ndarray], sample_words: list[str]) -> Placement:
    """A placement from word vectors, scaled to be evenly spread over `sample_words`.

    Args:
        vector_of: word → (D,) vector.
        sample_words: the words of the corpus, at least two.
    """
    sample = np.array([vector_of(word.lower()) for word in sample_words], np.float64)
    projection = np.random.default_rng(20260711).standard_normal((sample.shape[1], PLACES))
    values = sample @ projection
    middle, width = np.median(values, 0), np.maximum(values.std(0), 1e-6)

    def place(word: str) -> np.ndarray:
        value = (np.asarray(vector_of(word.lower()), np.float64) @ projection - middle) / width
        return np.tanh(0.9 * value) / 0.8

    return lambda word: np.clip(place(word), -1, 1)
