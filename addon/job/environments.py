"""Python environments of this computer that hold PyTorch; they can run the worker on a graphics card.

An environment is found by its folders alone; nothing is started:

    mambatalk/.venv/bin/python                           the program (on Windows Scripts/python.exe)
    mambatalk/.venv/lib/python3.11/site-packages/torch   PyTorch (on Windows Lib/site-packages/torch)

Such folders are often hidden, and a file browser does not show them: so they are offered in a menu.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from .folder import ROOT

# Where environments usually are, below the home folder.
PLACES = (
    ".venv",
    "venv",
    "*/.venv",
    "*/venv",
    "*/*/.venv",
    "venvs/*",
    "envs/*",
    ".virtualenvs/*",
    ".pyenv/versions/*",
    ".conda/envs/*",
    *(f"{conda}{end}" for conda in ("miniconda3", "anaconda3", "miniforge3", "mambaforge") for end in ("", "/envs/*")),
)
_PROGRAMS = ("bin/python", "Scripts/python.exe", "python.exe")
_TORCH = ("lib/python3.*/site-packages/torch/__init__.py", "Lib/site-packages/torch/__init__.py")


def with_torch(root: Path = ROOT, home: Path | None = None) -> list[Path]:
    """Return the Python programs of environments with PyTorch, that of the extension's own folder first.

    Args:
        root: the extension's folder; a checkout has an environment there after `python build.py setup --torch`.
        home: the folder below which the usual places are; None for the user's.
    """
    home = home or Path.home()
    active = [Path(os.environ[name]) for name in ("VIRTUAL_ENV", "CONDA_PREFIX") if os.environ.get(name)]
    folders = [root / ".venv", *active, *(folder for place in PLACES for folder in _below(home, place))]
    programs = (_program(folder) for folder in dict.fromkeys(folders) if _holds_torch(folder))
    return [program for program in programs if program is not None]


def _below(home: Path, place: str) -> Iterable[Path]:
    try:
        return sorted(home.glob(place))
    except OSError:  # a folder that may not be read
        return []


def _holds_torch(folder: Path) -> bool:
    return any(any(folder.glob(pattern)) for pattern in _TORCH)


def _program(folder: Path) -> Path | None:
    return next((folder / name for name in _PROGRAMS if (folder / name).is_file()), None)
