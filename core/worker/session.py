"""Answering requests one at a time: find the task, send its progress, and turn every outcome into one reply."""

import os
import threading
import traceback
from collections.abc import Callable

from ..errors import Cancelled, GestureError, not_enough_memory
from ..files import refused_by_system
from ..paths import check_paths
from ..stops import stops
from . import modules, protocol
from .progress import Reporter, signs_of_life
from .silence import SILENT_S
from .tasks import TASK_OF, Job, Kept


class Session:
    """Answers requests; `announce`, `cancel`, `end` and `abandon` may be called from another thread meanwhile.

    Args:
        send: takes each reply; it must be safe to call from several threads.
        end_process: ends the process, where a step never ends.
    """

    def __init__(self, send: Callable[[protocol.Reply], None], end_process: Callable[[], None] = lambda: os._exit(1)):
        self._send = send
        self._end_process = end_process
        self._kept = Kept()
        self._lock = threading.Lock()
        self._cancelled: set[int] = set()
        self._ended: set[int] = set()
        self._waiting: set[int] = set()
        self._abandoned = threading.Event()

    def announce(self, request: protocol.Request) -> None:
        """Note a request as soon as it arrives, so that it can be cancelled before its turn."""
        with self._lock:
            self._waiting.add(request.id)

    def cancel(self, target: int | None) -> None:
        """Stop the request `target`, or all that were announced, at the next possible moment."""
        with self._lock:
            self._cancelled |= self._waiting if target is None else self._waiting & {target}

    def end(self, target: int | None) -> None:
        """Let the request `target`, or all that were announced, end early with what they have made up to now."""
        with self._lock:
            self._ended |= self._waiting if target is None else self._waiting & {target}

    def abandon(self) -> None:
        """Stop everything, since nobody reads the replies any more."""
        self._abandoned.set()

    def reply_to(self, request: protocol.Request) -> None:
        """Do what one request asks, and send exactly one final reply, whatever happens."""
        try:
            self._send(self._answer(request))
        finally:
            with self._lock:
                self._waiting.discard(request.id)
                self._cancelled.discard(request.id)
                self._ended.discard(request.id)

    def _answer(self, request: protocol.Request) -> protocol.Reply:
        reporter = Reporter(self._send, request.id)

        def cancelled() -> bool:
            reporter.goes_on()
            return self._is_cancelled(request.id)

        def end() -> None:
            silent = f"The worker said nothing for {SILENT_S:.0f} s, so it was ended."
            self._send(protocol.Failure(request.id, silent, "Try again: a new worker starts by itself."))
            self._end_process()

        job = Job(
            reporter,
            cancelled,
            self._kept,
            lambda: request.id in self._ended,
            lambda motion, first: self._send(protocol.Piece(request.id, str(motion), first)),
        )
        try:
            with signs_of_life(reporter, end), stops(job.cancelled):
                job.check()
                check_paths(request.task)
                return protocol.Result(request.id, TASK_OF[type(request.task)](request.task, job))
        except Cancelled:
            return protocol.Cancelled(request.id)
        except GestureError as error:
            return _failure(request.id, error)
        except MemoryError:
            return _failure(request.id, not_enough_memory(traceback.format_exc()))
        except OSError as error:
            return _failure(request.id, refused_by_system(error))
        except ImportError as error:
            broken = modules.describe(error)
            return protocol.Failure(
                request.id, modules.message(broken), modules.remedy(broken.module), traceback.format_exc()
            )
        # This is the only place where an unforeseen failure becomes a message, so that no failure stops the worker.
        except Exception as error:
            return protocol.Failure(
                request.id,
                f"The worker failed unexpectedly: {type(error).__name__}: {error}",
                "Please report this with the log file's text.",
                traceback.format_exc(),
            )

    def _is_cancelled(self, number: int) -> bool:
        return self._abandoned.is_set() or number in self._cancelled


def _failure(number: int, error: GestureError) -> protocol.Failure:
    return protocol.Failure(number, error.message, error.remedy, error.detail)
