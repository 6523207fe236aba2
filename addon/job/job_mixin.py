"""The mixin of operators that send requests to the worker and wait for its replies.

    task ─▶ request ─▶ worker ─▶ result ─▶ following ─▶ next request, or None
                                                          └─▶ apply: write the keys

Pressed in a window, the operator is modal: a timer asks for replies ten times a second while the user works on. Esc
cancels only while the mouse is over the sidebar: elsewhere, Esc has other uses, such as to stop the playback.
Called from Python, or in background mode, it waits for the worker.

Blender does not save automatically while an operator is modal, and a job may take hours. So the operator ends once a
minute, and a moment later another one goes on with the job.
"""

import time
from functools import partial

import bpy

from ...core import requests
from ...core.errors import GestureError
from ...core.worker import protocol
from ..blender import layout
from ..blender.translation import translated
from . import report, state
from .interpreter import Interpreter

# Seconds between two checks for replies while an operator is modal.
TIMER_S = 0.1
# Seconds between two breaks for Blender's automatic save, and of a break: Blender tries a hundred times a second.
BREAK_EVERY_S, BREAK_S = 60.0, 0.2


class JobOperator:
    """Mixin of an operator that sends requests to the worker.

    A subclass has `job_label`, `task(context)`, which checks the inputs and returns the first request, and
    `apply(context, result)`, which uses the last result and returns notes for the user. A subclass that sends several
    requests, one after the other, has `task_count` and `following(result)`, too. One that checks another interpreter
    than that of the preferences sets `interpreter` in `task`. One with `keeps_parts` uses what was made before a cancel
    or a failure: it has `replied(reply)` in place of `following`, and `apply` is called in every case. One that
    shows frames while later ones are computed has `show_piece(context, piece)` and `drop_pieces()`.
    """

    job_label = ""
    task_count = 1
    keeps_parts = False
    interpreter: Interpreter | None = None
    _timer = None
    _job: state.Job | None = None
    _break_at = float("inf")

    def execute(self, context):
        """Send the requests, wait for the results and apply them."""
        try:
            self._start(context)
            while not self._done():
                self._job.poll(timeout_s=0.2)
            return self._end(context)
        # Any exception is shown like an error; one that nobody foresaw has its traceback as details.
        except Exception as error:
            return report.fail(self, report.explained(error))
        except KeyboardInterrupt:
            state.stop_worker()
            raise
        finally:
            if state.current.job is self._job:
                state.current.job = None

    def invoke(self, context, event):
        """Send the first request, and let a timer call `modal` from now on."""
        if bpy.app.background:
            return self.execute(context)
        if state.current.is_going_on:
            for name, value in state.current.resting.items():
                setattr(self, name, value)
            return self._attend(context)
        try:
            self._start(context)
        except Exception as error:
            return report.fail(self, report.explained(error))
        return self._attend(context)

    def _attend(self, context):
        self._break_at = time.monotonic() + BREAK_EVERY_S
        self._timer = context.window_manager.event_timer_add(TIMER_S, window=context.window)
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context, event):
        """Read replies at every tick of the timer, in the thread that may change Blender's data; Esc may cancel."""
        if event.type == "ESC" and event.value == "PRESS":
            if not layout.is_over_sidebar(context.window, event.mouse_x, event.mouse_y):
                return {"PASS_THROUGH"}
            self._job.cancel()
            return {"RUNNING_MODAL"}
        if event.type != "TIMER":
            return {"PASS_THROUGH"}
        try:
            return self._tick(context)
        # After any error at all the job is over: it must not stay the running one for ever.
        except Exception as error:
            self._close(context)
            return report.fail(self, report.explained(error))

    def _tick(self, context):
        self._job.poll()
        while self._job.pieces and not self._job.cancelling:
            self.show_piece(context, self._job.pieces.pop(0))
        report.redraw(context)
        stage, escape = translated(self._job.stage), translated("Esc over the sidebar: cancel")
        context.workspace.status_text_set(f"{stage}: {self._job.fraction:.0%}   {escape}")
        if not self._done():
            return {"PASS_THROUGH"} if time.monotonic() < self._break_at else self._take_break(context)
        self._close(context)
        return self._end(context)

    def _take_break(self, context):
        """End this operator, and let another one go on with the job after a moment."""
        context.window_manager.event_timer_remove(self._timer)
        kept = {name: value for name, value in vars(self).items() if name not in ("_timer", "_break_at")}
        chosen = {name: value for name, value in self.as_keywords().items() if self.properties.is_property_set(name)}
        place = [each and each.as_pointer() for each in (context.window, context.area, context.region)]
        state.current.resting = kept
        # Blender drops the timer when it loads a file, and `state` the job with it.
        bpy.app.timers.register(partial(_go_on, type(self).bl_idname, chosen, place, kept), first_interval=BREAK_S)
        return {"CANCELLED"}

    def cancel(self, context):
        """End the worker when Blender ends the operator, because a file is loaded or the window closes."""
        if self._job is not None:
            self._job.client.stop(wait=False)
        self._close(context)

    def following(self, result: dict) -> requests.Task | None:
        """Return the request that follows a result; None when this was the last result."""
        return None

    def replied(self, reply: protocol.Reply) -> requests.Task | None:
        """Return the request that follows the final reply to a request; None when this was the last reply."""
        return self.following(reply.values) if isinstance(reply, protocol.Result) else None

    def show_piece(self, context, piece: protocol.Piece) -> None:
        """Show frames that are made while later ones are computed."""

    def drop_pieces(self) -> None:
        """Remove what `show_piece` has made: the result takes its place, or there is none."""

    def _start(self, context) -> None:
        task = self.task(context)
        self._job = state.start(context, self.job_label, task, self.task_count, self.interpreter)

    def _done(self) -> bool:
        """Return whether the last outcome is there; after an earlier one, send the request that follows."""
        outcome = self._job.outcome
        if outcome is None or self._job.cancelling:
            return outcome is not None
        task = self.replied(outcome)
        if task is not None:
            self._job.go_on(task)
        return task is None

    def _close(self, context) -> None:
        if self._timer is not None:
            context.window_manager.event_timer_remove(self._timer)
            self._timer = None
        self.drop_pieces()
        if context.workspace:
            context.workspace.status_text_set(None)
        state.current.job = None
        report.redraw(context)

    def _end(self, context):
        outcome = self._job.outcome
        if self.keeps_parts:
            return report.finish(self, self.apply(context, {}))
        # A result that came after the cancel is not used: the user wants nothing changed.
        if self._job.cancelling or isinstance(outcome, protocol.Cancelled):
            state.current.notes = [f"{self.job_label} was cancelled; nothing was changed."]
            report.inform(self, state.current.notes[0], "WARNING")
            return {"CANCELLED"}
        if isinstance(outcome, protocol.Failure):
            raise GestureError(outcome.message, outcome.remedy, outcome.detail)
        return report.finish(self, self.apply(context, outcome.values))


def _go_on(name: str, chosen: dict, place: list[int | None], kept: dict) -> None:
    """Start the operator that goes on with a job after a break, where the one before it was if that place is there."""
    if state.current.resting is not kept:
        return
    windows = bpy.context.window_manager.windows
    window = _found(windows, place[0]) or windows[0]
    area = _found(window.screen.areas, place[1])
    region = _found(area.regions, place[2]) if area else None
    module, _, short = name.partition(".")
    state.current.is_going_on = True
    try:
        with bpy.context.temp_override(window=window, area=area, region=region):
            getattr(getattr(bpy.ops, module), short)("INVOKE_DEFAULT", **chosen)
    finally:
        state.current.is_going_on, state.current.resting = False, None


def _found(candidates, pointer: int | None):
    return next((each for each in candidates if each.as_pointer() == pointer), None)
