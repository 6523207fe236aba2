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
from .processes import AnyProcess, Job, Lost, Process, share
from .records import FOLDER, Record, check_own, inputs_of, is_made, only_one, read_record, write_record

# Recordings that are made together may have so many bytes in all: ten minutes as a wav file, so that memory stays low.
_MOST_BYTES = 20_000_000


@dataclass(frozen=True)
class Batch:
    """The lines of a batch with what is known of each.

    Attributes:
        out: the folder for all takes.
        lines: all lines.
        inputs: hash of the inputs of each line, by its number.
        outcomes: the lines whose takes are there or cannot be made, by number.
    """

    out: Path
    lines: tuple[Line, ...]
    inputs: dict[int, str]
    outcomes: dict[int, Outcome]

    @property
    def open_lines(self) -> list[Line]:
        """Lines that are to be made."""
        return [line for line in self.lines if line.number not in self.outcomes]

    @property
    def finished(self) -> int:
        """How many lines are made, kept or failed."""
        return sum(each.state != NOT_MADE for each in self.outcomes.values())

    def results(self) -> list[Outcome]:
        """Return what became of every line so far, in the order of the lines."""
        return [self.outcomes.get(line.number) or _outcome(line, NOT_MADE) for line in self.lines]

    def begin(self, line: Line) -> None:
        """Note that a line is being made: from here on an earlier take no longer counts as made.

        Raises:
            GestureError: the note cannot be written.
        """
        write_record(self.out, line.name, Record(self.inputs[line.number]))

    def end(self, line: Line, reply: protocol.Reply, seconds: float) -> Outcome:
        """Note what became of a line, from the worker's final reply."""
        try:
            outcome = self._ended(line, reply, round(seconds, 2))
        except GestureError as error:
            outcome = _failed(line, error, seconds)
        self.outcomes[line.number] = outcome
        return outcome

    def _ended(self, line: Line, reply: protocol.Reply, seconds: float) -> Outcome:
        if isinstance(reply, protocol.Result):
            checks = checks_of(reply)
            write_record(self.out, line.name, Record(self.inputs[line.number], seconds, checks))
            return _outcome(line, MADE, seconds, checks)
        if isinstance(reply, protocol.Failure):
            return _failed(line, GestureError(reply.message, reply.remedy), seconds)
        return _outcome(line, NOT_MADE, seconds)

    def fail(self, line: Line, error: GestureError) -> Outcome:
        """Note why a line cannot be made."""
        self.outcomes[line.number] = _failed(line, error)
        return self.outcomes[line.number]


@dataclass(frozen=True)
class Sharing:
    """How the lines of a batch are shared among processes.

    Attributes:
        processes: how many work side by side.
        threads: how many threads PyTorch may use in each.
        start: starts the process of this number, 1 to `processes`; None for one on this computer.
        together: how many lines a process may make in the same passes of the network.
    """

    processes: int = 1
    threads: int = 1
    start: Callable[[int], AnyProcess] | None = None
    together: int = 1


def batch_of(out: Path, lines: Sequence[Line], weights_hash: str) -> Batch:
    """Find the lines whose takes are there, and those that cannot be made; nothing is written."""
    batch = Batch(out, tuple(lines), {}, {})
    for line in lines:
        try:
            if line.problem is not None:
                raise line.problem
            check_own(out, line)
            inputs = inputs_of(line.request, weights_hash)
        except GestureError as error:
            batch.fail(line, error)
            continue
        batch.inputs[line.number] = inputs
        record = read_record(out, line.name)
        if record is not None and is_made(line, record, inputs):
            batch.outcomes[line.number] = _outcome(line, KEPT, record.seconds, record.checks)
    return batch


