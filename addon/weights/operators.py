"""Choose the folder of the weights, or go back to the bundled ones."""

import bpy
from bpy.props import StringProperty

from ...core.errors import GestureError
from ..job import model_card, preferences, report, state
from ..job.folder import absolute_path


class MAMBATALK_OT_choose_weights(bpy.types.Operator):
    """Use the weights of another folder from now on: one with model.json, trained or imported"""

    bl_idname = "mambatalk.choose_weights"
    bl_label = "Choose Weights"
    bl_options = {"REGISTER"}

    # The file browser knows only this name for a folder.
    directory: StringProperty(
        name="Weights", description="A folder with model.json", subtype="DIR_PATH", options={"SKIP_SAVE"}
    )

    @classmethod
    def poll(cls, context):
        """Grey the button while a job is running."""
        return report.explain(cls, state.why_busy())

    def invoke(self, context, event):
        """Open the file browser."""
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context):
        """Check the folder and keep the choice; after an error the choice is as before."""
        folder = absolute_path(self.directory)
        card = model_card.read_card(folder)
        if card is None:
            error = GestureError(f"There are no weights in {folder}.", remedy="Choose a folder with model.json.")
            return report.fail(self, error)
        preferences.choose_weights(context, str(folder))
        return report.finish(self, [f"Weights: {card.name} ({card.license})"])


class MAMBATALK_OT_use_bundled_weights(bpy.types.Operator):
    """Use the weights that come with the extension from now on"""

    bl_idname = "mambatalk.use_bundled_weights"
    bl_label = "Use the Bundled Weights"
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context):
        """Grey the button while a job is running, or while the bundled weights are in use."""
        in_use = "The bundled weights are in use" if preferences.uses_bundled_weights(context) else None
        return report.explain(cls, state.why_busy() or in_use)

    def execute(self, context):
        """Forget the chosen folder; the folder itself stays."""
        preferences.choose_weights(context, "")
        return report.finish(self, ["The bundled weights are used from now on"])


CLASSES = (MAMBATALK_OT_choose_weights, MAMBATALK_OT_use_bundled_weights)
