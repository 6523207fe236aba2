"""The preferences of the extension, kept in a file of its own.

Blender forgets the preferences of an extension when the extension is disabled, also when it is updated. Choosing a
Python or a folder took the user some work, so the choices are kept in the extension's own folder:

    {"python": "/home/ada/mambatalk/.venv/bin/python", "engine": "PyTorch on NVIDIA H200", "device": "cuda"}
"""

import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from ...core.files import whole_file
from .folder import data_folder

FILE = "worker_python.json"


@dataclass(frozen=True)
class Choices:
    """What the user chose.

    Attributes:
        python: the path of a Python as the user gave it; "" for none.
        engine: what its worker said about itself when it was checked; "" before.
        weights: the path of a folder of weights; "" for the bundled ones.
        smplx_model: the path of an SMPL-X model; "" for none.
        device: "auto", "cpu" or "cuda".
        recogniser: the path of a folder of a recogniser; "" for none.
        pronunciations: the list of the user's own ones (`language.pronunciations.as_json`).
        gestures: the path of the folder with the user's own gestures; "" for the usual one.
    """

    python: str = ""
    engine: str = ""
    weights: str = ""
    smplx_model: str = ""
    device: str = "auto"
    pronunciations: str = ""
    gestures: str = ""
    recogniser: str = ""


@cache
def remembered() -> Choices:
    """Return the choices that were kept; the usual ones where there are none, or where their file cannot be read."""
    try:
        content = json.loads(_path().read_text(encoding="utf-8"))
        usual = asdict(Choices())
        return Choices(**{name: str(content.get(name, usual[name])) for name in usual})
    except (OSError, ValueError, AttributeError):
        return Choices()


def remember(choices: Choices) -> None:
    """Keep the choices; the usual ones delete the file. A file that cannot be written changes nothing else."""
    if choices == remembered():
        return
    path = _path()
    try:
        if choices != Choices():
            with whole_file(path) as temporary:
                temporary.write_text(json.dumps(asdict(choices)), encoding="utf-8")
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        print(f"mambatalk: {path} could not be written: {error}")
    remembered.cache_clear()


def _path() -> Path:
    return data_folder("") / FILE
