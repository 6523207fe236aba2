"""The folder of a recogniser: whether it can be one, found out before a library opens it.

A folder holds the model of faster-whisper, in CTranslate2's form: model.bin (weights), config.json, tokenizer.json, and
vocabulary.json or vocabulary.txt. The library that reads model.bin trusts the lengths that are written in it, so every
length is compared with the file first. Nothing in these files is a program, and nothing is fetched for a missing one.
"""

import struct
from math import prod
from pathlib import Path
from typing import BinaryIO

from ..errors import GestureError
from ..inputs import check_regular, read_json

MODEL, JSON_FILES = "model.bin", ("config.json", "tokenizer.json")
VOCABULARIES = ("vocabulary.json", "vocabulary.txt")
OPTIONAL = "preprocessor_config.json"
LIBRARY = "WhisperSpec"
VERSIONS = range(4, 7)  # of the form of model.bin
MOST_VARIABLES, MOST_DIMENSIONS = 20_000, 8
MOST_VOCABULARY = 20 << 20
ITEM_BYTES = {0: 4, 1: 1, 2: 2, 3: 4, 4: 2, 5: 2}  # float32, int8, int16, int32, float16, bfloat16
REMEDY = (
    "Choose the folder of a model of faster-whisper, with model.bin, config.json, tokenizer.json and a vocabulary; "
    "if it is one, fetch it again."
)


def check_recogniser(folder: Path) -> None:
    """Make sure that a folder holds a whole recogniser.

    Raises:
        GestureError: it is no folder; a file is missing, is no regular file, or is damaged; or it is another model.
    """
    if not folder.is_dir():
        raise GestureError(f"There is no folder {folder}.", remedy=REMEDY)
    named = next((name for name in VOCABULARIES if (folder / name).exists()), VOCABULARIES[0])
    for name in (MODEL, *JSON_FILES, named, OPTIONAL):
        if not (folder / name).exists():
            if name == OPTIONAL:
                continue
            raise GestureError(f"{folder.name} is no recogniser: it lacks {name}.", remedy=REMEDY)
        check_regular(folder / name)
    name = MODEL
    try:
        with (folder / MODEL).open("rb") as file:
            _check_weights(file, (folder / MODEL).stat().st_size)
        for name in (*JSON_FILES, *((OPTIONAL,) if (folder / OPTIONAL).exists() else ())):
            if not isinstance(read_json(folder / name), dict):
                raise ValueError("no object")
        name = named
        if (folder / name).stat().st_size > MOST_VOCABULARY:
            raise ValueError("too large")
        (folder / name).read_text(encoding="utf-8")
    except (OSError, ValueError, struct.error) as error:
        raise GestureError(
            f"{name} in {folder.name} is damaged, or is none of faster-whisper.", remedy=REMEDY, detail=str(error)
        ) from error


def _check_weights(file: BinaryIO, size: int) -> None:
    """Walk through model.bin by its lengths.

    Raises:
        ValueError, struct.error: they do not fit the file, or it is another model.
    """
    (version,) = _read(file, "I")
    if version not in VERSIONS:
        raise ValueError(f"version {version}")
    if _text(file) != LIBRARY:
        raise ValueError("another model")
    _, count = _read(file, "II")
    if count > MOST_VARIABLES:
        raise ValueError(f"{count} variables")
    for _ in range(count):
        _text(file)
        (rank,) = _read(file, "B")
        if rank > MOST_DIMENSIONS:
            raise ValueError(f"{rank} dimensions")
        shape = _read(file, f"{rank}I")
        kind, length = _read(file, "BI")
        if kind not in ITEM_BYTES or length != prod(shape) * ITEM_BYTES[kind] or length > size - file.tell():
            raise ValueError(f"{length} bytes for {shape} of kind {kind}")
        file.seek(length, 1)
    (aliases,) = _read(file, "I")
    if aliases > MOST_VARIABLES:
        raise ValueError(f"{aliases} other names")
    for _ in range(2 * aliases):
        _text(file)
    if file.tell() != size:
        raise ValueError("other bytes at the end")


def _read(file: BinaryIO, form: str) -> tuple[int, ...]:
    form = f"<{form}"
    return struct.unpack(form, file.read(struct.calcsize(form)))


def _text(file: BinaryIO) -> str:
    (length,) = _read(file, "H")
    data = file.read(length)
    if len(data) != length or not data.endswith(b"\0"):
        raise ValueError("no text")
    return data[:-1].decode("utf-8")
