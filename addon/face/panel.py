"""Panel Face of the sidebar: the table of shape keys, and the lips."""

import bpy

from ..blender.layout import RIG_AND_FACE, ClosedPanel, put_labels_beside
from ..rig.performer import target
from . import channels as face_channels


class MAMBATALK_UL_face(bpy.types.UIList):
    """List of shape keys and what they play."""

    bl_idname = "MAMBATALK_UL_face"

    def draw_item(self, context, layout, data, item, icon, active_data, active_property, index):
        """Draw one row; a key whose name is the expression that it plays is named once, to leave room."""
        split = layout.split(factor=0.56, align=True)
        row = split.row(align=True)
        row.prop(item, "use", text="")
        row.label(text=item.key if item.source in ("", item.key) else f"{item.key}: {item.source}")
        row = split.row(align=True)
        row.prop(item, "gain", text="")
        row.prop(item, "offset", text="")

    def filter_items(self, context, data, prop):
        """Show only rows whose key or expression contains the text to search for."""
        items = getattr(data, prop)
        wanted = self.filter_name.lower()
        shown = [self.bitflag_filter_item if wanted in f"{i.key} {i.source}".lower() else 0 for i in items]
        return shown, []


class MAMBATALK_PT_face(ClosedPanel, bpy.types.Panel):
    """Shows which shape keys play which expression, and the buttons of face and lips."""

    bl_label = "Face"
    bl_idname = "MAMBATALK_PT_face"
    bl_parent_id = RIG_AND_FACE

    def draw(self, context):
        """Draw the table of the character's main face."""
        layout, armature = self.layout, target(context)
        mesh = None if armature is None else face_channels.find_face_mesh(armature)
        keys = None if mesh is None else mesh.data.shape_keys
        if keys is None:
            layout.label(text="No shape keys of a known face", icon="INFO")
        elif len(keys.mambatalk_face):
            row = layout.row()
            row.template_list("MAMBATALK_UL_face", "", keys, "mambatalk_face", keys, "mambatalk_face_index", rows=6)
            buttons = row.column(align=True)
            buttons.operator("mambatalk.face_row", text="", icon="ADD").remove = False
            buttons.operator("mambatalk.face_row", text="", icon="REMOVE").remove = True
            _chosen(layout, keys)
            layout.operator("mambatalk.face_automatic", text="Automatic", icon="LOOP_BACK")
        layout.operator("mambatalk.face_table", text="Table from Names", icon="SHAPEKEY_DATA")
        layout.separator()
        layout.prop(context.scene.mambatalk_face, "lips")
        layout.operator("mambatalk.key_face", icon="KEY_HLT")


def _chosen(layout, keys: bpy.types.Key) -> None:
    """Draw all fields of the chosen row, at full width."""
    if not 0 <= keys.mambatalk_face_index < len(keys.mambatalk_face):
        return
    entry, column = keys.mambatalk_face[keys.mambatalk_face_index], layout.column(align=True)
    put_labels_beside(column)
    column.prop_search(entry, "key", keys, "key_blocks")
    column.prop(entry, "source")
    column.prop(entry, "gain")
    column.prop(entry, "offset")


CLASSES = (MAMBATALK_UL_face, MAMBATALK_PT_face)
