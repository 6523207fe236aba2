"""Folders and paths: where the extension is, where it keeps files, and what a path in a text field means."""

import contextlib
import itertools
import os
import tempfile
from pathlib import Path

import bpy

# The extension's own folder, which holds `core`, and the name under which Blender loaded it.
ROOT = Path(__file__).resolve().parents[2]
PACKAGE = __package__.rpartition(".addon.")[0]


def absolute_path(text: str) -> Path:
    """Return the path that a user wrote: `//` means the folder of the .blend file, `~` the home folder."""
    return Path(bpy.path.abspath(text)).expanduser()


def data_folder(name: str) -> Path:
    """Return a folder for files that must survive updates of the extension; it is made when missing.

    Run from a checkout, the extension has no such place, and its place may be one that cannot be written: then it is a
    folder in Blender's temporary one.
    """
    # A preference or a list that is there can be read where nothing can be written; a folder for new files is useless.
    with contextlib.suppress(ValueError, OSError):
        folder = Path(bpy.utils.extension_path_user(PACKAGE, path=name, create=True))
        if not name or os.access(folder, os.W_OK):
            return folder
    folder = Path(bpy.app.tempdir) / "mambatalk" / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def log_file() -> Path:
    """Return the path of the log: errors of the add-on, and what the worker prints. It goes when Blender ends."""
    return Path(bpy.app.tempdir) / "mambatalk-worker.log"


def new_take_folder(name: str) -> Path:
    """Make a folder for a take, and return its path: several Blenders may make takes of this name at the same time."""
    parent = data_folder("takes")
    for number in itertools.count(1):
        with contextlib.suppress(FileExistsError):
            (folder := parent / f"{name}_{number:03d}").mkdir()
            return folder
    raise AssertionError("There is always another number")


def temporary_folder() -> tempfile.TemporaryDirectory:
    """Return a new folder for files of one job; it is deleted when nothing refers to the object any more."""
    return tempfile.TemporaryDirectory(prefix="mambatalk-", dir=bpy.app.tempdir or None)
