"""`python -m core COMMAND`: finds the command, runs it, and says on stderr what went wrong."""

import argparse
import logging
import sys
from importlib.util import find_spec

from ..errors import Cancelled, GestureError
from .align import add_align
from .batch import add_batch
from .direct import add_direct
from .fetch_weights import add_fetch_weights
from .finish import add_finish
from .generate import add_generate
from .import_motion import add_import
from .import_weights import add_import_weights
from .mix import add_mix
from .parity import add_parity
from .resample import add_resample

EXIT_BAD_INPUT = 2
EXIT_CANCELLED = 130

_log = logging.getLogger(__name__)


def main(argv: list[str] | None = None) -> int:
    """Run one command; bad input ends with exit code 2, a message and a remedy on stderr."""
    _log_to_stderr()
    argv = sys.argv[1:] if argv is None else argv
    arguments = _parser().parse_args(argv)
    arguments.given = argv[1:]
    # A message may follow a line of progress, which has no line end. So each message begins with a line end.
    try:
        return arguments.run(arguments)
    except GestureError as error:
        _log.error("\nerror: %s\n%s", error.message, error.remedy)
        return EXIT_BAD_INPUT
    except (Cancelled, KeyboardInterrupt):
        _log.error("\nstopped; nothing was written")
        return EXIT_CANCELLED
    except ModuleNotFoundError as error:
        _log.error("\nerror: this Python has no module %s.\nRun `python build.py setup --torch`.", error.name)
        return EXIT_BAD_INPUT
    except MemoryError:
        _log.exception("\nerror: not enough memory.\nUse a shorter recording or close other programs.")
        return EXIT_BAD_INPUT


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m core", description="Speech to full-body animation.")
    commands = parser.add_subparsers(dest="command", required=True)
    add_generate(commands)
    add_batch(commands)
    add_resample(commands)
    add_mix(commands)
    add_direct(commands)
    add_finish(commands)
    add_import(commands)
    add_fetch_weights(commands)
    add_import_weights(commands)
    add_align(commands)
    add_parity(commands)
    if find_spec("training"):  # the extension's zip leaves training out
        from training.cli.commands import add_commands

        add_commands(commands)
    return parser


def _log_to_stderr() -> None:
    """Write the program's notes and errors to stderr, without a level or a time."""
    logger = logging.getLogger(__package__.rpartition(".")[0])
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(message)s"))
    logger.handlers = [handler]
    logger.propagate = False
