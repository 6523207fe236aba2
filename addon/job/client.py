"""The worker process, as Blender uses it: requests go to its stdin, replies come from its stdout.

    submit ──queue──▶ writer thread ──stdin──▶ worker ──stdout──▶ reader thread ──queue──▶ poll

Threads write the requests and read the replies, so that Blender never waits for the worker: `poll` takes what is in the
queue. The end of the process is one more entry in the queue. What the worker prints to stderr goes to a log file. A
worker that is silent for a minute is ended, and the next request starts another one.
"""

import contextlib
import os
import queue
import re
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO

from ...core import requests
from ...core.errors import GestureError
from ...core.worker import modules, protocol
from ...core.worker.silence import SILENT_S, Silence
from .interpreter import Interpreter

# Seconds that a cancelled request may go on; after them the process is ended.
CANCEL_S = 0.8
# Seconds that the process may take to end by itself; after them it is killed.
STOP_S = 3.0
# Bytes of the end of the log that an error shows.
_LOG_TAIL = 4000
_MISSING_MODULE = re.compile(r"No module named '([\w.]+)'")


class WorkerClient:
    """Start the worker with the first request, and again after it ended; send requests, collect replies.

    Args:
        interpreter: the program that runs the worker.
        root: the folder that holds the package `core`.
        log: the file that gets the worker's stderr.
    """

    def __init__(self, interpreter: Interpreter, root: Path, log: Path):
        self.interpreter = interpreter
        self.log = log
        self._root = root
        self._process: subprocess.Popen | None = None
        self._ending: list[threading.Thread] = []
        self._replies: queue.SimpleQueue[protocol.Reply | None] = queue.SimpleQueue()
        self._requests: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._silence = Silence()
        self._is_hung = False
        self._last_id = 0
        self._open: int | None = None
        self._kill_at: float | None = None

    @property
    def alive(self) -> bool:
        """Whether the worker process is running."""
        return self._process is not None and self._process.poll() is None

    def submit(self, task: requests.Task) -> None:
        """Send a request; `poll` returns its replies. Only one request may be open at a time.

        Raises:
            GestureError: the worker cannot be started.
        """
        if not self.alive:
            self._start()
        self._last_id += 1
        self._open = self._last_id
        self._kill_at = None
        self._silence.begin()
        self._write(protocol.Request(self._open, task))

    def cancel(self) -> None:
        """Ask the worker to stop the open request; `poll` ends the process if it has not stopped after a moment."""
        if self._open is None or self._kill_at is not None:
            return
        self._kill_at = time.monotonic() + CANCEL_S
        self._last_id += 1
        self._write(protocol.Request(self._last_id, requests.Cancel(self._open)))

    def end(self) -> None:
        """Ask the worker to end the open request early, with what it has made up to now."""
        if self._open is not None:
            self._last_id += 1
            self._write(protocol.Request(self._last_id, requests.Cancel(self._open, keep=True)))

    def poll(self, timeout_s: float = 0.0) -> list[protocol.Reply]:
        """Return the replies to the open request that have arrived; wait up to `timeout_s` for the first one.

        When the process has ended, the reply is a `Failure`, or `Cancelled` after a cancel.
        """
        if self._kill_at is not None and time.monotonic() > self._kill_at and self.alive:
            self._process.kill()
        if self._open is not None and self.alive and self._silence.is_too_long():
            self._is_hung = True
            self._process.kill()
        replies = []
        try:
            reply = self._replies.get(timeout=timeout_s) if timeout_s else self._replies.get_nowait()
            while True:
                replies.extend(self._final(reply))
                reply = self._replies.get_nowait()
        except queue.Empty:
            return replies

    def stop(self, wait: bool = True) -> None:
        """End the process by closing its stdin, and kill it if it does not end.

        Args:
            wait: return only when this process and those that were stopped before have ended. Windows cannot delete
                or replace the files of the extension while a process has them loaded.
        """
        process, self._process, self._open = self._process, None, None
        if process is not None:
            self._requests.put(None)
            self._ending.append(threading.Thread(target=_reap, args=(process,), name="worker's end", daemon=True))
            self._ending[-1].start()
        while wait and self._ending:
            self._ending.pop().join()

    def _start(self) -> None:
        # Each process has its own queue: late replies of an old process must not reach a new request.
        self._replies, self._requests = queue.SimpleQueue(), queue.SimpleQueue()
        self._silence, self._is_hung = Silence(), False
        try:
            with self._new_log() as log:
                self._process = subprocess.Popen(
                    self.interpreter.command,
                    cwd=self._root,
                    env=self.interpreter.environment(),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    creationflags=subprocess.CREATE_NO_WINDOW if sys.platform == "win32" else 0,
                )
        except OSError as error:
            raise GestureError(
                f"The worker's Python {self.interpreter.program} could not be started: {error.strerror or error}.",
                remedy=modules.remedy("", self.interpreter.is_blenders),
                detail=str(error),
            ) from error
        threading.Thread(
            target=_write, args=(self._process, self._requests), name="worker requests", daemon=True
        ).start()
        arguments = (self._process, self._replies, self._requests, self.interpreter.writes_first)
        threading.Thread(target=_read, args=arguments, name="worker replies", daemon=True).start()

    def _new_log(self) -> IO[bytes]:
        """Return the emptied log, opened; where the disk is full, what the worker prints is lost."""
        try:
            self.log.parent.mkdir(parents=True, exist_ok=True)
            self.log.write_bytes(b"")
            # Opened to append, because the add-on writes its own errors to this file, too.
            return self.log.open("ab")
        except OSError:
            return open(os.devnull, "wb")

    def _write(self, request: protocol.Request) -> None:
        self._requests.put(protocol.encode_request(request).encode() + b"\n")

    def _final(self, reply: protocol.Reply | None) -> list[protocol.Reply]:
        """Return a reply if it belongs to the open request; a reply of None means that the process ended."""
        if self._open is None:
            return []
        number = self._open
        self._silence.heard()
        if reply is None:
            reply = protocol.Cancelled(number) if self._kill_at is not None else self._death(number)
        elif reply.id is not None and reply.id != number:
            return []
        if not isinstance(reply, protocol.UNDERWAY):
            self._open = self._kill_at = None
        return [reply]

    def _death(self, number: int) -> protocol.Failure:
        """Describe a process that ended while a request was open, with the end of its log."""
        code = self._process.returncode
        text = _tail(self.log)
        if self._is_hung:
            return protocol.Failure(
                number,
                f"The worker said nothing for {SILENT_S:.0f} s, so it was ended.",
                "Try again: a new worker starts by itself.",
                text,
            )
        if found := _MISSING_MODULE.search(text):
            broken = modules.Broken(found[1], "", found[0])
            remedy = modules.remedy(broken.module, self.interpreter.is_blenders)
            return protocol.Failure(number, modules.message(broken), remedy, text)
        return protocol.Failure(
            number,
            f"The worker stopped unexpectedly (exit code {code}).",
            f"Try again; if it happens again, read {self.log}.",
            text,
        )


