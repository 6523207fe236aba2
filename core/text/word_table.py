"""Words as numbers of a table, as the released weights take them: one number per motion frame."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from ..clock import FPS
from ..errors import GestureError
from ..inputs import read_json
from .spoken import spoken_words
from .timing import Word

# Numbers of the released table: a stretch without a word, and a word that the table lacks.
BLANK, UNKNOWN = 0, 3
_REMEDY = "Import the weights again, or use the vocabulary that came with them."
# Characters that a transcript writes around a word.
_AROUND = ".,;:!?\"'()[]{}…“”‘’«»-–—"


class WordTable:
    """The numbers of words; a word that the table lacks has the number 3.

    Attributes:
        numbers: number by word, in lower case; the empty word, where it has a number, is silence.
    """

    def __init__(self, numbers: Mapping[str, int]):
        self.numbers = dict(numbers)
        self._blank = self.numbers.get("", BLANK)

    @classmethod
    def load(cls, path: Path | str) -> "WordTable":
        """Read a vocabulary: json, {"words": {"hello": 17, …}}.

        Raises:
            GestureError: the file is missing, or is no vocabulary.
        """
        path = Path(path)
        if not path.exists():
            raise GestureError(f"The vocabulary {path.name} is missing.", remedy=_REMEDY, detail=str(path))
        try:
            numbers = read_json(path)["words"]
            good = isinstance(numbers, dict) and all(type(n) is int and n >= 0 for n in numbers.values())
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise GestureError(f"{path.name} is no vocabulary.", remedy=_REMEDY, detail=str(error)) from error
        if not good:
            raise GestureError(f"{path.name} is no vocabulary.", remedy=_REMEDY)
        return cls(numbers)

    def number(self, word: str) -> int:
        """Return the number of a displayed word; of "$5" that of the first spoken word that has one."""
        plain = word.strip(_AROUND).lower()
        if plain in self.numbers:
            return self.numbers[plain]
        tokens = (token.lower() for said in spoken_words(word) for token in said.tokens)
        return next((self.numbers[token] for token in tokens if token in self.numbers), UNKNOWN)

    def frames(self, words: Sequence[Word], frame_count: int) -> np.ndarray:
        """Give every frame the number of the word that is said at its start, at frame / 30 s.

        Both ends of a word belong to it, and the earlier word wins, as in the published program.

        Args:
            words: in order of time.
            frame_count: T.

        Returns:
            (T,) int64; stretches without a word are blank.
        """
        table = np.full(frame_count, self._blank, np.int64)
        for word in reversed(words):
            first = max(0, int(np.ceil(word.start_s * FPS - 1e-9)))
            last = min(frame_count - 1, int(np.floor(word.end_s * FPS + 1e-9)))
            table[first : last + 1] = self.number(word.word)
        return table
