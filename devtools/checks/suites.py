"""The test suites: folders of tests, each in the environment that its users have, run with pytest."""

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from devtools.checks.tally import Tally, read_report
from devtools.environments import BLENDERS, DEVELOPER, Environment, can_be_made
from devtools.shell import ROOT, BuildError, clean_environ, say

LIMIT_S = 1800
NO_TESTS = 5
# From this Python on, coverage can be told of each line once, which costs next to nothing.
_MONITORED = (3, 12)


@dataclass(frozen=True)
class Suite:
    """Test folders and the environment they run in.

    Attributes:
        folders: folders of tests, from the checkout's folder.
        environment: in which pytest runs.
        covers: whether coverage is measured; it makes a suite slower.
        dependent_only: whether tests that do not depend on Blender's version are left out, because the newest
            Blender runs them.
    """

    folders: tuple[str, ...]
    environment: Environment
    covers: bool
    dependent_only: bool = False

    @property
    def title(self) -> str:
        """The folders and the environment as text."""
        return f"{', '.join(self.folders)} in {self.environment.folder}"


WITHOUT_BLENDER = Suite(("tests/core", "tests/training", "tests/devtools"), DEVELOPER, covers=True)
# It drives a Blender with a window, made by `devtools.window`; where that cannot be made, the tests are skipped.
WITH_WINDOW = Suite(("tests/ui",), DEVELOPER, covers=False)
ADDON = "tests/addon"
OLDEST_NEWEST, ALL = "oldest-newest", "all"


def suites(blenders: str = OLDEST_NEWEST, whole: bool = False) -> tuple[Suite, ...]:
    """Return the suites: one without Blender, and one for each Blender module that is asked for.

    Args:
        blenders: "all", "oldest-newest" of those that can be made here, or versions such as "4.2,5.0".
        whole: whether the oldest Blender of "oldest-newest" also runs the tests that do not depend on its version;
            all other choices always run them.

    Raises:
        BuildError: there is no Blender module of such a version.
    """
    asked = _blenders(blenders)
    here = [environment for environment in asked if can_be_made(environment)]
    # All Blenders run the same code: one of them measures which part of it.
    newest = here[-1:]
    partial = blenders == OLDEST_NEWEST and not whole
    of_blender = (Suite((ADDON,), each, each in newest, partial and each not in newest) for each in asked)
    return (WITHOUT_BLENDER, *of_blender)


def _blenders(names: str) -> list[Environment]:
    if names == ALL:
        return list(BLENDERS)
    if names == OLDEST_NEWEST:
        here = [environment for environment in BLENDERS if can_be_made(environment)] or [BLENDERS[-1]]
        return list(dict.fromkeys((here[0], here[-1])))
    versions = {environment.folder.rpartition("-")[2]: environment for environment in BLENDERS}
    if unknown := set(names.split(",")) - set(versions):
        raise BuildError(
            f"There are no tests for Blender {', '.join(sorted(unknown))}.",
            f"Give {ALL}, {OLDEST_NEWEST}, or versions among {', '.join(versions)}.",
        )
    return [versions[name] for name in names.split(",")]


def split_paths(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Split pytest's arguments into test paths and everything else."""
    paths = [argument for argument in arguments if (ROOT / argument.split("::")[0]).exists() and argument[:1] != "-"]
    return paths, [argument for argument in arguments if argument not in paths]


def chosen(suite: Suite, paths: Sequence[str]) -> list[str]:
    """Return the paths that belong to a suite; all folders of the suite where there are no paths."""
    if not paths:
        return [folder for folder in suite.folders if any((ROOT / folder).rglob("test_*.py"))]
    folders = [(ROOT / folder).resolve() for folder in suite.folders]
    return [path for path in paths if any(_inside(ROOT / path.split("::")[0], folder) for folder in folders)]


def _inside(path: Path, folder: Path) -> bool:
    path = path.resolve()
    return folder == path or folder in path.parents


def run_suite(
    suite: Suite,
    python: Path,
    targets: Sequence[str],
    options: Sequence[str],
    output: IO | None,
    coverage: Path | None,
) -> Tally:
    """Run pytest on test paths of a suite.

    Args:
        suite: the suite.
        python: interpreter of its environment.
        targets: test paths.
        options: pytest's other arguments.
        output: file for the output; None: the terminal, and the suite may use all cores.
        coverage: file that names the data files of coverage; None: coverage is not measured.
    """
    environ = clean_environ() if output is None else clean_environ(OMP_NUM_THREADS="1")
    program = ["-m", "pytest"]
    options = [*options, *(["--version-dependent"] if suite.dependent_only else [])]
    if coverage is not None and suite.covers:
        environ["COVERAGE_FILE"] = str(coverage)
        if suite.environment.pythons[0] >= _MONITORED:
            environ["COVERAGE_CORE"] = "sysmon"
        program = ["-m", "coverage", "run", *program]
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [str(python), *program, *targets, f"--junitxml={report}", *options]
        code = _exit_code(command, environ, output)
        tally = read_report(report)
    if code not in (0, 1, NO_TESTS):
        # A crash at exit loses no test's result, but it is a failure of its own.
        if code is not None:
            print(f"pytest ended with exit code {code}", file=sys.stderr)
        tally.failed += 1
    elif code == 1 and not tally.failed:
        tally.failed += 1
    return tally


def _exit_code(command: list[str], environ: dict[str, str], output: IO | None) -> int | None:
    """Run a command, and return its exit code; None where it had to be stopped."""
    stderr = None if output is None else subprocess.STDOUT
    try:
        return subprocess.run(
            command, cwd=ROOT, env=environ, timeout=LIMIT_S, check=False, stdout=output, stderr=stderr
        ).returncode
    except subprocess.TimeoutExpired:
        say(f"stopped after {LIMIT_S} s: a test hangs, or Blender hung while it exited")
        return None
