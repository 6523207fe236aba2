"""Export the takes of one character, or of all characters."""

import bpy
from bpy.props import StringProperty

from ...core.errors import GestureError
from ..blender.versions import RELATIVE
from ..job import report
from ..job.folder import absolute_path
from ..rig.performer import NO_CHARACTER, require_target, target
from ..take import info as take_info
from . import export
from .export_items import export_items, performers


class MAMBATALK_OT_export(bpy.types.Operator):
    """Write the character's take, or all takes of all characters, in the chosen format"""

    bl_idname = "mambatalk.export"
    bl_label = "Export Takes"
    bl_options = {"REGISTER"}

    folder: StringProperty(
        name="Folder",
        description="The folder to use instead of the panel's",
        subtype="DIR_PATH",
        options={"SKIP_SAVE", "HIDDEN", *RELATIVE},
    )

    @classmethod
    def poll(cls, context):
        """Grey the button while there is no take to write."""
        return report.explain(cls, why_not_export(context))

    def execute(self, context):
        """Write the takes one after the other; after an error the takes before it stay written."""
        settings = context.scene.mambatalk_export
        written, notes = [], []
        try:
            folder = self._folder(settings)
            everyone = settings.scope == "ALL"
            armatures = performers(context.scene) if everyone else [require_target(context)]
            items = export_items(armatures, everyone)
            context.window_manager.progress_begin(0, len(items))
            for number, item in enumerate(items):
                context.window_manager.progress_update(number)
                paths, left_out = export.write(context, item, settings, folder)
                written += paths
                notes += left_out
        except GestureError as error:
            return report.fail(self, error)
        finally:
            context.window_manager.progress_end()
        first, count = written[0].name, len(written)
        done = f"Wrote {first} to {folder}" if count == 1 else f"Wrote {count} files to {folder}: {first}, …"
        return report.finish(self, [done, *notes])

    def _folder(self, settings):
        """Return the folder that the user chose.

        Raises:
            GestureError: it is beside the .blend file, which was never saved.
        """
        text = self.folder or settings.folder
        if text.startswith("//") and not bpy.data.filepath:
            raise GestureError(
                "The export folder is beside the .blend file, which was never saved.",
                remedy="Save the file, or choose another folder.",
            )
        return absolute_path(text)


def why_not_export(context) -> str | None:
    """Return the reason why there is no take to write; None when there is one."""
    if context.scene.mambatalk_export.scope == "ALL":
        return None if performers(context.scene) else "No character has a take"
    armature = target(context)
    if armature is None:
        return NO_CHARACTER
    return None if take_info.performed(armature) else f"{armature.name} has no animation"


CLASSES = (MAMBATALK_OT_export,)
