"""The worker seen from Blender: a process, a reader thread and one queue; no call here waits for the worker."""

import contextlib
import os
import queue
import subprocess
import sys
import threading
import time
from pathlib import Path

from ...core import requests
from ...core.errors import GestureError
from ...core.worker import protocol

# After this long a cancelled request is stopped by ending the process.
CANCEL_S = 2.0
STOP_S = 3.0
_LOG_TAIL = 4000


class WorkerClient:
    """Starts the worker with the first request, and again after it died.

    Args:
        python: the interpreter of the worker's environment.
        root: the folder that holds the package `core`.
        log: the file that takes the worker's stderr.
    """

    def __init__(self, python: Path, root: Path, log: Path):
        self.python = python
        self.log = log
        self._root = root
        self._process: subprocess.Popen | None = None
        self._replies: queue.SimpleQueue[protocol.Reply | None] = queue.SimpleQueue()
        self._last_id = 0
        self._open: int | None = None
        self._kill_at: float | None = None

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process is not None and self._process.poll() is None

    def submit(self, task: requests.Task) -> None:
        """Send a request; its replies come from `poll`. One request at a time.

        Raises:
            GestureError: the worker cannot be started.
        """
        if not self.alive:
            self._start()
        self._last_id += 1
        self._open = self._last_id
        self._kill_at = None
        self._write(protocol.Request(self._open, task))

    def cancel(self) -> None:
        """Ask the open request to stop; the process is ended if it has not within two seconds."""
        if self._open is None or self._kill_at is not None:
            return
        self._kill_at = time.monotonic() + CANCEL_S
        self._last_id += 1
        self._write(protocol.Request(self._last_id, requests.Cancel(self._open)))

    def poll(self, timeout_s: float = 0.0) -> list[protocol.Reply]:
        """Replies to the open request that have arrived, waiting up to `timeout_s` for the first.

        A worker that died is a `Failure`, one that was ended after a cancel is `Cancelled`.
        """
        if self._kill_at is not None and time.monotonic() > self._kill_at and self.alive:
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
        """End the process: by closing its stdin, by force when that is not enough; `wait` until it is gone."""
        process, self._process, self._open = self._process, None, None
        if process is None:
            return
        with contextlib.suppress(OSError):
            process.stdin.close()
        if wait:
            _reap(process)
        else:
            threading.Thread(target=_reap, args=(process,), name="worker's end", daemon=True).start()

    def _start(self) -> None:
        # A queue of its own for each process: the last words of an old one must not reach a new request.
        self._replies = queue.SimpleQueue()
        self.log.parent.mkdir(parents=True, exist_ok=True)
        # What is set for Blender's own Python must not reach another one.
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
        environment |= {"PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"}
        try:
            with self.log.open("wb") as log:
                self._process = subprocess.Popen(
                    [str(self.python), "-m", "core.worker"],
                    cwd=self._root,
                    env=environment,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    creationflags=subprocess.CREATE_NO_WINDOW if sys.platform == "win32" else 0,
                )
        except OSError as error:
            raise GestureError(
                f"The worker's Python {self.python} could not be started: {error.strerror or error}.",
                remedy="Run `python build.py setup` again, or set Worker Python in the preferences.",
                detail=str(error),
            ) from error
        arguments = (self._process, self._replies)
        threading.Thread(target=_read, args=arguments, name="worker replies", daemon=True).start()

    def _write(self, request: protocol.Request) -> None:
        # When it died meanwhile, the reader thread reports that.
        with contextlib.suppress(OSError):
            self._process.stdin.write(protocol.encode_request(request).encode() + b"\n")
            self._process.stdin.flush()

    def _final(self, reply: protocol.Reply | None) -> list[protocol.Reply]:
        """Keep what belongs to the open request; None from the reader thread means that the process ended."""
        if self._open is None:
            return []
        number = self._open
        if reply is None:
            reply = protocol.Cancelled(number) if self._kill_at is not None else self._death(number)
        elif reply.id is not None and reply.id != number:
            return []
        if not isinstance(reply, protocol.Progress):
            self._open = self._kill_at = None
        return [reply]

    def _death(self, number: int) -> protocol.Failure:
        code = self._process.returncode
        text = self.log.read_bytes()[-_LOG_TAIL:].decode("utf-8", "replace")
        if "No module named" in text:
            reason = text.strip().splitlines()[-1]
            return protocol.Failure(
                number,
                f"The worker's Python cannot run it: {reason}.",
                "Run `python build.py setup` again, or set Worker Python in the preferences.",
                text,
            )
        return protocol.Failure(
            number,
            f"The worker stopped unexpectedly (exit code {code}).",
            f"Try again; if it happens again, look into {self.log}.",
            text,
        )


def _read(process: subprocess.Popen, replies: queue.SimpleQueue) -> None:
    """Runs in a thread of its own: decode lines until the process ends, then say so with None."""
    for line in process.stdout:
        try:
            replies.put(protocol.decode_reply(line.decode("utf-8", "replace")))
        except protocol.ProtocolError as error:
            replies.put(
                protocol.Failure(
                    None,
                    f"The worker sent a line that is no reply: {error}.",
                    "Update the add-on and the worker together.",
                    line.decode("utf-8", "replace"),
                )
            )
    # Only a process that is gone for certain is reported: the next request must start a new one.
    _reap(process)
    replies.put(None)


def _reap(process: subprocess.Popen) -> None:
    """Wait until a process that was asked to end is gone; after a while, make it."""
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
