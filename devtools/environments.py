"""The project's Python environments: made from the pins in pyproject.toml, made again only when a pin changes."""

import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .shell import ROOT, BuildError, StatusLine, clean_environ, run_logged, say

STAMP = "mambatalk-pins.txt"
LOG = "setup.log"
# Debian names of what the bpy module links against; other systems bring them with any desktop.
SYSTEM_LIBRARIES = "libx11-6 libxrender1 libxfixes3 libxi6 libxext6 libxkbcommon0 libsm6 libice6 libgl1"


@dataclass(frozen=True)
class Environment:
    """One virtual environment.

    Attributes:
        folder: its folder in the checkout.
        extras: the lists of pyproject.toml that go in; "" is the project's own dependencies.
        pythons: versions it can be made with, best first.
        probe: a statement that runs in the environment when it is complete.
    """

    folder: str
    extras: tuple[str, ...]
    pythons: tuple[tuple[int, int], ...]
    probe: str

    @property
    def path(self) -> Path:
        """The environment's folder."""
        return ROOT / self.folder

    @property
    def python(self) -> Path:
        """The path of its interpreter."""
        return self.path / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    @property
    def is_blender(self) -> bool:
        """Whether it holds Blender as a module."""
        return self.folder.startswith(".venv-bpy")


_ANY = ((3, 11), (3, 12), (3, 13))
WORKER = Environment(".venv", ("", "train", "test", "dev"), _ANY, "import torch, librosa, pocketsphinx, fasttext")
ASSETS = Environment(".venv-assets", ("assets",), _ANY, "import torch, anny")
BPY_45 = Environment(".venv-bpy-4.5", ("bpy45", "test"), ((3, 11),), "import bpy, numpy")
BPY_50 = Environment(".venv-bpy-5.0", ("bpy50", "test"), ((3, 11),), "import bpy, numpy")
BLENDERS = (BPY_45, BPY_50)


@cache
def _project() -> dict:
    import tomllib

    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def version() -> str:
    """Return the project's version."""
    return _project()["version"]


def requirements(environment: Environment) -> tuple[str, ...]:
    """Return the pinned requirements of an environment, read from pyproject.toml."""
    project = _project()
    lists = [project["optional-dependencies"][name] if name else project["dependencies"] for name in environment.extras]
    return tuple(requirement for names in lists for requirement in names)


def find_python(versions: tuple[tuple[int, int], ...]) -> Path | None:
    """Find an interpreter of one of these versions: the running one, else one on the PATH."""
    if sys.version_info[:2] in versions:
        return Path(sys.executable)
    for major, minor in versions:
        names = [[f"python{major}.{minor}"], ["py", f"-{major}.{minor}"]]
        for command in names:
            if not (program := shutil.which(command[0])):
                continue
            found = _ask([program, *command[1:]], "import sys; print(sys.executable); print(*sys.version_info[:2])")
            if found and found[-1] == f"{major} {minor}":
                return Path(found[0])
    return None


def _ask(command: list[str], code: str) -> list[str] | None:
    """Return the lines that a Python prints, or None when it does not run."""
    try:
        done = subprocess.run(
            [*command, "-c", code], capture_output=True, text=True, env=clean_environ(), timeout=120, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.split("\n")[:-1] if done.returncode == 0 else None


def _fingerprint(environment: Environment) -> str:
    return hashlib.sha256("\n".join(requirements(environment)).encode()).hexdigest()


def is_ready(environment: Environment) -> bool:
    """Whether the environment was made from the present pins, and in this place."""
    stamp = environment.path / STAMP
    if not (stamp.is_file() and environment.python.exists()):
        return False
    # A virtual environment does not survive being moved: its scripts name the old folder.
    return stamp.read_text(encoding="utf-8").split("\n")[:2] == [_fingerprint(environment), str(environment.path)]


def ensure(environment: Environment) -> Path:
    """Make the environment if it is missing or its pins changed; return its interpreter.

    Raises:
        BuildError: no fitting Python, pip failed, or a system library is missing.
    """
    if is_ready(environment):
        return environment.python
    status = StatusLine(environment.folder)
    base = find_python(environment.pythons)
    if base is None:
        raise _no_python(environment)
    if environment.path.exists() and _version_of(environment.python) not in environment.pythons:
        shutil.rmtree(environment.path)
    (environment.path / STAMP).unlink(missing_ok=True)
    log = environment.path.with_name(f"{environment.folder}-{LOG}")
    log.unlink(missing_ok=True)
    if not environment.path.exists():
        status.show("making the environment")
        run_logged(
            [base, "-m", "venv", environment.path],
            log,
            failed=f"{base} could not make a virtual environment.",
            remedy="On Debian or Ubuntu: apt install python3-venv. Elsewhere: install Python from python.org.",
        )

    def on_line(line: str) -> None:
        words = line.split()
        if words and words[0] in ("Collecting", "Downloading", "Installing", "Building"):
            status.show(" ".join(words[:2]) if words[0] != "Installing" else "installing")

    options = ["--disable-pip-version-check", "--no-input", "--progress-bar", "off", "--no-warn-script-location"]
    run_logged(
        [environment.python, "-m", "pip", "install", *options, *requirements(environment)],
        log,
        failed=f"pip could not install what {environment.folder} needs.",
        remedy="Check the network connection and the free disk space (about 3 GB), then run the same command again.",
        on_line=on_line,
    )
    status.show("checking")
    _probe(environment, log)
    shutil.move(log, environment.path / LOG)
    stamp = [_fingerprint(environment), str(environment.path), *requirements(environment)]
    (environment.path / STAMP).write_text("\n".join(stamp) + "\n", encoding="utf-8")
    status.end("ready")
    return environment.python


def _version_of(python: Path) -> tuple[int, int] | None:
    found = _ask([str(python)], "import sys; print(*sys.version_info[:2])")
    return tuple(map(int, found[-1].split())) if found else None


def _probe(environment: Environment, log: Path) -> None:
    remedy = "Delete the folder and run the same command again."
    if environment.is_blender and sys.platform.startswith("linux"):
        remedy = f"If a library (.so) is missing: apt install {SYSTEM_LIBRARIES}. Then run the same command again."
    run_logged(
        [environment.python, "-c", environment.probe],
        log,
        failed=f"{environment.folder} was installed but does not run.",
        remedy=remedy,
    )


def _no_python(environment: Environment) -> BuildError:
    listed = " or ".join(f"{major}.{minor}" for major, minor in environment.pythons)
    remedy = f"Install Python {listed} so that `python{listed.split(' ')[0]}` starts it"
    remedy += (
        ", or give an installed Blender: `python build.py demo --blender PATH`." if environment.is_blender else "."
    )
    return BuildError(f"{environment.folder} needs Python {listed}, and none was found.", remedy)


def setup() -> None:
    """Make the worker's environment and, where Python 3.11 exists, the two Blender environments."""
    ensure(WORKER)
    for environment in BLENDERS:
        try:
            ensure(environment)
        except BuildError as error:
            if find_python(environment.pythons) is not None:
                raise
            say(f"{environment.folder}: left out. {error.message} {error.remedy}")
    say("Everything is set up.")
