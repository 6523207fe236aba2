"""How many statements the tests run, by folder: `core/direct 98.1 %`."""

import json
import subprocess
from collections import defaultdict
from pathlib import Path, PurePosixPath

from devtools.shell import ROOT, clean_environ

# Folders of the project are named with this many parts: `core/direct`, `addon/rig`.
DEPTH = 2


def by_folder(python: Path, data: Path) -> list[tuple[str, int, int]]:
    """Combine coverage's data files.

    Args:
        python: interpreter of an environment with coverage.
        data: the file that COVERAGE_FILE named; each process has written one whose name begins with it.

    Returns:
        (folder, statements, statements that ran) in order of the folders; empty where nothing was measured.
    """
    environ = clean_environ(COVERAGE_FILE=str(data))
    report = data.with_name("coverage.json")
    for command in (["combine", "-q", str(data.parent)], ["json", "-q", "-o", str(report)]):
        done = subprocess.run(
            [str(python), "-m", "coverage", *command], cwd=ROOT, env=environ, check=False, capture_output=True
        )
        if done.returncode:
            return []
    return _sums(json.loads(report.read_text(encoding="utf-8")))


def _sums(report: dict) -> list[tuple[str, int, int]]:
    """Add up the files of coverage's JSON report by folder."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for name, file in report["files"].items():
        folder = PurePosixPath(name.replace("\\", "/")).parent
        row = sums["/".join(folder.parts[:DEPTH])]
        row[0] += file["summary"]["num_statements"]
        row[1] += file["summary"]["covered_lines"]
    return [(folder, total, ran) for folder, (total, ran) in sorted(sums.items())]


def table(rows: list[tuple[str, int, int]]) -> str:
    """Format the rows of `by_folder`, with a last row for all of them."""
    everything = ("all", sum(row[1] for row in rows), sum(row[2] for row in rows))
    lines = [f"{'folder':<24}{'statements':>12}{'ran':>10}"]
    lines += [f"{name:<24}{total:>12}{100 * ran / max(total, 1):>8.1f} %" for name, total, ran in [*rows, everything]]
    return "\n".join(lines)
