"""`build.py test`: ruff, then each test suite in the environment that its users have."""

import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO

from devtools.environments import BLENDERS, WORKER, Environment, ensure
from devtools.shell import ROOT, Timer, clean_environ, run_shown, say

LIMIT_S = 1800
NO_TESTS = 5
AT_ONCE = 2  # suites


@dataclass(frozen=True)
class Suite:
    """Test folders and the environment they run in."""

    folders: tuple[str, ...]
    environment: Environment


SUITES = (
    Suite(("tests/core", "tests/worker", "tests/training"), WORKER),
    *(Suite(("tests/addon",), bpy) for bpy in BLENDERS),
)


@dataclass
class Tally:
    """How many checks passed, failed and were skipped."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def add(self, other: "Tally") -> None:
        """Count another run's checks too."""
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped


def split_paths(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Pytest's arguments as (test paths, everything else)."""
    paths = [argument for argument in arguments if (ROOT / argument.split("::")[0]).exists() and argument[:1] != "-"]
    return paths, [argument for argument in arguments if argument not in paths]


def chosen(suite: Suite, paths: Sequence[str]) -> list[str]:
    """The paths of a call that belong to a suite; all of the suite where the call names none."""
    if not paths:
        return [folder for folder in suite.folders if any((ROOT / folder).glob("test_*.py"))]
    folders = [(ROOT / folder).resolve() for folder in suite.folders]
    return [path for path in paths if any(_inside(ROOT / path.split("::")[0], folder) for folder in folders)]


def _inside(path: Path, folder: Path) -> bool:
    path = path.resolve()
    return folder == path or folder in path.parents


def run_tests(arguments: Sequence[str], slow: bool = False) -> int:
    """Run everything, or what the arguments choose; prints one closing line; 0 when nothing failed."""
    timer = Timer()
    paths, options = split_paths(arguments)
    if slow:
        options.append("--slow")
    total = Tally()
    if not arguments:
        total.add(_lint())
    jobs = [(suite, ensure(suite.environment), targets) for suite in SUITES if (targets := chosen(suite, paths))]
    run = partial(_run_suite, options=options, shown=len(jobs) == 1)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for tally in pool.map(lambda job: run(*job), jobs):
            total.add(tally)
    say(f"\n{timer.seconds:.0f} s")
    say(f"{total.passed} passed, {total.failed} failed, {total.skipped} skipped")
    if total.passed + total.failed == 0:
        say("No test ran: the arguments chose none.")
        return NO_TESTS
    return 1 if total.failed else 0


def _lint() -> Tally:
    python = ensure(WORKER)
    tally = Tally()
    for command in (["check"], ["format", "--check"]):
        say(f"\n== ruff {' '.join(command)}")
        ok = run_shown([python, "-m", "ruff", *command, "."]) == 0
        tally.add(Tally(passed=int(ok), failed=int(not ok)))
    return tally


def _run_suite(suite: Suite, python: Path, targets: Sequence[str], options: Sequence[str], shown: bool) -> Tally:
    """Run one suite; its output appears at once when `shown`, else when it ends, so that suites do not mix theirs."""
    title = f"\n== {', '.join(suite.folders)} in {suite.environment.folder}"
    if shown:
        say(title)
        return _pytest(python, targets, options, None)
    timer = Timer()
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
        tally = _pytest(python, targets, options, output)
        output.seek(0)
        say(f"{title} ({timer.seconds:.0f} s)\n{output.read()}")
    return tally


def _pytest(python: Path, targets: Sequence[str], options: Sequence[str], output: IO | None) -> Tally:
    # suites that run beside others get one core each
    environ = clean_environ() if output is None else clean_environ(OMP_NUM_THREADS="1")
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [python, "-m", "pytest", *targets, f"--junitxml={report}", *options]
        try:
            done = subprocess.run(
                [str(part) for part in command],
                cwd=ROOT,
                env=environ,
                timeout=LIMIT_S,
                check=False,
                stdout=output,
                stderr=None if output is None else subprocess.STDOUT,
            )
            code = done.returncode
        except subprocess.TimeoutExpired:
            say(f"stopped after {LIMIT_S} s: a test hangs, or Blender hung while it exited")
            code = None
        tally = read_report(report)
    if code not in (0, 1, NO_TESTS):
        # A crash at exit loses no test's result, but it is a failure of its own.
        if code is not None:
            print(f"pytest ended with exit code {code}", file=sys.stderr)
        tally.failed += 1
    elif code == 1 and not tally.failed:
        tally.failed += 1
    return tally


def read_report(report: Path) -> Tally:
    """The counts of a JUnit report; none at all where pytest died before it wrote one."""
    if not report.is_file():
        return Tally()
    tally = Tally()
    for suite in ElementTree.parse(report).getroot().iter("testsuite"):
        count = {name: int(suite.get(name, 0)) for name in ("tests", "failures", "errors", "skipped")}
        failed = count["failures"] + count["errors"]
        tally.add(Tally(count["tests"] - failed - count["skipped"], failed, count["skipped"]))
    return tally
