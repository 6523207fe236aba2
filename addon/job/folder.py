"""Folders and paths: where the extension is, where it keeps files, and what a path in a text field means."""

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

    Run from a checkout, the extension has no such place: then it is a folder in Blender's temporary one.
    """
    try:
        return Path(bpy.utils.extension_path_user(PACKAGE, path=name, create=True))
    except ValueError:
        folder = Path(bpy.app.tempdir) / "mambatalk" / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder


def log_file() -> Path:
    """Return the path of the log: errors of the add-on, and what the worker prints. It goes when Blender ends."""
    return Path(bpy.app.tempdir) / "mambatalk-worker.log"


def new_take_folder(name: str, taken: frozenset[Path] = frozenset()) -> Path:
    """Return the path of a take folder that does not exist yet and is not among those `taken`."""
    parent = data_folder("takes")
    number = 1
    while (folder := parent / f"{name}_{number:03d}").exists() or folder in taken:
        number += 1
    return folder


def temporary_folder() -> tempfile.TemporaryDirectory:
    """Return a new folder for files of one job; it is deleted when nothing refers to the object any more."""
    return tempfile.TemporaryDirectory(prefix="mambatalk-", dir=bpy.app.tempdir or None)
