"""A model folder as a whole: what its model.json declares, and the hash of all that decides what the model computes.

Blender imports this module, so it needs nothing of the networks.
"""

import hashlib
import json
from pathlib import Path

from .errors import GestureError
from .inputs import read_json

CARD = "model.json"
# Entries of model.json that describe the weights to people: a changed word there changes no motion.
DESCRIPTIONS = frozenset({"former_hashes", "license", "moods", "provenance"})


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
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()
