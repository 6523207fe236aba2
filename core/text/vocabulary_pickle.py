"""The vocabulary of BEAT2, a pickle, read without running what a pickle may hold.

A pickle is a program that builds objects. This one builds an object of a class `Vocab` with plain fields and an array
of word vectors. The reader knows three things: plain values, a `Vocab` as an empty record, and NumPy's names as a
placeholder that keeps nothing. Any other name is refused before it is looked up, so nothing of the file is run.
"""

import io
import pickle
from pathlib import Path
from typing import Any

from ..errors import GestureError

# The published file has 14 MB.
LARGEST_BYTES = 200_000_000
MOST_WORDS = 1_000_000
_REMEDY = "Choose the vocab.pkl of BEAT2, or import without a vocabulary."
_NUMPY = frozenset({"_reconstruct", "ndarray", "dtype", "scalar"})


class _Record:
    """An object of the file, with its fields and without behaviour."""


class _Placeholder:
    """A value of the file that is not needed; it accepts anything and keeps nothing."""

    def __init__(self, *ignored: Any):
        pass

    def __setstate__(self, ignored: Any) -> None:
        pass


class _Reader(pickle._Unpickler):
    """An unpickler in Python, whose memo is a dictionary: numbers in the file cannot make it reserve memory."""

    # Buffers are reserved by the size that the file claims.
    dispatch = {
        code: step
        for code, step in pickle._Unpickler.dispatch.items()
        if code not in (pickle.BYTEARRAY8[0], pickle.NEXT_BUFFER[0], pickle.READONLY_BUFFER[0])
    }

    def find_class(self, module: str, name: str) -> Any:
        """Return a stand-in for a class of the vocabulary, and refuse every other name."""
        if name == "Vocab":
            return _Record
        if module.partition(".")[0] == "numpy" and name in _NUMPY:
            return _Placeholder
        raise pickle.UnpicklingError(f"the file asks for {module}.{name}")

    def persistent_load(self, pid: Any) -> Any:
        """Refuse objects that live outside of the file."""
        raise pickle.UnpicklingError("the file asks for an object outside of it")


def read_vocabulary(path: Path) -> dict[str, int]:
    """Read the numbers of the words.

    Args:
        path: vocab.pkl as it comes with BEAT2.

    Returns:
        Number by word.

    Raises:
        GestureError: no file, or one that is not such a vocabulary; nothing of it was run.
    """
    if not path.is_file():
        raise GestureError(f"There is no vocabulary {path}.", remedy=_REMEDY)
    if path.stat().st_size > LARGEST_BYTES:
        raise GestureError(f"{path.name} is too large for a vocabulary.", remedy=_REMEDY)
    try:
        # A file would make room for as many bytes as a damaged pickle asks for; bytes in memory give what is there.
        record = _Reader(io.BytesIO(path.read_bytes()), encoding="utf-8").load()
        numbers = vars(record)["word2index"] if isinstance(record, _Record) else None
    except MemoryError:
        raise
    except Exception as error:  # a damaged pickle raises errors of every kind; nothing was changed
        raise GestureError(
            f"{path.name} is no vocabulary that can be read safely.", remedy=_REMEDY, detail=repr(error)
        ) from error
    if not isinstance(numbers, dict) or not 0 < len(numbers) <= MOST_WORDS or not all(map(_is_entry, numbers.items())):
        raise GestureError(f"{path.name} holds no numbers of words.", remedy=_REMEDY)
    return numbers


def _is_entry(entry: tuple[Any, Any]) -> bool:
    word, number = entry
    return type(word) is str and type(number) is int and 0 <= number < MOST_WORDS
