"""The folder that holds a full Blender and a virtual screen: a small Debian, made once by debootstrap.

Blender's module from PyPI has no window, and a Blender from blender.org cannot be pinned and fetched like a package.
Debian has both Blender and all that a window needs without a screen, so every
Linux computer on which we are root can have it.
"""

import glob
import os
import re
import shutil
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

from ..shell import ROOT, BuildError, StatusLine, run_logged
from .isolation import APART, environ_inside, inside, why_impossible

RELEASE = "trixie"
DEFAULT_MIRROR = "http://deb.debian.org/debian"
LOG = ROOT / "cache" / "logs" / "window.log"
# Debian's Blender does without NumPy, which Blender's own builds bring along.
PACKAGES = (
    "blender",
    "python3-numpy",
    "xvfb",
    "xdotool",
    "imagemagick",
    "libegl1",
    "libgl1-mesa-dri",
    "fonts-dejavu-core",
)
# What shows that the packages are there.
PROGRAMS = (
    "usr/bin/blender",
    "usr/lib/python3/dist-packages/numpy",
    "usr/bin/Xvfb",
    "usr/bin/xdotool",
    "usr/bin/import",
)
# debootstrap refuses a path that has a space, so the folder gets a second path, which only debootstrap sees.
UNPACK = 'mount --bind "$1" "$2"; exec "$3" --variant=minbase "$4" "$2" "$5"'
# Nobody reads manuals in there, and a folder that can be made again need not survive a power cut.
DPKG = (
    "force-unsafe-io\npath-exclude=/usr/share/doc/*\npath-exclude=/usr/share/man/*\npath-exclude=/usr/share/locale/*\n"
)


def window_folder() -> Path:
    """Return the folder: the one that MAMBATALK_WINDOW_DIR names, else one in the checkout."""
    return Path(os.environ.get("MAMBATALK_WINDOW_DIR") or ROOT / "cache" / "window").resolve()


def is_complete(folder: Path) -> bool:
    """Return whether everything that a window needs is in the folder."""
    # Some are links, which point to files that only the folder's own programs find.
    return all(os.path.lexists(folder / name) for name in PROGRAMS)


def ensure_window_folder() -> Path:
    """Make the folder if it is missing or incomplete, and return it; this takes some minutes and 2 GB, once.

    Raises:
        BuildError: it cannot be made or used on this computer; the message says why.
    """
    folder = window_folder()
    if reason := why_impossible():
        raise _impossible(reason, "Run the command as root on a Linux computer.")
    if is_complete(folder):
        return folder
    status = StatusLine(f"Blender's window in {folder}")
    LOG.unlink(missing_ok=True)
    mirror = _mirror()
    _check_network(mirror)
    if not (folder / "usr/bin/apt-get").exists():
        status.show("unpacking Debian")
        _unpack(folder, mirror)
    status.show("installing Blender")
    _install(folder, mirror)
    status.end("ready")
    return folder


def _unpack(folder: Path, mirror: str) -> None:
    """Make a minimal Debian; the folder gets its name only when it is whole."""
    if folder.exists() and any(folder.iterdir()):
        raise _impossible(f"{folder} holds something else", "Empty it, or name another folder in MAMBATALK_WINDOW_DIR.")
    part = folder.with_name(f"{folder.name}.part")
    _remove(part)
    part.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as temporary:
        program, environ = _debootstrap(Path(temporary))
        plain = Path(temporary) / "root"
        plain.mkdir()
        run_logged(
            # Apart, because debootstrap mounts folders in there.
            [*APART, "--mount-proc", "sh", "-ec", UNPACK, "sh", part, plain, program, RELEASE, mirror],
            LOG,
            failed=f"Debian could not be unpacked in {part}.",
            remedy="Read the log; the network, the disk, or the rights of this container may be too small.",
            environ={**environ_inside(), **environ},
        )
    if folder.exists():
        folder.rmdir()
    part.rename(folder)


def _install(folder: Path, mirror: str) -> None:
    """Install the packages with the folder's own apt, which uses this computer's mirror and proxy."""
    (folder / "etc/dpkg/dpkg.cfg.d").mkdir(parents=True, exist_ok=True)
    (folder / "etc/dpkg/dpkg.cfg.d/window").write_text(DPKG)
    (folder / "etc/apt/sources.list").write_text(f"deb {mirror} {RELEASE} main\n")
    (folder / "etc/apt/apt.conf.d/90window").write_text(_apt_settings())
    if Path("/etc/resolv.conf").exists():
        shutil.copyfile("/etc/resolv.conf", folder / "etc/resolv.conf")
    script = (
        "apt-get update -q && apt-get install -q -y --no-install-recommends " + " ".join(PACKAGES) + " && apt-get clean"
    )
    run_logged(
        inside(folder, ["sh", "-ec", script], network=True),
        LOG,
        failed="Blender could not be installed from Debian's packages.",
        remedy="Read the log, check the network and the free disk space (2 GB), then run the same command again.",
        environ={**environ_inside(), "DEBIAN_FRONTEND": "noninteractive"},
    )
    if not is_complete(folder):
        raise _impossible("Debian's packages do not hold what they should", f"Read {LOG}.")


def _debootstrap(place: Path) -> tuple[Path, dict[str, str]]:
    """Return debootstrap and its variables; where it is not installed, its package is unpacked in `place`."""
    if installed := shutil.which("debootstrap"):
        return Path(installed), {}
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        raise _impossible("there is no debootstrap", "Install debootstrap.")
    run_logged(
        [
            "sh",
            "-ec",
            f"cd '{place}'; apt-get download -q debootstrap || (apt-get update -q && apt-get download -q debootstrap)"
            "; dpkg-deb -x debootstrap_*.deb .",
        ],
        LOG,
        failed="There is no debootstrap, and its package could not be downloaded.",
        remedy="Install debootstrap.",
    )
    return place / "usr/sbin/debootstrap", {"DEBOOTSTRAP_DIR": str(place / "usr/share/debootstrap")}


def _mirror() -> str:
    """Return the address of Debian's packages: this computer's own, else Debian's."""
    for name in ("/etc/apt/sources.list", *sorted(glob.glob("/etc/apt/sources.list.d/*"))):
        text = Path(name).read_text(errors="replace") if Path(name).is_file() else ""
        if found := re.search(r"^(?:URIs:|deb)\s.*?(https?://\S+/debian)/?\s", text, re.MULTILINE):
            return found[1]
    return DEFAULT_MIRROR


def _check_network(mirror: str) -> None:
    address = f"{mirror}/dists/{RELEASE}/Release"
    try:
        with urllib.request.urlopen(address, timeout=20) as reply:
            reply.read(1)
    except (urllib.error.URLError, OSError) as error:
        raise _impossible(f"{address} cannot be reached ({error})", "Check the network connection.") from error


def _apt_settings() -> str:
    """Return this computer's settings of apt about proxies and dates, which the folder's apt needs as well."""
    lines = []
    if program := shutil.which("apt-config"):
        with os.popen(f"{program} dump Acquire") as output:
            lines = [line for line in output.read().splitlines() if re.match(r"Acquire::(\w+::Proxy|Check-)", line)]
    return "\n".join([*lines, 'Acquire::Languages "none";', ""])


def _remove(folder: Path) -> None:
    if folder.exists():
        # One file system: nothing that is mounted in there is touched.
        run_logged(
            ["rm", "-rf", "--one-file-system", folder], LOG, failed=f"{folder} cannot be deleted.", remedy="Delete it."
        )


def _impossible(reason: str, remedy: str) -> BuildError:
    return BuildError(f"Blender's window cannot be had here: {reason}.", remedy)
