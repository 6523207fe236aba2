"""The sidebar's part for import and export."""

import bpy

from ..blender.layout import EXCHANGE, ClosedPanel, put_labels_beside
from .formats import FORMATS


class MAMBATALK_PT_exchange(ClosedPanel, bpy.types.Panel):
    """Import a motion, or export takes."""

    bl_label = "Import & Export"
    bl_idname = EXCHANGE

    def draw(self, context):
        """Draw the buttons, and the settings of the export."""
        layout, settings = self.layout, context.scene.mambatalk_export
        put_labels_beside(layout)
        layout.operator("mambatalk.import_motion", icon="IMPORT")
        layout.separator()
        layout.prop(settings, "kind")
        if settings.kind == "FBX":
            layout.prop(settings, "preset")
        layout.prop(settings, "scope")
        layout.prop(settings, "folder", text="")
        if FORMATS[settings.kind].operator is not None:
            layout.prop(settings, "mesh")
        layout.prop(settings, "sound")
        layout.operator("mambatalk.export", text="Export", icon="EXPORT")


CLASSES = (MAMBATALK_PT_exchange,)
