"""Gestures of the animator's own: those in the library folder of the preferences, and those in the .blend file.

    library folder   my_bow.gesture.json     one file each, read again when the folder changes
    .blend file      a list of the scene     goes along with the file

A gesture has a name once in each place. The picture of its stroke is in its text, and goes into Blender's menu.
"""

import re
import zlib
from dataclasses import dataclass
from pathlib import Path

import bpy
from bpy.props import CollectionProperty, PointerProperty, StringProperty

from ...core.errors import GestureError
from ...core.files import refused_by_system, whole_file
from ...core.gestures.clip import ENDING, MOST_TEXT, OWN, Clip, as_text, read
from ...core.inputs import check_regular
from ..job import preferences

LIBRARY, FILE = "LIBRARY", "FILE"
PLACES = [
    (LIBRARY, "Gesture Library", "In the folder of the preferences, for all files"),
    (FILE, "This File", "In this .blend file"),
]
# No folder has more gestures than a menu can show.
_MOST_FILES = 500


class MambaTalkOwnGesture(bpy.types.PropertyGroup):
    """A gesture that is kept in the .blend file; the name of the entry is its name."""

    text: StringProperty(name="Text", description="Its motion and its picture")


class MambaTalkOwnGestures(bpy.types.PropertyGroup):
    """The gestures that are kept in the .blend file."""

    rows: CollectionProperty(name="Gestures", description="Gestures of this file", type=MambaTalkOwnGesture)


@dataclass(frozen=True)
class Saved:
    """A gesture that was saved.

    Attributes:
        clip: the gesture.
        where: `LIBRARY` or `FILE`.
        path: its file; None in the .blend.
    """

    clip: Clip
    where: str
    path: Path | None = None

    @property
    def key(self) -> str:
        """Its identifier in menus."""
        return f"{OWN}:{self.where}:{self.clip.label}"


# Files that were read, by path, time and size; what is wrong with those that could not be read.
_read: dict[tuple[str, int, int], Clip | None] = {}


def every(context: bpy.types.Context) -> dict[str, Saved]:
    """Return every gesture that was saved, by its identifier: those of the library first."""
    found = [Saved(clip, LIBRARY, path) for path, clip in _files(context).items() if clip is not None]
    rows = (clip_in(entry.text) for entry in context.scene.mambatalk_own_gestures.rows)
    found += [Saved(clip, FILE) for clip in rows if clip is not None]
    return {saved.key: saved for saved in found}


def clip_in(text: str) -> Clip | None:
    """Return the gesture of a text; None where it is damaged."""
    try:
        return read(text)
    except GestureError:
        return None


def unreadable(context: bpy.types.Context) -> list[str]:
    """Return the names of files of the library folder that are no gestures, or damaged."""
    return [path.name for path, clip in _files(context).items() if clip is None]


def _files(context: bpy.types.Context) -> dict[Path, Clip | None]:
    """Read the files of the library folder that changed since they were read; None for those that cannot be read."""
    try:
        paths = sorted(preferences.gesture_folder(context).glob(f"*{ENDING}"))[:_MOST_FILES]
        stats = {path: path.stat() for path in paths}
    except OSError:
        return {}
    keys = {path: (str(path), stat.st_mtime_ns, stat.st_size) for path, stat in stats.items()}
    for key in [key for key in _read if key not in set(keys.values())]:
        del _read[key]
    for path, key in keys.items():
        if key not in _read:
            _read[key] = _read_file(path, key[2])
    return {path: _read[key] for path, key in keys.items()}


def _read_file(path: Path, size: int) -> Clip | None:
    try:
        check_regular(path)
        return read(path.read_text(encoding="utf-8")) if size <= MOST_TEXT else None
    except (OSError, ValueError, GestureError):
        return None


def save(context: bpy.types.Context, clip: Clip, where: str, replaces: bool) -> None:
    """Keep a gesture.

    Args:
        context: its scene belongs to the file.
        clip: with its picture.
        where: `LIBRARY` or `FILE`.
        replaces: whether one of the same name may be replaced.

    Raises:
        GestureError: there is one of this name, or the file cannot be written.
    """
    present = every(context).get(Saved(clip, where).key)
    if present is not None and not replaces:
        raise GestureError(
            f"There is a gesture {clip.label} already.", remedy="Choose another name, or turn on Replace."
        )
    if where == FILE:
        entries = context.scene.mambatalk_own_gestures.rows
        index = entries.find(clip.label)
        entry = entries.add() if index < 0 else entries[index]
        entry.name, entry.text = clip.label, as_text(clip, with_picture=True)
        return
    folder = preferences.gesture_folder(context)
    path = present.path if present is not None and present.path else _free_path(folder, clip.label)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with whole_file(path) as temporary:
            temporary.write_text(as_text(clip, with_picture=True), encoding="utf-8")
    except OSError as error:
        raise refused_by_system(error) from error


def remove(context: bpy.types.Context, key: str) -> Saved:
    """Remove a gesture; takes that make it go on making it.

    Raises:
        GestureError: there is no such gesture, or its file cannot be removed.
    """
    saved = named(context, key)
    if saved.path is None:
        entries = context.scene.mambatalk_own_gestures.rows
        entries.remove(entries.find(saved.clip.label))
        return saved
    try:
        saved.path.unlink(missing_ok=True)
    except OSError as error:
        raise refused_by_system(error) from error
    return saved


def named(context: bpy.types.Context, name: str) -> Saved:
    """Return the gesture with an identifier, or with a name.

    Raises:
        GestureError: there is none.
    """
    saved = every(context)
    found = saved.get(name) or next((each for each in saved.values() if each.clip.label == name), None)
    if found is None:
        names = ", ".join(each.clip.label for each in saved.values())
        raise GestureError(
            f"There is no gesture of your own that is called {name}.",
            remedy=f"Choose among: {names}." if names else "Save one first.",
        )
    return found


def picture_file(saved: Saved) -> Path | None:
    """Return a file with the picture of a gesture, for Blender's menu; None where it has none."""
    picture = saved.clip.picture
    if not picture.startswith(b"\x89PNG"):
        return None
    folder = Path(bpy.app.tempdir) / "mambatalk-gestures"
    path = folder / f"{zlib.crc32(picture):08x}.png"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(picture)
    return path


def _free_path(folder: Path, label: str) -> Path:
    """Return a path that does not exist, whose name comes from a gesture's name."""
    stem = re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_") or "gesture"
    number = 1
    while (path := folder / f"{stem}{'' if number == 1 else f'_{number}'}{ENDING}").exists():
        number += 1
    return path


CLASSES = (MambaTalkOwnGesture, MambaTalkOwnGestures)
PROPERTIES = ((bpy.types.Scene, "mambatalk_own_gestures", PointerProperty(type=MambaTalkOwnGestures)),)
