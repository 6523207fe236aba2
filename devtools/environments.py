"""The project's Python environments: made from the pins in pyproject.toml, completed only when a pin is missing.

One folder can hold a small set of packages or a larger one, which contains the smaller one:

| folder | set | for |
|---|---|---|
| `.venv` | `WORKER` | making takes: NumPy and what is in the extension's wheels |
| `.venv` | `TORCH` | the released weights, training |
| `.venv` | `CUDA` | NVIDIA cards (Linux, Windows) |
| `.venv` | `DEVELOPER` | the tests, ruff, mypy |
| `.venv-bpy-4.2` and others | `BLENDERS` | Blender as a module, with the packages of the extension's wheels |

Each folder lists in a file what it holds, so that a second `ensure` is instant.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path

from . import lock_files
from .shell import ROOT, BuildError, StatusLine, clean_environ, run_logged, say

STAMP = "mambatalk-pins.txt"
LOG = "setup.log"
# Debian's names of the libraries that the bpy module needs; on other systems every desktop has them.
SYSTEM_LIBRARIES = "libx11-6 libxrender1 libxfixes3 libxi6 libxext6 libxkbcommon0 libsm6 libice6 libgl1"


@dataclass(frozen=True)
class Environment:
    """One virtual environment.

    Attributes:
        folder: its folder in the checkout.
        extras: the lists of pyproject.toml that go in; "" is the project's own dependencies. Where two lists pin the
            same package, the first one counts.
        pythons: versions it can be made with, best first.
        probe: a statement that runs in the environment when it is complete.
        wheels: the address of an index of wheels besides PyPI, "" for none.
    """

    folder: str
    extras: tuple[str, ...]
    pythons: tuple[tuple[int, int], ...]
    probe: str
    wheels: str = ""

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
WORKER = Environment(".venv", ("",), _ANY, "import numpy, pocketsphinx, soundfile")
TORCH = Environment(".venv", ("", "torch", "train"), _ANY, "import torch, librosa, pocketsphinx, fasttext")
CUDA = Environment(
    ".venv", ("", "nvidia"), _ANY, "import torch, pocketsphinx", "https://download.pytorch.org/whl/cu130"
)
DEVELOPER = Environment(".venv", (*TORCH.extras, "test", "dev"), _ANY, f"{TORCH.probe}, pytest")
ASSETS = Environment(".venv-assets", ("assets",), _ANY, "import torch, anny")


def _blender(version: str, python: tuple[int, int]) -> Environment:
    extras = (f"bpy{version.replace('.', '')}", "", "test")
    return Environment(f".venv-bpy-{version}", extras, (python,), "import bpy, numpy, pocketsphinx")


# From the oldest to the newest.
BLENDERS = (
    _blender("4.2", (3, 11)),
    _blender("4.5", (3, 11)),
    _blender("5.0", (3, 11)),
    _blender("5.2", (3, 13)),
)


@cache
def _project() -> dict:
    import tomllib

    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def version() -> str:
    """Return the project's version."""
    return _project()["version"]


def requirements(environment: Environment) -> tuple[str, ...]:
    """Return the pinned requirements of an environment, read from pyproject.toml; one for each package."""
    project = _project()
    lists = [project["optional-dependencies"][name] if name else project["dependencies"] for name in environment.extras]
    return tuple(_by_package(requirement for names in lists for requirement in names).values())


def _by_package(pins: Iterable[str]) -> dict[str, str]:
    """Return the first pin of each package, by the package's name."""
    found: dict[str, str] = {}
    for pin in pins:
        found.setdefault(pin.partition("==")[0], pin)
    return found


@cache
def find_python(versions: tuple[tuple[int, int], ...]) -> Path | None:
    """Find an interpreter of one of these versions: the running one, else one on the PATH or of pyenv."""
    if sys.version_info[:2] in versions:
        return Path(sys.executable)
    for major, minor in versions:
        for command in _commands(f"{major}.{minor}"):
            found = _ask(command, "import sys; print(sys.executable); print(*sys.version_info[:2])")
            if found and found[-1] == f"{major} {minor}":
                return Path(found[0])
    return None


def _commands(version: str) -> Iterator[list[str]]:
    """Yield the commands that may start a Python of a version such as "3.13"."""
    for name, *arguments in ([f"python{version}"], ["py", f"-{version}"]):
        if program := shutil.which(name):
            yield [program, *arguments]
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    for program in sorted(pyenv.glob(f"versions/{version}*/bin/python"), reverse=True):
        yield [str(program)]


