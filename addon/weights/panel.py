"""The panel Weights: which weights and which engine make the takes, under which licence, and how to get others."""

import bpy

from ..blender.layout import GENERATE, ClosedPanel, draw_lines
from ..job import model_card, preferences, state


class MAMBATALK_PT_weights(ClosedPanel, bpy.types.Panel):
    """The weights in use, and other ones."""

    bl_label = "Weights"
    bl_idname = "MAMBATALK_PT_weights"
    bl_parent_id = GENERATE
    bl_order = 2

    def draw(self, context):
        """Draw name, licence and engine of the weights in use, and the buttons for others."""
        layout, folder = self.layout, preferences.runtime(context).weights
        card = model_card.read_card(folder)
        if card is None:
            draw_lines(layout, context, f"There are no weights in {folder}", "ERROR")
        else:
            draw_lines(layout, context, f"Weights: {card.name}", "INFO")
            draw_lines(layout, context, f"Licence: {card.license}", "BLANK1")
        draw_lines(layout, context, f"Engine: {preferences.engine_name(context)}", "BLANK1")
        column = layout.column(align=True)
        column.enabled = state.current.job is None
        column.operator("mambatalk.choose_weights", icon="FILE_FOLDER")
        column.operator("mambatalk.use_bundled_weights", icon="LOOP_BACK")
        column.operator("mambatalk.fetch_weights", icon="IMPORT")


CLASSES = (MAMBATALK_PT_weights,)
