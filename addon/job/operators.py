"""Check the worker, and cancel the running job."""

import bpy

from ...core import requests
from . import preferences, report, results, state, weights
from .operator import JobOperator


class MAMBATALK_OT_check_worker(JobOperator, bpy.types.Operator):
    """Start the worker, and show which Python, packages and devices it uses"""

    bl_idname = "mambatalk.check_worker"
    bl_label = "Check Worker"
    bl_options = {"INTERNAL"}
    job_label = "The check"

    @classmethod
    def poll(cls, context):
        """Grey the button while a job is running or no worker is set up."""
        return report.explain(cls, state.why_not_start(context))

    def task(self, context):
        """Return the request for what the worker can use."""
        folder = preferences.runtime(context).weights
        return requests.Hello(weights=folder if weights.read_card(folder) else None)

    def apply(self, context, result):
        """Return the worker's reply as notes for the panel."""
        return results.worker_lines(result)


class MAMBATALK_OT_cancel(bpy.types.Operator):
    """Stop the running job; nothing is changed"""

    bl_idname = "mambatalk.cancel"
    bl_label = "Cancel"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, context):
        """Grey the button while no job is running."""
        return report.explain(cls, None if state.current.job else "No job is running")

    def execute(self, context):
        """Ask the worker to stop."""
        state.current.job.cancel()
        return {"FINISHED"}


CLASSES = (MAMBATALK_OT_check_worker, MAMBATALK_OT_cancel)
