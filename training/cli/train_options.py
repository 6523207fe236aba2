"""The options of `python -m core train`; importing them is quick, so that other commands start fast."""

import argparse
import math
from pathlib import Path

from core.paths import given_path
from core.plain_values import typed_number, typed_whole

DESCRIPTION = """Train the networks on a folder of recordings: BEAT2 as published, a folder with manifest.csv (columns
audio, transcript, motion, speaker[, split]), or a corpus made by training.corpus.motions. The same command goes
on where it was stopped. Several devices or machines: start it through torchrun."""
STAGES = {
    "all": "everything, in order",
    "autoencoders": "stage one: codes for face, upper body, hands and lower body",
    "root": "stage one: the root's path from the legs (needs the lower body's autoencoder)",
    "generator": "stage two: codes from speech and words (needs stage one)",
}
CONFIGS = ("small", "released")
PARTS = ("upper", "hands", "lower", "face")
WORDS = Path(__file__).resolve().parents[2] / "weights" / "starter" / "words.bin"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of training to a parser."""
    parser.description = DESCRIPTION
    parser.add_argument("stage", choices=STAGES, help="; ".join(f"{name}: {what}" for name, what in STAGES.items()))
    parser.add_argument("--data", type=given_path, required=True, metavar="DIR", help="recordings with their motion")
    parser.add_argument("--out", type=given_path, required=True, metavar="DIR", help="model folder to write")
    parser.add_argument("--config", choices=CONFIGS, default="small", help="sizes, losses and lengths")

    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="SIZE=N",
        help="a size that replaces the configuration's, named as in model.json (hidden=256, wav_widths=8,24,64)",
    )
    _add_data(parser)
    _add_length(parser)
    _add_learning(parser)
    _add_machine(parser)


def _add_data(parser: argparse.ArgumentParser) -> None:
    data = parser.add_argument_group("data")
    data.add_argument(
        "--speakers", default="", metavar="A,B", help="train on these speakers only (BEAT2: names or numbers)"
    )
    data.add_argument("--words", type=given_path, default=WORDS, metavar="FILE", help="fastText vectors of the words")
    data.add_argument(
        "--work", type=given_path, metavar="DIR", help="checkpoints, logs, samples (default: OUT/training)"
    )
    data.add_argument(
        "--cache", type=given_path, metavar="DIR", help="features, shared between runs (default: WORK/features)"
    )
    data.add_argument("--name", help="name of the weights (default: the model folder's name)")
    data.add_argument("--license", default="unknown: that of the data", help="licence of the weights, for model.json")


def _add_length(parser: argparse.ArgumentParser) -> None:
    length = parser.add_argument_group("length")
    length.add_argument("--autoencoder-steps", type=typed_whole, metavar="N", help="steps of each network of stage one")
    length.add_argument("--generator-steps", type=typed_whole, metavar="N", help="steps of stage two")
    length.add_argument(
        "--minutes", type=typed_number, default=math.inf, help="end the schedule by then (default: no limit)"
    )
    length.add_argument(
        "--evaluate-every", type=typed_whole, default=0, metavar="N", help="steps between held-out losses"
    )
    length.add_argument(
        "--patience", type=typed_whole, default=0, metavar="N", help="stop after N held-out losses without a better one"
    )
    length.add_argument(
        "--sample-every", type=typed_whole, default=0, metavar="N", help="steps between samples (npz and png)"
    )
    length.add_argument("--checkpoint-s", type=typed_number, metavar="S", help="seconds between checkpoints")


def _add_learning(parser: argparse.ArgumentParser) -> None:
    learn = parser.add_argument_group("learning")
    learn.add_argument("--batch", type=typed_whole, metavar="N", help="windows per step, over all processes")
    learn.add_argument("--accumulate", type=typed_whole, default=1, metavar="N", help="work through a batch in N parts")
    learn.add_argument("--learning-rate", type=typed_number, metavar="X", help="learning rate at the start")
    learn.add_argument(
        "--average", type=typed_number, default=0.0, metavar="DECAY", help="export a moving average of weights"
    )
    learn.add_argument("--seed", type=typed_whole, default=0, help="number that every random draw follows from")
    learn.add_argument(
        "--masked-passes", type=typed_whole, metavar="N", help="passes with a random mask, in steps that have them"
    )
    learn.add_argument("--smoothing", type=typed_number, metavar="X", help="label smoothing")
    learn.add_argument(
        "--share-neighbours", type=typed_number, metavar="X", help="share of a label for codes near the true one"
    )
    learn.add_argument(
        "--without",
        default="",
        metavar="A,B",
        help="ablations of stage two: masked, latent, nll, words, sound, speaker, body_scan, face_scan",
    )
    learn.add_argument(
        "--without-terms", default="", metavar="A,B", help="ablations of stage one: names of terms of its loss"
    )


def _add_machine(parser: argparse.ArgumentParser) -> None:
    machine = parser.add_argument_group("machine")
    machine.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto", help="where the networks compute")
    machine.add_argument(
        "--precision", choices=("float32", "bfloat16"), default="float32", help="precision of the products"
    )
    machine.add_argument("--compile", action="store_true", help="torch.compile the networks")
    machine.add_argument("--threads", type=typed_whole, default=0, help="threads of PyTorch (default: its choice)")
    machine.add_argument(
        "--processes", type=typed_whole, default=1, help="networks of stage one trained at a time, on a CPU"
    )
    machine.add_argument("--parts", default=",".join(PARTS), help="networks of stage one (default: all)")
