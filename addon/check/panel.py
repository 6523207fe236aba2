"""The panel Check: what was found in the take, and the button that helps with the chosen row."""

from dataclasses import dataclass, field
from typing import Any

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
    column, button = layout.column(align=True), button_of(row, take_info.stored(action))
    if remedy == "plant":
        column.prop(context.scene.mambatalk, "finish_feet")
    if button is None:
        return
    column.operator_context = "EXEC_DEFAULT" if remedy in ("push_out", "lips") else "INVOKE_DEFAULT"
    drawn = column.operator(button.operator, text=button.text, icon=button.icon)
    for name, value in button.values.items():
        setattr(drawn, name, value)


@dataclass(frozen=True)
class Button:
    """The button that helps with a finding: an operator with its label, its icon and its values."""

    operator: str
    text: str
    icon: str
    values: dict[str, Any] = field(default_factory=dict)


def button_of(row: findings.MambaTalkFinding, info: take_info.TakeInfo) -> Button | None:
    """Return the button for a finding of a take; None where only the text helps."""
    last = info.start_frame + max(info.frame_count, 1) - 1
    first, remedy = max(row.start - _BESIDE, info.start_frame), findings.remedy_of(row)
    if remedy == "plant":
        return Button("mambatalk.finish", "Finish Again", "MOD_SMOOTH")
    if remedy == "push_out":
        return Button("mambatalk.set_levels", "Push Hands Out", "MOD_SHRINKWRAP", {"hands_out": True})
    if remedy == "lips":
        return Button("mambatalk.key_face", "Key Lips by Sound", "KEY_HLT", {"amount": 1.0})
    if remedy == "rest":
        values = {"kind": "not_here", "start": first, "end": row.end}
        return Button("mambatalk.accent_add", "Rest Here", "PAUSE", values)
    if row.area:
        values = {"parts": {row.area}, "start": first, "end": min(row.end + _BESIDE, last)}
        return Button("mambatalk.resample", "Make Anew Here", "FILE_REFRESH", values)
    return None


CLASSES = (MAMBATALK_UL_findings, MAMBATALK_PT_check)
