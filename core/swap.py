"""A folder that is replaced whole: the new one is made beside it, and takes its place by one rename.

    takes/.take-1a2b3c/     a place of work beside the folder
        lock                locked while the process that made it lives
        name                the name of the folder that is replaced
        new/                what is written
        old_0/              the folder that was there, from the rename on until the end

A process that is killed leaves its place of work, and its lock is gone. The next process that reads the folder, or
writes into the same parent, settles it: the old folder comes back where there is no new one, files that were beside the
take go on, and the rest is removed.
"""

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from .errors import GestureError
from .work_folders import LOCK, end_folder, lock_folder

PREFIX = ".take-"
_NAME, _NEW, _OLD = "name", "new", "old_"
# Places of work without a lock are those of earlier versions, which may be at work.
_YOUNG_S = 60.0
# Other programs, such as virus scanners, hold a file open for a moment; Windows renames no folder meanwhile.
_PATIENCE_S, _PAUSE_S = 3.0, 0.1


@contextmanager
def replaced_folder(folder: Path, own: Collection[str], prefix: str = PREFIX) -> Iterator[Path]:
    """Give an empty folder to write into; at the end of the block it takes the place of `folder`.

    On any failure `folder` is as it was before. Of several processes that do this at the same time, the last one wins
    whole.

    Args:
        folder: what is replaced; it, and folders above it, are made where they do not exist.
        own: names of the files that belong to the old content; all others in the old folder go on into the new one.
        prefix: of the name of the place of work; folders of another kind have another one.

    Raises:
        GestureError: another program has the folder open.
        OSError: the disk is full, or the parent cannot be written.
    """
    folder = absolute(folder)
    made = [path for path in (folder.parent, *folder.parent.parents) if not path.exists()]
    folder.parent.mkdir(parents=True, exist_ok=True)
    settle(folder.parent, own, prefix)
    done = False
    try:
        with _place_of_work(folder, own, prefix) as place:
            yield place / _NEW
            _swap(place, folder, own)
            done = True
    finally:
        for path in () if done else made:
            with contextlib.suppress(OSError):  # others may have written there meanwhile
                path.rmdir()


def absolute(folder: Path) -> Path:
    """Return the path of a folder without links above it, and without "." and "..", so that it can be renamed."""
    folder = Path(os.path.abspath(folder)) if folder.name in ("", "..") else folder.absolute()
    return Path(os.path.realpath(folder.parent)) / folder.name


def await_folder(folder: Path, own: Collection[str]) -> None:
    """Where a folder is missing because its swap is going on, or was interrupted, wait for it or undo it."""
    folder = absolute(folder)
    until = time.monotonic() + _PATIENCE_S
    while not os.path.lexists(folder) and time.monotonic() < until:
        if folder.name not in settle(folder.parent, own):
            return
        time.sleep(_PAUSE_S)


def settle(parent: Path, own: Collection[str], prefix: str = PREFIX) -> list[str]:
    """Undo or end what dead processes left in a folder; return the names of the folders that living ones replace."""
    busy = []
    with contextlib.suppress(OSError):  # a parent that is missing, or cannot be read, holds nothing to settle
        for place in [Path(entry.path) for entry in os.scandir(parent) if entry.name.startswith(prefix)]:
            if not _is_ours(place, own):
                continue
            name = _name_of(place)
            if not _settle_place(place, parent / name if name else None, own):
                busy.append(name)
    return busy


def _settle_place(place: Path, folder: Path | None, own: Collection[str]) -> bool:
    """Settle one place of work; return False where its process lives."""
    try:
        if not (place / LOCK).exists():
            return _settle_unlocked(place)
        lock = lock_folder(place)
        if lock is None:
            return False
        with lock:
            if folder is not None:
                _bring_back(place, folder, own)
            end_folder(place, lock)
    except (OSError, GestureError):
        return False
    return True


