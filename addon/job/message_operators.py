"""Operators on the message of the main panel: dismiss it, show and copy all of it, open the worker's log."""

import bpy

from ..blender.layout import wrap
from . import messages, report, state

# The width of the popup, in pixels at a scale of 1, and of a line in it.
_POPUP_PX, _LINE_PX = 440, 400


class _MessageOperator:
    """Mixin of an operator that needs a message."""

    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, context):
        """Grey the button while there is no message."""
        return report.explain(cls, None if messages.exists() else "There is no message")


class MAMBATALK_OT_dismiss(_MessageOperator, bpy.types.Operator):
    """Remove the message from the panel"""

    bl_idname = "mambatalk.dismiss"
    bl_label = "Dismiss Message"

    def execute(self, context):
        """Forget the error and the notes."""
        state.current.error, state.current.notes = None, []
        return {"FINISHED"}


class MAMBATALK_OT_show_details(_MessageOperator, bpy.types.Operator):
    """Show the whole message"""

    bl_idname = "mambatalk.show_details"
    bl_label = "Show Details"

    def invoke(self, context, event):
        """Open the popup."""
        return context.window_manager.invoke_popup(self, width=_POPUP_PX)

    def draw(self, context):
        """Draw every line of the message, and of an error its details, too."""
        error, layout = state.current.error, self.layout
        scale = context.preferences.system.ui_scale
        icon = "INFO" if error is None else "ERROR"
        for text in messages.texts():
            column = layout.column(align=True)
            for line in wrap(text, _LINE_PX * scale, scale):
                column.label(text=line, icon=icon)
                icon = "BLANK1"
        if error is None:
            return
        column = layout.column(align=True)
        # The last lines of a traceback say what went wrong.
        for text in error.detail.strip().splitlines()[-8:]:
            for line in wrap(text, _LINE_PX * scale, scale):
                column.label(text=line, icon="BLANK1")
        row = layout.row()
        row.operator("mambatalk.copy_details", icon="COPYDOWN")
        row.operator("mambatalk.open_log", icon="TEXT")

    def execute(self, context):
        """Do nothing more: the popup is closed."""
        return {"FINISHED"}


class MAMBATALK_OT_copy_details(_MessageOperator, bpy.types.Operator):
    """Copy the whole message, with what a report of an error needs, to the clipboard"""

    bl_idname = "mambatalk.copy_details"
    bl_label = "Copy Details"

    def execute(self, context):
        """Put the text into the clipboard."""
        context.window_manager.clipboard = messages.details()
        report.inform(self, "The details are in the clipboard")
        return {"FINISHED"}


class MAMBATALK_OT_open_log(bpy.types.Operator):
    """Open the log, which holds everything that was printed while takes were made"""

    bl_idname = "mambatalk.open_log"
    bl_label = "Open Log"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, context):
        """Grey the button while there is no log."""
        return report.explain(cls, None if messages.log_file() else "Nothing was logged yet")

    def execute(self, context):
        """Open the file with the program that the computer has for texts."""
        return bpy.ops.wm.path_open(filepath=str(messages.log_file()))


CLASSES = (MAMBATALK_OT_dismiss, MAMBATALK_OT_show_details, MAMBATALK_OT_copy_details, MAMBATALK_OT_open_log)
