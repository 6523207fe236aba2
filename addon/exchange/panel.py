"""The sidebar's part for import and export, and for takes in other editors of Blender."""

import bpy

from ..blender.layout import EXCHANGE, ClosedPanel, put_labels_beside
from ..direct.take_mixins import TakePanel
from ..job import state
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


class MAMBATALK_PT_editors(TakePanel, bpy.types.Panel):
    """Put the take into the NLA, the asset browser, the dope sheet, the timeline and the sequencer."""

    bl_label = "Other Editors"
    bl_idname = "MAMBATALK_PT_editors"

    def draw(self, context):
        """Draw the buttons; one that is impossible greys itself, with its reason."""
        layout = self.layout
        layout.enabled = state.current.job is None
        column = layout.column(align=True)
        column.operator("mambatalk.push_take_to_nla", icon="NLA_PUSHDOWN")
        column.operator("mambatalk.take_from_nla", icon="NLA")
        layout.operator("mambatalk.mark_take_as_asset", icon="ASSET_MANAGER")
        row = layout.row(align=True)
        row.operator("mambatalk.accents_to_pose_markers", icon="PMARKER_ACT")
        row.operator("mambatalk.remove_pose_markers", text="", icon="X")
        column = layout.column(align=True)
        column.operator("mambatalk.words_to_markers", icon="MARKER")
        column.operator("mambatalk.words_to_text_strips", icon="SEQ_SEQUENCER")
        column.operator("mambatalk.remove_words", icon="TRASH")


CLASSES = (MAMBATALK_PT_exchange, MAMBATALK_PT_editors)
