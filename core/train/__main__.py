"""Train a model folder: `python -m core.train all --corpus cache/corpus --out weights/starter --minutes 55`."""

import argparse
import sys
from pathlib import Path

from ..errors import GestureError
from .generator import GeneratorSettings
from .stages import JOBS, Plan, run_all, run_generator, run_parts, run_stage_one

STAGES = ("all", "autoencoders", "parts", "root", "generator")
DEFAULTS = GeneratorSettings()


def main(arguments: list[str] | None = None) -> int:
    """Run a stage; 2 and a remedy on standard error where the corpus or the folder is at fault."""
    options = _parser().parse_args(arguments)
    plan = Plan(
        corpus=options.corpus,
        out=options.out,
        cache=options.cache,
        minutes=options.minutes,
        seed=options.seed,
        threads=options.threads,
        steps=(options.stage_one_steps, options.generator_steps),
        command="python -m core.train " + " ".join(arguments or sys.argv[1:]),
        generator=GeneratorSettings(
            batch=options.batch,
            masked_passes=options.masked_passes,
            smoothing=options.smoothing,
            share_neighbours=options.share_neighbours,
        ),
        learning_rate=options.learning_rate,
    )
    try:
        if options.stage == "all":
            run_all(plan, options.processes)
        elif options.stage == "autoencoders":
            run_stage_one(plan, options.processes)
        elif options.stage == "generator":
            run_generator(plan)
        else:
            run_parts(plan, ("root",) if options.stage == "root" else tuple(options.parts.split(",")))
    except GestureError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m core.train", description=__doc__)
    parser.add_argument("stage", choices=STAGES, help="parts: stage one for --parts in this process")
    parser.add_argument("--corpus", type=Path, default=Path("cache/corpus"))
    parser.add_argument("--out", type=Path, default=Path("weights/starter"), help="model folder; holds words.bin")
    parser.add_argument("--cache", type=Path, default=Path("cache"), help="features and checkpoints")
    parser.add_argument("--minutes", type=float, default=55.0, help="wall clock of the whole stage")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--processes", type=int, default=2, help="networks of stage one trained at a time")
    parser.add_argument("--parts", default=",".join(name for job in JOBS for name in job))
    parser.add_argument("--stage-one-steps", type=int, default=3000)
    parser.add_argument("--generator-steps", type=int, default=6000)
    parser.add_argument("--batch", type=int, default=DEFAULTS.batch)
    parser.add_argument("--masked-passes", type=int, default=DEFAULTS.masked_passes)
    parser.add_argument("--smoothing", type=float, default=DEFAULTS.smoothing)
    parser.add_argument("--share-neighbours", type=float, default=DEFAULTS.share_neighbours)
    parser.add_argument("--learning-rate", type=float, default=1e-3)
    return parser


if __name__ == "__main__":
    sys.exit(main())
