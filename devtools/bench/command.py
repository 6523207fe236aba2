"""`build.py bench`: how fast, as ratios of two ways measured in the same run, so that machines compare."""

from devtools.environments import BPY_50, WORKER, Environment, ensure
from devtools.shell import ROOT, BuildError, clean_environ, run_shown, say

# Modules of this package, and the environment that each of them runs in.
BENCHMARKS = (
    ("selective_scan", WORKER),
    ("generation", WORKER),
    ("resampling", WORKER),
    ("finishing", WORKER),
    ("directing", WORKER),
    ("training_step", WORKER),
    ("keyframes", BPY_50),
    ("retargeting", BPY_50),
    ("blender_operators", BPY_50),
)


def run_bench() -> None:
    """Run every benchmark in its environment; one that cannot run does not keep the others from running.

    Raises:
        BuildError: some of the benchmarks failed; all of the others have run.
    """
    failed = [name for name, environment in BENCHMARKS if not _run(name, environment)]
    if failed:
        raise BuildError(f"These benchmarks failed: {', '.join(failed)}.", "Read the output above.")


def _run(name: str, environment: Environment) -> bool:
    """Run one benchmark, and return whether it succeeded."""
    say(f"\n== {name} in {environment.folder}")
    try:
        python = ensure(environment)
    except BuildError as error:
        say(f"cannot run: {error.message} {error.remedy}")
        return False
    return run_shown([python, "-m", f"devtools.bench.{name}"], clean_environ(PYTHONPATH=str(ROOT))) == 0
