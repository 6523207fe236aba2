"""Parts that all commands of the corpus use: a log on standard error, and exit code 2 with a remedy for errors."""

import logging
import sys
from collections.abc import Callable

from core.errors import GestureError

log = logging.getLogger("training.corpus")


def run_command(work: Callable[[], None]) -> int:
    """Run a command's work with the log on standard error; return the exit code."""
    handler = logging.StreamHandler(sys.stderr)
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    try:
        work()
    except GestureError as error:
        log.error("%s", error)
        return 2
    finally:
        log.removeHandler(handler)
    return 0
