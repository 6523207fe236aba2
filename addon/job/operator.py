"""The mixin of operators that ask the worker for something and wait for its replies."""

import bpy

from ...core import requests
from ...core.errors import GestureError
from ...core.worker import protocol
from . import report, state

TIMER_S = 0.1


class JobOperator:
    """Mixin of an operator that asks the worker for something.

    A subclass gives `job_label`, `task(context)` (checks and returns the request) and `apply(context, result)`.
    One that asks for several things in a row gives `following(result)`, too. Called from Python it waits; pressed in a
    window it lets the user go on and shows progress.
    """

    job_label = ""
    task_count = 1
    _timer = None
    _job: state.Job | None = None

    def execute(self, context):
        """Do it and wait for it."""
        try:
            self._job = state.start(context, self.job_label, self.task(context), self.task_count)
            while not self._done():
                self._job.poll(timeout_s=0.2)
            return self._end(context)
        except GestureError as error:
            return report.fail(self, error)
        except KeyboardInterrupt:
            state.stop_worker()
            raise
        finally:
            if state.current.job is self._job:
                state.current.job = None

    def invoke(self, context, event):
        """Start it and come back to it with a timer."""
        if bpy.app.background:
            return self.execute(context)
        try:
            self._job = state.start(context, self.job_label, self.task(context), self.task_count)
        except GestureError as error:
            return report.fail(self, error)
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
        report.redraw(context)
        context.workspace.status_text_set(f"{self._job.stage}: {self._job.fraction:.0%}   Esc: cancel")
        if not self._done():
            return {"PASS_THROUGH"}
        self._close(context)
        try:
            return self._end(context)
        except GestureError as error:
            return report.fail(self, error)

    def cancel(self, context):
        """Blender itself ends the operator: another file is loaded, or the window closes."""
        if self._job is not None:
            self._job.client.stop(wait=False)
        self._close(context)

    def following(self, result: dict) -> requests.Task | None:
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
        state.current.job = None
        report.redraw(context)

    def _end(self, context):
        outcome = self._job.outcome
        # Also when the result came after all: who cancels wants nothing changed.
        if self._job.cancelling or isinstance(outcome, protocol.Cancelled):
            self.abandon()
            state.current.notes = [f"{self.job_label} was cancelled; nothing was changed."]
            self.report({"WARNING"}, state.current.notes[0])
            return {"CANCELLED"}
        if isinstance(outcome, protocol.Failure):
            self.abandon()
            raise GestureError(outcome.message, outcome.remedy, outcome.detail)
        return report.finish(self, self.apply(context, outcome.values))
