"""The panel Takes: a row for each take of the character."""

import bpy

from ..blender.layout import GENERATE, Sidebar
from ..rig.performer import CharacterPanel, target
from . import info as take_info


class MAMBATALK_PT_takes(CharacterPanel, Sidebar, bpy.types.Panel):
    """Choose, rename, keep, copy and discard the takes of the character; load one, even the first one."""

    bl_label = "Takes"
    bl_idname = "MAMBATALK_PT_takes"
    bl_parent_id = GENERATE
    # Below Advanced, which is always there: Blender puts a first panel that appears later below all others. The other
    # parts of Generate have the order 2.
    bl_order = 1

    def draw(self, context):
        """Draw a row for each take with its buttons, and the button that loads another take."""
        layout, armature = self.layout, target(context)
        current, every = take_info.active(armature), take_info.of_character(armature)
        column = layout.column(align=True)
        for action in every:
            row = column.row(align=True)
            chosen = "RADIOBUT_ON" if action == current else "RADIOBUT_OFF"
            row.operator("mambatalk.switch_take", text="", icon=chosen, depress=action == current).name = action.name
            row.prop(action, "name", text="")
            kept = action.mambatalk_take.kept
            mark = row.operator("mambatalk.keep_take", text="", icon="SOLO_ON" if kept else "SOLO_OFF")
            mark.name, mark.keep = action.name, not kept
            row.operator("mambatalk.copy_take", text="", icon="DUPLICATE").name = action.name
            row.operator("mambatalk.discard_take", text="", icon="X").name = action.name
        if len(every) > 1:
            layout.operator("mambatalk.discard_others", icon="TRASH")
        layout.operator("mambatalk.load_take", icon="FILE_FOLDER")


CLASSES = (MAMBATALK_PT_takes,)
