"""Run programs inside a folder that holds a Debian, apart from this computer: with processes and mounts of their own.

    this computer                     the folder, for the time of one command
      FOLDER/        ── becomes ──▶     /
      SHARED/        ── becomes ──▶     /mnt        files that both sides see
                                        /tmp        empty, in memory
                                        /proc, /dev as programs need them

All of it is `unshare`, `mount` and `chroot`. The kernel ends the processes and takes back the mounts when the first
process ends, also when that was killed, so that nothing is ever left behind.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from ..shell import clean_environ

MOUNT = """
root=$1 shared=$2; shift 2
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
[ -z "$shared" ] || mount --bind "$shared" "$root/mnt"
exec chroot "$root" "$@"
"""
APART = ("unshare", "--mount", "--pid", "--fork", "--kill-child=SIGKILL")


def why_impossible() -> str | None:
    """Say why no program can be run apart on this computer; None when one can."""
    if not sys.platform.startswith("linux"):
        return "it needs Linux"
    if os.geteuid() != 0:
        return "it needs root: a folder cannot become / for anybody else"
    try:
        done = subprocess.run([*APART, "--net", "true"], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"`unshare` does not run: {error}"
    return f"`unshare` is not permitted: {done.stderr.strip()}" if done.returncode else None


def inside(root: Path, command: Sequence[str], shared: Path | None = None, network: bool = False) -> list[str]:
    """Return the command that runs `command` inside the folder `root`.

    Args:
        root: the folder that holds a Debian.
        command: a program of that Debian, and its arguments.
        shared: a folder that the program sees as /mnt.
        network: whether the program has a network.
    """
    apart = APART if network else (*APART, "--net")
    return [*apart, "sh", "-ec", MOUNT, "sh", str(root), str(shared or ""), *command]


def beside(first: int, command: Sequence[str]) -> list[str]:
    """Return the command that runs `command` where a process that `inside` started is running.

    Args:
        first: number of the first process in there, as this computer counts.
        command: a program of the folder, and its arguments.
    """
    return ["nsenter", f"--target={first}", "--mount", "--pid", "--net", "--root", "--wd=/", *command]


def first_process(starter: int) -> int | None:
    """Return the number of the first process apart, which the process `starter` forked; None before it did."""
    children = Path(f"/proc/{starter}/task/{starter}/children")
    try:
        numbers = children.read_text().split()
    except OSError:
        return None
    return int(numbers[0]) if numbers else None


def environ_inside() -> dict[str, str]:
    """Return variables for programs inside: those of this computer name programs and folders that are not there."""
    kept = {name: value for name, value in clean_environ().items() if name in ("OMP_NUM_THREADS", "TERM")}
    return {**kept, "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"}
