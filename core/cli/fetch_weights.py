"""`python -m core fetch-weights`: the released MambaTalk weights, once the user has accepted their licence."""

import argparse
import logging

from ..errors import GestureError
from ..paths import given_path
from .terminal import show_progress

EXIT_STOPPED = 130

_log = logging.getLogger(__name__)


def add_fetch_weights(commands: argparse._SubParsersAction) -> None:
    """Add the command to a parser's commands."""
    command = commands.add_parser("fetch-weights", help="fetch the released MambaTalk weights (non-commercial)")
    command.add_argument("folder", type=given_path, help="folder for the published files")
    command.add_argument(
        "--repository",
        required=True,
        metavar="OWNER/NAME",
        help="where they are published on the Hugging Face Hub, as the README of MambaTalk says",
    )
    command.add_argument("--revision", default="main", help="a branch, tag or commit (default: main)")
    command.add_argument(
        "--recogniser",
        action="store_true",
        help="the repository holds wav2vec2-base-960h, the speech recogniser that the weights need",
    )
    command.add_argument(
        "--i-accept-the-licence", action="store_true", help="fetch; without this option no server is contacted"
    )
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Say the licence and the size, and fetch where the user accepts the licence."""
    from ..model import fetching
    from ..model.importing import LICENSE

    print(f"Licence: {'what the repository declares' if arguments.recogniser else LICENSE}.")
    if not arguments.i_accept_the_licence:
        size = fetching.ABOUT_RECOGNISER_BYTES if arguments.recogniser else fetching.ABOUT_BYTES
        print(f"Size: about {size / 1e6:.0f} MB, from {arguments.repository}.", flush=True)
        raise GestureError(
            "Nothing was fetched: the licence is not accepted.",
            remedy="Read the licence where the weights are published; to accept it, add --i-accept-the-licence.",
        )
    offer = fetching.look_up(
        arguments.repository,
        arguments.revision,
        fetching.RECOGNISER if arguments.recogniser else fetching.NETWORKS,
    )
    declared = offer.licence or "none"
    print(
        f"Size: {offer.size / 1e6:.0f} MB, from {offer.repository} (which declares the licence: {declared}).",
        flush=True,
    )
    try:
        fetching.fetch(offer, arguments.folder, show_progress)
    except KeyboardInterrupt:
        _log.error("\nstopped; the same command goes on where it ended")
        return EXIT_STOPPED
    print(f"{arguments.folder}: {len(offer.files)} files, whose hashes are in {fetching.RECORD}.")
    if not arguments.recogniser:
        print(f"Next: python -m core import-weights {arguments.folder} OUT")
    return 0
