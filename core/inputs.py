"""Files that others made: only regular files, JSON of plain numbers, and npz files whose headers are checked first.

A file of a few kilobytes can name arrays of terabytes, and lists that lie in each other ten thousand times. What is
read here is bounded before it is read:

    check_regular   no folder, pipe, device or socket, which could wait for ever
    parse_json      no NaN, no Infinity, no deep nesting, no entry twice
    Npz             names, shapes and types from the headers; then single arrays, up to a limit
"""

import json
import math
import stat
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .errors import GestureError

MOST_JSON_BYTES = 256 << 20
MOST_ARRAY_BYTES = 1 << 30
MOST_DEPTH = 100
_MOST_MEMBERS = 10_000
_PLAIN_KINDS = "biufUS"
# Later versions are for tables with named columns, whose headers may be of any length.
_VERSION = (1, 0)


def check_regular(path: Path) -> None:
    """Make sure that a path that exists is a file of bytes; a path that does not exist passes.

    Raises:
        GestureError: it is a folder, a pipe, a device or a socket.
        OSError: it cannot be looked at.
    """
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return
    if not stat.S_ISREG(mode):
        kind = "a folder" if stat.S_ISDIR(mode) else "a device or a pipe"
        raise GestureError(f"{path} is {kind}, not a file.", remedy="Choose a file.")


def read_json(path: Path) -> Any:
    """Read a JSON file.

    Raises:
        GestureError: it is no regular file, or larger than 256 MB.
        OSError, ValueError: it cannot be read, or is no JSON that `parse_json` takes.
    """
    check_regular(path)
    if path.stat().st_size > MOST_JSON_BYTES:
        raise GestureError(f"{path} is too large.", remedy="Choose the file that this program wrote.")
    return parse_json(path.read_text(encoding="utf-8"))


def parse_json(text: str | bytes) -> Any:
    """Read JSON in which every number is finite, no entry is there twice, and at most 100 levels are nested.

    Raises:
        ValueError: it is other text.

    >>> parse_json('{"fps": 30}')
    {'fps': 30}
    """
    try:
        value = json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_mapping)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    check_plain(value)
    return value


def check_plain(value: Any) -> None:
    """Make sure that plain values hold finite numbers, and are nested 100 levels deep at most.

    Raises:
        ValueError: they do not.
    """
    level = [value]
    for _ in range(MOST_DEPTH):
        inner: list[Any] = []
        for each in level:
            if isinstance(each, dict):
                inner.extend(each.values())
            elif isinstance(each, (list, tuple)):
                inner.extend(each)
            elif isinstance(each, float) and not math.isfinite(each):
                raise ValueError(f"{each} is no number")
        if not inner:
            return
        level = inner
    raise ValueError("nested too deeply")


def _mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("an entry is there twice")
    return found


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number")


@dataclass(frozen=True)
class _Member:
    """An array of an npz, as its header describes it."""

    file: str
    shape: tuple[int, ...]
    dtype: np.dtype
    size: int


class Npz:
    """An npz of unknown origin: its headers are checked when it is opened, and its arrays are read one by one.

    Args:
        path: a file.

    Attributes:
        pickled: names of arrays that only Python's pickle could read; they are never read.
        others: names of arrays of neither numbers nor texts, such as complex numbers, dates and tables.

    Raises:
        GestureError: the path is no regular file.
        OSError, ValueError, zipfile.BadZipFile, ...: `core.files.DAMAGED`: it is no npz, or a header does not fit.
    """

    def __init__(self, path: Path):
        check_regular(path)
        self._path = path
        self._members: dict[str, _Member] = {}
        pickled, others = [], []
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if len(entries) > _MOST_MEMBERS:
                raise ValueError(f"{len(entries)} members")
            self.files = tuple(entry.filename for entry in entries)
            if len(set(self.files)) < len(entries):
                raise ValueError("a name is there twice")
            for entry in entries:
                name = entry.filename.removesuffix(".npy")
                if name == entry.filename:
                    continue
                member = _header(archive, entry)
                if member.dtype.hasobject:
                    pickled.append(name)
                elif member.dtype.kind in _PLAIN_KINDS:
                    self._members[name] = member
                else:
                    others.append(name)
        self.pickled, self.others = tuple(pickled), tuple(others)
        self._left = MOST_ARRAY_BYTES

    def __contains__(self, name: str) -> bool:
        return name in self._members

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the arrays of numbers and texts."""
        return tuple(self._members)

    def shape(self, name: str) -> tuple[int, ...]:
        """Return the shape of an array, from its header.

        Raises:
            KeyError: there is no such array.
        """
        return self._members[name].shape

    def read(self, name: str) -> np.ndarray:
        """Read an array.

        Raises:
            KeyError: there is no such array.
            GestureError: with the arrays that were read before, it takes more than 1 GB of memory.
            OSError, ValueError, zipfile.BadZipFile, ...: `core.files.DAMAGED`: its bytes are damaged.
        """
        return self.read_many((name,))[name]

    def read_many(self, names: Iterable[str]) -> dict[str, np.ndarray]:
        """Read arrays, by name; opening the file once for all of them, since that takes longer the more it holds.

        Raises:
            KeyError, GestureError, ...: as `read`.
        """
        found = {}
        with zipfile.ZipFile(self._path) as archive:
            for name in names:
                member = self._members[name]
                self._left -= member.size
                if self._left < 0:
                    raise GestureError(
                        f"{self._path.name} unpacks to more than 1 GB.", remedy="Choose a shorter motion, or split it."
                    )
                with archive.open(member.file) as file:
                    found[name] = np.lib.format.read_array(file, allow_pickle=False)
                    # The end of the file is where the checksum is compared.
                    if file.read(1):
                        raise ValueError(f"{name} is longer than its header says")
        return found

    def numbers(self, name: str) -> np.ndarray:
        """Read an array in double precision.

        Raises:
            KeyError, ValueError: there is no such array, or it holds texts; otherwise as `read`.
        """
        if self._members[name].dtype.kind not in "biuf":
            raise ValueError(f"{name} holds texts")
        return np.asarray(self.read(name), np.float64)


def _header(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> _Member:
    """Read the header of a member, and compare it with the size of the member."""
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ValueError(f"{entry.filename} has an unknown compression")
    with archive.open(entry) as file:
        version = np.lib.format.read_magic(file)
        if version != _VERSION:
            raise ValueError(f"{entry.filename} has the version {version}")
        shape, _, dtype = np.lib.format.read_array_header_1_0(file)
        size = math.prod(shape) * dtype.itemsize
        fits = dtype.hasobject or file.tell() + size == entry.file_size
    if any(length < 0 for length in shape) or not fits:
        raise ValueError(f"{entry.filename}: its header does not fit its size")
    return _Member(entry.filename, shape, dtype, size)
