"""Operators that add words to the lists of the user's own pronunciations, and remove them."""

import bpy
from bpy.props import EnumProperty, IntProperty, StringProperty

from ..job import preferences, report, state
from ..language import pronunciations
from ..language.pronunciations import PREFERENCES, SCENE

_WHERE = [
    (SCENE, "This File", "The list of this .blend file"),
    (PREFERENCES, "Preferences", "The list of the preferences, for all files"),
]


class MAMBATALK_OT_add_pronunciation(bpy.types.Operator):
    """Add a word whose pronunciation you give, such as a name"""

    bl_idname = "mambatalk.add_pronunciation"
    bl_label = "Add Pronunciation"
    bl_options = {"REGISTER", "UNDO"}

    where: EnumProperty(name="List", description="The list that gets the word", items=_WHERE)
    word: StringProperty(name="Word", description="The word as the transcript writes it", options={"SKIP_SAVE"})
    sound: StringProperty(name="Sounds Like", description="How the word is said", options={"SKIP_SAVE"})

    @classmethod
    def poll(cls, context):
        """Grey the button while a job runs."""
        return report.explain(cls, state.why_busy())

    def execute(self, context):
        """Add a row; a word that the list has gets the sound."""
        entries = _entries(context, self.where)
        if entries is None:
            return {"CANCELLED"}
        same = [entry for entry in entries if self.word and entry.name.lower() == self.word.lower()]
        entry = same[0] if same else entries.add()
        entry.name, entry.sound = self.word, self.sound
        return {"FINISHED"}


class MAMBATALK_OT_remove_pronunciation(bpy.types.Operator):
    """Remove the word from the list"""

    bl_idname = "mambatalk.remove_pronunciation"
    bl_label = "Remove Pronunciation"
    bl_options = {"REGISTER", "UNDO"}

    where: EnumProperty(name="List", description="The list that loses the word", items=_WHERE)
    index: IntProperty(name="Word", description="Position in the list, from 0", min=0, options={"SKIP_SAVE"})

    @classmethod
    def poll(cls, context):
        """Grey the button while a job runs."""
        return report.explain(cls, state.why_busy())

    def execute(self, context):
        """Remove the row."""
        entries = _entries(context, self.where)
        if entries is None or self.index >= len(entries):
            report.inform(self, "There is no such word")
            return {"CANCELLED"}
        entries.remove(self.index)
        for call in pronunciations.changed:
            call()
        return {"FINISHED"}


def _entries(context, where: str):
    """Return a list; None for that of the preferences, where the add-on is not enabled as an extension."""
    return context.scene.mambatalk.pronunciations if where == SCENE else preferences.pronunciation_list(context)


CLASSES = (MAMBATALK_OT_add_pronunciation, MAMBATALK_OT_remove_pronunciation)
