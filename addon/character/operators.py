"""The operator that adds the bundled character, and the entries of the menu Add > Armature."""

import bpy

from ...core.errors import GestureError
from ..job import preferences, report
from . import building


class MAMBATALK_OT_add_character(bpy.types.Operator):
    """Add the bundled character and choose it for the next take"""

    bl_idname = "mambatalk.add_character"
    bl_label = "Add Character"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        """Whether objects can be added now."""
        return report.explain(cls, None if context.mode == "OBJECT" else "Switch to Object Mode")

    def execute(self, context):
        """Build the character and choose it."""
        try:
            armature = building.add_character(context)
        except GestureError as error:
            return report.fail(self, error)
        building.choose(context, armature)
        return {"FINISHED"}


def _draw_menu(self, context):
    """Draw the entries of the menu Add > Armature."""
    self.layout.operator("mambatalk.add_character", text="Speaking Character", icon="ARMATURE_DATA")
    if preferences.smplx_model(context) is not None:
        self.layout.operator("mambatalk.add_smplx_body", text="SMPL-X Body", icon="ARMATURE_DATA")


CLASSES = (MAMBATALK_OT_add_character,)
MENUS = ((bpy.types.VIEW3D_MT_armature_add, _draw_menu),)
