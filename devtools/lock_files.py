"""Lock files: for each environment every package with its version, and the hash of every file that is acceptable.

A lock file (`devtools.lock` makes it) holds for Linux, Windows and macOS, with markers where they differ, and names all
files that PyPI has of a version; those of PyTorch's index of wheels for the processor are in `pytorch-cpu.txt` beside
them (`devtools.pytorch_index`). Set-up lets pip choose files first without installing anything, compares each hash with
the lock files, and then installs exactly these.
"""

import hashlib
import json
import re
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from . import pytorch_index
from .shell import ROOT, BuildError

LOCKS = ROOT / "devtools" / "locks"
_REQUIREMENT = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)([^\\]*)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_OUTDATED = "Run python -m devtools.lock --write, and look at what it changes."


def path_of(extras: Sequence[str]) -> Path:
    """Return the lock file of an environment with these lists of pyproject.toml; "" is the project's own list."""
    return LOCKS / f"{'-'.join(extra or 'worker' for extra in extras)}.txt"


def pins_of(text: str) -> list[str]:
    """Return the packages of a lock file, such as `numpy==2.4.6 ; python_full_version < '3.12'`."""
    found = (_REQUIREMENT.match(line) for line in text.splitlines())
    return [f"{match[1]}=={match[2]}{match[3].rstrip()}" for match in found if match]


def hashes_of(text: str) -> dict[str, set[str]]:
    """Return the acceptable hashes of each package of a lock file, by the package's name in lower case with dashes."""
    found: dict[str, set[str]] = {}
    name = ""
    others = pytorch_index.kept()
    for line in text.splitlines():
        if match := _REQUIREMENT.match(line):
            name = plain(match[1])
            of_pytorch = others.get(f"{name}=={match[2]}", pytorch_index.Files())
            found.setdefault(name, set()).update(of_pytorch.hashes.values())
        found.get(name, set()).update(_HASH.findall(line))
    return found


def plain(name: str) -> str:
    """Return a package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _pin(text: str) -> tuple[str, str]:
    """Return name and version of a pin, without its marker."""
    name, _, rest = text.partition("==")
    return plain(name), rest.partition(";")[0].strip()


def install(
    python: Path,
    requirements: Sequence[str],
    lock: Path,
    options: Sequence[str],
    run: Callable[[Sequence[str | Path]], None],
) -> None:
    """Install packages, each from a file whose hash the lock file names.

    Args:
        python: the environment's interpreter.
        requirements: pins; the lock file says which packages they need.
        lock: the lock file.
        options: for pip.
        run: runs a command of pip, and raises where it fails (`devtools.shell.run_logged`).

    Raises:
        BuildError: pip failed; the lock file lacks a pin, or a file is none that the lock file names.
    """
    if not lock.is_file():
        raise BuildError(f"There is no lock file {lock.name}.", _OUTDATED)
    text = lock.read_text(encoding="utf-8")
    known = {_pin(each) for each in pins_of(text)}
    if missing := [each for each in requirements if _pin(each) not in known]:
        raise BuildError(f"{lock.name} lacks {', '.join(missing)}.", _OUTDATED)
    with tempfile.TemporaryDirectory(prefix="mambatalk-lock-") as name:
        folder = Path(name)
        (folder / "constraints.txt").write_text("\n".join(pins_of(text)) + "\n", encoding="utf-8")
        pip = [python, "-m", "pip", "install", *options]
        choose = ["--dry-run", "--report", folder / "report.json", "-c", folder / "constraints.txt"]
        run([*pip, *choose, *requirements])
        report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
        exact = checked(report, hashes_of(text), lock.name)
        if exact:
            (folder / "exact.txt").write_text("\n".join(exact) + "\n", encoding="utf-8")
            use = ["--require-hashes", "--no-deps", "-r", folder / "exact.txt"]
            run([*pip, *use])


def checked(
    report: dict, hashes: dict[str, set[str]], lock: str, others: dict[str, pytorch_index.Files] | None = None
) -> list[str]:
    """Return the files that pip has chosen as requirements with hashes.

    Args:
        report: pip's report of a dry run.
        hashes: the acceptable hashes of each package.
        lock: name of the lock file, for messages.
        others: what is known of PyTorch's index; None for what is kept beside the lock files.

    Raises:
        BuildError: a file is none that the lock file names.
    """
    exact = []
    others = pytorch_index.kept() if others is None else others
    for entry in report["install"]:
        name, place = entry["metadata"]["name"], entry["download_info"]
        found = _hash_of(place)
        address = urlsplit(place["url"])
        # Of files of PyTorch's index that was not read for the lock, pip compares the hash that this index names.
        pin = f"{plain(name)}=={entry['metadata']['version'].partition('+')[0]}"
        is_pytorchs = address.scheme == "https" and address.hostname == pytorch_index.HOST
        is_free = is_pytorchs and not others.get(pin, pytorch_index.Files()).whole
        if found not in hashes.get(plain(name), set()) and not is_free:
            raise BuildError(
                f"{address.path.rpartition('/')[2]} is no file that {lock} names; nothing was installed.",
                "Check which index pip uses. If you have changed a pin, run python -m devtools.lock --write.",
                f"{place['url']}\nsha256:{found}",
            )
        # By its address, pip needs not ask the index again.
        exact.append(f"{name} @ {place['url']} --hash=sha256:{found}")
    return exact


def _hash_of(place: dict) -> str:
    """Return the SHA-256 of a file that pip has chosen; pip does not say it of files on this computer."""
    found = place.get("archive_info", {}).get("hashes", {}).get("sha256")
    if found is None and place["url"].startswith("file:"):
        path = Path(unquote(urlsplit(place["url"]).path.lstrip("/" if sys.platform == "win32" else "")))
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    return found or ""
