"""The shell's commands `train` and `evaluate`; importing them is quick, so that other commands start fast."""

import argparse

from training.cli.evaluate_options import add_arguments as add_evaluate_arguments
from training.cli.train_options import add_arguments as add_train_arguments


def add_commands(commands: argparse._SubParsersAction) -> None:
    """Add `train` and `evaluate` to a parser's commands."""
    train = commands.add_parser("train", help="train networks on a folder of recordings")
    add_train_arguments(train)
    train.set_defaults(run=_train)
    evaluate = commands.add_parser("evaluate", help="compare sets of motions with recorded ones")
    add_evaluate_arguments(evaluate)
    evaluate.set_defaults(run=_evaluate)


def _train(arguments: argparse.Namespace) -> int:
    from training.cli.train import run

    return run(arguments, arguments.given)


def _evaluate(arguments: argparse.Namespace) -> int:
    from training.cli.evaluate import run

    return run(arguments)
