"""The one reader and writer of take folders, for the generator, the shell and the add-on.

A take folder holds one file for each step of the way from speech to motion:

    take.json            where the take comes from, its settings, its layers
    words.json           the spoken words with their times, seconds
    codes.npz            codes of each body part, and of each layer
    motion_raw.npz       the decoder's motion
    motion.npz           that motion finished and, where the take is directed, directed
    motion_finished.npz  only where the take is directed: the finished motion that directing starts from

`TakeFiles` holds their content as plain values and arrays. Blender needs no more, so it imports nothing of the
generator. `core.take.take` turns the content into layers, parts and words.
"""

import hashlib
import json
import math
import os
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from ..body.blocks import run_for
from ..body.motion import Motion, load_motion, save_motion
from ..errors import GestureError
from ..files import DAMAGED, is_full, remedy_of, save_arrays, sha256_of
from ..inputs import MOST_ARRAY_BYTES, Npz, check_regular, read_json
from ..swap import absolute, await_folder, replaced_folder
from .gate import check_codes, check_description, check_layers, check_words

FORMAT = 1
_FILES = ("take.json", "codes.npz", "motion_raw.npz", "motion.npz", "words.json")
_MOTIONS = ("motion_raw.npz", "motion.npz")
_UNDIRECTED = "motion_finished.npz"
OWN_FILES = (*_FILES, _UNDIRECTED)
# Entry of take.json: a hash of all files of the take. Takes of earlier versions have none.
CHECKSUM = "checksum"
_TRIES = 20


@dataclass(frozen=True)
class TakeFiles:
    """The content of a take folder.

    Attributes:
        description: take.json.
        words: entries of words.json: word, start_s, end_s, confidence, phones.
        codes: int16 or int32 arrays of codes.npz by name.
        raw: the decoder's motion.
        finished: the motion after finishing.
        directed: the finished motion as levels, markers and mood direct it; None where the take is not directed. Only
            the worker and the shell write it: in Blender, the keys hold the directed motion.
    """

    description: dict
    words: list[dict]
    codes: dict[str, np.ndarray]
    raw: Motion
    finished: Motion
    directed: Motion | None = None

    @property
    def shown(self) -> Motion:
        """The motion that is seen: the directed one, else the finished one."""
        return self.finished if self.directed is None else self.directed

    @property
    def speech_s(self) -> np.ndarray:
        """Starts and ends of the words, (N, 2), seconds."""
        return np.array([(word["start_s"], word["end_s"]) for word in self.words], float).reshape(-1, 2)

    @property
    def spoken(self) -> list[dict]:
        """The words; where they have no speech sounds, one more entry without a text that has those that were heard."""
        own = [(word["start_s"], word["end_s"]) for word in self.words if word.get("phones")]
        sounds = [
            {"phone": phone, "start_s": start_s, "end_s": end_s}
            for phone, start_s, end_s in self.description.get("sounds", ())
            if not any(a < end_s and start_s < b for a, b in own)
        ]
        if not sounds:
            return self.words
        heard = {"word": "", "start_s": sounds[0]["start_s"], "end_s": sounds[-1]["end_s"], "phones": sounds}
        return [*self.words, heard]

    @property
    def directions(self) -> dict:
        """Levels, markers, mood and kept areas that `directed` was made with; empty where there are none."""
        return self.description.get("direct", {})

    def undirected(self) -> "TakeFiles":
        """Return the take without directions and without the directed motion."""
        description = {name: value for name, value in self.description.items() if name != "direct"}
        return replace(self, description=description, directed=None)

    def with_finished(self, motion: Motion, settings: dict) -> "TakeFiles":
        """Return the take with another finished motion and the settings that finished it."""
        own = {**self.description.get("settings", {}), "finish": True, "finish_settings": settings}
        return replace(self, finished=motion, description={**self.description, "settings": own})

    def with_audio(self, path: Path) -> "TakeFiles":
        """Return the take with the present path of its recording."""
        audio = {**self.description["audio"], "path": str(path)}
        return replace(self, description={**self.description, "audio": audio})


