"""`build.py bench`: run the benchmarks. Ratios of two ways, measured in one run, can be compared between machines."""

from devtools.environments import DEVELOPER, ensure, newest_blender
from devtools.shell import ROOT, BuildError, clean_environ, run_shown, say

# Modules of this package, and whether each of them runs in Blender.
BENCHMARKS = (
    ("selective_scan", False),
    ("worker_start", True),
    ("generation", False),
    ("long_recording", True),
    ("languages", False),
    ("resampling", False),
    ("finishing", False),
    ("directing", False),
    ("training_step", False),
    ("keyframes", True),
    ("retargeting", True),
    ("blender_operators", True),
)


def run_bench() -> None:
    """Run every benchmark in its environment; one that cannot run does not keep the others from running.

    Raises:
        BuildError: some of the benchmarks failed; all of the others have run.
    """
    failed = [name for name, in_blender in BENCHMARKS if not _run(name, in_blender)]
    if failed:
        raise BuildError(f"These benchmarks failed: {', '.join(failed)}.", "Read the output above.")


def _run(name: str, in_blender: bool) -> bool:
    """Run one benchmark, and return whether it succeeded."""
    try:
        environment = newest_blender() if in_blender else DEVELOPER
        say(f"\n== {name} in {environment.folder}")
        python = ensure(environment)
    except BuildError as error:
        say(f"cannot run: {error.message} {error.remedy}")
        return False
    return run_shown([python, "-m", f"devtools.bench.{name}"], clean_environ(PYTHONPATH=str(ROOT))) == 0
