"""Word vectors: one per motion frame, from a stock fastText file."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from ..clock import FPS
from ..errors import GestureError
from .fasttext_file import FastTextFile
from .spoken import spoken_words
from .timing import Word


class WordVectors:
    """A fastText model; unknown words get a vector from their letters.

    Attributes:
        dimension: D of every vector.
    """

    def __init__(self, model: FastTextFile):
        self._model = model
        self.dimension: int = model.dimension
        self._said = lru_cache(maxsize=4096)(self._vector)

    @classmethod
    def load(cls, path: Path | str) -> "WordVectors":
        """Open a fastText .bin.

        Raises:
            GestureError: the file is missing or is not a fastText model.
        """
        path = Path(path)
        if not path.is_file():
            raise GestureError(
                f"The word vectors {path.name} are missing.",
                remedy="Choose a complete weights folder.",
                detail=str(path),
            )
        return cls(FastTextFile(path))

    def vector(self, word: str) -> np.ndarray:
        """Return the vector (D,) float32 of a displayed word; for "$5" the mean of those of "five" and "dollars"."""
        return self._said(word)

    def _vector(self, word: str) -> np.ndarray:
        tokens = [token.lower() for said in spoken_words(word) for token in said.tokens]
        if not tokens:
            return np.zeros(self.dimension, np.float32)
        vectors = np.stack([self._model.get_word_vector(token) for token in tokens])  # (tokens, D)
        return vectors.mean(axis=0, dtype=np.float32)

    def frames(self, words: Sequence[Word], frame_count: int) -> np.ndarray:
        """Give every frame the vector of the word that is being said.

        A frame gets the vector of the word that covers its centre, at (frame + 0.5) / 30 s; frames in silence are zero.

        Args:
            words: in order of time.
            frame_count: T.

        Returns:
            (T, D) float32.
        """
        table = np.zeros((frame_count, self.dimension), np.float32)  # (T, D)
        for word in words:
            first = max(0, int(np.ceil(word.start_s * FPS - 0.5 - 1e-9)))
            last = min(frame_count, int(np.ceil(word.end_s * FPS - 0.5 - 1e-9)))
            if last > first:
                table[first:last] = self.vector(word.word)
        return table
