"""`python -m core batch`: takes of many recordings in one go."""

import argparse
import functools
import logging
import os
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import GestureError
from ..paths import given_path
from ..plain_values import typed_whole
from .making import add_making, add_style, request_of

if TYPE_CHECKING:
    from ..batch.outcomes import Outcome

EXIT_SOME_FAILED = 1
EXIT_STOPPED = 130
# Lines that share the passes of a network: more save little, and as many wait when the work is stopped.
TOGETHER = 4

_log = logging.getLogger(__name__)


def add_batch(commands: argparse._SubParsersAction) -> None:
    """Add the command to a parser's commands."""
    command = commands.add_parser("batch", help="make takes of many recordings, and go on where an earlier call ended")
    command.add_argument(
        "lines",
        type=given_path,
        metavar="LINES",
        help="a csv table with the columns audio, transcript, style, mood, seed, name, language (character is for "
        "Blender); or a folder of recordings with texts of the same name beside them",
    )
    command.add_argument("--out", type=given_path, required=True, metavar="DIR", help="folder for the takes' folders")
    add_style(command, ", where a line has none")
    command.add_argument("--seed", type=typed_whole, default=0, help="seed, where a line has none (default 0)")
    add_making(command, "the mood, where a line has none (default: neutral)")
    command.add_argument("--processes", type=typed_whole, metavar="N", help="(default: by cores and free memory)")
    command.add_argument(
        "--engine",
        choices=("processes", "ray"),
        default="processes",
        help="ray: spread the lines over a Ray cluster (needs the package ray)",
    )
    command.add_argument("--address", help="of the Ray cluster (default: RAY_ADDRESS, else this computer alone)")
    command.add_argument("--dry-run", action="store_true", help="print what would be made; write nothing")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Make all takes; the exit code is 1 where some failed."""
    from ..batch import batch, cluster, lines, outcomes, processes
    from ..generate.pipeline import check_chance
    from ..model import engines
    from ..model.card import STARTER_FOLDER
    from ..model.loading import check_model
    from ..styles import style_number
    from ..take.files import check_folder
    from ..weights_folder import folder_hash

    if arguments.processes is not None and arguments.processes < 1:
        raise GestureError("There is no work without processes.", remedy="Write --processes 1 or more.")
    check_chance(arguments.seed, arguments.variation)
    weights, out = arguments.weights or STARTER_FOLDER, arguments.out.absolute()
    check_folder(out)
    # What is wrong with the weights, and missing PyTorch, is found here, once, and not by every line.
    card, architecture = check_model(weights)
    engine = engines.engine_for(architecture, "cpu" if arguments.device == "auto" else arguments.device)
    styles = card["speakers"]
    # The processes of a batch work in other folders.
    arguments.weights = None if arguments.weights is None else weights.absolute()
    template = request_of(arguments, Path(), out, style_number(arguments.style, styles))
    wanted = lines.read_lines(arguments.lines, template, styles)
    weights_hash = folder_hash(weights)
    if arguments.dry_run:
        results = batch.batch_of(out, wanted, weights_hash).results()
        print(outcomes.table(results))
        return EXIT_SOME_FAILED if any(each.state == outcomes.FAILED for each in results) else 0
    start = None
    if arguments.engine == "ray":
        room = cluster.connect(arguments.address)
        start = functools.partial(cluster.ClusterProcess, out)
    else:
        large = engine != engines.NUMPY
        room = processes.process_count(len(wanted), processes.LARGE_BYTES if large else processes.SMALL_BYTES)
    count = min(arguments.processes or room, len(wanted))
    threads = max(1, (os.cpu_count() or 1) // count)
    stopped = _stopped_by_signals()
    sharing = batch.Sharing(count, threads, start, TOGETHER)
    results = batch.run(out, wanted, weights_hash, sharing, _reporter(len(wanted)), stopped.is_set)
    print(outcomes.table(results))
    if stopped.is_set():
        _log.error("stopped; finished takes stay, and the same command goes on")
        return EXIT_STOPPED
    return 0 if all(each.state in (outcomes.MADE, outcomes.KEPT) for each in results) else EXIT_SOME_FAILED


def _stopped_by_signals() -> threading.Event:
    """Return an event that Ctrl-C and SIGTERM set; a second Ctrl-C ends the program at once."""
    stopped = threading.Event()

    def stop(number: int, frame: object) -> None:
        stopped.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    return stopped


def _reporter(total: int):
    def report(outcome: "Outcome", done: int) -> None:
        line = f"{done}/{total} {outcome.name}: {outcome.state} {outcome.error}".rstrip()
        print(line.encode("utf-8", "backslashreplace").decode(), file=sys.stderr, flush=True)

    return report
