"""Published networks fetched from the server that publishes them, only when the user has accepted their licence.

    GET /api/models/OWNER/NAME/revision/main?blobs=true      the commit, and size and SHA-256 of each file
    GET /OWNER/NAME/resolve/COMMIT/FILE                      a file, from the byte on that is missing

The addresses are those of the Hugging Face Hub; the variable HF_ENDPOINT names another server. Nothing else of the
published files is fetched than the six networks: a body model that lies beside them has a licence of its own. No name
and no password is sent.
"""

import errno
import http.client
import json
import os
import re
import shutil
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeGuard
from urllib.error import HTTPError
from urllib.parse import quote

from ..errors import GestureError
from ..files import FREE_SPACE, make_folder, saved_file, sha256_of
from ..inputs import read_json
from ..plain_values import is_whole
from .config import PUBLISHED

ENDPOINT = "https://huggingface.co"
RECORD = "fetched.json"
# The six networks in float32; what the server says is printed before the files are fetched.
ABOUT_BYTES, ABOUT_RECOGNISER_BYTES = 855_000_000, 378_000_000
# A connection that gives nothing for so long is broken. All tries together take less than a minute, after which a
# silent worker would be ended.
TIMEOUT_S = 15.0
# What a server says about a repository has some kilobytes; it comes at once.
_MOST_ANSWER_BYTES, _MOST_ANSWER_S = 8 << 20, 30.0
# A connection that gives less than this in so many seconds is broken, too: the rest would take days.
_LEAST_BYTES, _LEAST_WITHIN_S = 64 << 10, 45.0
_MOST_FILE_BYTES = 1 << 40
# The six networks, and the speech recogniser that they need, which has the weights in one of two files.
NETWORKS = tuple(PUBLISHED.values())
RECOGNISER = ("config.json", "preprocessor_config.json", "vocab.json", "model.safetensors")
# How often a broken connection is taken up again before the user is asked.
TRIES = 3
_CHUNK = 1 << 20
# What a disk refuses; an error of the connection has other numbers, or none.
_DISK_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO)
_AGAIN = "Check the connection and fetch again: it goes on where it ended."


@dataclass(frozen=True)
class RemoteFile:
    """A file on the server.

    Attributes:
        name: its name in the repository, and in the user's folder.
        size: bytes.
        sha256: as the server says it, in hex; "" where it does not.
    """

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Offer:
    """What a repository has.

    Attributes:
        endpoint: the server's address.
        repository: OWNER/NAME.
        revision: the commit.
        licence: the licence that the repository declares; "" where it declares none.
        files: the six networks.
    """

    endpoint: str
    repository: str
    revision: str
    licence: str
    files: tuple[RemoteFile, ...]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)


def require_accepted(accepted: bool) -> None:
    """Make sure that the user has accepted the licence of what is to be fetched.

    Raises:
        GestureError: the user has not.
    """
    if not accepted:
        raise GestureError(
            "Nothing was fetched: the licence is not accepted.",
            remedy="Read the licence where the weights are published; fetch again when you accept it.",
        )


