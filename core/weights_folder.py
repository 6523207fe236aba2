"""A model folder as a whole: what its model.json declares, and the hash of all that decides what the model computes.

Blender imports this module, so it needs nothing of the networks.
"""

import hashlib
import json
from functools import lru_cache
from pathlib import Path

from .errors import GestureError
from .files import saved_file, sha256_of
from .inputs import read_json

CARD = "model.json"
# Entries of model.json that describe the weights to people: a changed word there changes no motion.
# "files" says of each file what the hash of the folder says of all.
DESCRIPTIONS = frozenset({"files", "former_hashes", "license", "moods", "provenance"})
# Folders inside a model folder whose files belong to the model.
_INNER = ("ctc",)
_REMEDY = "Choose another weights folder, or copy this one again from where it came."


def read_model_json(folder: Path) -> dict:
    """Read what a model folder declares, without loading its networks.

    Raises:
        GestureError: no such folder, or its model.json is missing or unreadable.
    """
    try:
        card = read_json(folder / CARD)
        hashes = card.get("former_hashes", [])
        if not isinstance(hashes, list) or not all(isinstance(each, str) for each in hashes):
            raise ValueError("former_hashes are no texts")
        return card
    except (AttributeError, OSError, ValueError) as error:
        raise GestureError(
            f"There are no readable weights in {folder}.",
            remedy="Choose the folder that holds model.json.",
            detail=str(error),
        ) from error


def folder_hash(folder: Path) -> str:
    """Return the SHA-256 of everything in a model folder that decides what the model computes.

    Two folders with the same hash make the same takes. Texts for people are left out: files that end in .md, and the
    entries `DESCRIPTIONS` of model.json. Of all other files the name and the content count, in the order of names.

    Raises:
        GestureError: model.json is missing or unreadable.
    """
    card = {name: value for name, value in read_model_json(folder).items() if name not in DESCRIPTIONS}
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix != ".md"):
        digest.update(path.relative_to(folder).as_posix().encode())
        if path == folder / CARD:
            digest.update(hashlib.sha256(json.dumps(card, sort_keys=True).encode()).digest())
            continue
        digest.update(bytes.fromhex(_hash_of(path)))
    return digest.hexdigest()


def check_files(folder: Path) -> None:
    """Make sure that the files of a model folder are those that its model.json names with their hashes.

    Folders of earlier versions name no hashes; they pass.

    Raises:
        GestureError: model.json cannot be read, or a file is missing or another one.
    """
    named = read_model_json(folder).get("files", {})
    if not isinstance(named, dict):
        raise GestureError(f"{folder / CARD}: files cannot be {named!r:.80}.", remedy=_REMEDY)
    for name, digest in named.items():
        path = folder / name
        try:
            found = _hash_of(path) if name in own_files(folder) else None
        except OSError as error:
            raise GestureError(f"{path} cannot be read.", remedy=_REMEDY, detail=str(error)) from error
        if found != digest:
            reason = "is missing" if found is None else f"is damaged, or not the file that {CARD} names"
            raise GestureError(f"{path} {reason}.", remedy=_REMEDY)


def note_files(folder: Path) -> None:
    """Write the hashes of all files of a model folder into its model.json, when the folder is complete.

    Raises:
        GestureError: model.json cannot be read or written.
        OSError: a file cannot be read.
    """
    card = {name: value for name, value in read_model_json(folder).items() if name != "files"}
    card["files"] = {name: sha256_of(folder / name) for name in own_files(folder)}
    with saved_file(folder / CARD) as temporary:
        temporary.write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")


def own_files(folder: Path) -> list[str]:
    """Return the names, below the folder, of the files that a model consists of, besides model.json."""
    paths = [path for inner in (folder, *(folder / name for name in _INNER)) for path in sorted(inner.glob("*"))]
    kept = [path for path in paths if path.is_file() and path.suffix != ".md" and not path.name.startswith(".")]
    return [path.relative_to(folder).as_posix() for path in kept if path != folder / CARD]


def _hash_of(path: Path) -> str:
    """Return the SHA-256 of a file; it is computed again only when the file changed."""
    found = path.stat()
    return _hash_as_of(path, found.st_mtime_ns, found.st_size, found.st_ino)


@lru_cache(maxsize=64)
def _hash_as_of(path: Path, *_stamp: int) -> str:
    return sha256_of(path)
