"""Word vectors from a stock fastText .bin file, read in NumPy: dense or product-quantised.

The file (fastText's `FastText::saveModel`, version 12) holds, one after the other: a header of sizes, the dictionary,
the input matrix with one row per word and then one per bucket of letter groups, and the output matrix, which is not
needed here. The vector of a word is the sum of its own row, where it has one, and of the rows of its letter groups,
brought to length 1.
"""

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import GestureError
from ..inputs import check_regular

MAGIC, VERSION = 793712314, 12
CENTROIDS = 256
WORD_BEGIN, WORD_END, SENTENCE_END = b"<", b">", b"</s>"
_REMEDY = "Choose a complete weights folder."
# The largest published files have 7 GB; letter groups are of 3 to 6 letters.
_MOST_BYTES, _MOST_GROUP = 8 << 30, 100


@dataclass(frozen=True)
class _Dense:
    """A matrix (rows, dim) of single-precision numbers."""

    values: np.ndarray

    @property
    def rows(self) -> int:
        return len(self.values)

    def row(self, number: int) -> np.ndarray:
        return self.values[number]


@dataclass(frozen=True)
class _Quantised:
    """A product-quantised matrix: every row is a code for each of its pieces, and perhaps a code for its length.

    Attributes:
        codes: (rows, pieces) uint8.
        centroids: one table (256, width) per piece.
        norms: (rows,) lengths of the rows, or None.
    """

    codes: np.ndarray
    centroids: tuple[np.ndarray, ...]
    norms: np.ndarray | None

    @property
    def rows(self) -> int:
        return len(self.codes)

    def row(self, number: int) -> np.ndarray:
        pieces = [table[code] for table, code in zip(self.centroids, self.codes[number], strict=True)]
        row = np.concatenate(pieces)
        return row if self.norms is None else row * self.norms[number]


class FastTextFile:
    """An opened file of word vectors.

    Attributes:
        dimension: width of every vector.
    """

    def __init__(self, path: Path | str):
        """Read the file.

        Raises:
            GestureError: it cannot be read, or it is not a complete fastText model of version 12.
        """
        path = Path(path)
        try:
            check_regular(path)
            if path.stat().st_size > _MOST_BYTES:
                raise ValueError("a file of this size is no fastText model")
            cursor = _Cursor(path.read_bytes())
            self._read(cursor)
        except OSError as error:
            raise GestureError(f"{path} cannot be read.", remedy=_REMEDY, detail=str(error)) from error
        except (ValueError, struct.error, IndexError, OverflowError) as error:
            raise GestureError(f"{path.name} is not a fastText model.", remedy=_REMEDY, detail=str(error)) from error

    def get_word_vector(self, word: str) -> np.ndarray:
        """Return the vector (dimension,) float32 of a word, known or not; its length is 1 (0 if nothing is known)."""
        total = np.zeros(self.dimension, np.float32)
        for number in self._rows_of(word.encode("utf-8")):
            total += self._matrix.row(number)
        length = np.sqrt(np.square(total).sum())
        return total / length if length > 0 else total

    def _read(self, cursor: "_Cursor") -> None:
        if cursor.numbers("<ii") != (MAGIC, VERSION):
            raise ValueError("another marker or version")
        sizes = cursor.numbers("<12id")
        self.dimension, self._buckets, self._shortest, self._longest = sizes[0], sizes[8], sizes[9], sizes[10]
        entries, self._word_count, _ = cursor.numbers("<iii")
        _, pruned = cursor.numbers("<qq")
        fits = 0 < self.dimension <= 4096 and 0 <= self._word_count <= entries and self._buckets >= 0
        if not fits or not -1 <= self._shortest <= _MOST_GROUP or not -1 <= self._longest <= _MOST_GROUP:
            raise ValueError("impossible sizes")
        self._words = {}
        for number in range(entries):
            self._words[cursor.until_zero()] = number
            cursor.numbers("<qb")
        # -1: all buckets are kept; otherwise pairs (bucket, row behind the words) of those that are.
        self._kept = None
        if pruned >= 0:
            self._kept = dict(cursor.array("<i4", 2 * pruned).reshape(-1, 2).tolist())
        (is_quantised,) = cursor.numbers("<?")
        self._matrix = _read_quantised(cursor) if is_quantised else _read_dense(cursor)
        needed = self._word_count + (self._buckets if self._kept is None else len(self._kept))
        if not self._matrix.rows or len(self._matrix.row(0)) != self.dimension or self._matrix.rows < needed:
            raise ValueError("the matrix does not fit the dictionary")
        (output_is_quantised,) = cursor.numbers("<?")
        _read_quantised(cursor) if is_quantised and output_is_quantised else _read_dense(cursor)
        if not cursor.at_end:
            raise ValueError("something follows the model")

    def _rows_of(self, word: bytes) -> list[int]:
        """Return the rows of the matrix that make up a word."""
        own = self._words.get(word, -1)
        rows = [own] if 0 <= own < self._word_count else []
        if word != SENTENCE_END and self._longest > 0 and self._buckets:
            hashes = [_hash(group) % self._buckets for group in self._letter_groups(WORD_BEGIN + word + WORD_END)]
            if self._kept is not None:
                hashes = [self._kept[bucket] for bucket in hashes if bucket in self._kept]
            rows += [self._word_count + bucket for bucket in hashes]
        return rows

    def _letter_groups(self, word: bytes) -> list[bytes]:
        """Return groups of neighbouring letters of a word in UTF-8, all lengths asked for, from left to right."""
        starts = [place for place, byte in enumerate(word) if byte & 0xC0 != 0x80] + [len(word)]
        letters = len(starts) - 1
        groups = []
        for first in range(letters):
            for count in range(max(self._shortest, 1), min(self._longest, letters - first) + 1):
                at_the_edge = first == 0 or first + count == letters
                if not (count == 1 and at_the_edge):
                    groups.append(word[starts[first] : starts[first + count]])
        return groups


