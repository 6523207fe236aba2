"""Locks on open files, which the system takes away when the process that holds them ends, however it ends."""

import sys
from typing import BinaryIO


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
