"""`python -m core import-weights`: the released MambaTalk weights as a model folder."""

import argparse

from ..paths import given_path
from .terminal import show_progress


def add_import_weights(commands: argparse._SubParsersAction) -> None:
    """Add the command to a parser's commands."""
    command = commands.add_parser("import-weights", help="make a model folder of the released MambaTalk weights")
    command.add_argument("folder", type=given_path, help="the six published files (non-commercial, your own download)")
    command.add_argument("out", type=given_path, help="the model folder to write; new, or empty")
    command.add_argument(
        "--vocabulary", type=given_path, metavar="PKL", help="vocab.pkl of BEAT2 (default: in the folder)"
    )
    command.add_argument("--ctc", type=given_path, metavar="DIR", help="folder of wav2vec2-base-960h")
    command.add_argument("--smplx", type=given_path, metavar="NPZ", help="your SMPLX_*.npz: the true skeleton")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Import, and print what was left out."""
    from ..model.importing import Import, import_weights

    wanted = Import(arguments.folder, arguments.out, arguments.vocabulary, arguments.ctc, arguments.smplx)
    notes = import_weights(wanted, show_progress)
    print(f"\n{arguments.out}", *notes, sep="\n")
    return 0
