"""Adding the bundled character."""

import bpy

from ...core.errors import GestureError
from .. import character, jobs


class MAMBATALK_OT_add_character(bpy.types.Operator):
    """Add the bundled character and choose it for the next take"""

    bl_idname = "mambatalk.add_character"
    bl_label = "Add Character"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        """Whether objects can be added now."""
        return jobs.explain(cls, None if context.mode == "OBJECT" else "Switch to Object Mode")

    def execute(self, context):
        """Add it."""
        try:
            armature = character.add_character(context)
        except GestureError as error:
            return jobs.fail(self, error)
        context.scene.mambatalk.character = armature
        for selected in context.selected_objects:
            selected.select_set(False)
        # A hidden collection may keep the new object out of the view layer.
        if armature.name in context.view_layer.objects:
            armature.select_set(True)
            context.view_layer.objects.active = armature
        return {"FINISHED"}


CLASSES = (MAMBATALK_OT_add_character,)
