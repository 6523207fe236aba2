"""`build.py package`: a zip for each platform, validated by Blender's own tool and tried in every Blender here."""

import platform
from pathlib import Path

from ..environments import BLENDERS, ensure, is_ready
from ..shell import ROOT, Timer, say
from .archive import build_zip, check_platform
from .trial import try_install
from .wheels import PLATFORMS

_SYSTEMS = {"Linux": "linux", "Windows": "windows", "Darwin": "macos"}
_MACHINES = {"x86_64": "x64", "AMD64": "x64", "arm64": "arm64", "aarch64": "arm64"}


def this_platform() -> str:
    """Return Blender's name of the platform that this program runs on."""
    system, machine = platform.system(), platform.machine()
    return f"{_SYSTEMS.get(system, system.lower())}-{_MACHINES.get(machine, machine)}"


def package(folder: Path, chosen: str | None = None) -> list[Path]:
    """Build, validate and, where it fits this machine, try the zips.

    Args:
        folder: where the zips go.
        chosen: a platform, "all", or None for this machine's.

    Raises:
        BuildError: see `build_zip` and `try_install`.
    """
    timer, here = Timer(), this_platform()
    archives = []
    for name in PLATFORMS if chosen == "all" else [chosen or here]:
        check_platform(name)
        archive = build_zip(folder, name)
        archives.append(archive)
        shown = archive.relative_to(ROOT) if archive.is_relative_to(ROOT) else archive
        say(f"{shown}: {archive.stat().st_size / 1e6:.1f} MB, valid")
        for environment in filter(is_ready, BLENDERS if name == here else ()):
            try_install(archive, ensure(environment))
            say(f"installs and switches on and off in {environment.folder}")
        if name != here:
            say(f"not tried: this machine is {here}")
    say(f"done in {timer.seconds:.0f} s")
    return archives