def read_files(folder: Path) -> TakeFiles:
    """Read all files of a take folder.

    Raises:
        GestureError: this is no take folder, a file is missing or damaged, its files are from several takes, or a newer
            version wrote it.
    """
    await_folder(folder, OWN_FILES)
    for _ in range(_TRIES):
        stamp = _stamp(folder)
        try:
            take = _read_files(folder)
        except GestureError:
            if _stamp(folder) == stamp:
                raise
            continue
        # Where another process swapped the folder in between, its files are read again.
        if _stamp(folder) == stamp:
            return take
    raise not_of_one_take(folder)


def _stamp(folder: Path) -> tuple[int, int] | None:
    """Return what changes when a folder is swapped; None where there is none."""
    try:
        found = folder.stat()
        return found.st_ino, found.st_ctime_ns
    except OSError:
        return None


def _read_files(folder: Path) -> TakeFiles:
    try:
        description = read_json(folder / "take.json")
        newer = description["format"] > FORMAT
        if not newer:
            frames = check_description(description)
            # Pipes, which never end, are found before anything is read to its end.
            for name in _own_files(description):
                check_regular(folder / name)
            belongs = description.pop(CHECKSUM, None) in (None, checksum_of(description, folder))
            words = read_json(folder / "words.json")
            check_words(words)
            stored = Npz(folder / "codes.npz")
            if any(math.prod(stored.shape(name)) > frames for name in stored.names):
                raise ValueError("codes.npz holds more codes than the take has frames")
            codes = stored.read_many(stored.names)
            check_codes(codes, frames)
            check_layers(description.get("layers"), codes, frames)
    except (AttributeError, *DAMAGED) as error:
        raise unreadable(folder, error) from error
    if newer:
        raise written_by_newer(folder)
    directed = "direct" in description
    _check_lengths(folder, frames, (*_MOTIONS, _UNDIRECTED) if directed else _MOTIONS)
    if not belongs:
        raise not_of_one_take(folder)
    raw, shown = (load_motion(folder / name) for name in _MOTIONS)
    finished = load_motion(folder / _UNDIRECTED) if directed else shown
    _check_belong(folder, raw, finished, shown)
    return TakeFiles(description, words, codes, raw, finished, shown if directed else None)


def checksum_of(description: dict, folder: Path) -> str:
    """Return the hash of a take, by which damage is found, and files of several takes.

    It covers take.json without the entry of the hash itself, however it is written, and the bytes of the other files.

    Raises:
        OSError: a file cannot be read.
    """
    own = {name: value for name, value in description.items() if name != CHECKSUM}
    digest = hashlib.sha256(json.dumps(own, sort_keys=True).encode())
    for name in _own_files(own)[1:]:
        digest.update(f"{name} {sha256_of(folder / name, MOST_ARRAY_BYTES)}".encode())
    return digest.hexdigest()


def _own_files(description: dict) -> tuple[str, ...]:
    """Return the names of the files that a take has, take.json first."""
    return OWN_FILES if "direct" in description else _FILES


def _check_lengths(folder: Path, frames: int, names: tuple[str, ...]) -> None:
    """Make sure that the motions have as many frames as the take, from their headers alone."""
    for name in names:
        try:
            shape = Npz(folder / name).shape("poses")
        except DAMAGED:
            continue  # reading the motion says what is wrong with it
        if shape[:1] != (frames,):
            raise not_of_one_take(folder)


def _check_belong(folder: Path, *motions: Motion) -> None:
    """Make sure that the motions of a take show the same kind of face at the same frame rate."""
    if len({(motion.face_basis, motion.fps) for motion in motions}) > 1:
        raise not_of_one_take(folder)


def not_of_one_take(folder: Path) -> GestureError:
    """Return the error for a take folder whose files are from several takes."""
    return GestureError(
        f"The files of the take in {folder} do not belong together, or one of them was changed.",
        remedy="Use a backup of the folder, or generate the take again.",
    )


def compact(codes: np.ndarray) -> np.ndarray:
    """Return codes (T,) as int16 where all of them fit, else as int32."""
    return codes.astype(np.int16 if codes.max(initial=0) < 2**15 else np.int32)


def unreadable(folder: Path, error: Exception) -> GestureError:
    """Return the error for a take folder whose files are missing or damaged."""
    return GestureError(
        f"There is no readable take in {folder}.",
        remedy="Choose a folder that `generate` wrote, with take.json, words.json and codes.npz.",
        detail=repr(error),
    )


