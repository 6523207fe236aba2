"""The panel Words of the sidebar: the list with its search, the chosen word, and the wish for the track."""

import bpy

from ...core.language.drawn_letters import in_drawn_order
from ...core.take.word_edits import LOW_CONFIDENCE
from ..blender.layout import draw_lines
from ..blender.translation import translated
from ..direct.take_mixins import TakePanel
from .settings import is_listed


class MAMBATALK_UL_spoken(bpy.types.UIList):
    """List of the words that were said: tick, text, first frame, and a button that plays from there."""

    bl_idname = "MAMBATALK_UL_spoken"

    def draw_item(self, context, layout, data, item, icon, active_data, active_property, index):
        """Draw a word; one whose times are doubtful has a sign."""
        row = layout.row(align=True)
        row.use_property_split = False
        row.prop(item, "chosen", text="")
        row.label(
            text=in_drawn_order(item.name),
            translate=False,
            icon="ERROR" if 0 <= item.confidence < LOW_CONFIDENCE else "NONE",
        )
        row.label(text=f"{item.start_at:.0f}")
        row.operator("mambatalk.play_word", text="", icon="PLAY", emboss=False).index = index

    def filter_items(self, context, data, prop):
        """Show the words that the search finds."""
        settings = context.scene.mambatalk_words
        shown = [self.bitflag_filter_item if is_listed(entry, settings) else 0 for entry in getattr(data, prop)]
        return shown, []


class MAMBATALK_PT_words(TakePanel, bpy.types.Panel):
    """Find, move, split, join and spell the words of the take."""

    bl_label = "Words"
    bl_idname = "MAMBATALK_PT_words"

    def draw_take(self, layout, context, action):
        """Draw the track's button, the list, and the chosen word."""
        settings, own = context.scene.mambatalk_words, action.mambatalk_take
        row = layout.row()
        row.use_property_split = False
        row.prop(settings, "show", icon="SEQ_STRIP_META", toggle=True)
        if not len(own.words):
            draw_lines(layout, context, "The take has no words: generate one with a transcript", "INFO")
            return
        row = layout.row(align=True)
        row.use_property_split = False
        row.prop(settings, "search", text="", icon="VIEWZOOM", placeholder=translated("Search"))
        row.prop(settings, "doubtful", text="", icon="ERROR")
        row.operator("mambatalk.next_word", text="", icon="TRIA_UP").backward = True
        row.operator("mambatalk.next_word", text="", icon="TRIA_DOWN")
        layout.template_list("MAMBATALK_UL_spoken", "", own, "words", own, "word_index", rows=6)
        if 0 <= own.word_index < len(own.words):
            _draw_chosen(layout, own.words[own.word_index])
        row = layout.row()
        row.use_property_split = False
        row.prop(own, "lips_follow")


def _draw_chosen(layout, word) -> None:
    """Draw the times of a word, and the buttons that change it."""
    column = layout.column(align=True)
    column.prop(word, "start_at")
    column.prop(word, "end_at")
    column = layout.column(align=True)
    column.operator("mambatalk.word_spelling", icon="GREASEPENCIL")
    row = column.row(align=True)
    row.operator("mambatalk.split_word", text="Split", icon="MOD_EDGESPLIT")
    row.operator("mambatalk.join_words", text="Join", icon="AUTOMERGE_ON")
    row = column.row(align=True)
    row.operator("mambatalk.word_spelling", text="Add Here", icon="ADD").add = True
    row.operator("mambatalk.remove_word", text="Remove", icon="REMOVE")


def _draw_wish(self, context):
    self.layout.separator()
    self.layout.prop(context.scene.mambatalk_words, "show")


CLASSES = (MAMBATALK_UL_spoken, MAMBATALK_PT_words)
MENUS = ((bpy.types.DOPESHEET_MT_view, _draw_wish), (bpy.types.TIME_MT_view, _draw_wish))
