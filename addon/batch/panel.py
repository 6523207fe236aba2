"""The panel Batch: where the lines are, the button, and what became of every line."""

import bpy

from ..blender.layout import GENERATE, ClosedPanel, draw_choice, draw_lines, put_labels_beside
from ..blender.translation import translated
from ..job import state
from .settings import STATES

# Label and icon of each state.
_STATES = {state: (label, icon) for state, label, _, icon, _ in STATES}
_ROWS = 4


class MAMBATALK_UL_batch(bpy.types.UIList):
    """The lines of the last batch."""

    def draw_item(self, context, layout, data, item, icon, active_data, active_property):
        """Draw the name and the state of a line."""
        label, icon = _STATES[item.state]
        row = layout.row()
        row.label(text=item.name, icon=icon, translate=False)
        row.label(text=translated(label))


class MAMBATALK_PT_batch(ClosedPanel, bpy.types.Panel):
    """Make takes of many recordings in one go."""

    bl_label = "Batch"
    bl_idname = "MAMBATALK_PT_batch"
    bl_parent_id = GENERATE
    bl_order = 2

    def draw(self, context):
        """Draw the settings, the button or the progress, and the lines of the last batch."""
        layout, settings = self.layout, context.scene.mambatalk_batch
        put_labels_beside(layout)
        inputs = layout.column()
        inputs.enabled = state.current.job is None
        draw_choice(inputs, settings, "source")
        column = inputs.column()
        column.use_property_split = False
        column.prop(settings, "table" if settings.source == "TABLE" else "recordings", text="")
        inputs.prop(settings, "folder")
        inputs.prop(settings, "export")
        row = layout.row(align=True)
        if state.current.job is None:
            row.operator("mambatalk.batch", text="Batch", icon="RENDER_ANIMATION")
            row.operator("mambatalk.check_batch", text="", icon="VIEWZOOM")
        else:
            row.progress(factor=state.current.job.fraction, text=translated(state.current.job.stage))
            row.operator("mambatalk.cancel", text="", icon="X")
        if len(settings.lines):
            self._draw_lines(context, settings)

    def _draw_lines(self, context, settings) -> None:
        layout = self.layout
        layout.template_list("MAMBATALK_UL_batch", "", settings, "lines", settings, "active", rows=_ROWS)
        if not 0 <= settings.active < len(settings.lines):
            return
        line = settings.lines[settings.active]
        if line.problem:
            draw_lines(layout, context, line.problem, "ERROR")
            draw_lines(layout, context, line.remedy, "BLANK1")
        elif line.checks:
            draw_lines(layout, context, line.checks, "INFO")


CLASSES = (MAMBATALK_UL_batch, MAMBATALK_PT_batch)
