"""Which modules the worker needs, which of them do not load, and what the user can do about it.

The worker runs in one of two kinds of Python, and each has its own remedies:

| Python | where its modules come from | when one is missing |
|---|---|---|
| Blender's own | the wheels inside the extension's zip; NumPy from Blender | install the extension again |
| one with PyTorch, which the user chose | its environment | `python build.py setup --torch`, or choose no Python |

Wheels are shared by all extensions of a Blender: a file that does not load may come from another extension, so that
every report names the file. The add-on imports this module: it needs only the standard library.
"""

import importlib
import os
from dataclasses import dataclass

# Packages, and the modules under which they are imported.
NEEDED = {
    "numpy": "numpy",
    "soundfile": "soundfile",
    "pocketsphinx": "pocketsphinx",
    "num2words": "num2words",
    "webvtt-py": "webvtt",
    "praatio": "praatio.textgrid",
    "espeakng-loader": "espeakng_loader",
    "py3langid": "py3langid",
    "budoux": "budoux",
    "pykakasi": "pykakasi",
}
# The add-on sets this variable for a worker that runs in Blender's own Python.
IN_BLENDER = "MAMBATALK_IN_BLENDER"
CHOOSE_NO_PYTHON = "choose no Python in the extension's preferences"


@dataclass(frozen=True)
class Broken:
    """A module that does not load.

    Attributes:
        module: its name, or the name of a module that it imports.
        file: the file at fault, "" where no file was found.
        reason: what Python says.
    """

    module: str
    file: str
    reason: str


def broken_modules() -> list[Broken]:
    """Import every module that the worker needs, and return those that do not load."""
    broken = []
    for module in NEEDED.values():
        try:
            importlib.import_module(module)
        except (ImportError, OSError) as error:  # soundfile raises OSError where its library does not load
            broken.append(describe(error, module))
    return broken


def describe(error: Exception, module: str = "") -> Broken:
    """Describe the module that an import error names; where it names none, the module is `module`."""
    name = getattr(error, "name", None) or module
    return Broken(name, getattr(error, "path", None) or "", str(error))


def message(broken: Broken) -> str:
    """Say in one sentence which module does not load, with its file or Python's reason."""
    if not broken.file:
        return f"The worker's Python has no module {broken.module or broken.reason}."
    return f"The module {broken.module} does not load from {broken.file}: {broken.reason}."


def remedy(module: str, in_blender: bool | None = None) -> str:
    """Return what the user can do about a module that does not load.

    Args:
        module: its name.
        in_blender: whether Blender's own Python runs the worker; None where this process is the worker.
    """
    if in_blender is None:
        in_blender = IN_BLENDER in os.environ
    package = module.split(".")[0]
    if in_blender and package == "numpy":
        return (
            "Install NumPy for the Python of this Blender (on Debian and Ubuntu: sudo apt install python3-numpy), "
            "then start Blender again."
        )
    if in_blender:
        return "Remove the extension, install its zip again, and start Blender again."
    return f"Run `python build.py setup --torch` in the project's folder, or {CHOOSE_NO_PYTHON}."
