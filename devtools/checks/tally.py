"""How many checks passed, failed and were skipped."""

import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

NEWEST_ONLY = "newest_only"


@dataclass
class Tally:
    """Numbers of checks: a test is one, and so is a run of ruff or mypy.

    Attributes:
        passed: of them.
        failed: of them.
        skipped: of them.
        newest_only: tests that were left out of this run, because only the newest Blender runs them.
    """

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    newest_only: int = 0

    def add(self, other: "Tally") -> None:
        """Add the numbers of another run."""
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        self.newest_only += other.newest_only


def read_report(report: Path) -> Tally:
    """Read the numbers of a JUnit report; all are 0 where pytest died before it wrote one."""
    if not report.is_file():
        return Tally()
    tally = Tally()
    for suite in ElementTree.parse(report).getroot().iter("testsuite"):
        count = {name: int(suite.get(name, 0)) for name in ("tests", "failures", "errors", "skipped")}
        failed = count["failures"] + count["errors"]
        # any_blender.py writes this property
        left_out = sum(int(each.get("value", 0)) for each in suite.iter("property") if each.get("name") == NEWEST_ONLY)
        tally.add(Tally(count["tests"] - failed - count["skipped"], failed, count["skipped"], left_out))
    return tally