def look_up(repository: str, revision: str = "main", names: Sequence[str] = NETWORKS) -> Offer:
    """Ask the server what a repository has.

    Args:
        repository: OWNER/NAME.
        revision: a branch, tag or commit.
        names: the files that are wanted.

    Raises:
        GestureError: no such repository, no connection, or the networks are not there; each missing one is named.
    """
    if not re.fullmatch(r"\w[\w.-]{0,95}/\w[\w.-]{0,95}", repository, re.ASCII):
        raise GestureError(f"{repository[:80]!r} is no repository.", remedy="Write its owner and name, as OWNER/NAME.")
    if not re.fullmatch(r"[\w./-]{1,200}", revision, re.ASCII):
        raise GestureError(f"{revision[:40]!r} is no revision.", remedy="Write a branch, a tag or a commit.")
    endpoint = os.environ.get("HF_ENDPOINT", ENDPOINT).rstrip("/")
    if not endpoint.startswith(("https://", "http://")):
        raise GestureError(f"HF_ENDPOINT is {endpoint!r}, no address of a server.", remedy="Remove this variable.")
    url = f"{endpoint}/api/models/{repository}/revision/{quote(revision, safe='')}?blobs=true"
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_S) as response:
            answer = json.loads(_answer(response))
        sizes = {entry["rfilename"]: entry for entry in answer["siblings"]}
        missing = [name for name in names if name not in sizes]
        files = tuple(_remote(sizes[name]) for name in names if name in sizes)
        commit, licence = str(answer["sha"]), str((answer.get("cardData") or {}).get("license") or "")
    except HTTPError as error:
        raise _unavailable(repository, error) from error
    except (OSError, http.client.HTTPException) as error:
        raise GestureError(
            f"{endpoint} cannot be reached.", remedy="Check the connection.", detail=repr(error)
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise GestureError(
            f"{endpoint} gives an answer about {repository} that this version does not understand.",
            remedy="Download the files with a browser, or update the extension.",
            detail=repr(error),
        ) from error
    if missing:
        raise GestureError(
            f"{repository} lacks {', '.join(missing)}.", remedy="Choose the repository of the released weights."
        )
    return Offer(endpoint, repository, commit, licence, files)


def _answer(response: Any) -> bytes:
    """Read an answer whole.

    Raises:
        OSError: it is longer than any answer, or takes too long.
    """
    content, until = b"", time.monotonic() + _MOST_ANSWER_S
    while piece := response.read1(_CHUNK):
        content += piece
        if len(content) > _MOST_ANSWER_BYTES or time.monotonic() > until:
            raise OSError("an answer without an end")
    return content


def fetch(offer: Offer, folder: Path, progress: Callable[[float, str], None] = lambda fraction, stage: None) -> None:
    """Fetch the networks into a folder, and record where they come from, with the hash of each.

    Files that are there and whole are kept. What a broken connection or a stop leaves (`*.part`) is completed by the
    next call.

    Args:
        offer: from `look_up`, after the user has accepted the licence.
        folder: for the files and `fetched.json`.
        progress: called with the fraction done and the name of the file.

    Raises:
        GestureError: no connection, no space, a file whose hash is wrong, or another file is in the way.
    """
    make_folder(folder)
    missing = [file for file in offer.files if not _is_there(file, folder)]
    needed = sum(file.size - _fetched_bytes(_part(folder, file)) for file in missing)
    if needed > shutil.disk_usage(folder).free:
        raise GestureError(f"{folder} has no room for {needed / 1e6:.0f} MB.", remedy=FREE_SPACE)
    hashes, done = {}, 0
    for file in offer.files:
        path = folder / file.name

        def report(count: int, before: int = done, name: str = file.name) -> None:
            progress(min(1.0, (before + count) / max(1, offer.size)), name)

        if file in missing:
            make_folder(path.parent)
            _download(offer, file, _part(folder, file), report)
            hashes[file.name] = _check(_part(folder, file), file)
            os.replace(_part(folder, file), path)
        else:
            hashes[file.name] = sha256_of(path)
        done += file.size
    _write_record(offer, folder, hashes)
    progress(1.0, "Done")


def _download(offer: Offer, file: RemoteFile, part: Path, report: Callable[[int], None]) -> None:
    """Append to `part` what it lacks of a file; the only place that fetches."""
    url = f"{offer.endpoint}/{offer.repository}/resolve/{quote(offer.revision, safe='')}/{quote(file.name)}"
    problem: Exception | None = None
    for _ in range(TRIES):
        if _fetched_bytes(part) > file.size:
            part.unlink()
        if (start := _fetched_bytes(part)) == file.size:
            return
        request = urllib.request.Request(url, headers={"Range": f"bytes={start}-"} if start else {})
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as response:
                _append(response, part, start if response.status == 206 else 0, file.size, report)
        except HTTPError as error:
            raise _unavailable(f"{offer.repository}: {file.name}", error) from error
        except (OSError, http.client.HTTPException) as error:
            if _is_of_disk(error):
                raise OSError(error.errno, error.strerror, str(part)) from error
            problem = error
    if _fetched_bytes(part) != file.size:
        raise GestureError(f"{file.name} was not fetched whole.", remedy=_AGAIN, detail=repr(problem))


def _is_of_disk(error: Exception) -> TypeGuard[OSError]:
    """Return whether a file refused to be written, and not the connection to be read."""
    return isinstance(error, OSError) and (error.filename is not None or error.errno in _DISK_ERRORS)


def _append(response: Any, part: Path, start: int, size: int, report: Callable[[int], None]) -> None:
    """Write a response's bytes to a file, from the byte `start` on, and a byte more than `size` at most.

    Raises:
        OSError: the server gives almost nothing.
    """
    with part.open("r+b" if part.exists() else "wb") as target:
        target.truncate(start)
        target.seek(start)
        noted, since = start, time.monotonic()
        # What is longer than the server said is no longer read; its hash is another one.
        while target.tell() <= size and (piece := response.read1(min(_CHUNK, size + 1 - target.tell()))):
            target.write(piece)
            report(target.tell())
            if time.monotonic() - since > _LEAST_WITHIN_S:
                if target.tell() - noted < _LEAST_BYTES and target.tell() < size:
                    raise OSError("a connection that gives almost nothing")
                noted, since = target.tell(), time.monotonic()


def _check(path: Path, file: RemoteFile) -> str:
    """Return the SHA-256 of a fetched file.

    Raises:
        GestureError: it is not what the server says; the file is removed.
    """
    found = sha256_of(path)
    if file.sha256 and found != file.sha256:
        path.unlink()
        raise GestureError(
            f"{file.name} was damaged on its way: its hash is not what the server says.",
            remedy="Fetch again: this file is then fetched from its start.",
        )
    return found


def _is_there(file: RemoteFile, folder: Path) -> bool:
    """Return whether a file is there, whole.

    Raises:
        GestureError: another file of this name is there.
    """
    path = folder / file.name
    if not path.exists():
        return False
    if (
        path.is_file()
        and path.stat().st_size == file.size
        and sha256_of(path) in (file.sha256, _recorded(folder, file))
    ):
        return True
    raise GestureError(f"{path} is there and is another file.", remedy="Choose a new folder, or move this file.")


def _recorded(folder: Path, file: RemoteFile) -> str | None:
    """Return the hash that an earlier call recorded, for servers that say none."""
    try:
        return read_json(folder / RECORD)["files"][file.name]["sha256"]
    except (GestureError, OSError, ValueError, KeyError, TypeError):
        return None


def _write_record(offer: Offer, folder: Path, hashes: Mapping[str, str]) -> None:
    values = {name: value for name, value in asdict(offer).items() if name != "files"}
    files = {file.name: {"bytes": file.size, "sha256": hashes[file.name]} for file in offer.files}
    with saved_file(folder / RECORD) as temporary:
        temporary.write_text(json.dumps({**values, "files": files}, indent=1) + "\n", encoding="utf-8")


def _remote(entry: Mapping[str, Any]) -> RemoteFile:
    lfs = entry.get("lfs") or {}
    size = lfs.get("size", entry["size"])
    if not is_whole(size, 0, _MOST_FILE_BYTES):
        raise ValueError(f"{size!r:.80} is no size of a file")
    return RemoteFile(str(entry["rfilename"]), size, str(lfs.get("sha256", "")))


def _part(folder: Path, file: RemoteFile) -> Path:
    """Return the place of an unfinished file; another version of the file has another place."""
    path = folder / file.name
    return path.with_name(f"{path.name}.{file.sha256[:8] or file.size}.part")


def _fetched_bytes(part: Path) -> int:
    return part.stat().st_size if part.is_file() else 0


def _unavailable(what: str, error: HTTPError) -> GestureError:
    remedy = "Check the name; a repository that asks for an account cannot be fetched here: use a browser."
    if error.code not in (401, 403, 404):
        remedy = "Try again later."
    return GestureError(f"The server does not give {what} (answer {error.code}).", remedy=remedy, detail=str(error))
