"""`build.py test`: lint, types and each test suite, two at a time; then the time of each, and coverage by folder."""

import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from devtools.checks.folder_coverage import by_folder, table
from devtools.checks.static import run_static
from devtools.checks.suites import NO_TESTS, OLDEST_NEWEST, WITH_WINDOW, Suite, chosen, run_suite, split_paths, suites
from devtools.checks.tally import Tally
from devtools.environments import DEVELOPER, can_be_made, ensure
from devtools.shell import Timer, say

AT_ONCE = 2  # parts


@dataclass(frozen=True)
class Part:
    """One part of the whole check: `run` writes its output into a file, or into the terminal for None."""

    title: str
    run: Callable[[IO | None], Tally]


def run_tests(arguments: Sequence[str], slow: bool = False, blenders: str = OLDEST_NEWEST) -> int:
    """Run everything, or the tests that pytest's arguments choose; 0 when nothing failed.

    The last line that it prints has the numbers of checks that passed, failed and were skipped; before it stand the
    suites that were left out, because there is no Python for them.

    Args:
        arguments: pytest's.
        slow: also run the tests that are too long for every change.
        blenders: Blender modules for the add-on's tests, as `suites` reads them.

    Raises:
        BuildError: an environment cannot be made, or there is no such Blender module.
    """
    timer = Timer()
    asked = [*suites(blenders, whole=slow or bool(arguments)), WITH_WINDOW]
    left_out = [suite for suite in asked if not can_be_made(suite.environment)]
    asked = [suite for suite in asked if suite not in left_out]
    with tempfile.TemporaryDirectory() as folder:
        coverage = None if arguments else Path(folder) / "data"
        parts = _parts(asked, arguments, slow, coverage)
        total = Tally()
        took = []
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for title, tally, seconds in pool.map(lambda part: _run(part, shown=len(parts) == 1), parts):
                total.add(tally)
                newest_only = f"; {tally.newest_only} tests run on the newest Blender only" if tally.newest_only else ""
                took.append(f"{seconds:>6.0f} s  {title}{newest_only}")
        if coverage is not None:
            say("\n" + table(by_folder(ensure(DEVELOPER), coverage)))
    say("\n" + "\n".join([*took, f"{timer.seconds:>6.0f} s  in all, {AT_ONCE} at a time"]))
    for suite in left_out:
        pythons = " or ".join(f"{major}.{minor}" for major, minor in suite.environment.pythons)
        say(f"left out: {suite.title}, which needs Python {pythons}")
    say(f"{total.passed} passed, {total.failed} failed, {total.skipped} skipped")
    if total.passed + total.failed == 0:
        say("No test ran: the arguments chose none.")
        return NO_TESTS
    return 1 if total.failed else 0


def _parts(asked: Sequence[Suite], arguments: Sequence[str], slow: bool, coverage: Path | None) -> list[Part]:
    """List the parts that the arguments choose, the longest first; their environments are made, two at a time."""
    paths, options = split_paths(arguments)
    if slow:
        options.append("--slow")
    # A suite that leaves tests to the newest Blender is shorter than the others.
    work = [(suite, chosen(suite, paths)) for suite in sorted(asked, key=lambda suite: suite.dependent_only)]
    work = [(suite, targets) for suite, targets in work if targets]
    environments = dict.fromkeys([*(suite.environment for suite, _ in work), *([] if arguments else [DEVELOPER])])
    with ThreadPoolExecutor(AT_ONCE) as pool:
        pythons = dict(zip(environments, pool.map(ensure, environments), strict=True))
    parts = []
    for suite, targets in work:

        def run(output: IO | None, suite=suite, targets=targets) -> Tally:
            return run_suite(suite, pythons[suite.environment], targets, options, output, coverage)

        parts.append(Part(suite.title, run))
    if not arguments:
        parts.append(Part("ruff and mypy", lambda output: run_static(pythons[DEVELOPER], output)))
    return parts


def _run(part: Part, shown: bool) -> tuple[str, Tally, float]:
    """Run a part; its output appears at once when `shown`, else when it ends, so that parts do not mix theirs."""
    timer = Timer()
    if shown:
        say(f"\n== {part.title}")
        return part.title, part.run(None), timer.seconds
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
        tally = part.run(output)
        output.seek(0)
        say(f"\n== {part.title} ({timer.seconds:.0f} s)\n{output.read()}")
    return part.title, tally, timer.seconds
