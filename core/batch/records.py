"""What a batch remembers of its takes, in a hidden folder beside them, and the lock that keeps other batches out.

DIR/.batch/lock          held while a batch works
DIR/.batch/NAME.json     what the take was made from, its seconds and checks; without `checks` it was only begun
DIR/.batch/process_1.log what the first process wrote to its log
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from ..errors import GestureError
from ..files import make_folder, saved_file, sha256_of
from ..inputs import Npz, read_json
from ..locks import open_lock, try_lock
from ..plain_values import is_number
from ..request_json import to_json
from ..requests import Generate
from ..take.files import FORMAT
from .lines import Line

FOLDER = ".batch"
_MOST_SECONDS = 1e9
# Where a request's files lie does not change its take; the device does so by rounding alone.
_NOT_INPUTS = ("type", "audio", "transcript", "out", "weights", "device", "decoded", "skeleton", "directed")


@dataclass(frozen=True)
class Record:
    """What is known of one take.

    Attributes:
        inputs: a hash of everything that the take was made from.
        seconds: how long it took.
        checks: foot slide, drift and alignment score by name; None while the take is not made.
    """

    inputs: str
    seconds: float = 0.0
    checks: dict[str, Any] | None = field(default=None)


def inputs_of(request: Generate, weights_hash: str) -> str:
    """Return a hash of what a take is made from: settings, weights and the content of its files.

    Raises:
        GestureError: a file cannot be read.
    """
    values = {name: value for name, value in to_json(request).items() if name not in _NOT_INPUTS}
    values |= {"format": FORMAT, "weights": weights_hash, "audio": _hash(request.audio)}
    if request.transcript is not None:
        values["transcript"] = (request.transcript.suffix.lower(), _hash(request.transcript))
    if request.skeleton is not None:
        values["skeleton"] = _rest_joints(request.skeleton)
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


def read_record(out: Path, name: str) -> Record | None:
    """Return what is known of a take; None where it was never begun, or its record cannot be read."""
    try:
        record = Record(**read_json(_path(out, name)))
    except (GestureError, OSError, ValueError, TypeError):
        return None
    fits = isinstance(record.inputs, str) and is_number(record.seconds, 0, _MOST_SECONDS)
    return record if fits and (record.checks is None or isinstance(record.checks, dict)) else None


def write_record(out: Path, name: str, record: Record) -> None:
    """Write what is known of a take.

    Raises:
        GestureError: the disk is full, or the folder cannot be written.
    """
    with saved_file(_path(out, name)) as temporary:
        temporary.write_text(json.dumps(record.__dict__), encoding="utf-8")


def is_made(line: Line, record: Record | None, inputs: str) -> bool:
    """Return whether a line's take is there, and was made from these inputs."""
    whole = (line.request.out / "take.json").is_file() and (line.request.out / "motion.npz").is_file()
    return whole and record is not None and record.checks is not None and record.inputs == inputs


def check_own(out: Path, line: Line) -> None:
    """Make sure that a line's folder is empty, or a take that a batch made there.

    Raises:
        GestureError: it holds something else.
    """
    folder = line.request.out
    is_taken = folder.is_symlink() or (folder.exists() and not (folder.is_dir() and not any(folder.iterdir())))
    if is_taken and read_record(out, line.name) is None:
        raise GestureError(
            f"{folder} is there and was not made by a batch.",
            remedy="Choose another folder for the takes, or move what is there.",
        )


@contextmanager
def only_one(out: Path) -> Iterator[BinaryIO]:
    """Keep other batches out of a folder while the block runs; gives the open lock file.

    Raises:
        GestureError: another batch works there, or the folder cannot be made.
    """
    make_folder(out / FOLDER)
    with open_lock(out / FOLDER / "lock") as file:
        if not try_lock(file):
            raise GestureError(
                f"Another batch works in {out}.", remedy="Wait until it has ended, or choose another folder with --out."
            )
        yield file


def _path(out: Path, name: str) -> Path:
    return out / FOLDER / f"{name}.json"


def _rest_joints(path: Path) -> str:
    """Return a hash of a skeleton; the bytes of an npz differ from time to time."""
    return hashlib.sha256(Npz(path).numbers("rest_joints").tobytes()).hexdigest()


def _hash(path: Path) -> str:
    try:
        return sha256_of(path)
    except OSError as error:
        raise GestureError(
            f"{path} cannot be read.", remedy="Check whether the file is there and may be read.", detail=str(error)
        ) from error