def _ask(command: list[str], code: str) -> list[str] | None:
    """Return the lines that a Python prints, or None when it does not run."""
    try:
        done = subprocess.run(
            [*command, "-c", code], capture_output=True, text=True, env=clean_environ(), timeout=120, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.split("\n")[:-1] if done.returncode == 0 else None


def _stamp(environment: Environment) -> list[str]:
    """Return what the environment's stamp says: the folder in which it was made, and the pins that it holds."""
    stamp = environment.path / STAMP
    if not (stamp.is_file() and environment.python.exists()):
        return []
    return stamp.read_text(encoding="utf-8").splitlines()


def is_ready(environment: Environment) -> bool:
    """Return whether the environment holds the present pins, and was made in this place."""
    place, *pins = _stamp(environment) or [""]
    held = {*pins, *map(_public, pins)}
    # A virtual environment does not survive being moved: its scripts name the old folder.
    return place == str(environment.path) and set(requirements(environment)) <= held


def _public(pin: str) -> str:
    """Return a pin without the name of its build: torch==2.13.0+cu130 is a torch==2.13.0, too."""
    return pin.partition("+")[0]


def can_be_made(environment: Environment) -> bool:
    """Return whether the environment is ready, or there is a Python for it."""
    return is_ready(environment) or find_python(environment.pythons) is not None


def newest_blender() -> Environment:
    """Return the newest Blender module that is ready; where none is ready, the newest that can be made.

    Raises:
        BuildError: there is no Python for any of them.
    """
    for fits in (is_ready, can_be_made):
        if found := [environment for environment in BLENDERS if fits(environment)]:
            return found[-1]
    raise _no_blender()


def ensure(environment: Environment) -> Path:
    """Make the environment if it is missing, install what it lacks, and return its interpreter.

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
    # A larger set that the folder holds stays in it, but for pins that changed.
    wanted, held = requirements(environment), _stamp(environment)[1:]
    pins = _by_package([*(pin for pin in held if _public(pin) in wanted), *wanted, *held])
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
    failed = f"pip could not install what {environment.folder} needs."
    remedy = (
        "Check the network connection and the free disk space (1.5 GB, with PyTorch 3 GB, for NVIDIA cards 10 GB), "
    )
    remedy += "then run the same command again."
    run = partial(run_logged, log=log, failed=failed, remedy=remedy, on_line=on_line)
    if environment.wheels:
        # pip compares these files with the hashes that PyTorch's own index names.
        options += ["--extra-index-url", environment.wheels]
        run([environment.python, "-m", "pip", "install", *options, *wanted])
    else:
        lock = lock_files.path_of(environment.extras)
        lock_files.install(environment.python, wanted, lock, options, run)
    status.show("checking")
    _probe(environment, log)
    shutil.move(log, environment.path / LOG)
    stamp = "\n".join([str(environment.path), *pins.values()])
    (environment.path / STAMP).write_text(f"{stamp}\n", encoding="utf-8")
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


def _no_blender() -> BuildError:
    pythons = sorted({version for environment in BLENDERS for version in environment.pythons})
    return _no_python(replace(BLENDERS[-1], pythons=tuple(pythons)))


def setup(torch: bool = False, cuda: bool = False) -> None:
    """Make what the demo needs: the worker's environment and, where there is a Python for it, a Blender module.

    Args:
        torch: also install PyTorch and what training needs.
        cuda: also install PyTorch for NVIDIA cards.

    Raises:
        BuildError: see `ensure`; or there is no PyTorch for NVIDIA cards on this system.
    """
    if cuda:
        _setup_cuda()
    if torch or not cuda:
        ensure(TORCH if torch else WORKER)
    if any(can_be_made(environment) for environment in BLENDERS):
        ensure(newest_blender())
    else:
        missing = _no_blender()
        say(f"No Blender module: {missing.message} {missing.remedy}")
    say("Everything is set up.")


def _setup_cuda() -> None:
    """Install PyTorch for NVIDIA cards, and say which card it finds.

    Raises:
        BuildError: see `setup`.
    """
    if sys.platform not in ("linux", "win32"):
        raise BuildError(
            "PyTorch uses NVIDIA cards on Linux and Windows alone.",
            "Nothing needs to be installed: the processor makes the takes.",
        )
    if not is_ready(CUDA):
        say("PyTorch for NVIDIA cards: 2 to 3 GB to download, 5 to 7 GB on the disk (estimates).")
    python = ensure(CUDA)
    found = _ask(
        [str(python)],
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); from core.model.torch_engine.device import find_card; "
        "card = find_card(); print(card.note or card.name)",
    )
    card = found[-1] if found else ""
    say(f"Graphics card: {card or 'none that PyTorch can use, so the processor makes the takes.'}")
    say(f"In Blender's preferences, choose this Python: {python}")
