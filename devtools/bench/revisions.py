"""Another revision of the project beside this one, so that both are measured in pairs."""

import io
import json
import os
import platform
import subprocess
import sys
import tarfile
from pathlib import Path

from devtools.bench.command import AGAINST
from devtools.bench.harness import ROOT, CannotRunError, finished

SCRIPT = Path(__file__).with_name("one_measure.py")


def processor() -> str:
    """Name the processor, and how many of its cores this process may use."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    name = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.is_file():
        models = [line.partition(":")[2].strip() for line in info.read_text().splitlines() if "model name" in line]
        name = models[0] if models else name
    return f"{name}, {cores} cores, {platform.system()}"


def checked_out(revision: str) -> Path:
    """Return a folder with the files of a revision; it is made in cache/bench once.

    Raises:
        CannotRunError: git does not know the revision.
    """
    found = subprocess.run(
        ["git", "rev-parse", "--short=12", f"{revision}^{{commit}}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if found.returncode:
        raise CannotRunError(f"git knows no revision {revision}")
    folder = ROOT / "cache" / "bench" / found.stdout.strip()
    if not folder.is_dir():
        packed = subprocess.run(["git", "archive", found.stdout.strip()], cwd=ROOT, capture_output=True, check=True)
        unfinished = folder.with_suffix(".part")
        with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
            archive.extractall(unfinished, filter="data")
        unfinished.rename(folder)
    return folder


def roots() -> list[Path]:
    """Return the folders to measure: this one, then the one to compare with, where there is one."""
    against = os.environ.get(AGAINST)
    return [ROOT, checked_out(against)] if against else [ROOT]


def pairs(wanted: dict, tries: int) -> list[dict]:
    """Measure this folder and the other one in turn; return the try of each that took least.

    Raises:
        CannotRunError: a measure failed, with the last line of its errors as the reason, or took too long.
    """
    found: list[list[dict]] = [[] for _ in roots()]
    for _ in range(tries):
        for number, root in enumerate(roots()):
            environment = {**os.environ, "PYTHONPATH": str(root)}
            command = [sys.executable, str(SCRIPT), json.dumps(wanted)]
            done = finished(command, root, environment)
            if done.returncode:
                lines = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
                raise CannotRunError(f"{root.name}: {lines[-1]}")
            found[number].append(json.loads(done.stdout.splitlines()[-1]))
    return [min(each, key=lambda measures: measures.get("cpu_s", measures["s"])) for each in found]


def ratio(measured: list[dict], name: str = "s") -> float | None:
    """Return how many times as fast this folder is as the other one; None without another one."""
    return measured[1][name] / measured[0][name] if len(measured) > 1 else None