class _Cursor:
    """A place in the bytes of a file that moves on with every read."""

    def __init__(self, data: bytes):
        self._data, self._place = data, 0

    @property
    def at_end(self) -> bool:
        return self._place == len(self._data)

    def numbers(self, form: str) -> tuple:
        found = struct.unpack_from(form, self._data, self._place)
        self._place += struct.calcsize(form)
        return found

    def array(self, kind: str, count: int) -> np.ndarray:
        found = np.frombuffer(self._data, kind, count, self._place)
        if found.dtype.kind == "f" and not np.isfinite(found).all():
            raise ValueError("values that are not numbers")
        self._place += found.nbytes
        return found

    def until_zero(self) -> bytes:
        end = self._data.index(b"\0", self._place)
        found = self._data[self._place : end]
        self._place = end + 1
        return found


def _read_dense(cursor: _Cursor) -> _Dense:
    rows, columns = cursor.numbers("<qq")
    if rows < 0 or columns <= 0:
        raise ValueError("impossible sizes of the matrix")
    return _Dense(cursor.array("<f4", rows * columns).reshape(rows, columns))


def _read_quantised(cursor: _Cursor) -> _Quantised:
    (has_norms,) = cursor.numbers("<?")
    rows, _ = cursor.numbers("<qq")
    (count,) = cursor.numbers("<i")
    if rows <= 0 or count < 0:
        raise ValueError("impossible sizes of the matrix")
    codes = cursor.array("u1", count)
    centroids = _read_centroids(cursor)
    norms = None
    if has_norms:
        norm_codes = cursor.array("u1", rows)
        norms = _read_centroids(cursor)[0][norm_codes][:, 0]
    return _Quantised(codes.reshape(rows, len(centroids)), centroids, norms)


def _read_centroids(cursor: _Cursor) -> tuple[np.ndarray, ...]:
    dimension, pieces, width, last_width = cursor.numbers("<iiii")
    if min(dimension, pieces, width, last_width) <= 0 or (pieces - 1) * width + last_width != dimension:
        raise ValueError("impossible sizes of the quantiser")
    tables, widths = cursor.array("<f4", CENTROIDS * dimension), [*[width] * (pieces - 1), last_width]
    ends = np.cumsum([CENTROIDS * own for own in widths])
    return tuple(part.reshape(CENTROIDS, -1) for part in np.split(tables, ends[:-1]))


def _hash(group: bytes) -> int:
    """Return fastText's hash of a group of letters: FNV-1a on bytes taken as signed."""
    value = 2166136261
    for byte in group:
        value = ((value ^ (byte | 0xFFFFFF00 if byte >= 128 else byte)) * 16777619) & 0xFFFFFFFF
    return value
