"""A take on disk: what `generate` writes, and what resampling, finishing and the add-on read."""

import errno
import hashlib
import json
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..body.motion import Motion, save_motion
from ..body.parts import Part
from ..errors import GestureError
from ..text.timing import Word, save_words

FORMAT = 1
FILES = ("take.json", "codes.npz", "motion_raw.npz", "motion.npz", "words.json")


@dataclass(frozen=True)
class Take:
    """A generated take.

    Attributes:
        codes: int16 (T,) per part.
        raw: the decoder's motion.
        finished: the motion after finishing; the raw one when finishing is off.
        words: words with their times.
        info: the content of take.json.
    """

    codes: dict[Part, np.ndarray]
    raw: Motion
    finished: Motion
    words: tuple[Word, ...]
    info: dict


def folder_hash(folder: Path) -> str:
    """SHA-256 of a model folder: every file's name and content, in name order."""
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.iterdir() if p.is_file()):
        digest.update(path.name.encode())
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def base_layer(frame_count: int, seed: int) -> dict:
    """The layer that every take starts with: all joints, all frames, the codes in codes.npz."""
    return {"joints": "all", "frames": [0, frame_count], "codes": "codes.npz", "seed": seed}


def check_folder(folder: Path) -> None:
    """Make sure, before the long work, that a take can be written here.

    Raises:
        GestureError: `folder` is a file, or its parent cannot be written.
    """
    if folder.exists() and not folder.is_dir():
        raise GestureError(f"{folder} is a file, not a folder.", remedy="Choose a folder for the take.")
    parent = folder if folder.exists() else folder.parent
    while not parent.exists():
        parent = parent.parent
    if not os.access(parent, os.W_OK):
        raise GestureError(f"{parent} cannot be written.", remedy="Choose a folder that you may write to.")


def write_take(take: Take, folder: Path) -> None:
    """Write all five files; on any failure the folder stays as it was.

    Raises:
        GestureError: no disk space, or the folder cannot be written.
    """
    check_folder(folder)
    made = [p for p in (folder, *folder.parents) if not p.exists()]
    staging = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=".take-", dir=folder.parent))
        (staging / "take.json").write_text(json.dumps(take.info, indent=1), encoding="utf-8")
        np.savez_compressed(
            staging / "codes.npz", **{part.value: codes.astype(np.int16) for part, codes in take.codes.items()}
        )
        save_motion(take.raw, staging / "motion_raw.npz")
        save_motion(take.finished, staging / "motion.npz")
        save_words(take.words, staging / "words.json")
        folder.mkdir(exist_ok=True)
        for name in FILES:
            os.replace(staging / name, folder / name)
    except (OSError, GestureError) as error:
        _discard(staging)
        for path in made:
            if path.is_dir() and not any(path.iterdir()):
                path.rmdir()
        if isinstance(error, GestureError):
            raise
        reason = "the disk is full" if error.errno == errno.ENOSPC else (error.strerror or str(error))
        raise GestureError(
            f"The take could not be written to {folder}: {reason}.",
            remedy="Free some disk space or choose another folder; nothing was changed.",
        ) from error
    _discard(staging)


def _discard(staging: Path | None) -> None:
    if staging is not None:
        shutil.rmtree(staging, ignore_errors=True)
