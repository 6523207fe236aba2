"""Take folders that the extension made in its own place, and when they go.

    Generate ──▶ folder ──▶ keys and the whole take on the action ──▶ saved .blend
                   └──────── needed until here, to load the take again after a crash ───┘

A take is stored whole in the .blend, so a saved .blend needs no folder. A folder goes when a file with its take is
saved. A folder whose take was never saved goes after a few weeks. Folders that a user chose are never touched.
"""

import contextlib
import json
import shutil
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import bpy

from ..job.folder import data_folder
from ..take import info as take_info

# How long the folder of a take stays that was in no saved file.
DAYS = 30
_SECONDS_A_DAY = 86400


def remove_saved() -> None:
    """Delete the extension's folders of takes that are in this file, which was saved just now."""
    for action in bpy.data.actions:
        info = take_info.stored(action)
        if info is not None and _is_own(Path(info.folder)) and _holds(Path(info.folder), info):
            shutil.rmtree(info.folder, ignore_errors=True)


def remove_old() -> None:
    """Delete the extension's take folders that are old, but not those of takes in the open file."""
    infos = [take_info.stored(action) for action in bpy.data.actions]
    needed = {Path(info.folder) for info in infos if info is not None}
    # Another Blender may be making a take for an empty folder.
    yesterday = time.time() - _SECONDS_A_DAY
    remove_empty(each for each in data_folder("takes").glob("*/") if each.stat().st_mtime < yesterday)
    before = time.time() - DAYS * _SECONDS_A_DAY
    for folder in _own_folders():
        if folder not in needed and (folder / "take.json").stat().st_mtime < before:
            shutil.rmtree(folder, ignore_errors=True)


def remove_empty(folders: Iterable[Path]) -> None:
    """Remove those of the extension's folders for takes that hold none, because of a cancel or an error."""
    for folder in folders:
        if _is_own(folder):
            # A folder that holds something stays.
            with contextlib.suppress(OSError):
                folder.rmdir()


def _own_folders() -> Iterator[Path]:
    for description in sorted(data_folder("takes").glob("*/take.json")):
        yield description.parent


def _is_own(folder: Path) -> bool:
    return folder.parent == data_folder("takes")


def _holds(folder: Path, info: take_info.TakeInfo) -> bool:
    """Return whether a folder still holds this take: its name may have been given to another take since."""
    try:
        found = json.loads((folder / "take.json").read_text(encoding="utf-8"))
        audio = found["audio"]
        there = audio["sha256"], audio["offset_s"], audio["duration_s"], found["weights"]["name"], found["seed"]
        speaker = found["speaker_name"]
    except (OSError, ValueError, KeyError, TypeError):
        return False
    own = info.audio_sha256, info.offset_s, info.duration_s, info.weights, info.seed
    return (there, speaker) == (own, info.speaker)


@bpy.app.handlers.persistent
def _after_save(*_arguments) -> None:
    remove_saved()


def register():
    """Delete folders after each save."""
    bpy.app.handlers.save_post.append(_after_save)


def unregister():
    """Stop deleting folders."""
    bpy.app.handlers.save_post.remove(_after_save)
