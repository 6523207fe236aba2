"""`python -m core parity`: the architecture compared with recorded outputs of the published code."""

import argparse
from pathlib import Path


def add_parity(commands: argparse._SubParsersAction) -> None:
    """Add the command to a parser's commands."""
    command = commands.add_parser("parity", help="compare the architecture with golden outputs")
    command.add_argument("golden", type=Path, help="the file with the golden outputs (golden_a.npz)")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Compare with one file; the exit code is 1 where an output differs too much."""
    from ..model.torch_engine.parity import main as parity

    return parity(arguments.golden)
