"""The operator that shows the gestures of the library in Blender's asset browser."""

from pathlib import Path

import bpy

from ..job import report

NAME = "MambaTalk Gestures"
FOLDER = Path(__file__).parents[1] / "assets" / "gesture_library"


class MAMBATALK_OT_show_gesture_assets(bpy.types.Operator):
    """Add the gestures to the asset libraries of the preferences: one action each, with its picture. The marker Stroke
    is the moment that means something
    """

    bl_idname = "mambatalk.show_gesture_assets"
    bl_label = "Show Gestures in Asset Browser"
    bl_options = {"REGISTER"}

    def execute(self, context):
        """Add the library, or correct its folder after an update of the extension."""
        libraries = context.preferences.filepaths.asset_libraries
        known = next((each for each in libraries if each.name == NAME), None)
        if known is None:
            libraries.new(name=NAME, directory=str(FOLDER))
        else:
            known.path = str(FOLDER)
        context.preferences.is_dirty = True
        return report.finish(self, [f"The asset browser has the library {NAME} now"])


CLASSES = (MAMBATALK_OT_show_gesture_assets,)
