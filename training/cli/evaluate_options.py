"""The options of `python -m core evaluate`; importing them is quick, so that other commands start fast."""

import argparse

from core.paths import given_path
from core.plain_values import typed_whole


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `evaluate` to a parser."""
    parser.add_argument(
        "--pred", type=given_path, action="append", required=True, help="folder of motions; may be repeated"
    )
    parser.add_argument(
        "--real", type=given_path, required=True, help="folder of the recorded motions of the same names"
    )
    parser.add_argument("--audio", type=given_path, help="folder of their speech: BC, strokes on stress, pauses")
    parser.add_argument(
        "--smplx", type=given_path, help="your SMPLX_NEUTRAL_2020.npz: face MSE and LVD, true bone lengths"
    )
    parser.add_argument("--mean-speed", type=given_path, help="npy (55,): joint speeds for BC (default: of --real)")
    parser.add_argument(
        "--fgd",
        default="train",
        help="autoencoder: `train` (on --real), a folder, or `published` with --published FILE (default: train)",
    )
    parser.add_argument("--published", type=given_path, help="the published autoencoder's state dict")
    parser.add_argument("--fgd-out", type=given_path, help="keep the trained or converted autoencoder in this folder")
    parser.add_argument(
        "--parts",
        action="store_true",
        help="FGD of upper body, hands and lower body too; missing autoencoders are trained and kept",
    )
    parser.add_argument("--seed", type=typed_whole, default=0, help="seed of the autoencoder's training")
    parser.add_argument("--plot", type=given_path, help="write a picture (png)")
    parser.add_argument("--overwrite", action="store_true", help="replace a picture that is there already")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print the numbers as JSON")
    form.add_argument("--markdown", action="store_true", help="print the table as markdown")
