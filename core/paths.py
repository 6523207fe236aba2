"""Paths that a user or another program gave: whether any system could have such a file at all.

A path that passes may still lead nowhere. One that does not would end in an error of the system somewhere in the work,
or, on Windows, in a device instead of a file: there `NUL.npz` is no file.
"""

import os
from dataclasses import fields, is_dataclass
from pathlib import Path, PurePath
from typing import Any

from .errors import GestureError

# Bytes on Linux and macOS, letters on Windows.
_MOST_NAME = 255
_MOST_PATH = 4095
# Windows' limit, where its user did not lift it.
_MOST_PATH_OF_WINDOWS = 259
# What is written beside a file or inside a folder has a longer name for a while.
_ROOM = 60
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in "123456789¹²³")}
_NOT_IN_NAMES = set('<>:"|?*') | {chr(code) for code in range(32)}


def given_path(text: str) -> Path:
    """Return the path that a user typed.

    Raises:
        GestureError: no file or folder can have it.
    """
    if not text:
        raise GestureError("A path is empty.", remedy="Write the path of a file or a folder.")
    check_path(Path(text))
    return Path(text)


def check_paths(values: Any) -> None:
    """Check every path in the fields of a dataclass; see `check_path`."""
    if isinstance(values, PurePath):
        check_path(values)
    elif isinstance(values, tuple):
        for each in values:
            check_paths(each)
    elif is_dataclass(values):
        for entry in fields(values):
            check_paths(getattr(values, entry.name))


def check_path(path: PurePath, windows: bool = os.name == "nt", long_paths: bool | None = None) -> None:
    """Make sure that a file or a folder can have a path.

    Args:
        path: of any file or folder, also of one that does not exist.
        windows: by the rules of Windows, else by those of Linux and macOS.
        long_paths: whether this Windows takes paths of more than 260 letters; None asks it.

    Raises:
        GestureError: it has a name that is too long or, on Windows, reserved; or it is too long as a whole.
    """
    remedy = "Choose a shorter name."
    for name in path.parts:
        size = len(name.encode("utf-16-le", "surrogatepass")) // 2 if windows else len(os.fsencode(name))
        if size > _MOST_NAME:
            raise GestureError(f"A name is too long for a file: {name[:40]}… has {len(name)} letters.", remedy=remedy)
        if "\0" in name:
            raise GestureError("A path holds a zero, which no file has.", remedy="Write another path.")
        if windows and name != path.anchor:
            _check_for_windows(name)
    if not windows:
        if len(os.fsencode(path)) > _MOST_PATH:
            raise GestureError(f"A path is too long: it has {len(str(path))} letters.", remedy=remedy)
    elif len(str(path)) > _MOST_PATH_OF_WINDOWS - _ROOM and not (
        _has_long_paths() if long_paths is None else long_paths
    ):
        raise GestureError(
            f"A path is too long for Windows: it has {len(str(path))} letters.",
            remedy="Choose a folder whose path is shorter than 200 letters, or let Windows use long paths.",
        )


def _check_for_windows(name: str) -> None:
    """Make sure that a name of a path is one that Windows gives to files.

    Raises:
        GestureError: it is the name of a device, ends in a dot or a blank, or has a character that no name has.
    """
    plain = name.partition(".")[0].rstrip(" ").lower()
    if plain in _DEVICES:
        raise GestureError(f"{name} is the name of a device on Windows.", remedy="Choose another name.")
    if name not in (".", "..") and (set(name) & _NOT_IN_NAMES or name[-1] in ". "):
        raise GestureError(
            f"{name!r} cannot be a name on Windows.",
            remedy='Choose a name without < > : " | ? * and without a dot or a blank at its end.',
        )


def _has_long_paths() -> bool:
    import ctypes

    try:
        return bool(ctypes.windll.ntdll.RtlAreLongPathsEnabled())  # type: ignore[attr-defined]  # only on Windows
    except (AttributeError, OSError):
        return False
