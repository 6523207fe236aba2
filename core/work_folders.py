"""Hidden folders beside a target, in which what replaces it is written; a process that is killed leaves no second one.

    .motion.npz.1a2b3c4d.part/     the folder of the target motion.npz
        lock                       locked while the process that writes lives
        new.part                   what is written, and then renamed to the target

The name follows from the target, so that the next process that writes the same target finds the folder of a dead one
by its name, however many files are beside it, and takes it over. Where a living process has it, the next name is
tried.

`core.swap` makes and ends its places of work with `lock_folder` and `end_folder`, too: what lies in there is the one
copy of a take for a moment, so it names and settles them in its own way.
"""

import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from .locks import open_lock, try_lock

LOCK = "lock"
_MOST_AT_A_TIME = 100


@contextmanager
def work_folder(parent: Path, name: str) -> Iterator[Path]:
    """Give an empty folder that no other process uses; it is removed at the end of the block.

    Args:
        parent: an existing folder.
        name: follows from the target.

    Raises:
        OSError: the parent cannot be written.
    """
    folder, lock = _locked(parent, name)
    try:
        _empty(folder)
        yield folder
    finally:
        end_folder(folder, lock)


def _locked(parent: Path, name: str) -> tuple[Path, BinaryIO]:
    for number in itertools.count():
        folder = parent / f".{name}{f'.{number}' if number else ''}.part"
        lock = lock_folder(folder)
        while lock is None and not folder.exists():
            lock = lock_folder(folder)  # another process has just removed it
        if lock is not None:
            return folder, lock
        if number > _MOST_AT_A_TIME:
            raise OSError(f"{folder} and others cannot be used")
    raise AssertionError


def lock_folder(folder: Path) -> BinaryIO | None:
    """Make a folder where there is none, and lock it until the file that is returned is closed.

    None where another process has it or has just removed it, or something else is in its place.

    Raises:
        OSError: nothing can be written there.
    """
    with suppress(FileExistsError):
        folder.mkdir()
    if folder.is_symlink() or not folder.is_dir():
        return None
    try:
        lock = open_lock(folder / LOCK)
    except FileNotFoundError:
        return None
    # A file system without locks: a name for this process alone would be left behind by a kill, but is not shared.
    try:
        locked = try_lock(lock)
    except OSError:
        locked = True
    with suppress(OSError):
        if locked and os.path.samestat(os.fstat(lock.fileno()), (folder / LOCK).stat()):
            return lock
    lock.close()
    return None


def end_folder(folder: Path, lock: BinaryIO) -> None:
    """Remove a folder that `lock_folder` locked, its lock at last: after a kill the next process finds it unlocked."""
    _empty(folder)
    # Windows removes no open file. Elsewhere the lock must go while it is held: else it might be another process'.
    if os.name == "nt":
        lock.close()
    with suppress(OSError):
        (folder / LOCK).unlink()
    lock.close()
    with suppress(OSError):
        folder.rmdir()


def _empty(folder: Path) -> None:
    """Remove everything in a folder but its lock, as far as the system allows it."""
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        elif path.name != LOCK:
            with suppress(OSError):
                path.unlink()
