"""Worker processes that share the lines of a batch; each keeps its model loaded, and is replaced where it dies."""

import logging
import os
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from ..errors import GestureError
from ..requests import Cancel, Generate, GenerateMany, Task
from ..worker import protocol
from ..worker.silence import SILENT_S, Silence
from ..worker.threads import VARIABLES
from .lines import Line

ROOT = Path(__file__).resolve().parents[2]
# Room for one process. With the bundled weights three minutes of speech need 0.25 GB; longer recordings need more.
# Weights of the released size need 2 GB to be loaded, and their speech recogniser needs more.
SMALL_BYTES, LARGE_BYTES = 1_500_000_000, 4_000_000_000
# How long it may take until a stop is noticed, seconds.
POLL_S = 0.2
_log = logging.getLogger(__name__)
# How often a line is begun whose machine is lost.
_TRIES = 3


def process_count(lines: int, bytes_each: int = SMALL_BYTES) -> int:
    """Return how many processes suit this computer and a number of lines: by its cores and its free memory."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    memory = _free_bytes()
    room = cores if memory is None else int(memory // bytes_each)
    return max(1, min(cores, room, lines))


def _free_bytes() -> int | None:
    """Return the memory that programs can still have; None where the system does not say it."""
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
        return None
    except (OSError, ValueError):
        return None


@dataclass(frozen=True)
class Job:
    """A take that a process is to make.

    Attributes:
        request: what to make.
        name: of the take.
        inputs: hash of what it is made from, for its record.
    """

    request: Generate
    name: str = ""
    inputs: str = ""


@dataclass(frozen=True)
class Lost:
    """No reply: the machine that made a take was lost, and another one can make it."""


class AnyProcess(Protocol):
    """What makes takes, one or some at a time: a `Process` here, or one on another machine.

    Attributes:
        is_dead: whether it has ended, so that another must be started.
    """

    is_dead: bool

    def make(self, job: Job) -> protocol.Reply | Lost:
        """Make a take; return what became of it."""

    def make_together(self, jobs: Sequence[Job]) -> Sequence[protocol.Reply | Lost] | None:
        """Make several takes in the same passes of the network; None where each must be made alone."""

    def stop(self) -> None:
        """Stop the take that is being made, at the next possible moment, and all later ones."""

    def end_if_hung(self) -> None:
        """End it when it has said nothing for too long; called at least every second."""

    def close(self) -> None:
        """End it."""

    def kill(self) -> None:
        """End it at once."""


class Process:
    """A worker process that makes one take at a time, or several in the same passes of the network.

    Args:
        log: the file for what it writes to its log.
        threads: number of threads that PyTorch may use in it.
        lock: an open file that stays locked until this process ends, too; None for none.
    """

    def __init__(self, log: Path, threads: int, lock: int | None = None):
        environment = {"OMP_NUM_THREADS": str(threads), **VARIABLES, **os.environ}
        # Ctrl-C in a terminal reaches all programs of a session; this one is stopped by a message.
        kept = () if lock is None else (lock,)
        alone: dict[str, Any] = (
            {"pass_fds": kept, "start_new_session": True} if os.name == "posix" else {"creationflags": 0x200}
        )
        with log.open("ab") as errors:
            self._process: subprocess.Popen[bytes] = subprocess.Popen(
                [sys.executable, "-m", "core.worker"],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                **alone,
            )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._requests, self._replies = self._process.stdin, self._process.stdout
        self._log = log
        self._writing = threading.Lock()
        self._number = 0
        self._stopped = False
        self._silence = Silence()
        self._is_working = self._is_hung = False
        self.is_dead = False

    def make(self, job: Job) -> protocol.Reply:
        """Make a take, and return the reply that says what became of it."""
        return self._answer(job.request)

    def make_together(self, jobs: Sequence[Job]) -> list[protocol.Reply] | None:
        """Make several takes in the same passes of the network.

        Returns:
            the reply for each; None where one of them failed, so that each must be made alone.
        """
        reply = self._answer(GenerateMany(tuple(job.request for job in jobs)))
        if isinstance(reply, protocol.Result):
            return [protocol.Result(reply.id, values) for values in reply.values["takes"]]
        return [reply] * len(jobs) if isinstance(reply, protocol.Cancelled) else None

    def _answer(self, task: Task) -> protocol.Reply:
        """Let the process do a task, and return its final reply."""
        self._number += 1
        self._silence.begin()
        self._is_working = True
        try:
            return self._reply(task)
        except protocol.ProtocolError as error:
            message = f"The process that made this take sent a line that is no reply: {error}."
            return protocol.Failure(self._number, message, f"Try again; {self._log} may say more.")
        finally:
            self._is_working = False

    def _reply(self, task: Task) -> protocol.Reply:
        if not self._write(protocol.Request(self._number, task)):
            return protocol.Cancelled(self._number) if self._stopped else self._death()
        for line in self._replies:
            self._silence.heard()
            reply = protocol.decode_reply(line.decode("utf-8", "replace"))
            if reply.id in (None, self._number) and not isinstance(reply, protocol.UNDERWAY):
                return reply
        return self._death()

    def end_if_hung(self) -> None:
        """End the process when it has said nothing for too long; call it at least every second."""
        if self._is_working and self._silence.is_too_long():
            self._is_hung = True
            self.kill()

    def stop(self) -> None:
        """Stop the take that is being made, at the next possible moment, and all later ones."""
        if not self._stopped:
            self._write(protocol.Request(0, Cancel()), last=True)

    def close(self) -> None:
        """End the process."""
        with suppress(OSError):  # a dead process reads no longer
            self._requests.close()
        self._replies.close()
        self._process.wait()

    def kill(self) -> None:
        """End the process at once."""
        self._process.kill()

    def _write(self, request: protocol.Request, last: bool = False) -> bool:
        """Send a request, unless the process was stopped before; return whether it was sent."""
        with self._writing:
            if self._stopped:
                return False
            self._stopped = last
            try:
                self._requests.write(protocol.encode_request(request).encode() + b"\n")
                self._requests.flush()
            except OSError:
                return False
            return True

    def _death(self) -> protocol.Failure:
        self.is_dead = True
        self.close()
        code = self._process.returncode
        if self._is_hung:
            message = f"The process that made this take said nothing for {SILENT_S:.0f} s, so it was ended."
            return protocol.Failure(self._number, message, f"Try again; {self._log} may say more.")
        return protocol.Failure(
            self._number,
            f"The process that made this take ended by itself (code {code}); often the memory is full.",
            f"Use fewer --processes or a shorter recording; {self._log} may say more.",
        )


def share(
    groups: Iterable[Sequence[Line]],
    count: int,
    start: Callable[[int], AnyProcess],
    make: Callable[[Sequence[Line], AnyProcess, bool], Sequence[Line]],
    is_stopped: Callable[[], bool],
) -> None:
    """Let processes make all lines, each the next group that is waiting, until all are made or the work is stopped.

    Args:
        groups: what to make; the lines of a group are made together.
        count: number of processes.
        start: starts the process of this number, 1 to `count`; where it cannot, the others go on without it.
        make: makes the lines of a group, and returns those of which nothing became: each of them is begun again, alone.
            It gets True when this is the last try. Called from several threads, it must not raise.
        is_stopped: becomes True when the work is to stop soon.
    """
    crew = _Crew(groups, start, make, is_stopped)
    threads = [threading.Thread(target=crew.work, args=(number,), daemon=True) for number in range(1, count + 1)]
    try:
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            time.sleep(POLL_S)
            for process in list(crew.running.values()):
                process.end_if_hung()
                if is_stopped():
                    process.stop()
    except BaseException:
        for process in list(crew.running.values()):
            process.kill()
        raise
    for process in crew.running.values():
        process.close()


class _Crew:
    """The threads that share lines; each has a process. The arguments are those of `share`."""

    def __init__(
        self, groups: Iterable[Sequence[Line]], start: Callable, make: Callable, is_stopped: Callable[[], bool]
    ):
        self.running: dict[int, AnyProcess] = {}
        self._start, self._make, self._is_stopped = start, make, is_stopped
        self._waiting = deque((tuple(lines), 1) for lines in groups)
        self._left = sum(len(lines) for lines, _ in self._waiting)
        self._counting = threading.Lock()

    def work(self, number: int) -> None:
        """Make lines until none is left; a line that another thread makes may come back."""
        while self._left and not self._is_stopped():
            try:
                lines, attempt = self._waiting.popleft()
            except IndexError:
                time.sleep(POLL_S)
                continue
            if number not in self.running or self.running[number].is_dead:
                try:
                    self.running[number] = self._start(number)
                except GestureError as error:
                    self._waiting.appendleft((lines, attempt))
                    _log.warning("%s", error)
                    return
            again = self._make(lines, self.running[number], attempt == _TRIES)
            # A group that fails says nothing about each of its lines.
            self._waiting.extend(((line,), attempt + (len(lines) == 1)) for line in again)
            with self._counting:
                self._left -= len(lines) - len(again)
