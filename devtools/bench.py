"""`build.py bench`: how fast, as ratios of two ways measured in the same run, so that machines compare."""

from .environments import BPY_50, WORKER, ensure
from .shell import ROOT, BuildError, clean_environ, run_shown, say

MODULES = (
    ("bench_scan", WORKER),
    ("bench_generate", WORKER),
    ("bench_resample", WORKER),
    ("bench_finish", WORKER),
    ("bench_direct", WORKER),
    ("bench_train", WORKER),
    ("bench_keyframes", BPY_50),
    ("bench_rigs", BPY_50),
    ("bench_takes", BPY_50),
)


def run_bench() -> None:
    """Run every benchmark in its environment.

    Raises:
        BuildError: one of them failed.
    """
    failed = []
    for module, environment in MODULES:
        python = ensure(environment)
        say(f"\n== {module.removeprefix('bench_')} in {environment.folder}")
        if run_shown([python, "-m", f"devtools.{module}"], clean_environ(PYTHONPATH=str(ROOT))):
            failed.append(module)
    if failed:
        raise BuildError(f"These benchmarks failed: {', '.join(failed)}.", "Read the output above.")
