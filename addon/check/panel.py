"""The panel Check: what was found in the take, and the button that helps with the chosen row."""

import bpy

from ...core.check.finding import REMEDIES
from ..blender.layout import draw_lines
from ..direct.take_mixins import TakePanel
from ..take import info as take_info
from . import findings
from .remedy_buttons import button_of


class MAMBATALK_UL_findings(bpy.types.UIList):
    """List of what was found, with its first frame."""

    bl_idname = "MAMBATALK_UL_findings"

    def draw_item(self, context, layout, data, item, icon, active_data, active_property):
        """Draw what is wrong, and where."""
        row = layout.row(align=True)
        row.use_property_split = False
        row.label(text=item.name, icon="ERROR")
        frame = row.row()
        frame.alignment = "RIGHT"
        frame.label(text=f"{item.start}")


class MAMBATALK_PT_check(TakePanel, bpy.types.Panel):
    """Find what an animator would fix in the take, and fix it."""

    bl_label = "Check"
    bl_idname = "MAMBATALK_PT_check"

    def draw_take(self, layout, context, action):
        """Draw the button, the list of findings, and what helps with the chosen one."""
        layout.operator("mambatalk.check_take", icon="VIEWZOOM")
        found = context.window_manager.mambatalk_findings
        if found.action != action.name or not len(found.rows):
            return
        layout.template_list("MAMBATALK_UL_findings", "", found, "rows", found, "index", rows=5)
        if 0 <= found.index < len(found.rows):
            _draw_remedy(layout, context, found.rows[found.index], action)


def _draw_remedy(layout, context, row, action) -> None:
    """Draw what helps with a finding, and the button for it."""
    remedy = findings.remedy_of(row)
    draw_lines(layout, context, f"{row.name}, frames {row.start}-{row.end}", "ERROR")
    draw_lines(layout, context, REMEDIES.get(remedy, ""), "INFO")
    column, button = layout.column(align=True), button_of(row, take_info.stored(action))
    if remedy == "plant":
        column.prop(context.scene.mambatalk, "finish_feet")
    if button is None:
        return
    column.operator_context = "INVOKE_DEFAULT" if button.is_invoked else "EXEC_DEFAULT"
    drawn = column.operator(button.operator, text=button.text, icon=button.icon)
    for name, value in button.values.items():
        setattr(drawn, name, value)


CLASSES = (MAMBATALK_UL_findings, MAMBATALK_PT_check)
