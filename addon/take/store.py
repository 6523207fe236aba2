"""A whole take inside the .blend: packed to bytes that are a property of its action."""

import io
import json
import zipfile
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import bpy
import numpy as np

from ...core.errors import GestureError
from ...core.files import DAMAGED
from ...core.formats.packed import COARSE, FINE, pack_motion, round_motion, unpack_motion
from ...core.inputs import parse_json
from ...core.plain_values import is_whole
from ...core.sealed import seal, unseal
from ...core.take.files import FORMAT, TakeFiles, compact, read_files
from ...core.take.gate import check_codes, check_description, check_layers, check_words
from ..blender import versions

KEY = "mambatalk_data"
# Takes stored before there was a check sum begin like any zip; they still load.
_ZIP = b"PK"
# No part of a take of an hour is larger.
_MOST_BYTES = 512 << 20


def read_folder(folder: Path) -> TakeFiles:
    """Read a take folder; its motions are rounded to the grid on which they are stored.

    Then they come back from the .blend, and from a worker that left them alone, to the bit.

    Raises:
        GestureError: it is not a take folder, or one of its files is missing or damaged.
    """
    take = read_files(folder)
    return replace(take, raw=round_motion(take.raw, COARSE), finished=round_motion(take.finished, FINE))


def save(action: bpy.types.Action, take: TakeFiles) -> None:
    """Put a take on an action, over the take it has."""
    save_packed(action, pack(take))


def save_packed(action: bpy.types.Action, data: bytes) -> None:
    """Put the bytes of a packed take on an action, over the take it has."""
    versions.set_bytes(action, KEY, data)


def load(action: bpy.types.Action) -> TakeFiles:
    """Read the take on an action.

    Raises:
        GestureError: the action holds no take, or the take is damaged.
    """
    return unpack(packed(action))


def packed(action: bpy.types.Action) -> bytes:
    """Return the bytes of the take on an action.

    Raises:
        GestureError: the action holds no take.
    """
    data = action.get(KEY)
    if not isinstance(data, bytes):
        raise GestureError(f"{action.name} holds no take.", remedy="Choose a take, or load one from its folder.")
    return data


def has(action: bpy.types.Action | None) -> bool:
    """Return whether an action holds a take."""
    return action is not None and KEY in action


def pack(take: TakeFiles) -> bytes:
    """Return a take as bytes: a sealed zip of its parts; equal takes give equal bytes.

    How the take was directed outside of Blender is left out: here, the sliders of the take direct it.
    """
    lengths = {name: len(values) for name, values in take.codes.items()}
    codes = compact(np.concatenate([np.zeros(0, np.int16), *take.codes.values()]))
    parts = {
        "take.json": json.dumps(take.undirected().description).encode(),
        "words.json": json.dumps(take.words).encode(),
        "codes.json": json.dumps(lengths).encode(),
        "codes": codes.astype(codes.dtype.newbyteorder("<")).tobytes(),
        "raw": pack_motion(take.raw, COARSE),
        "finished": pack_motion(take.finished, FINE),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            # A fixed date; the default is the current one.
            file.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED if "." in name else zipfile.ZIP_STORED)
    return seal(out.getvalue())


def words(data: bytes) -> list[dict]:
    """Return the words of a packed take, without unpacking its motions.

    Raises:
        GestureError: the bytes are damaged.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(_content(data))) as file:
            found = parse_json(file.read("words.json"))
        check_words(found)
    except DAMAGED as error:
        raise _damaged(error) from error
    return found


def with_words(data: bytes, changed: list[dict]) -> bytes:
    """Return a packed take with other words; all other parts stay as they are packed.

    Raises:
        GestureError: the bytes are damaged, or the words are none.
    """
    out = io.BytesIO()
    try:
        check_words(changed)
        with zipfile.ZipFile(io.BytesIO(_content(data))) as old, zipfile.ZipFile(out, "w") as new:
            for entry in old.infolist():
                content = json.dumps(changed).encode() if entry.filename == "words.json" else old.read(entry)
                new.writestr(zipfile.ZipInfo(entry.filename), content, entry.compress_type)
    except DAMAGED as error:
        raise _damaged(error) from error
    return seal(out.getvalue())


def _content(data: bytes) -> bytes:
    return data if data.startswith(_ZIP) else unseal(data)


def _damaged(error: Exception) -> GestureError:
    return GestureError(
        "The take stored in this file is damaged.", remedy="Use a backup, or generate again.", detail=repr(error)
    )


@lru_cache(maxsize=8)
def unpack(data: bytes) -> TakeFiles:
    """Return the take that bytes hold; the last few are cached.

    Raises:
        GestureError: the bytes are damaged, or a newer version wrote them.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(_content(data))) as file:
            for entry in file.infolist():
                if entry.file_size > _MOST_BYTES:
                    raise ValueError(f"{entry.filename} has {entry.file_size} bytes")
            description, spoken, lengths = (
                parse_json(file.read(name)) for name in ("take.json", "words.json", "codes.json")
            )
            if isinstance(description["format"], int) and description["format"] > FORMAT:
                raise GestureError(
                    "A newer version of the extension made this take.",
                    remedy="Update the extension to change the take.",
                )
            frames = check_description(description)
            check_words(spoken)
            codes = _codes(file.read("codes"), lengths, frames)
            check_layers(description.get("layers"), codes, frames)
            raw, finished = unpack_motion(file.read("raw")), unpack_motion(file.read("finished"))
            if not frames == raw.frame_count == finished.frame_count:
                raise ValueError("the lengths of its motions differ")
    except DAMAGED as error:
        raise _damaged(error) from error
    return TakeFiles(description, spoken, codes, raw, finished)


def _codes(stored: bytes, lengths: dict[str, int], frames: int) -> dict[str, np.ndarray]:
    """Return the codes by name; raise ValueError where they are none."""
    if not isinstance(lengths, dict) or not all(is_whole(length, 0, frames) for length in lengths.values()):
        raise ValueError("the lengths of its codes")
    ends = np.cumsum([0, *lengths.values()])
    # Two bytes for each code, or four where a code needs them.
    joined = np.frombuffer(stored, "<i4" if len(stored) == 4 * ends[-1] else "<i2")
    if len(joined) != ends[-1]:
        raise ValueError("the number of its codes")
    joined = compact(joined)
    codes = {name: joined[start:end] for name, start, end in zip(lengths, ends, ends[1:], strict=False)}
    check_codes(codes, frames)
    return codes
