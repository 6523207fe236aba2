"""The operator that adds the bundled character, and the entries of the menu Add > Armature."""

import bpy

from ...core.errors import GestureError
from ..blender import viewport
from ..job import preferences, report
from . import building, placement
from .armature import meshes_of


class MAMBATALK_OT_add_character(bpy.types.Operator):
    """Add a character at the 3D cursor, beside what stands there, for the next take"""

    bl_idname = "mambatalk.add_character"
    bl_label = "Add Character"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        """Return whether objects can be added now."""
        return report.explain(cls, None if context.mode == "OBJECT" else "Switch to Object Mode")

    def execute(self, context):
        """Build the character, choose it, and show it where there is a 3D view."""
        try:
            armature = building.add_character(context)
        except GestureError as error:
            return report.fail(self, error)
        building.choose(context, armature)
        placement.stand_at_cursor(context, armature)
        viewport.frame(context, placement.box_of(context, [armature, *meshes_of(armature)]))
        return {"FINISHED"}


def _draw_menu(self, context):
    """Draw the entries of the menu Add > Armature."""
    self.layout.operator("mambatalk.add_character", text="Speaking Character", icon="ARMATURE_DATA")
    if preferences.smplx_model(context) is not None:
        self.layout.operator("mambatalk.add_smplx_body", text="SMPL-X Body", icon="ARMATURE_DATA")


CLASSES = (MAMBATALK_OT_add_character,)
MENUS = ((bpy.types.VIEW3D_MT_armature_add, _draw_menu),)
