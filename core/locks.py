"""Locks on open files, which the system takes away when the process that holds them ends, however it ends."""

import os
import sys
from pathlib import Path
from typing import BinaryIO


def open_lock(path: Path) -> BinaryIO:
    """Open a file to be locked, which is made where it is missing; a pipe in its place is not waited for.

    Raises:
        OSError: it cannot be opened.
    """
    # Windows has no pipes among its files.
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NONBLOCK", 0)
    return open(os.open(path, flags, 0o666), "ab")


def try_lock(file: BinaryIO) -> bool:
    """Lock an open file until it is closed; return False where another process has locked it.

    Raises:
        OSError: the file system knows no locks.
    """
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True