def _settle_unlocked(place: Path) -> bool:
    """Remove a place of work without a lock; return False where an earlier version may be at work in it.

    Raises:
        OSError: it has gone meanwhile.
    """
    with contextlib.suppress(OSError):
        place.rmdir()  # only an empty one: whoever made it just now makes another
        return True
    if time.time() - place.stat().st_mtime < _YOUNG_S:
        return False
    shutil.rmtree(place, ignore_errors=True)
    return True


def _is_ours(place: Path, own: Collection[str]) -> bool:
    """Return whether a folder holds what a place of work holds, of this version or an earlier one, and nothing else."""
    try:
        names = {path.name for path in place.iterdir()}
    except OSError:
        return False
    return all(name.startswith(_OLD) or name.endswith(".part") for name in names - {LOCK, _NAME, _NEW, *own})


def _name_of(place: Path) -> str:
    try:
        # A pipe in its place would be read without an end.
        name = os.fsdecode((place / _NAME).read_bytes()) if (place / _NAME).is_file() else ""
    except OSError:
        return ""
    return name if name == Path(name).name and name not in (".", "..") else ""


@contextmanager
def _place_of_work(folder: Path, own: Collection[str], prefix: str) -> Iterator[Path]:
    """Make a place of work beside a folder, locked; at the end what was taken away comes back, and the rest goes."""
    place, lock = _locked_place(folder.parent, prefix)
    try:
        (place / _NAME).write_bytes(os.fsencode(folder.name))
        (place / _NEW).mkdir()
        yield place
    finally:
        try:
            _bring_back(place, folder, own)
        finally:
            # What could not be brought back or carried over stays for the next process.
            if any(place.glob(f"{_OLD}*")):
                lock.close()
            else:
                end_folder(place, lock)


def _locked_place(parent: Path, prefix: str) -> tuple[Path, BinaryIO]:
    """Make a folder that no other process settles while the file that is returned is open."""
    while True:
        place = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
        lock = lock_folder(place)
        if lock is not None:
            return place, lock
        # Another process took the empty folder for one of a dead process.


def _swap(place: Path, folder: Path, own: Collection[str]) -> None:
    """Put the new folder in the place of the old one, and carry over the files that were beside the old content."""
    number = 0
    with contextlib.suppress(OSError):
        shutil.copymode(folder, place / _NEW)
    while True:
        with contextlib.suppress(FileNotFoundError):
            _rename(folder, place / f"{_OLD}{number}")
            number += 1
        try:
            _rename(place / _NEW, folder)
            break
        except OSError:
            if not folder.exists():
                raise
            # Another process put its folder there in between; this one is later.
    _carry(place, folder, own)


def _carry(place: Path, folder: Path, own: Collection[str]) -> None:
    """Move files that do not belong to the old content into the new folder, and remove what was replaced."""
    for old in sorted(place.glob(f"{_OLD}*")):
        for path in sorted(old.iterdir()):
            if path.name not in own and not os.path.lexists(folder / path.name):
                _rename(path, folder / path.name)
        shutil.rmtree(old, ignore_errors=True)


def _bring_back(place: Path, folder: Path, own: Collection[str]) -> None:
    """Rename the old folder back where there is no new one; else carry over what was beside its content."""
    taken = sorted(place.glob(f"{_OLD}*"))
    if taken and not folder.exists():
        _rename(taken.pop(), folder)
    if taken:
        _carry(place, folder, own)


def _rename(source: Path, target: Path) -> None:
    """Rename, and wait a while where another program has a file of the folder open.

    Raises:
        GestureError: it is open for longer.
        OSError: as `os.rename`.
    """
    until = time.monotonic() + _PATIENCE_S
    while True:
        try:
            return rename(source, target)
        except PermissionError as error:
            if not held_open(error):
                raise
            if time.monotonic() > until:
                raise GestureError(
                    f"Another program has a file in {source} open; nothing was changed.",
                    remedy="Close it there, and do it again.",
                    detail=str(error),
                ) from error
            time.sleep(_PAUSE_S)


def held_open(error: PermissionError) -> bool:
    """Return whether a refusal means, as on Windows, that a file is open elsewhere."""
    return os.name == "nt"


rename = os.rename
