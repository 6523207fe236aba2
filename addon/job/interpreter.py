"""Which program runs the worker, and from which folders it loads modules.

| program | its modules | when |
|---|---|---|
| Blender's own Python | wheels of the extension, NumPy of Blender | by default |
| a Python with PyTorch | its own environment | chosen in the preferences |
| Blender in the background | as for Blender's own Python | where Blender has no Python program |

Blender unpacks the extension's wheels into `extensions/.local/lib/python3.11/site-packages` when the extension is
enabled, and finds them there. A child process does not: so the folders are passed to it in PYTHONPATH.

Blender in the background is the last resort: it starts ten times slower, and its libraries may collide with those in
wheels. Debian's Blender has loaded another PocketSphinx, so that words could not be aligned there; but Debian's Blender
has a Python program.
"""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import bpy

from ...core.worker.modules import IN_BLENDER
from ...core.worker.threads import VARIABLES
from .folder import ROOT

WORKER = "core.worker"
# Modules in whose folders the worker finds all that it needs: one is in a wheel of the extension, one is Blender's.
_LANDMARKS = ("pocketsphinx", "numpy")


@dataclass(frozen=True)
class Interpreter:
    """A program that runs the worker.

    Attributes:
        command: the program and its arguments.
        modules: folders from which the program loads modules, besides its own ones.
        is_blenders: whether it is Blender's own Python, or Blender itself.
        writes_first: whether the program writes lines to stdout before the worker begins.
    """

    command: tuple[str, ...]
    modules: tuple[str, ...] = ()
    is_blenders: bool = False
    writes_first: bool = False

    @property
    def program(self) -> Path:
        """The program's path."""
        return Path(self.command[0])

    def environment(self) -> dict[str, str]:
        """Return the environment variables of the worker: Blender's own ones, without those for Blender's Python.

        PYTHONHOME and others are set for the Python inside Blender; another Python would not start with them.
        """
        variables = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        variables |= {"PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1", "PYTHONNOUSERSITE": "1"}
        variables |= VARIABLES
        variables.pop(IN_BLENDER, None)
        if self.is_blenders:
            variables[IN_BLENDER] = "1"
        if self.modules:
            variables["PYTHONPATH"] = os.pathsep.join(self.modules)
        return variables


def of_python(path: Path) -> Interpreter | None:
    """Return the interpreter at a path: a program, or the folder of an environment; None when there is none.

    The path is not resolved: an environment's python is a link to another Python, which lacks the packages.
    """
    for program in (path, path / "bin" / "python", path / "Scripts" / "python.exe", path / "python.exe"):
        if program.is_file():
            return Interpreter((str(program), "-m", WORKER))
    return None


@cache
def default() -> Interpreter:
    """Return the interpreter that is used while no Python is chosen.

    A checkout that Blender loads without a zip has no wheels: then it is the environment in the checkout's folder.
    """
    return (None if find_spec(_LANDMARKS[0]) else of_python(ROOT / ".venv")) or blenders_own()


def blenders_own() -> Interpreter:
    """Return Blender's own Python with the folders of its modules; Blender itself where it has no Python program."""
    modules = _module_folders()
    program = next((path for path in _programs() if path.is_file() and os.access(path, os.X_OK)), None)
    if program is not None:
        return Interpreter((str(program), "-m", WORKER), modules, is_blenders=True)
    # Blender ignores PYTHONPATH, so that the folders are part of the code.
    code = f"import os, runpy, sys; sys.path[:0] = [os.getcwd(), *{list(modules)!r}]; "
    code += f"runpy.run_module({WORKER!r}, run_name='__main__')"
    options = ("--background", "--factory-startup", "--python-exit-code", "1", "--python-expr", code)
    return Interpreter((bpy.app.binary_path, *options), modules, is_blenders=True, writes_first=True)


def _programs() -> Iterator[Path]:
    """Yield where the program of Blender's Python may be, the likeliest path first."""
    if Path(sys.executable or "").name.lower().startswith("python"):
        yield Path(sys.executable)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for folder in dict.fromkeys((sys.prefix, sys.exec_prefix, sys.base_prefix)):
        for name in (f"bin/{version}", "bin/python3", "bin/python.exe", "python.exe"):
            yield Path(folder) / name


def _module_folders() -> tuple[str, ...]:
    """Return the folders that hold the extension's wheels and Blender's NumPy."""
    specs = [find_spec(module) for module in _LANDMARKS]
    return tuple(dict.fromkeys(str(Path(spec.origin).parents[1]) for spec in specs if spec and spec.origin))