def written_by_newer(folder: Path) -> GestureError:
    """Return the error for a take folder that a newer version wrote."""
    return GestureError(f"A newer version wrote the take in {folder}.", remedy="Update the extension.")


def check_folder(folder: Path) -> None:
    """Make sure that a take can be written to a folder, before the long work of making it.

    Raises:
        GestureError: `folder` is a file, lies below one or inside a take, or its parent cannot be written.
    """
    if folder.exists() and not folder.is_dir():
        raise GestureError(f"{folder} is a file, not a folder.", remedy="Choose a folder for the take.")
    if not folder.exists() and any((above / "take.json").is_file() for above in folder.absolute().parents):
        raise GestureError(f"{folder} lies inside another take.", remedy="Choose a folder beside it.")
    parent = folder if folder.exists() else folder.parent
    while not parent.exists():
        parent = parent.parent
    if not parent.is_dir():
        raise GestureError(f"{parent} is a file, not a folder.", remedy="Choose another place for the take.")
    if not os.access(parent, os.W_OK):
        raise GestureError(f"{parent} cannot be written.", remedy="Choose a folder that you may write to.")


def check_out(folder: Path) -> None:
    """Make sure that a take can be written to a folder, and replaces no files of the user's own.

    Raises:
        GestureError: as `check_folder`; or the folder is a link, the program runs in it, or it holds other files and no
            take.
    """
    check_folder(folder)
    if absolute(folder).is_symlink():
        raise GestureError(
            f"{folder} is a link to a folder, which is not replaced.", remedy="Choose the folder itself, or a new one."
        )
    if not folder.is_dir():
        return
    if folder.samefile(Path.cwd()):
        raise GestureError(
            f"This program runs in {folder.absolute()}, so that the folder cannot be replaced.",
            remedy="Choose a folder inside it, or run the program elsewhere.",
        )
    if (folder / "take.json").is_file():
        return
    # Files of the system, and those of a take whose writing was interrupted, are nobody's work.
    ours = {*OWN_FILES, "Thumbs.db", "desktop.ini"}
    others = sorted(path.name for path in folder.iterdir() if path.name not in ours and not path.name.startswith("."))
    if others:
        raise GestureError(
            f"{folder.absolute()} holds other files, such as {others[0]}, and no take.",
            remedy="Choose a new folder, an empty one, or the folder of a take.",
        )


def write_files(take: TakeFiles, folder: Path, compress: bool = True) -> None:
    """Write a take folder, over the one that is there; it is swapped whole, and after any error it is as it was before.

    Files that lie beside those of a take in its folder stay.

    Args:
        take: what to write.
        folder: where; it is made where it does not exist.
        compress: whether arrays are deflated: slower to write, and smaller.

    Raises:
        GestureError: the disk is full, or the folder cannot be written.
    """
    check_out(folder)
    try:
        with replaced_folder(folder, OWN_FILES) as new:
            _write_all(take, new, compress)
    except OSError as error:
        reason = "the disk is full" if is_full(error) else (error.strerror or str(error))
        raise GestureError(f"The take could not be written to {folder}: {reason}.", remedy=remedy_of(error)) from error


def remove_files(folder: Path) -> None:
    """Remove a take's files from its folder, and the folder where it holds nothing else."""
    with suppress(OSError):
        for name in OWN_FILES:
            (folder / name).unlink(missing_ok=True)
        folder.rmdir()


def _write_all(take: TakeFiles, folder: Path, compress: bool) -> None:
    words = json.dumps(take.words, indent=1, ensure_ascii=False) + "\n"
    (folder / "words.json").write_text(words, encoding="utf-8")
    codes = {name: compact(values) for name, values in take.codes.items()}
    motions = {"motion_raw.npz": take.raw, "motion.npz": take.shown}
    if take.directed is not None:
        motions[_UNDIRECTED] = take.finished
    tasks = [partial(save_motion, motion, folder / name, compress) for name, motion in motions.items()]
    run_for(take.raw.frame_count)([partial(save_arrays, folder / "codes.npz", codes, compress), *tasks])
    description = {**take.description, CHECKSUM: checksum_of(take.description, folder)}
    (folder / "take.json").write_text(json.dumps(description, indent=1), encoding="utf-8")
