"""Operators that put a take into other editors: asset browser, timeline and sequencer."""

from pathlib import Path

import bpy
from bpy.props import IntProperty, StringProperty

from ...core.errors import GestureError
from ..blender.versions import RELATIVE
from ..character import armature as character_armature
from ..direct import directed_keys
from ..direct.take_mixins import TakeOperator
from ..job import report, state
from ..job.folder import absolute_path
from ..rig import performer
from ..words import shown
from . import asset


class MAMBATALK_OT_mark_take_as_asset(TakeOperator, bpy.types.Operator):
    """Show the take in the asset browser, with picture, description and tags. Author and licence are yours to add"""

    bl_idname = "mambatalk.mark_take_as_asset"
    bl_label = "Mark Take as Asset"

    frame: IntProperty(
        name="Frame",
        description="The scene frame whose pose the picture shows. By default one with a large gesture",
        options={"SKIP_SAVE"},
    )

    def change(self, context, take):
        """Mark the take and draw its picture."""
        if not self.properties.is_property_set("frame"):
            self.frame = asset.telling_frame(take)
        return asset.mark(context, take, self.frame)


class MAMBATALK_OT_perform_asset(bpy.types.Operator):
    """Let the character perform this take, keyed for its bones, with levels and accents but without hand edits"""

    bl_idname = "mambatalk.perform_asset"
    bl_label = "Perform Take Asset"
    bl_options = {"REGISTER", "UNDO"}

    library: StringProperty(
        name="Library",
        description="The .blend file that holds the take. By default the asset that is chosen in the asset browser",
        subtype="FILE_PATH",
        options={"SKIP_SAVE", *RELATIVE},
    )
    name: StringProperty(name="Take", description="Name of the take's action in that file", options={"SKIP_SAVE"})

    @classmethod
    def poll(cls, context):
        """Return whether there is a character, and no job is running."""
        return report.explain(cls, performer.why_no_character(context) or state.why_busy())

    def execute(self, context):
        """Key the take, and return notes; an error is reported, and then nothing is changed."""
        try:
            armature = performer.require_target(context)
            character_armature.require_editable(armature)
            action, sound = asset.perform(context.scene, armature, *self._chosen(context))
        except GestureError as error:
            return report.fail(self, error)
        held = performer.of(armature).held_note(context.scene, action)
        done = f"Now performing {action.name}"
        return report.finish(self, [done, *directed_keys.catch_up_notes(armature), *held, *sound])

    def _chosen(self, context) -> tuple[Path | None, str]:
        """Return file and name of the asset; no file for one of this file.

        Raises:
            GestureError: none is given or chosen.
        """
        if self.name:
            return (absolute_path(self.library) if self.library else None), self.name
        chosen = getattr(context, "asset", None)
        if chosen is None or chosen.id_type != "ACTION":
            raise GestureError("No take is chosen.", remedy="Right-click a take in the asset browser.")
        return (None if chosen.local_id is not None else Path(chosen.full_library_path)), chosen.name


class MAMBATALK_OT_words_to_markers(TakeOperator, bpy.types.Operator):
    """Add a timeline marker at each word of the take. Another press replaces the ones that were added before"""

    bl_idname = "mambatalk.words_to_markers"
    bl_label = "Words to Markers"

    def change(self, context, take):
        """Add the markers."""
        return [f"Added a marker for each of {shown.to_markers(context.scene, take)} words"]


class MAMBATALK_OT_words_to_text_strips(TakeOperator, bpy.types.Operator):
    """Add the words of the take to the sequencer as subtitles, one for each phrase. Another press replaces them"""

    bl_idname = "mambatalk.words_to_text_strips"
    bl_label = "Words to Text Strips"

    def change(self, context, take):
        """Add the strips."""
        return shown.to_strips(context.scene, take)


class MAMBATALK_OT_remove_words(TakeOperator, bpy.types.Operator):
    """Remove the take's words from timeline and sequencer. Markers that you moved or renamed stay"""

    bl_idname = "mambatalk.remove_words"
    bl_label = "Remove Words from Timeline"

    def change(self, context, take):
        """Remove markers and strips."""
        return [f"Removed {shown.remove(context.scene, take.action)} markers and text strips"]


def _draw_asset_menu(self, context):
    self.layout.separator()
    self.layout.operator(MAMBATALK_OT_perform_asset.bl_idname, icon="ARMATURE_DATA")


CLASSES = (
    MAMBATALK_OT_mark_take_as_asset,
    MAMBATALK_OT_perform_asset,
    MAMBATALK_OT_words_to_markers,
    MAMBATALK_OT_words_to_text_strips,
    MAMBATALK_OT_remove_words,
)
MENUS = ((bpy.types.ASSETBROWSER_MT_context_menu, _draw_asset_menu),)
