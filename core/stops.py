"""Points at which long computations stop when their job is cancelled; numerical functions need not know the job.

with stops(cancelled):        core.worker, around the whole job
finish(motion)            … check_stop() in its loops, which raises Cancelled
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from .errors import Cancelled

_cancelled: ContextVar[Callable[[], bool] | None] = ContextVar("cancelled", default=None)


@contextmanager
def stops(cancelled: Callable[[], bool]) -> Iterator[None]:
    """Let `check_stop` in the block, in this thread, ask whether to stop."""
    token = _cancelled.set(cancelled)
    try:
        yield
    finally:
        _cancelled.reset(token)


def check_stop() -> None:
    """Stop here if the job is to stop; loops that take long call this at least twice a second.

    Raises:
        Cancelled: the job is to stop.
    """
    cancelled = _cancelled.get()
    if cancelled is not None and cancelled():
        raise Cancelled
