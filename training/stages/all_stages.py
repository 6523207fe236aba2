"""Both stages of training, one after the other."""

from dataclasses import replace

from training.stages.stage_one import run_stage_one
from training.stages.stage_two import run_generator
from training.stages.training_plan import TrainingPlan

STAGE_ONE_SHARE = 0.25  # of the time of a run with a time limit


def run_all(plan: TrainingPlan, processes: int) -> None:
    """Run both stages; a limited time is split into a quarter for the autoencoders and the rest for the generator."""
    run_stage_one(replace(plan, minutes=plan.minutes * STAGE_ONE_SHARE), processes)
    run_generator(replace(plan, minutes=plan.minutes * (0.95 - STAGE_ONE_SHARE)))