def _tail(log: Path) -> str:
    """Return the end of a log; an empty text where it is gone."""
    with contextlib.suppress(OSError):
        return log.read_bytes()[-_LOG_TAIL:].decode("utf-8", "replace")
    return ""


def _write(process: subprocess.Popen, waiting: queue.SimpleQueue) -> None:
    """Write each request of a queue to a process, until None comes; this is the writer thread.

    A process that has stopped reads no more, so that a long request would hold up who writes it.
    """
    # A process that has ended cannot be written to; the reader thread reports its end.
    with contextlib.suppress(OSError):
        while (line := waiting.get()) is not None:
            process.stdin.write(line)
            process.stdin.flush()
    with contextlib.suppress(OSError):
        process.stdin.close()


def _read(
    process: subprocess.Popen, replies: queue.SimpleQueue, waiting: queue.SimpleQueue, writes_first: bool
) -> None:
    """Put each reply of a process into a queue, then None when the process ends; this is the reader thread.

    Args:
        process: the worker.
        replies: the queue.
        waiting: the queue of the writer thread, which ends with the process.
        writes_first: whether to skip lines before the first reply: Blender writes some when it starts.
    """
    for line in process.stdout:
        if writes_first and not line.startswith(b'{"type"'):
            continue
        writes_first = False
        try:
            replies.put(protocol.decode_reply(line.decode("utf-8", "replace")))
        except protocol.ProtocolError as error:
            replies.put(
                protocol.Failure(
                    None,
                    f"The worker sent a line that is not a reply: {error}.",
                    "Update the add-on and the worker together.",
                    line.decode("utf-8", "replace"),
                )
            )
    # None comes only after the process is gone: the next request must start a new one.
    _reap(process)
    waiting.put(None)
    replies.put(None)


def _reap(process: subprocess.Popen) -> None:
    """Wait until a process has ended; kill it if that takes longer than `STOP_S`."""
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
