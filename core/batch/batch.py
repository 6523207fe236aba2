"""The work of a batch: which lines are made and which are there, the making, and what became of each line."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import GestureError
from ..worker import protocol
from .lines import SUMMARY, Line
from .outcomes import FAILED, KEPT, MADE, NOT_MADE, Outcome, checks_of, write_summary
from .processes import Process, share
from .records import FOLDER, Record, check_folders, inputs_of, is_made, only_one, read_record, write_record


@dataclass(frozen=True)
class Plan:
    """The lines of a batch with what is known of each.

    Attributes:
        out: the folder for all takes.
        lines: all lines.
        inputs: hash of the inputs of each line, by its name.
        outcomes: the lines whose takes are there, by name.
    """

    out: Path
    lines: tuple[Line, ...]
    inputs: dict[str, str]
    outcomes: dict[str, Outcome]

    @property
    def open_lines(self) -> list[Line]:
        """Lines that are to be made."""
        return [line for line in self.lines if line.name not in self.outcomes]

    def results(self) -> list[Outcome]:
        """Return what became of every line so far, in the order of the lines."""
        return [self.outcomes.get(line.name) or _outcome(line, NOT_MADE) for line in self.lines]


def plan(out: Path, lines: Sequence[Line], weights_hash: str) -> Plan:
    """Find the lines whose takes are there; nothing is written.

    Raises:
        GestureError: a take's folder is there and no batch made it, or a file cannot be read.
    """
    check_folders(out, lines)
    inputs = {line.name: inputs_of(line.request, weights_hash) for line in lines}
    outcomes = {}
    for line in lines:
        record = read_record(out, line.name)
        if record is not None and is_made(line, record, inputs[line.name]):
            outcomes[line.name] = _outcome(line, KEPT, record.seconds, checks=record.checks)
    return Plan(out, tuple(lines), inputs, outcomes)


def run(
    out: Path,
    lines: Sequence[Line],
    weights_hash: str,
    processes: int,
    threads: int,
    report: Callable[[Outcome, int], None] = lambda outcome, done: None,
    is_stopped: Callable[[], bool] = lambda: False,
) -> list[Outcome]:
    """Make all lines that are not there yet, and write summary.csv; a line that fails stops no other.

    Args:
        out: the folder for all takes.
        lines: what to make.
        weights_hash: the hash of the weights' folder.
        processes: how many processes work side by side.
        threads: how many threads PyTorch may use in each.
        report: called after each line that was worked on, with the number of lines that are finished.
        is_stopped: becomes True when the work is to stop; finished takes stay.

    Raises:
        GestureError: as `plan`; another batch works in the folder; the summary cannot be written.
    """
    with only_one(out) as lock:
        planned = plan(out, lines, weights_hash)
        telling = threading.Lock()

        def make(line: Line, process: Process) -> None:
            outcome = _make(out, line, planned.inputs[line.name], process)
            with telling:
                planned.outcomes[line.name] = outcome
                finished = sum(each.state != NOT_MADE for each in planned.outcomes.values())
                report(outcome, finished)

        def start(number: int) -> Process:
            return Process(out / FOLDER / f"process_{number}.log", threads, lock.fileno())

        try:
            share(planned.open_lines, processes, start, make, is_stopped)
        finally:
            write_summary(planned.results(), out / SUMMARY)
        return planned.results()


def _make(out: Path, line: Line, inputs: str, process: Process) -> Outcome:
    """Make one line, and remember what it was made from."""
    began = time.monotonic()
    try:
        # From here on the earlier take, if there is one, no longer counts as made.
        write_record(out, line.name, Record(inputs))
        reply = process.make(line.request)
        seconds = round(time.monotonic() - began, 2)
        if isinstance(reply, protocol.Result):
            checks = checks_of(reply)
            write_record(out, line.name, Record(inputs, seconds, checks))
            return _outcome(line, MADE, seconds, checks=checks)
        if isinstance(reply, protocol.Failure):
            return _outcome(line, FAILED, seconds, error=reply.message, remedy=reply.remedy)
        return _outcome(line, NOT_MADE, seconds)
    except GestureError as error:
        return _outcome(line, FAILED, time.monotonic() - began, error=error.message, remedy=error.remedy)


def _outcome(
    line: Line, state: str, seconds: float = 0.0, *, checks: dict | None = None, error: str = "", remedy: str = ""
) -> Outcome:
    return Outcome(line.name, line.request.audio, state, seconds, checks or {}, error, remedy)
