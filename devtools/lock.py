"""Make the lock files again, after a pin in pyproject.toml has changed: `python -m devtools.lock --write`."""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from . import pytorch_index
from .environments import ASSETS, BLENDERS, DEVELOPER, TORCH, WORKER, requirements
from .lock_files import LOCKS, path_of, pins_of
from .shell import clean_environ

UV = "uv==0.13.9"


def write(python: str, names: Sequence[str] = ()) -> None:
    """Make the lock files again.

    Args:
        python: an interpreter, in whose new environment uv is installed.
        names: only those of these names; all where there are none.
    """
    LOCKS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="mambatalk-uv-") as name:
        folder = Path(name)
        subprocess.run([python, "-m", "venv", folder / "venv"], check=True)
        program = folder / "venv" / ("Scripts" if sys.platform == "win32" else "bin")
        subprocess.run([program / "python", "-m", "pip", "install", "-q", UV], check=True)
        for environment in (WORKER, TORCH, DEVELOPER, ASSETS, *BLENDERS):
            lock = path_of(environment.extras)
            if names and lock.stem not in names:
                continue
            (folder / "pins.in").write_text("\n".join(requirements(environment)), encoding="utf-8")
            oldest = ".".join(map(str, min(environment.pythons)))
            command = ["pip", "compile", "-q", "--universal", "--generate-hashes", "--no-header", "--no-annotate"]
            command += ["--python-version", oldest, "--no-config", folder / "pins.in", "-o", lock]
            subprocess.run([program / "uv", *command], check=True, env=clean_environ())
            print(f"{lock.name}: {len(pins_of(lock.read_text(encoding='utf-8')))} packages", flush=True)
    paths = [path for path in LOCKS.glob("*.txt") if path != pytorch_index.KEPT]
    pins = {pin.partition(" ")[0] for path in paths for pin in pins_of(path.read_text(encoding="utf-8"))}
    print("\n".join(pytorch_index.renew(pins)))


def main(argv: list[str] | None = None) -> int:
    """Make lock files again."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--write", nargs="*", metavar="NAME", help="make all lock files, or those of these names")
    arguments = parser.parse_args(argv)
    if arguments.write is None:
        parser.error("nothing to do without --write")
    write(sys.executable, arguments.write)
    return 0


if __name__ == "__main__":
    sys.exit(main())
