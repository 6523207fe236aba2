"""Both stages in one go."""

from dataclasses import replace

from .plan import Plan
from .stage_one import run_stage_one
from .stage_two import run_generator

STAGE_ONE_SHARE = 0.25  # of the time of a run with a time limit


def run_all(plan: Plan, processes: int) -> None:
    """Both stages; of a limited time a quarter for the autoencoders, the rest for the generator."""
    run_stage_one(replace(plan, minutes=plan.minutes * STAGE_ONE_SHARE), processes)
    run_generator(replace(plan, minutes=plan.minutes * (0.95 - STAGE_ONE_SHARE)))
