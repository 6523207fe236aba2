"""Files that appear whole or not at all, and the exceptions that reading a broken file raises.

A file is written beside its place (`core.work_folders`) and renamed at the end, so that a full disk or a crash leaves
the old file as it was:

    whole_file(path)               raises OSError; for caches, which may fail quietly
    saved_file(path, remedy=...)   raises GestureError; for what the user asked for
"""

import errno
import hashlib
import os
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np

from .errors import GestureError
from .stops import check_stop
from .work_folders import work_folder

# What Python and numpy raise for a zip, npz or json that is missing, cut off or has wrong bytes; zipfile raises
# RuntimeError for data that looks encrypted or has an unknown kind of compression, numpy lets tokenize's error pass.
DAMAGED = (
    *(OSError, EOFError, KeyError, IndexError, TypeError, ValueError, OverflowError, RuntimeError),
    *(struct.error, tokenize.TokenError, zipfile.BadZipFile, zlib.error),
)
MOST_HASHED_BYTES = 4 << 30
# Bytes of an array from which its deflated length is judged, and the share of it that is worth the time.
_TRIED_BYTES, _WORTH = 1 << 14, 7 / 8
FREE_SPACE = "Free some disk space there, and do it again."
MAY_WRITE = "Check that the folder exists, that you may write there, and that the disk has room."


def sha256_of(path: Path, most_bytes: int = MOST_HASHED_BYTES) -> str:
    """Return the SHA-256 of a file, as 64 hexadecimal digits.

    Raises:
        GestureError: the file is larger than `most_bytes`; a file that holds almost nothing can have any size.
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        if size > most_bytes:
            raise GestureError(
                f"{path} is too large: it has {size / 1e9:,.1f} GB, and {most_bytes / 1e9:,.1f} GB are the most.",
                remedy="Choose another file, or copy this one again from where it came.",
            )
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`, and move it to `path` at the end; on any failure `path` is as it was.

    Close the temporary file before the block ends: Windows renames closed files only.

    Raises:
        OSError: the folder cannot be written, or the disk is full.
    """
    # A name may be as long as a name can be, and this one is not to be longer.
    short = f"{path.name[:40]}.{zlib.crc32(os.fsencode(path.name)):08x}"
    with work_folder(path.parent, short) as folder:
        temporary = folder / "new.part"
        yield temporary
        os.replace(temporary, path)


@contextmanager
def saved_file(path: Path, remedy: str = "", kinds: tuple[type[Exception], ...] = (OSError,)) -> Iterator[Path]:
    """Write like `whole_file`, and raise a `GestureError` when the file cannot be written.

    Args:
        path: path of the file; its folder must exist.
        remedy: what the user can do; "" for what helps with the cause.
        kinds: errors of the writing library that mean that the file cannot be written.

    Raises:
        GestureError: one of `kinds` was raised, or `path` is a symbolic link, a folder or a device.
    """
    try:
        check_place(path)
        with whole_file(path) as temporary:
            yield temporary
    except kinds as error:
        raise _unwritable(path, remedy, error) from error


def check_place(path: Path) -> None:
    """Make sure that a file can be written to a path, without replacing anything but a file.

    Raises:
        GestureError: the path is a symbolic link, a folder or a device.
    """
    if path.is_symlink() or (path.exists() and not path.is_file()):
        message = f"{path} is a link, a folder or a device, which is not replaced."
        raise GestureError(message, remedy="Choose a file.")


def check_own_folder(folder: Path, marks: Iterable[str]) -> None:
    """Make sure that a folder to write into is new, empty, or one that this program wrote, and not the user's own.

    Args:
        folder: where files will be written.
        marks: names by one of which a folder of this program is known.

    Raises:
        GestureError: it is a link or a file, or holds other files.
    """
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise GestureError(f"{folder} is a link or a file, which is not replaced.", remedy="Choose a folder.")
    others = sorted(path.name for path in folder.glob("*") if not path.name.startswith("."))
    if others and not any((folder / mark).exists() for mark in marks):
        raise GestureError(
            f"{folder} holds other files, such as {others[0]}.", remedy="Choose a new folder or an empty one."
        )


def save_arrays(path: Path, arrays: Mapping[str, Any], compress: bool = True) -> None:
    """Write an npz, whole or not at all.

    Args:
        path: path of the file; its folder must exist.
        arrays: by name.
        compress: deflates those arrays that get smaller by it; takes time, which files that live for a moment are not
            worth.

    Raises:
        Cancelled: the job is to stop (`core.stops`).
        GestureError: the disk is full, or the folder cannot be written.
    """
    with saved_file(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        for name, values in arrays.items():
            array, entry = np.asarray(values), zipfile.ZipInfo(f"{name}.npy")
            entry.compress_type = zipfile.ZIP_DEFLATED if compress and _shrinks(array) else zipfile.ZIP_STORED
            with archive.open(entry, "w", force_zip64=True) as file:
                np.lib.format.write_array(_Stopping(file), array, allow_pickle=False)


class _Stopping:
    """A file to write to, whose writing stops when the job is to stop; NumPy writes an array in pieces of 16 MB."""

    def __init__(self, file: IO[bytes]):
        self._file = file

    def write(self, data: bytes) -> int:
        """Write a piece."""
        check_stop()
        return self._file.write(data)


def _shrinks(array: np.ndarray) -> bool:
    """Return whether an array is worth deflating, by some of it: turns of joints are almost as long afterwards."""
    some = array.ravel()[array.size // 2 :][: _TRIED_BYTES // array.itemsize].tobytes()
    return len(zlib.compress(some, 1)) < _WORTH * len(some)


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it, where they are missing.

    Raises:
        GestureError: the folder cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder, "", error) from error


def is_full(error: Exception) -> bool:
    """Return whether an error says that a disk, or the user's share of it, is full."""
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


def remedy_of(error: Exception) -> str:
    """Return what the user can do where a file could not be written."""
    return FREE_SPACE if is_full(error) else MAY_WRITE


def refused_by_system(error: OSError) -> GestureError:
    """Return the error for what the system refused: a full disk, a path that is none, no rights."""
    reason = error.strerror or str(error) or type(error).__name__
    names = " and ".join(
        f"{os.fsdecode(name)!s:.300}" for name in (error.filename, error.filename2) if name is not None
    )
    remedy = FREE_SPACE if is_full(error) else "Check the path, and whether you may read and write there."
    message = f"{names} cannot be used: {reason}." if names else f"The system refused: {reason}."
    return GestureError(message, remedy=remedy, detail=repr(error))


def _unwritable(path: Path, remedy: str, error: Exception) -> GestureError:
    reason = getattr(error, "strerror", None)
    message = f"{path} could not be written: {reason}." if reason else f"{path} could not be written."
    return GestureError(message, remedy=remedy or remedy_of(error), detail=str(error))
