"""Checks that run no code: ruff finds mistakes and untidy text, mypy finds values of the wrong type."""

import subprocess
from pathlib import Path
from typing import IO

from devtools.checks.tally import Tally
from devtools.environments import DEVELOPER, ensure
from devtools.shell import ROOT, clean_environ, say

CHECKS = (("ruff", "check", "."), ("ruff", "format", "--check", "."), ("mypy",))


def run_lint() -> int:
    """Run ruff and mypy; 0 when they find nothing."""
    tally = run_static(ensure(DEVELOPER), None)
    say(f"{tally.passed} passed, {tally.failed} failed")
    return 1 if tally.failed else 0


def run_static(python: Path, output: IO | None) -> Tally:
    """Run every check with an interpreter, with its output in a file or, for None, in the terminal."""
    tally = Tally()
    for check in CHECKS:
        title = f"\n== {' '.join(check)}\n"
        if output is None:
            say(title.rstrip())
        else:
            output.write(title)
            output.flush()
        done = subprocess.run(
            [str(python), "-m", *check], cwd=ROOT, env=clean_environ(), check=False, stdout=output, stderr=output
        )
        tally.add(Tally(passed=int(done.returncode == 0), failed=int(done.returncode != 0)))
    return tally
