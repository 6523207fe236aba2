"""The progress of one request, and signs of life while a long step reports nothing.

Progress comes from the thread that works. Some steps cannot report: a library computes for a while, a slow disk loads
PyTorch. Then another thread repeats the last report every few seconds, while this process uses the processor. A process
that hangs uses none, so that it falls silent, and `core.worker.silence` ends it.

The thread that works also shows that it goes on whenever it looks whether it is cancelled, which loops do many times a
second. One that does not for a minute, in which it computes, is in a step that may never end: then the worker ends
itself. On a busy computer a step takes long, and computes little; that is no reason to end it.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from . import protocol
from .silence import SILENT_S

# Progress closer together than this is not sent.
PROGRESS_STEP = 0.002
# Seconds between signs of life: where other programs leave a hundredth of a core, they come some seconds late.
EVERY_S = 1.0
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
        self._sent = time.monotonic()
        self._computed_s = 0.0

    def __call__(self, fraction: float, stage: str) -> None:
        """Send how much is done, 0 to 1, and the name of the step."""
        self.goes_on()
        if stage != self._last.stage or abs(fraction - self._last.fraction) >= PROGRESS_STEP:
            self._last = protocol.Progress(self._last.id, round(float(fraction), 4), stage)
            self._send_last()

    def goes_on(self) -> None:
        """Note that the working thread goes on; it calls this wherever it could stop."""
        self._computed_s = 0.0

    def note_work(self, computed_s: float) -> bool:
        """Count seconds of computing; return whether there were too many since the working thread showed itself."""
        self._computed_s += computed_s
        return self._computed_s > SILENT_S

    def repeat_when_due(self) -> None:
        """Send the last report again, where nothing was sent lately."""
        if time.monotonic() - self._sent > EVERY_S / 2:
            self._send_last()

    def _send_last(self) -> None:
        self._sent = time.monotonic()
        self._send(self._last)


@contextmanager
def signs_of_life(reporter: Reporter, end: Callable[[], None]) -> Iterator[None]:
    """Let a thread repeat the last report while the block works and reports nothing.

    Args:
        reporter: of the block.
        end: called where the block computes for too long without showing that it goes on.
    """
    done = threading.Event()

    def watch() -> None:
        used, looked = time.process_time(), time.monotonic()
        while not done.wait(EVERY_S):
            before, used, past, looked = used, time.process_time(), looked, time.monotonic()
            if used - before <= _LEAST_WORK * EVERY_S:
                continue
            # Several threads of a library compute at the same time, for one that works.
            if reporter.note_work(min(used - before, looked - past)):
                end()
                return
            reporter.repeat_when_due()

    thread = threading.Thread(target=watch, name="signs of life", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        # After the final reply of a request there must be none any more.
        thread.join()
