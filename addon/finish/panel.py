"""The panel Finish: how shake, sliding feet and drift are taken out of the animation again."""

import bpy

from ..blender.layout import DIRECT, ClosedPanel, put_labels_beside
from ..job import state


class MAMBATALK_PT_finish(ClosedPanel, bpy.types.Panel):
    """Settings of Finish Again, and its button."""

    bl_label = "Finish"
    bl_idname = "MAMBATALK_PT_finish"
    bl_parent_id = DIRECT

    def draw(self, context):
        """Draw the settings and the button."""
        layout, settings = self.layout, context.scene.mambatalk
        put_labels_beside(layout)
        layout.enabled = state.current.job is None
        settings.draw_finishing(layout)
        layout.prop(settings, "finish_contacts")
        layout.operator("mambatalk.finish", text="Finish Again", icon="MOD_SMOOTH")


CLASSES = (MAMBATALK_PT_finish,)
