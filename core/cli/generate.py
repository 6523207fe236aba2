"""`python -m core generate`: a take from a recording and its transcript."""

import argparse
import logging
from dataclasses import replace

from ..errors import GestureError
from ..paths import given_path
from ..plain_values import typed_whole
from .making import add_making, add_style, request_of
from .terminal import add_json, print_take, show_progress

_log = logging.getLogger(__name__)


def add_generate(commands: argparse._SubParsersAction) -> None:
    """Add the command to a parser's commands."""
    command = commands.add_parser("generate", help="make a take from a recording")
    command.add_argument("audio", type=given_path, help="the recording: wav, flac, ogg, mp3 and others")
    command.add_argument("--transcript", type=given_path, help="txt, srt, vtt, TextGrid or whisper json")
    command.add_argument("--out", type=given_path, required=True, help="folder for the take")
    add_style(command)
    command.add_argument("--seed", type=typed_whole, default=0, help="another seed gives another take (default 0)")
    command.add_argument(
        "--seeds",
        type=typed_whole,
        nargs="+",
        metavar="N",
        help="several takes, one for each seed, made together; OUT gets a folder seed_N for each",
    )
    add_making(command, "the mood of the take (default: neutral)")
    add_json(command)
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Make one take, or one for each seed."""
    from ..generate.pipeline import generate_many
    from ..generate.spoken_words import ESTIMATED
    from ..model.card import style_of
    from ..model.loading import Models

    style = style_of(arguments.style, arguments.weights)
    request = request_of(arguments, arguments.audio, arguments.out, style, arguments.transcript)
    wanted = [request]
    if arguments.seeds is not None:
        if len(set(arguments.seeds)) < len(arguments.seeds):
            raise GestureError("A seed is named twice.", remedy="Give each seed once.")
        wanted = [replace(request, seed=seed, out=request.out / f"seed_{seed}") for seed in arguments.seeds]
    takes = generate_many(wanted, show_progress, models=Models())
    said = takes[0].info["alignment"]
    if said["words"] == ESTIMATED:
        _log.warning("The times of the words are estimated from pauses and syllables. %s", said["reason"])
    elif reason := said.get("reason"):
        _log.warning("Went on without words: %s", reason)
    for each, take in zip(wanted, takes, strict=True):
        print_take(arguments, take, each.out)
    return 0
