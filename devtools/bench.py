"""`build.py bench`: how fast, as ratios of two ways measured in the same run, so that machines compare."""

from .environments import BPY_50, WORKER, ensure
from .shell import ROOT, BuildError, clean_environ, run_shown, say

SCRIPTS = (("bench_scan.py", WORKER), ("bench_generate.py", WORKER), ("bench_keyframes.py", BPY_50))


def run_bench() -> None:
    """Run every benchmark in its environment.

    Raises:
        BuildError: one of them failed.
    """
    failed = []
    for script, environment in SCRIPTS:
        python = ensure(environment)
        say(f"\n== {script.removesuffix('.py').removeprefix('bench_')} in {environment.folder}")
        if run_shown([python, ROOT / "devtools" / script], clean_environ(PYTHONPATH=str(ROOT))):
            failed.append(script)
    if failed:
        raise BuildError(f"These benchmarks failed: {', '.join(failed)}.", "Read the output above.")
