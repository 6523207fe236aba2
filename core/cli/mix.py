"""`python -m core mix`: parts of other takes laid over a take."""

import argparse

from .. import requests
from ..errors import GestureError
from ..paths import given_path
from .terminal import (
    add_json,
    add_margin,
    add_no_finish,
    add_take_and_out,
    add_weights,
    frame_range,
    print_take,
    show_progress,
)


def add_mix(commands: argparse._SubParsersAction) -> None:
    """Add the command to a parser's commands."""
    command = commands.add_parser("mix", help="lay parts of other takes of the same recording over a take")
    add_take_and_out(command, "the take that everything else is laid over")
    command.add_argument(
        "--from",
        dest="picks",
        nargs="+",
        action="append",
        required=True,
        metavar="FROM",
        help="OTHER_DIR PART[,PART...] [START:END]: parts of another take, `all` for the whole body; may be repeated",
    )
    add_weights(command, "model folder that made the takes")
    add_margin(command)
    add_no_finish(command)
    add_json(command)
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Mix one take."""
    from ..generate.regenerate import mix
    from ..model.loading import hashes_of

    request = requests.Mix(
        take=arguments.take,
        out=arguments.out,
        picks=tuple(_pick(words) for words in arguments.picks),
        margin=arguments.margin,
        finish=not arguments.no_finish,
        weights=arguments.weights,
    )
    print_take(arguments, mix(request, show_progress, same_weights=hashes_of(request.weights)))
    return 0


def _pick(words: list[str]) -> requests.Pick:
    if len(words) not in (2, 3):
        raise GestureError(
            f"{' '.join(words)!r} does not say what to take from where.",
            remedy="Write --from TAKE_DIR upper,hands, and 90:180 behind it for a range.",
        )
    start, end = frame_range(words[2]) if len(words) == 3 else (None, None)
    return requests.Pick(given_path(words[0]), tuple(words[1].split(",")), start, end)
