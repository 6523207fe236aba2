"""Checking the worker and stopping what it does."""

import bpy

from ...core import requests
from . import preferences, report, results, state, weights
from .operator import JobOperator


class MAMBATALK_OT_check_worker(JobOperator, bpy.types.Operator):
    """Start the worker and ask what it can use"""

    bl_idname = "mambatalk.check_worker"
    bl_label = "Check Worker"
    bl_options = {"INTERNAL"}
    job_label = "The check"

    @classmethod
    def poll(cls, context):
        """Whether there is a worker to check."""
        return report.explain(cls, state.why_not_start(context))

    def task(self, context):
        """The question."""
        folder = preferences.runtime(context).weights
        return requests.Hello(weights=folder if weights.read_card(folder) else None)

    def apply(self, context, result):
        """The answer as lines for the panel."""
        return results.worker_lines(result)


class MAMBATALK_OT_cancel(bpy.types.Operator):
    """Stop the running job; nothing of it is kept"""

    bl_idname = "mambatalk.cancel"
    bl_label = "Cancel"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, context):
        """Whether something runs."""
        return report.explain(cls, None if state.current.job else "Nothing is running")

    def execute(self, context):
        """Ask it to stop."""
        state.current.job.cancel()
        return {"FINISHED"}


CLASSES = (MAMBATALK_OT_check_worker, MAMBATALK_OT_cancel)
