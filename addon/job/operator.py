"""The one job that runs at a time: its state, the worker behind it, and the operator that waits for it."""

import atexit
import textwrap
from dataclasses import dataclass, field
from pathlib import Path

import bpy

from ...core.errors import GestureError
from ...core.worker import protocol
from . import preferences
from .client import WorkerClient

TIMER_S = 0.1


@dataclass
class Job:
    """A request on its way.

    Attributes:
        label: what is being done, for the panel.
        client: the worker.
        parts: how many requests it takes.
        part: the one that runs.
        fraction, stage: the worker's last progress.
        outcome: the final reply, None while the worker works.
    """

    label: str
    client: WorkerClient
    parts: int = 1
    part: int = 0
    fraction: float = 0.0
    stage: str = "Starting the worker"
    cancelling: bool = False
    outcome: protocol.Reply | None = None

    def poll(self, timeout_s: float = 0.0) -> None:
        """Take in the replies that have arrived."""
        for reply in self.client.poll(timeout_s):
            if isinstance(reply, protocol.Progress):
                self.fraction, self.stage = (self.part + reply.fraction) / self.parts, reply.stage
            else:
                self.outcome = reply

    def go_on(self, task: protocol.Task) -> None:
        """Send the next request."""
        self.part, self.outcome = self.part + 1, None
        self.client.submit(task)

    def cancel(self) -> None:
        """Ask it to stop; `outcome` says when it has."""
        self.cancelling = True
        self.stage = "Stopping"
        self.client.cancel()


@dataclass
class State:
    """What the panel shows; it lives as long as Blender runs, not in the file."""

    job: Job | None = None
    error: GestureError | None = None
    notes: list[str] = field(default_factory=list)
    client: WorkerClient | None = None


state = State()


def explain(operator: type, reason: str | None) -> bool:
    """Whether an operator may run; a greyed button tells `reason`."""
    if reason:
        operator.poll_message_set(reason)
    return reason is None


def why_not_start(context: bpy.types.Context) -> str | None:
    """Why no request can be sent now."""
    if state.job is not None:
        return f"{state.job.label} is still running"
    if preferences.runtime(context).python is None:
        return preferences.NO_WORKER
    return None


class JobOperator:
    """Mixin of an operator that asks the worker for something.

    A subclass gives `job_label`, `task(context)` (checks and returns the request) and `apply(context, result)`.
    One that asks for several things in a row gives `following(result)`, too. Called from Python it waits; pressed in a
    window it lets the user go on and shows progress.
    """

    job_label = ""
    task_count = 1
    _timer = None
    _job: Job | None = None

    def execute(self, context):
        """Do it and wait for it."""
        try:
            self._job = start(context, self.job_label, self.task(context), self.task_count)
            while not self._done():
                self._job.poll(timeout_s=0.2)
            return self._end(context)
        except GestureError as error:
            return self._fail(error)
        except KeyboardInterrupt:
            stop_worker()
            raise
        finally:
            if state.job is self._job:
                state.job = None

    def invoke(self, context, event):
        """Start it and come back to it with a timer."""
        if bpy.app.background:
            return self.execute(context)
        try:
            self._job = start(context, self.job_label, self.task(context), self.task_count)
        except GestureError as error:
            return self._fail(error)
        self._timer = context.window_manager.event_timer_add(TIMER_S, window=context.window)
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context, event):
        """Take in replies; the main thread, where Blender's data may be touched."""
        if event.type == "ESC" and event.value == "PRESS":
            self._job.cancel()
            return {"RUNNING_MODAL"}
        if event.type != "TIMER":
            return {"PASS_THROUGH"}
        self._job.poll()
        redraw(context)
        context.workspace.status_text_set(f"{self._job.stage}: {self._job.fraction:.0%}   Esc: cancel")
        if not self._done():
            return {"PASS_THROUGH"}
        self._close(context)
        try:
            return self._end(context)
        except GestureError as error:
            return self._fail(error)

    def cancel(self, context):
        """Blender itself ends the operator: another file is loaded, or the window closes."""
        if self._job is not None:
            self._job.client.stop(wait=False)
        self._close(context)

    def following(self, result: dict) -> protocol.Task | None:
        """What to ask for next, told what came; None when that was all."""
        return None

    def abandon(self) -> None:
        """Take back what earlier ones of several requests made."""

    def _done(self) -> bool:
        """Whether the last outcome is there; before that, ask for what follows."""
        outcome = self._job.outcome
        if not isinstance(outcome, protocol.Result) or self._job.cancelling:
            return outcome is not None
        task = self.following(outcome.values)
        if task is not None:
            self._job.go_on(task)
        return task is None

    def _close(self, context) -> None:
        if self._timer is not None:
            context.window_manager.event_timer_remove(self._timer)
            self._timer = None
        if context.workspace:
            context.workspace.status_text_set(None)
        state.job = None
        redraw(context)

    def _end(self, context):
        outcome = self._job.outcome
        # Also when the result came after all: who cancels wants nothing changed.
        if self._job.cancelling or isinstance(outcome, protocol.Cancelled):
            self.abandon()
            state.notes = [f"{self.job_label} was cancelled; nothing was changed."]
            self.report({"WARNING"}, state.notes[0])
            return {"CANCELLED"}
        if isinstance(outcome, protocol.Failure):
            self.abandon()
            raise GestureError(outcome.message, outcome.remedy, outcome.detail)
        state.error, state.notes = None, self.apply(context, outcome.values)
        for note in state.notes:
            self.report({"INFO"}, note)
        return {"FINISHED"}

    def _fail(self, error: GestureError):
        return fail(self, error)


def fail(operator: bpy.types.Operator, error: GestureError):
    """The one place where an error reaches the user: the report, the panel and, with its detail, the console."""
    state.error, state.notes = error, []
    if error.detail:
        print(textwrap.indent(error.detail, "mambatalk: "))
    operator.report({"ERROR"}, f"{error.message} {error.remedy}")
    return {"CANCELLED"}


def start(context: bpy.types.Context, label: str, task: protocol.Task, parts: int = 1) -> Job:
    """Send a request to the worker, which is started when it does not run; the first one of so many.

    Raises:
        GestureError: something runs already, or the worker cannot be started.
    """
    if reason := why_not_start(context):
        raise GestureError(f"{reason}.", remedy="Then try again.")
    state.error, state.notes = None, []
    python = preferences.runtime(context).python
    if state.client is None or state.client.python != python:
        stop_worker()
        log = Path(bpy.app.tempdir) / "mambatalk-worker.log"
        state.client = WorkerClient(python, preferences.ROOT, log)
    state.client.submit(task)
    state.job = Job(label, state.client, parts)
    return state.job


def redraw(context: bpy.types.Context) -> None:
    """Let the sidebars show the new state."""
    for window in context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "VIEW_3D":
                area.tag_redraw()


def stop_worker() -> None:
    """End the worker, if there is one."""
    if state.client is not None:
        state.client.stop()
        state.client = None


def register():
    """Make sure that the worker ends with Blender."""
    atexit.register(stop_worker)


def unregister():
    """End the worker and forget what the panel showed."""
    atexit.unregister(stop_worker)
    stop_worker()
    state.job = state.error = None
    state.notes = []
