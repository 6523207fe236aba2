"""Check the worker, choose the Python that runs it, and cancel the running job."""

import bpy
from bpy.props import StringProperty

from ...core import requests
from ...core.errors import GestureError
from . import environments, interpreter, model_card, preferences, report, result_notes, state
from .folder import absolute_path
from .job_mixin import JobOperator


class MAMBATALK_OT_check_worker(JobOperator, bpy.types.Operator):
    """Start the worker, and show which Python, packages and devices it uses"""

    bl_idname = "mambatalk.check_worker"
    bl_label = "Check Worker"
    bl_options = {"INTERNAL"}
    job_label = "The check"

    @classmethod
    def poll(cls, context):
        """Grey the button while a job is running, or when the chosen Python does not exist."""
        return report.explain(cls, state.why_not_start(context))

    def task(self, context):
        """Return the request for what the worker can use."""
        return _hello(context)

    def apply(self, context, result):
        """Keep the worker's engine, and return the worker's reply as notes for the panel."""
        preferences.note_engine(context, result["engine"])
        return result_notes.worker_lines(result)


class MAMBATALK_OT_find_pythons(bpy.types.Operator):
    """Look for Python environments with PyTorch on this computer, hidden folders included, and offer them"""

    bl_idname = "mambatalk.find_pythons"
    bl_label = "Find Python with PyTorch"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, context):
        """Grey the button while a job is running."""
        return report.explain(cls, state.why_busy())

    def execute(self, context):
        """Show what was found as a menu."""
        found = environments.with_torch()

        def draw(menu, context):
            for program in found:
                menu.layout.operator("mambatalk.use_python", text=str(program)).python = str(program)
            if not found:
                menu.layout.label(text="No Python environment with PyTorch was found")
            menu.layout.operator("mambatalk.use_python", text="None: use Blender's own Python").python = ""

        if not bpy.app.background:
            context.window_manager.popup_menu(draw, title="Python with PyTorch")
        return {"FINISHED"}


class MAMBATALK_OT_use_python(JobOperator, bpy.types.Operator):
    """Run the worker with this Python from now on, if it holds PyTorch and all else that the worker needs"""

    bl_idname = "mambatalk.use_python"
    bl_label = "Use This Python"
    bl_options = {"INTERNAL"}
    job_label = "The check"

    python: StringProperty(
        name="Python",
        description="A Python program, or the folder of an environment; when empty, Blender's own Python",
        subtype="FILE_PATH",
    )

    @classmethod
    def poll(cls, context):
        """Grey the button while a job is running."""
        return report.explain(cls, state.why_busy())

    def task(self, context):
        """Return the request that starts this Python, and asks what it holds."""
        path = absolute_path(self.python) if self.python else None
        self.interpreter = interpreter.of_python(path) if path else interpreter.default()
        if self.interpreter is None:
            raise GestureError(f"There is no Python in {path}.", remedy="Choose the folder of an environment.")
        return _hello(context)

    def apply(self, context, result):
        """Choose this Python, unless it lacks something; then the choice stays as it was."""
        if self.python and (lacking := result_notes.lacking(result)):
            raise GestureError(
                f"{self.python} lacks {', '.join(lacking)}.",
                remedy=f"Run {self.python} -m pip install {' '.join(lacking)}, or choose another Python.",
            )
        preferences.choose_python(context, self.python, result["engine"])
        preferences.note_engine(context, result["engine"])
        return result_notes.worker_lines(result)


def _hello(context) -> requests.Hello:
    runtime = preferences.runtime(context)
    folder = runtime.weights if model_card.read_card(runtime.weights) else None
    return requests.Hello(weights=folder, device=runtime.device)


class MAMBATALK_OT_cancel(bpy.types.Operator):
    """Stop the running job. Nothing is changed"""

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


class MAMBATALK_OT_keep_so_far(bpy.types.Operator):
    """Stop here, and keep what is made up to now as a take"""

    bl_idname = "mambatalk.keep_so_far"
    bl_label = "Keep So Far"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, context):
        """Grey the button while nothing is made that could be kept."""
        job = state.current.job
        return report.explain(cls, None if job and job.has_pieces and not job.ending else "Nothing is made yet")

    def execute(self, context):
        """Ask the worker to end the take."""
        state.current.job.end()
        return {"FINISHED"}


CLASSES = (
    MAMBATALK_OT_check_worker,
    MAMBATALK_OT_find_pythons,
    MAMBATALK_OT_use_python,
    MAMBATALK_OT_cancel,
    MAMBATALK_OT_keep_so_far,
)
