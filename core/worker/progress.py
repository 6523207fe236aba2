"""The progress of one request, and signs of life while a long step reports nothing.

Progress comes from the thread that works. Some steps cannot report: a library computes for a minute, a slow disk loads
PyTorch. Then another thread repeats the last report every few seconds, while this process uses the processor. A process
that hangs uses none, and a step that never ends is no sign of life for ever; so both fall silent, and
`core.worker.silence` ends them.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from . import protocol

# Progress closer together than this is not sent.
PROGRESS_STEP = 0.002
# Seconds between signs of life, and for how long they replace reports of the working thread.
EVERY_S, LONGEST_S = 2.5, 600.0
# Seconds of processor time per second below which a process counts as hanging.
_LEAST_WORK = 0.002


class Reporter:
    """Sends the progress of a request, but leaves out reports of tiny progress.

    Args:
        send: takes each reply; it must be safe to call from several threads.
        number: number of the request.
    """

    def __init__(self, send: Callable[[protocol.Reply], None], number: int):
        self._send = send
        self._last = protocol.Progress(number, 0.0, "Working")
        self._sent = self._reported = time.monotonic()

    def __call__(self, fraction: float, stage: str) -> None:
        """Send how much is done, 0 to 1, and the name of the step."""
        self._reported = time.monotonic()
        if stage != self._last.stage or abs(fraction - self._last.fraction) >= PROGRESS_STEP:
            self._last = protocol.Progress(self._last.id, round(float(fraction), 4), stage)
            self._send_last()

    def is_quiet(self) -> bool:
        """Return whether a sign of life is due: nothing was sent lately, and the work has not been quiet too long."""
        now = time.monotonic()
        return now - self._sent > EVERY_S / 2 and now - self._reported < LONGEST_S

    def repeat(self) -> None:
        """Send the last report again."""
        self._send_last()

    def _send_last(self) -> None:
        self._sent = time.monotonic()
        self._send(self._last)


@contextmanager
def signs_of_life(reporter: Reporter) -> Iterator[None]:
    """Let a thread repeat the last report while the block works and reports nothing."""
    done = threading.Event()

    def watch() -> None:
        used = time.process_time()
        while not done.wait(EVERY_S):
            before, used = used, time.process_time()
            if used - before > _LEAST_WORK * EVERY_S and reporter.is_quiet():
                reporter.repeat()

    thread = threading.Thread(target=watch, name="signs of life", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        # After the final reply of a request there must be none any more.
        thread.join()
