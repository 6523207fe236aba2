"""`python -m core COMMAND`: finds the command, runs it, and says on stderr what went wrong."""

import argparse
import io
import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec

from ..errors import Cancelled, GestureError, not_enough_memory
from ..files import refused_by_system
from .align import add_align
from .batch import add_batch
from .check import add_check
from .direct import add_direct
from .fetch_weights import add_fetch_weights
from .finish import add_finish
from .generate import add_generate
from .import_motion import add_import
from .import_weights import add_import_weights
from .mix import add_mix
from .parity import add_parity
from .resample import add_resample
from .transcribe import add_transcribe

EXIT_BAD_INPUT = 2
EXIT_CANCELLED = 130
EXIT_ENDED = 143
# argparse needs a time that grows with the square of the number of options: a second for these.
MOST_OPTIONS = 4000

_log = logging.getLogger(__name__)


class _Ended(KeyboardInterrupt):
    """SIGTERM arrived: the program cleans up as after Ctrl-C."""


def main(argv: list[str] | None = None) -> int:
    """Run one command; bad input ends with exit code 2, a message and a remedy on stderr."""
    _print_every_letter()
    _log_to_stderr()
    argv = sys.argv[1:] if argv is None else argv
    # A message may follow a line of progress, which has no line end. So each message begins with a line end.
    try:
        with _stop_on_signals():
            parser = _parser()
            # argparse takes --option=-- for an option with a list in the place of its value.
            if doubtful := next((each for each in argv if each.startswith("-") and each.endswith("=--")), None):
                parser.error(f"{doubtful} has no value")
            if (count := sum(each.startswith("-") for each in argv)) > MOST_OPTIONS:
                raise GestureError(
                    f"There are {count:,} options; {MOST_OPTIONS:,} can be read.",
                    remedy="Give fewer; many recordings go into the table of `batch`.",
                )
            arguments = parser.parse_args(argv)
            arguments.given = argv[1:]
            status = arguments.run(arguments)
            # A full disk under the output is noticed here, not when the program has ended.
            if sys.stdout is not None:
                sys.stdout.flush()
            return status
    except GestureError as error:
        return _refused(error)
    except (Cancelled, KeyboardInterrupt) as error:
        _log.error("\nstopped; nothing was written")
        return EXIT_ENDED if isinstance(error, _Ended) else EXIT_CANCELLED
    except ModuleNotFoundError as error:
        _log.error("\nerror: this Python has no module %s.\nRun `python build.py setup --torch`.", error.name)
        return EXIT_BAD_INPUT
    except MemoryError:
        return _refused(not_enough_memory())
    except BrokenPipeError:
        # Whoever read the output, such as `head`, has read enough.
        _print_no_more()
        return EXIT_CANCELLED
    except OSError as error:
        _print_no_more()
        return _refused(refused_by_system(error))


def _print_no_more() -> None:
    """Let what was not printed yet go nowhere: printing it when the program ends would fail again."""
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _refused(error: GestureError) -> int:
    _log.error("\nerror: %s\n%s", error.message, error.remedy)
    return EXIT_BAD_INPUT


@contextmanager
def _stop_on_signals() -> Iterator[None]:
    """Let Ctrl-C and SIGTERM raise inside the block, so that what is half written is removed."""

    def end(number: int, frame: object) -> None:
        raise _Ended

    # Only the main thread may do this; another one is ended by who started it.
    wanted = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: end}
    before = {}
    if threading.current_thread() is threading.main_thread():
        before = {number: signal.signal(number, handler) for number, handler in wanted.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m core", description="Speech to full-body animation.")
    commands = parser.add_subparsers(dest="command", required=True)
    add_generate(commands)
    add_batch(commands)
    add_resample(commands)
    add_mix(commands)
    add_direct(commands)
    add_check(commands)
    add_finish(commands)
    add_import(commands)
    add_fetch_weights(commands)
    add_import_weights(commands)
    add_align(commands)
    add_transcribe(commands)
    add_parity(commands)
    if find_spec("training"):  # the extension's zip leaves training out
        from training.cli.commands import add_commands

        add_commands(commands)
    return parser


def _print_every_letter() -> None:
    """Write letters that the console or the file behind it lacks as escapes instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _log_to_stderr() -> None:
    """Write the program's notes and errors to stderr, without a level or a time."""
    logger = logging.getLogger(__package__.rpartition(".")[0])
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(message)s"))
    logger.handlers = [handler]
    logger.propagate = False