def run(
    out: Path,
    lines: Sequence[Line],
    weights_hash: str,
    sharing: Sharing,
    report: Callable[[Outcome, int], None] = lambda outcome, done: None,
    is_stopped: Callable[[], bool] = lambda: False,
) -> list[Outcome]:
    """Make all lines that are not there yet, and write summary.csv; a line that fails stops no other.

    Args:
        out: the folder for all takes.
        lines: what to make.
        weights_hash: the hash of the weights' folder.
        sharing: among which processes.
        report: called after each line that was worked on, with the number of lines that are finished.
        is_stopped: becomes True when the work is to stop; finished takes stay.

    Raises:
        GestureError: another batch works in the folder; the summary cannot be written.
    """
    with only_one(out) as lock:
        batch = batch_of(out, lines, weights_hash)
        telling = threading.Lock()

        def make(lines: Sequence[Line], process: AnyProcess, is_last: bool) -> list[Line]:
            if len(lines) > 1:
                outcomes, again = _make_together(batch, lines, process)
            else:
                made = _make(batch, lines[0], process, is_last)
                outcomes, again = ([], list(lines)) if made is None else ([made], [])
            with telling:
                for outcome in outcomes:
                    report(outcome, batch.finished)
            return again

        def start_here(number: int) -> Process:
            return Process(out / FOLDER / f"process_{number}.log", sharing.threads, lock.fileno())

        try:
            groups = _groups(batch.open_lines, min(sharing.together, -(-len(batch.open_lines) // sharing.processes)))
            share(groups, sharing.processes, sharing.start or start_here, make, is_stopped)
        finally:
            write_summary(batch.results(), out / SUMMARY)
        return batch.results()


def _groups(lines: Sequence[Line], most: int) -> list[list[Line]]:
    """Put lines that follow each other into groups that are made together, at most so many lines each."""
    groups: list[list[Line]] = []
    room = 0
    for line in lines:
        try:
            size = line.request.audio.stat().st_size
        except OSError:
            size = _MOST_BYTES  # what is wrong is said when the line is made
        if not groups or len(groups[-1]) >= most or size > room:
            groups.append([])
            room = _MOST_BYTES
        groups[-1].append(line)
        room -= size
    return groups


def _make_together(batch: Batch, lines: Sequence[Line], process: AnyProcess) -> tuple[list[Outcome], list[Line]]:
    """Make lines in the same passes of the network; return what became of them, and the lines to make alone."""
    began, failed, begun = time.monotonic(), [], []
    for line in lines:
        try:
            batch.begin(line)
            begun.append(line)
        except GestureError as error:
            failed.append(batch.fail(line, error))
    replies = process.make_together([_job(batch, line) for line in begun]) if begun else []
    if replies is None:
        return failed, begun
    each = (time.monotonic() - began) / len(lines)
    outcomes = [_ended(batch, line, reply, each) for line, reply in zip(begun, replies, strict=True)]
    again = [line for line, outcome in zip(begun, outcomes, strict=True) if outcome is None]
    return failed + [outcome for outcome in outcomes if outcome is not None], again


def _make(batch: Batch, line: Line, process: AnyProcess, is_last: bool) -> Outcome | None:
    """Make one line, and note what became of it; None where its machine was lost before the take was there."""
    began = time.monotonic()
    try:
        batch.begin(line)
        reply = process.make(_job(batch, line))
    except GestureError as error:
        return batch.fail(line, error)
    outcome = _ended(batch, line, reply, time.monotonic() - began)
    if outcome is not None or not is_last:
        return outcome
    problem = "Every machine that made this take was lost; often the memory is full."
    return batch.fail(line, GestureError(problem, "Use fewer --processes or a shorter recording."))


def _job(batch: Batch, line: Line) -> Job:
    return Job(line.request, line.name, batch.inputs[line.number])


def _ended(batch: Batch, line: Line, reply: protocol.Reply | Lost, seconds: float) -> Outcome | None:
    """Note what became of a line; None where its machine was lost before the take was there."""
    if not isinstance(reply, Lost):
        return batch.end(line, reply, seconds)
    record = read_record(batch.out, line.name)
    if record is None or not is_made(line, record, batch.inputs[line.number]):
        return None
    batch.outcomes[line.number] = _outcome(line, MADE, record.seconds, record.checks)
    return batch.outcomes[line.number]


def _failed(line: Line, error: GestureError, seconds: float = 0.0) -> Outcome:
    return _outcome(line, FAILED, seconds, error=error.message, remedy=error.remedy)


def _outcome(
    line: Line, state: str, seconds: float = 0.0, checks: dict | None = None, error: str = "", remedy: str = ""
) -> Outcome:
    return Outcome(line.name, line.request.audio, state, seconds, checks or {}, error, remedy)
