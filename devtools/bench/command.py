"""`build.py bench`: run the benchmarks. Ratios of two ways, measured in one run, can be compared between machines."""

from core.worker.threads import VARIABLES
from devtools.environments import DEVELOPER, ensure, newest_blender
from devtools.shell import ROOT, BuildError, clean_environ, run_shown, say

# Variables of the benchmarks: the revision to compare with, and whether long recordings are measured, too.
AGAINST, LONG = "MAMBATALK_BENCH_AGAINST", "MAMBATALK_BENCH_LONG"
# Modules of this package, and whether each of them runs in Blender.
BENCHMARKS = (
    ("takes", False),
    ("released_size", False),
    ("selective_scan", False),
    ("worker_start", True),
    ("generation", False),
    ("long_recording", True),
    ("languages", False),
    ("resampling", False),
    ("finishing", False),
    ("directing", False),
    ("clearance", False),
    ("training_step", False),
    ("keyframes", True),
    ("retargeting", True),
    ("blender_operators", True),
)


def run_bench(only: str = "", against: str = "", long: bool = False) -> None:
    """Run benchmarks in their environments; one that cannot run does not keep the others from running.

    Args:
        only: names of benchmarks, with commas between them; "" for all.
        against: a revision that those of whole takes measure, too, in pairs with this one.
        long: also recordings of 10 minutes and an hour.

    Raises:
        BuildError: there is no such benchmark, or some failed; all of the others have run.
    """
    names = only.split(",") if only else [name for name, _ in BENCHMARKS]
    if unknown := set(names) - dict(BENCHMARKS).keys():
        known = ", ".join(name for name, _ in BENCHMARKS)
        raise BuildError(f"There is no benchmark {', '.join(sorted(unknown))}.", f"Choose from: {known}.")
    wanted = {**({AGAINST: against} if against else {}), **({LONG: "1"} if long else {})}
    failed = [name for name, in_blender in BENCHMARKS if name in names and not _run(name, in_blender, wanted)]
    if failed:
        raise BuildError(f"These benchmarks failed: {', '.join(failed)}.", "Read the output above.")


def _run(name: str, in_blender: bool, wanted: dict[str, str]) -> bool:
    """Run one benchmark with variables, and return whether it succeeded."""
    try:
        environment = newest_blender() if in_blender else DEVELOPER
        say(f"\n== {name} in {environment.folder}")
        python = ensure(environment)
    except BuildError as error:
        say(f"cannot run: {error.message} {error.remedy}")
        return False
    # Threads wait as they do in the worker and in the shell's commands, which is what users get.
    environ = clean_environ(PYTHONPATH=str(ROOT), **VARIABLES, **wanted)
    return run_shown([python, "-m", f"devtools.bench.{name}"], environ) == 0
