"""The model card of a folder of weights: name, speakers and licence, read from model.json."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import bpy

from ...core.errors import GestureError
from ...core.inputs import read_json
from . import preferences


@dataclass(frozen=True)
class ModelCard:
    """The part of model.json that the interface shows."""

    name: str
    speakers: tuple[str, ...]
    license: str


def read_card(folder: Path) -> ModelCard | None:
    """Read the card of a folder of weights; None when it has no readable model.json."""
    path = folder / "model.json"
    try:
        return _read(path, path.stat().st_mtime_ns)
    except OSError:
        return None


@lru_cache(maxsize=16)
def _read(path: Path, stamp: int) -> ModelCard | None:
    # The time of change is part of the cache's key, so that a changed file is read again.
    try:
        content = read_json(path)
        return ModelCard(
            name=str(content.get("name", path.parent.name)),
            speakers=tuple(str(name) for name in content["speakers"]),
            license=str(content.get("license", "not stated")),
        )
    except (GestureError, OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def why_none(context: bpy.types.Context) -> str | None:
    """Say that the chosen folder holds no weights; None when it does."""
    folder = preferences.runtime(context).weights
    if read_card(folder) is None:
        return f"There are no weights in {folder}: set Weights in the preferences"
    return None
