"""Operators that put a take into other editors: asset browser, timeline and sequencer."""

import bpy
from bpy.props import IntProperty

from ...core.errors import GestureError
from ..job import report
from ..rig import performer
from ..take import info as take_info
from ..take import performed
from . import asset, words


class _EditorOperator:
    """Mixin of an operator on the performed take; a subclass has `change`, which returns notes."""

    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        """Return whether the character performs a take, with its keys at the frames of the scene."""
        return report.explain(cls, take_info.why_not_directed(context))

    def execute(self, context):
        """Change what the other editor shows; an error is reported, and then nothing is changed."""
        try:
            notes = self.change(context, performed.of(performer.require_target(context)))
        except GestureError as error:
            return report.fail(self, error)
        return report.finish(self, notes)


class MAMBATALK_OT_mark_take_as_asset(_EditorOperator, bpy.types.Operator):
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


class MAMBATALK_OT_words_to_markers(_EditorOperator, bpy.types.Operator):
    """Add a timeline marker at each word of the take. Another press replaces the ones that were added before"""

    bl_idname = "mambatalk.words_to_markers"
    bl_label = "Words to Markers"

    def change(self, context, take):
        """Add the markers."""
        return [f"Added a marker for each of {words.to_markers(context.scene, take)} words"]


class MAMBATALK_OT_words_to_text_strips(_EditorOperator, bpy.types.Operator):
    """Add the words of the take to the sequencer as subtitles, one for each phrase. Another press replaces them"""

    bl_idname = "mambatalk.words_to_text_strips"
    bl_label = "Words to Text Strips"

    def change(self, context, take):
        """Add the strips."""
        return words.to_strips(context.scene, take)


class MAMBATALK_OT_remove_words(_EditorOperator, bpy.types.Operator):
    """Remove the take's words from timeline and sequencer. Markers that you moved or renamed stay"""

    bl_idname = "mambatalk.remove_words"
    bl_label = "Remove Words from Timeline"

    def change(self, context, take):
        """Remove markers and strips."""
        return [f"Removed {words.remove(context.scene, take.action)} markers and text strips"]


CLASSES = (
    MAMBATALK_OT_mark_take_as_asset,
    MAMBATALK_OT_words_to_markers,
    MAMBATALK_OT_words_to_text_strips,
    MAMBATALK_OT_remove_words,
)
