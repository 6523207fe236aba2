"""Operators that remove a character with its takes, and takes whose character is gone."""

import bpy

from ...core.errors import GestureError
from ..job import report, state
from ..rig.performer import NO_CHARACTER, require_target, target
from . import removal


class _RemovalOperator:
    """Mixin of an operator that asks before it removes something; a subclass has `why_not` and `change`."""

    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        """Grey the button, with the reason, while there is nothing to remove."""
        return report.explain(cls, state.why_busy() or cls.why_not(context))

    def invoke(self, context, event):
        """Ask first: a click beside the question cancels."""
        return context.window_manager.invoke_confirm(self, event)

    def execute(self, context):
        """Remove it; after an error, which is reported, nothing is changed."""
        try:
            notes = self.change(context)
        except GestureError as error:
            return report.fail(self, error)
        return report.finish(self, notes)


class MAMBATALK_OT_remove_character(_RemovalOperator, bpy.types.Operator):
    """Remove the character from the file, with its meshes, all its takes and their sound strips"""

    bl_idname = "mambatalk.remove_character"
    bl_label = "Remove Character and Takes"

    @staticmethod
    def why_not(context) -> str | None:
        """Return the reason why no character can be removed."""
        if target(context) is None:
            return NO_CHARACTER
        return None if context.mode == "OBJECT" else "Switch to Object Mode"

    def change(self, context):
        """Remove the character."""
        armature = require_target(context)
        name = armature.name
        return [f"Removed {name} and {removal.remove(armature)} takes"]


class MAMBATALK_OT_discard_left_takes(_RemovalOperator, bpy.types.Operator):
    """Delete the takes of characters that are gone, with their sound strips"""

    bl_idname = "mambatalk.discard_left_takes"
    bl_label = "Discard Takes without Character"

    @staticmethod
    def why_not(context) -> str | None:
        """Return the reason why there is no such take."""
        return None if removal.left_takes() else "Every take has its character"

    def change(self, context):
        """Delete the takes."""
        takes = removal.left_takes()
        removal.discard(None, takes)
        return [f"Discarded {len(takes)} takes"]


CLASSES = (MAMBATALK_OT_remove_character, MAMBATALK_OT_discard_left_takes)
