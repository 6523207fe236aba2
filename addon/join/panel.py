"""The panel Join & Listen of the sidebar: start and end of the take, loop, idle, and the dialogue."""

import bpy

from ..blender.layout import DIRECT, ClosedPanel, draw_lines, put_labels_beside
from ..job import state
from ..rig.performer import target
from ..take import info as take_info


class MAMBATALK_PT_join(ClosedPanel, bpy.types.Panel):
    """Let takes continue other animation, repeat, and listen while others speak."""

    bl_label = "Join & Listen"
    bl_idname = "MAMBATALK_PT_join"
    bl_parent_id = DIRECT

    def draw(self, context):
        """Draw what the take is joined to, and the buttons of idle and dialogue."""
        layout, action = self.layout, take_info.active(target(context))
        put_labels_beside(layout)
        layout.enabled = state.current.job is None and take_info.displacement(target(context)) is None
        if action is not None:
            self._joins(layout, action.mambatalk_take)
        layout.operator("mambatalk.idle", icon="ARMATURE_DATA")
        row = layout.row(align=True)
        row.operator("mambatalk.listen", icon="COMMUNITY")
        listening = "" if action is None else action.mambatalk_take.listening
        if listening:
            row.operator("mambatalk.stop_listening", text="", icon="X")
            draw_lines(layout, context, f"Listens {listening.count('start_s')} times", "INFO")

    def _joins(self, layout, own) -> None:
        """Draw start, end and loop."""
        column = layout.column(align=True)
        for where, stored, seconds in (
            ("START", own.start_state, "join_start_s"),
            ("END", own.end_state, "join_end_s"),
        ):
            if where == "END" and own.loop:
                continue
            text = f"{'Change' if stored else 'Set'} {where.title()} Pose"
            column.operator("mambatalk.join_pose", text=text, icon="SNAP_ON" if stored else "SNAP_OFF").where = where
            if stored:
                column.prop(own, seconds)
        row = layout.row()
        row.use_property_split = False
        row.prop(own, "loop")
        if own.loop:
            layout.prop(own, "join_end_s")
        if own.start_state or own.end_state or own.loop:
            layout.operator("mambatalk.clear_joins", icon="X")


CLASSES = (MAMBATALK_PT_join,)
