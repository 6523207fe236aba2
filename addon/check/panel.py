"""The panel Check: what was found in the take, and the button that helps with the chosen row."""

import bpy

from ...core.check.finding import REMEDIES
from ..blender.layout import draw_lines
from ..direct.change import TakePanel
from ..take import info as take_info
from . import findings

# Scene frames on either side of a finding that are made anew with it.
_BESIDE = 5


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
    column = layout.column(align=True)
    if remedy == "plant":
        column.prop(context.scene.mambatalk, "finish_feet")
        column.operator("mambatalk.finish", text="Finish Again", icon="MOD_SMOOTH")
    elif remedy == "push_out":
        column.operator_context = "EXEC_DEFAULT"
        column.operator("mambatalk.set_levels", text="Push Hands Out", icon="MOD_SHRINKWRAP").hands_out = True
    elif remedy == "lips":
        column.operator_context = "EXEC_DEFAULT"
        column.operator("mambatalk.key_face", text="Key Lips by Sound", icon="KEY_HLT").amount = 1.0
    elif remedy == "rest":
        info, button = take_info.stored(action), column.operator("mambatalk.accent_add", text="Rest Here", icon="PAUSE")
        button.kind = "not_here"
        button.start, button.end = max(row.start - _BESIDE, info.start_frame), row.end
    elif row.area:
        _draw_resample(column, row, take_info.stored(action))


def _draw_resample(column, row, info) -> None:
    """Draw the button that makes the part of a finding anew around it."""
    last = info.start_frame + max(info.frame_count, 1) - 1
    button = column.operator("mambatalk.resample", text="Make Anew Here", icon="FILE_REFRESH")
    button.parts = {row.area}
    button.start, button.end = max(row.start - _BESIDE, info.start_frame), min(row.end + _BESIDE, last)


CLASSES = (MAMBATALK_UL_findings, MAMBATALK_PT_check)
