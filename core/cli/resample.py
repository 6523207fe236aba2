"""`python -m core resample`: body parts of a take made anew over a range of frames."""

import argparse

from .. import requests
from ..paths import given_path
from ..plain_values import typed_whole
from .terminal import (
    add_device,
    add_json,
    add_margin,
    add_no_finish,
    add_take_and_out,
    add_variation,
    add_weights,
    frame_range,
    print_take,
    show_progress,
)


def add_resample(commands: argparse._SubParsersAction) -> None:
    """Add the command to a parser's commands."""
    command = commands.add_parser("resample", help="make body parts of a take anew over a range of frames")
    add_take_and_out(command, "a folder that `generate` wrote")
    command.add_argument(
        "--part", nargs="+", required=True, help="face, upper, hands, lower, head, torso, left_arm, right_hand, ..."
    )
    command.add_argument(
        "--frames", required=True, metavar="START:END", help="the first frame, and the frame after the last"
    )
    command.add_argument("--seed", type=typed_whole, default=0, help="another seed gives another try (default 0)")
    add_variation(command, "motion")
    add_margin(command)
    add_weights(command, "model folder that made the take")
    command.add_argument("--audio", type=given_path, help="where the take's recording is now, if it was moved")
    add_device(command)
    add_no_finish(command)
    add_json(command)
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Make parts of one take anew."""
    from ..generate.regenerate import resample
    from ..model.loading import Models

    start, end = frame_range(arguments.frames)
    request = requests.Resample(
        take=arguments.take,
        out=arguments.out,
        areas=tuple(arguments.part),
        start=start,
        end=end,
        seed=arguments.seed,
        variation=arguments.variation,
        margin=arguments.margin,
        finish=not arguments.no_finish,
        weights=arguments.weights,
        audio=arguments.audio,
        device=arguments.device,
    )
    print_take(arguments, resample(request, show_progress, models=Models()))
    return 0
