"""The Python with PyTorch that the user chose, kept in a file.

Blender forgets the preferences of an extension when the extension is disabled, also when it is updated. The choice of a
Python took the user some work, so it is kept in the extension's own folder:

    {"python": "/home/ada/mambatalk/.venv/bin/python", "engine": "PyTorch on NVIDIA H200"}
"""

import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from ...core.files import whole_file
from .folder import data_folder

FILE = "worker_python.json"


@dataclass(frozen=True)
class Choice:
    """A chosen Python.

    Attributes:
        python: the path as the user gave it; "" for none.
        engine: what its worker said about itself when it was checked; "" before.
    """

    python: str = ""
    engine: str = ""


@cache
def remembered() -> Choice:
    """Return the choice that was kept; an empty one where there is none, or where its file cannot be read."""
    try:
        content = json.loads(_path().read_text(encoding="utf-8"))
        return Choice(str(content["python"]), str(content["engine"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Choice()


def remember(choice: Choice) -> None:
    """Keep a choice; an empty one deletes the file. A file that cannot be written changes nothing else."""
    path = _path()
    try:
        if choice.python:
            with whole_file(path) as temporary:
                temporary.write_text(json.dumps(asdict(choice)), encoding="utf-8")
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        print(f"mambatalk: {path} could not be written: {error}")
    remembered.cache_clear()


def _path() -> Path:
    return data_folder("") / FILE
