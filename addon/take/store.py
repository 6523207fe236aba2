"""A whole take inside the .blend: packed on its action, and written out as a take folder when the worker needs one."""

import io
import json
import zipfile
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

import bpy
import numpy as np

from ...core.body.motion import Motion, load_motion, save_motion
from ...core.errors import GestureError
from ...core.files import DAMAGED
from ...core.formats.packed import COARSE, FINE, pack_motion, round_motion, unpack_motion
from ...core.sealed import seal, unseal
from ..blender import versions

KEY = "mambatalk_data"
# Takes stored before there was a check sum begin like any zip; they still load.
_ZIP = b"PK"


@dataclass(frozen=True)
class StoredTake:
    """What a take folder holds, as it was written: its layers are the worker's business.

    Motions lie on a fixed grid: they come back from the file, and from a worker that left them alone, to the bit.

    Attributes:
        description: take.json.
        words: words.json.
        codes: int16 arrays by name.
        raw: the decoder's motion.
        finished: the motion that levels start from.
        directions: by what it was directed from a shell; not packed, for the take's own levels take them over.
    """

    description: dict
    words: list[dict]
    codes: dict[str, np.ndarray]
    raw: Motion
    finished: Motion
    directions: dict = field(default_factory=dict)

    @property
    def speech(self) -> np.ndarray:
        """(N, 2) seconds, starts and ends of the words."""
        return np.array([(word["start_s"], word["end_s"]) for word in self.words], float).reshape(-1, 2)

    def with_finished(self, motion: Motion, settings: dict) -> "StoredTake":
        """The take finished anew: the motion, and the settings it was finished with."""
        own = {**self.description.get("settings", {}), "finish": True, "finish_settings": settings}
        return _on_grid(replace(self, finished=motion, description={**self.description, "settings": own}))

    def with_audio(self, path: Path) -> "StoredTake":
        """The take whose recording is somewhere else now."""
        audio = {**self.description["audio"], "path": str(path)}
        return replace(self, description={**self.description, "audio": audio})


def read_folder(folder: Path) -> StoredTake:
    """The take in a folder.

    Raises:
        GestureError: it is not a take folder, or one of its files is missing or damaged.
    """
    try:
        description = json.loads((folder / "take.json").read_text(encoding="utf-8"))
        words = json.loads((folder / "words.json").read_text(encoding="utf-8"))
        with np.load(folder / "codes.npz", allow_pickle=False) as data:
            codes = {name: data[name] for name in data.files}
    except DAMAGED as error:
        raise GestureError(
            f"There is no take in {folder}.",
            remedy="Choose a folder that holds take.json, words.json and codes.npz.",
            detail=str(error),
        ) from error
    # A take directed from a shell comes as it was before: here it is directed live.
    directions = description.pop("direct", {})
    name = "motion_finished.npz" if directions else "motion.npz"
    raw, finished = load_motion(folder / "motion_raw.npz"), load_motion(folder / name)
    return _on_grid(StoredTake(description, words, codes, raw, finished, directions))


def write_folder(take: StoredTake, folder: Path) -> None:
    """Write the five files of a take folder, which must not exist yet."""
    folder.mkdir(parents=True)
    (folder / "take.json").write_text(json.dumps(take.description), encoding="utf-8")
    (folder / "words.json").write_text(json.dumps(take.words), encoding="utf-8")
    np.savez(folder / "codes.npz", **take.codes)
    save_motion(take.raw, folder / "motion_raw.npz", compress=False)
    save_motion(take.finished, folder / "motion.npz", compress=False)


def save(action: bpy.types.Action, take: StoredTake) -> None:
    """Put a take on an action, over the one it has."""
    save_packed(action, pack(take))


def save_packed(action: bpy.types.Action, data: bytes) -> None:
    """The same for a take that is packed already."""
    versions.set_bytes(action, KEY, data)


def load(action: bpy.types.Action) -> StoredTake:
    """The take on an action.

    Raises:
        GestureError: there is none, or it is damaged.
    """
    return unpack(packed(action))


def packed(action: bpy.types.Action) -> bytes:
    """The take on an action as it is stored.

    Raises:
        GestureError: there is none.
    """
    data = action.get(KEY)
    if not isinstance(data, bytes):
        raise GestureError(f"{action.name} holds no take.", remedy="Choose a take, or load one from its folder.")
    return data


def has(action: bpy.types.Action | None) -> bool:
    """Whether an action holds a take."""
    return action is not None and KEY in action


def pack(take: StoredTake) -> bytes:
    """A take as bytes: a sealed zip of its parts; equal takes give equal bytes."""
    lengths = {name: len(values) for name, values in take.codes.items()}
    codes = np.concatenate([np.zeros(0, "<i2"), *take.codes.values()]).astype("<i2")
    parts = {
        "take.json": json.dumps(take.description).encode(),
        "words.json": json.dumps(take.words).encode(),
        "codes.json": json.dumps(lengths).encode(),
        "codes": codes.tobytes(),
        "raw": pack_motion(take.raw, COARSE),
        "finished": pack_motion(take.finished, FINE),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            # A fixed date; the default is the current one.
            file.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED if "." in name else zipfile.ZIP_STORED)
    return seal(out.getvalue())


@lru_cache(maxsize=8)
def unpack(data: bytes) -> StoredTake:
    """The take in bytes; quick when asked again.

    Raises:
        GestureError: the bytes are damaged.
    """
    try:
        content = data if data.startswith(_ZIP) else unseal(data)
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            description, words, lengths = (
                json.loads(file.read(name)) for name in ("take.json", "words.json", "codes.json")
            )
            ends = np.cumsum([0, *lengths.values()])
            joined = np.frombuffer(file.read("codes"), "<i2").astype(np.int16)
            raw, finished = unpack_motion(file.read("raw")), unpack_motion(file.read("finished"))
    except DAMAGED as error:
        raise GestureError(
            "The take stored in this file is damaged.", remedy="Use a backup, or generate again.", detail=repr(error)
        ) from error
    codes = {name: joined[start:end] for name, start, end in zip(lengths, ends, ends[1:], strict=False)}
    return StoredTake(description, words, codes, raw, finished)


def _on_grid(take: StoredTake) -> StoredTake:
    return replace(take, raw=round_motion(take.raw, COARSE), finished=round_motion(take.finished, FINE))
