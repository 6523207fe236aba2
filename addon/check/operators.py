"""Check the take that the character performs, and go from one finding to the next."""

import bpy

from ...core.errors import GestureError
from ..job import report, state
from ..rig import performer
from ..take import info as take_info
from . import findings


class MAMBATALK_OT_check_take(bpy.types.Operator):
    """List what an animator would fix in the take: feet, hands in the body, pops, lips and more. Nothing is changed"""

    bl_idname = "mambatalk.check_take"
    bl_label = "Check the Take"
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context):
        """Grey the button while a job is running, or where there is no take."""
        return report.explain(cls, state.why_busy() or take_info.why_not_directed(context))

    def execute(self, context):
        """Check the take, and show the first finding."""
        try:
            armature = performer.require_target(context)
            count = findings.run(context.scene, armature, context.window_manager.mambatalk_findings)
        except GestureError as error:
            return report.fail(self, error)
        if not count:
            return report.finish(self, ["The take has no finding"])
        if count == 1:
            return report.finish(self, ["The take has one finding: choose its row to see it"])
        return report.finish(self, [f"The take has {count} findings: choose a row to see it"])


CLASSES = (MAMBATALK_OT_check_take,)
