"""The operator that removes the time stretching of a scene, with which sound and keys do not fit together."""

import bpy

from ..blender import timeline
from ..job import report


class MAMBATALK_OT_remove_stretching(bpy.types.Operator):
    """Show keys at the frames that they have: set New to Old under Time Stretching in Output Properties"""

    bl_idname = "mambatalk.remove_stretching"
    bl_label = "Remove Time Stretching"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        """Grey the button while nothing is stretched."""
        reason = None if timeline.is_stretched(context.scene) else "The scene has no time stretching"
        return report.explain(cls, reason)

    def execute(self, context):
        """Set the two numbers alike; keys stay as they are."""
        timeline.remove_stretching(context.scene)
        timeline.refresh(context.scene)
        return {"FINISHED"}


CLASSES = (MAMBATALK_OT_remove_stretching,)
