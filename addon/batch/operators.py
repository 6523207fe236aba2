"""Make the takes of a batch, or check its lines without making anything."""

import time
from contextlib import ExitStack
from dataclasses import replace

import bpy

from ...core import requests
from ...core.batch.lines import SUMMARY
from ...core.batch.outcomes import FAILED, MADE, counts, write_summary
from ...core.batch.records import only_one
from ...core.errors import GestureError
from ...core.worker import protocol
from ..blender import session_ids
from ..job import decoding, preferences, report, state
from ..job.job_mixin import JobOperator
from . import preparation
from .outcome_lines import show
from .performing import Performing


class MAMBATALK_OT_batch(JobOperator, bpy.types.Operator):
    """Make an action for each line of the table, or for each recording of the folder. Takes that are there are kept"""

    bl_idname = "mambatalk.batch"
    bl_label = "Batch: Gestures for Many Recordings"
    bl_options = {"UNDO"}
    job_label = "The batch"
    keeps_parts = True

    @classmethod
    def poll(cls, context):
        """Grey the button, with the reason, until lines can be made."""
        return report.explain(cls, state.why_not_start(context) or preparation.why_not(context))

    def task(self, context):
        """Check all lines, and return the request of the first one that is to be made."""
        prepared = preparation.prepare(context)
        self._lock = ExitStack()
        self._lock.enter_context(only_one(prepared.batch.out))
        self._performing = Performing(session_ids.of(context.scene), prepared)
        self._waiting = list(prepared.batch.open_lines)
        self._line = None
        self.task_count = max(1, len(self._waiting))
        show(context.scene, prepared.batch)
        runtime = preferences.runtime(context)
        # Where all takes are there already, the worker only says that it runs.
        return self._next() or requests.Hello(runtime.weights, runtime.device)

    def replied(self, reply):
        """Note what became of a line, key its take, and return the request of the next line."""
        self._end_line(reply)
        return self._next()

    def apply(self, context, result):
        """Key what is not keyed yet, write the summary and show it."""
        batch = self._performing.prepared.batch
        try:
            # A cancelled line, and a take that came with the cancel.
            if self._line is not None:
                self._end_line(self._job.outcome)
            self._performing.finish(context)
            write_summary(batch.results(), batch.out / SUMMARY)
        finally:
            self._lock.close()
            scene = session_ids.find(bpy.data.scenes, self._performing.scene)
            if scene is not None:
                show(scene, batch)
        results = batch.results()
        failed = [each for each in results if each.state == FAILED]
        lines = [f"Batch: {counts(results)}. The table is {batch.out / SUMMARY}"]
        lines += [f"{each.name}: {each.error} {each.remedy}" for each in failed[:1]]
        return [*lines, *self._performing.notes]

    def cancel(self, context):
        """End the worker, and let other batches into the folder, when Blender ends the operator."""
        super().cancel(context)
        self._lock.close()

    def _next(self) -> requests.Task | None:
        """Return the request of the next line that can be made; None where no line is left."""
        batch = self._performing.prepared.batch
        while self._waiting:
            line = self._waiting.pop(0)
            try:
                decoded = decoding.for_worker(line.request.audio, 0.0, None)
                batch.begin(line)
            except GestureError as error:
                batch.fail(line, error)
                continue
            self._line, self._began = line, time.monotonic()
            return replace(line.request, decoded=decoded)
        return None

    def _end_line(self, reply: protocol.Reply) -> None:
        if self._line is None:
            return
        line, self._line = self._line, None
        batch = self._performing.prepared.batch
        if batch.end(line, reply, time.monotonic() - self._began).state == MADE:
            self._performing.perform(bpy.context, line)
        scene = session_ids.find(bpy.data.scenes, self._performing.scene)
        if scene is not None:
            show(scene, batch)


class MAMBATALK_OT_check_batch(bpy.types.Operator):
    """Show which takes are there, which would be made, and which lines cannot be made; nothing is made"""

    bl_idname = "mambatalk.check_batch"
    bl_label = "Check Lines of Batch"
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context):
        """Grey the button, with the reason, until there are lines to check."""
        return report.explain(cls, state.why_busy() or preparation.why_not(context))

    def execute(self, context):
        """Read the lines, and list what became of each."""
        try:
            batch = preparation.prepare(context).batch
        except GestureError as error:
            return report.fail(self, error)
        show(context.scene, batch)
        return report.finish(self, [f"Checked the lines: {counts(batch.results())}"])


CLASSES = (MAMBATALK_OT_batch, MAMBATALK_OT_check_batch)
