"""Operators on single words of a take: times, split, join, add, remove, play from a word, and go to a doubtful one."""

import bpy
from bpy.props import BoolProperty, FloatProperty, IntProperty, StringProperty

from ...core.errors import GestureError
from ...core.take import word_edits
from ..direct.take_mixins import OnTake, TakeOperator
from ..job import report
from ..rig.performer import require_target
from ..take import performed
from . import change, overlay
from .change import frame_of, second_of
from .settings import is_listed

_INDEX = IntProperty(
    name="Word",
    description="Position in the list of words, from 0. By default it is the chosen row",
    default=-1,
    min=-1,
    options={"SKIP_SAVE"},
)


class _WordOperator(TakeOperator):
    """Mixin of an operator on one word; a subclass has `index`."""

    def found(self, take: performed.Performed) -> change.Chosen:
        """Return the word that is meant.

        Raises:
            GestureError: there is no such word.
        """
        return change.chosen(take.action, self.index if self.index >= 0 else None)

    def end(self, take: performed.Performed, index: int, note: str) -> list[str]:
        """Choose a word's row, draw the track again, and return the note of what was done."""
        take.action.mambatalk_take.word_index = index
        overlay.redraw()
        return [note]


class MAMBATALK_OT_time_word(_WordOperator, bpy.types.Operator):
    """Give a word of the take another start and end. The words beside it give way"""

    bl_idname = "mambatalk.time_word"
    bl_label = "Time Word"

    index: _INDEX
    start: FloatProperty(name="Start", description="The scene frame at which the word begins, with fractions")
    end_frame: FloatProperty(name="End", description="The scene frame at which the word ends, with fractions")

    def invoke(self, context, event):
        """Begin with the present times of the word."""
        try:
            take = performed.of(require_target(context))
            word = self.found(take).word
        except GestureError as error:
            return report.fail(self, error)
        self.start, self.end_frame = (frame_of(take, word[name]) for name in ("start_s", "end_s"))
        return context.window_manager.invoke_props_dialog(self)

    def change(self, context, take):
        """Give the word its times."""
        found = self.found(take)
        first = self.start if self.properties.is_property_set("start") else frame_of(take, found.word["start_s"])
        last = self.end_frame if self.properties.is_property_set("end_frame") else frame_of(take, found.word["end_s"])
        change.retime(take, found.index, second_of(take, first), second_of(take, last))
        return self.end(take, found.index, f"“{found.word['word']}” has other times")


class MAMBATALK_OT_split_word(_WordOperator, bpy.types.Operator):
    """Make two words of one: at the playhead where it is inside the word, else in the middle"""

    bl_idname = "mambatalk.split_word"
    bl_label = "Split Word"

    index: _INDEX
    first: StringProperty(name="First", description="Text of the first word", options={"SKIP_SAVE"})
    second: StringProperty(name="Second", description="Text of the second word", options={"SKIP_SAVE"})

    def invoke(self, context, event):
        """Ask for the two texts."""
        try:
            word = self.found(performed.of(require_target(context))).word
        except GestureError as error:
            return report.fail(self, error)
        self.first, self.second = word_edits.halves(word["word"])
        return context.window_manager.invoke_props_dialog(self)

    def change(self, context, take):
        """Split the word."""
        found = self.found(take)
        first, second = word_edits.halves(found.word["word"])
        playhead_s = second_of(take, context.scene.frame_current_final)
        words = word_edits.split(found.words, found.index, playhead_s, self.first or first, self.second or second)
        change.apply(take, words)
        return self.end(take, found.index, f"“{found.word['word']}” is two words now")


class MAMBATALK_OT_join_words(_WordOperator, bpy.types.Operator):
    """Make one word of the ticked words, or of the chosen row and the word after it"""

    bl_idname = "mambatalk.join_words"
    bl_label = "Join Words"

    index: _INDEX
    last: IntProperty(
        name="Last", description="Position in the list of the last word, from 0", default=-1, options={"SKIP_SAVE"}
    )

    def change(self, context, take):
        """Join the words."""
        ticked = [place for place, entry in enumerate(take.action.mambatalk_take.words) if entry.chosen]
        if self.index < 0 and len(ticked) > 1:
            first, last, words = ticked[0], ticked[-1], change.chosen(take.action, ticked[0]).words
        else:
            found = self.found(take)
            first, last, words = found.index, self.last if self.last >= 0 else found.index + 1, found.words
        change.apply(take, word_edits.joined(words, first, last))
        return self.end(take, first, f"{last - first + 1} words are one word now")


class MAMBATALK_OT_remove_word(_WordOperator, bpy.types.Operator):
    """Remove a word that nobody says. The sound stays"""

    bl_idname = "mambatalk.remove_word"
    bl_label = "Remove Word"

    index: _INDEX

    def change(self, context, take):
        """Remove the word."""
        found = self.found(take)
        change.apply(take, word_edits.removed(found.words, found.index))
        return self.end(take, max(found.index - 1, 0), f"“{found.word['word']}” is removed")


class MAMBATALK_OT_play_word(OnTake, bpy.types.Operator):
    """Play from this word on; a press while it plays jumps there"""

    bl_idname = "mambatalk.play_word"
    bl_label = "Play from Word"
    bl_options = {"REGISTER"}

    index: _INDEX

    def execute(self, context):
        """Go to the word's first frame and play."""
        try:
            take = performed.of(require_target(context))
            found = change.chosen(take.action, self.index if self.index >= 0 else None)
        except GestureError as error:
            return report.fail(self, error)
        take.action.mambatalk_take.word_index = found.index
        context.scene.frame_set(int(frame_of(take, found.word["start_s"])))
        if not bpy.app.background and not context.screen.is_animation_playing:
            bpy.ops.screen.animation_play()
        return {"FINISHED"}


class MAMBATALK_OT_next_word(OnTake, bpy.types.Operator):
    """Choose the next word that the search finds, or the next doubtful one, and go to its first frame"""

    bl_idname = "mambatalk.next_word"
    bl_label = "Next Word"
    bl_options = {"REGISTER"}

    backward: BoolProperty(name="Backward", description="Choose the one before instead", options={"SKIP_SAVE"})

    def execute(self, context):
        """Choose the word."""
        try:
            take = performed.of(require_target(context))
            own, settings = take.action.mambatalk_take, context.scene.mambatalk_words
            places = [place for place, entry in enumerate(own.words) if is_listed(entry, settings)]
            if not places:
                raise GestureError("No word is found.", remedy="Change the search, or show more than doubtful words.")
        except GestureError as error:
            return report.fail(self, error)
        if self.backward:
            place = max((place for place in places if place < own.word_index), default=places[-1])
        else:
            place = min((place for place in places if place > own.word_index), default=places[0])
        own.word_index = place
        context.scene.frame_set(int(frame_of(take, own.words[place].start_s)))
        overlay.redraw()
        return {"FINISHED"}


CLASSES = (
    MAMBATALK_OT_time_word,
    MAMBATALK_OT_split_word,
    MAMBATALK_OT_join_words,
    MAMBATALK_OT_remove_word,
    MAMBATALK_OT_play_word,
    MAMBATALK_OT_next_word,
)
