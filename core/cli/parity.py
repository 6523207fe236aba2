"""`python -m core parity`: the architecture compared with recorded outputs of the published code."""

import argparse

from ..paths import given_path


def add_parity(commands: argparse._SubParsersAction) -> None:
    """Add the command to a parser's commands."""
    command = commands.add_parser("parity", help="compare the architecture with golden outputs")
    command.add_argument("golden", type=given_path, help="the file with the golden outputs (golden_a.npz)")
    command.add_argument("--weights", type=given_path, metavar="DIR", help="a model folder with the same weights")
    command.add_argument("--device", choices=("cpu", "cuda"), default="cpu", help="where to compute (default: cpu)")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Compare with one file; the exit code is 1 where an output differs too much."""
    from ..model.torch_engine.parity import main as parity

    return parity(arguments.golden, arguments.device, arguments.weights)
