"""Operators that give a word another text, or add a word: the worker finds its speech sounds in the recording."""

from pathlib import Path

import bpy
from bpy.props import BoolProperty, IntProperty, StringProperty

from ...core import requests
from ...core.errors import GestureError
from ...core.take import word_edits
from ..blender import session_ids
from ..direct import transfer
from ..job import decoding, preferences, report, state
from ..job.folder import temporary_folder
from ..job.job_mixin import JobOperator
from ..rig.performer import require_target
from ..take import info as take_info
from ..take import performed, recording
from ..take import store as take_store
from . import change, overlay, track
from .change import second_of

# An added word is as long as this, seconds, where there is room.
_ADDED_S = 0.3


class MAMBATALK_OT_word_spelling(bpy.types.Operator):
    """Correct the spelling of a word. Its speech sounds are found anew in the recording, and the mouth follows them"""

    bl_idname = "mambatalk.word_spelling"
    bl_label = "Correct Spelling"
    bl_options = {"REGISTER"}

    index: IntProperty(
        name="Word", description="Position in the list of words, from 0", default=-1, options={"SKIP_SAVE", "HIDDEN"}
    )
    at_mouse: BoolProperty(
        name="At Mouse", description="The word under the mouse in the track", options={"SKIP_SAVE", "HIDDEN"}
    )
    add: BoolProperty(name="Add", description="Add a word at the playhead instead", options={"SKIP_SAVE", "HIDDEN"})
    text: StringProperty(name="Word", description="The word as it is written", options={"SKIP_SAVE"})

    @classmethod
    def poll(cls, context):
        """Return whether the take may be changed."""
        return report.explain(cls, why_not_spelled(context))

    def invoke(self, context, event):
        """Ask for the text; a double-click beside the words of the track does what it does without the track."""
        try:
            if self.at_mouse and not self._is_under_mouse(context, event):
                return {"PASS_THROUGH"}
            if not self.add:
                action = take_info.active(require_target(context))
                found = change.chosen(action, self.index if self.index >= 0 else None)
                self.index, self.text = found.index, found.word["word"]
        except GestureError as error:
            return report.fail(self, error)
        return context.window_manager.invoke_props_dialog(self)

    def draw(self, context):
        """Draw the field, in which the user types at once."""
        self.layout.activate_init = True
        self.layout.prop(self, "text")

    def execute(self, context):
        """Start the job."""
        try:
            if not self.add:
                change.chosen(take_info.active(require_target(context)), self.index if self.index >= 0 else None)
        except GestureError as error:
            return report.fail(self, error)
        mode = "EXEC_DEFAULT" if bpy.app.background else "INVOKE_DEFAULT"
        bpy.ops.mambatalk.spell_word(mode, index=self.index, text=self.text, add=self.add)
        return {"FINISHED"}

    def _is_under_mouse(self, context, event) -> bool:
        found = overlay.words_of(context)
        x, y = event.mouse_region_x, event.mouse_region_y
        hit = None if found is None else track.under(found[1], overlay.view_of(context), x, y)
        if hit is not None:
            self.index = hit[0]
        return hit is not None


class MAMBATALK_OT_spell_word(JobOperator, bpy.types.Operator):
    """Give a word another text, or add one at the playhead; its speech sounds are found in the recording"""

    bl_idname = "mambatalk.spell_word"
    bl_label = "Spell Word"
    bl_options = {"UNDO", "INTERNAL"}
    job_label = "Spelling"

    index: IntProperty(
        name="Word",
        description="Position in the list of words, from 0. By default it is the chosen row",
        default=-1,
        min=-1,
        options={"SKIP_SAVE"},
    )
    text: StringProperty(name="Text", description="The word as it is written", options={"SKIP_SAVE"})
    add: BoolProperty(name="Add", description="Add a word at the playhead instead", options={"SKIP_SAVE"})

    @classmethod
    def poll(cls, context):
        """Return whether the take may be changed, and its recording is there."""
        return report.explain(cls, why_not_spelled(context))

    def task(self, context):
        """Return the request for the speech sounds of the text."""
        take = performed.of(require_target(context))
        take_info.require_own(take.action)
        self._playhead_s = second_of(take, context.scene.frame_current_final)
        words, self._place = self._changed(take, [])
        word = words[self._place]
        self._remembered = session_ids.of(take.armature), session_ids.of(take.action), take.action[take_store.KEY]
        self._folder = temporary_folder()
        audio = recording.path_of(context.scene, take.action, Path(self._folder.name))
        return requests.Spell(
            audio=audio,
            text=word["word"],
            start_s=word["start_s"],
            end_s=word["end_s"],
            offset_s=take.info.offset_s,
            duration_s=take.info.duration_s,
            decoded=decoding.for_worker(audio, take.info.offset_s, take.info.duration_s),
            language=take.info.language,
            pronunciations=preferences.own_pronunciations(context),
        )

    def apply(self, context, result):
        """Give the word its text and its speech sounds."""
        take = transfer.require_unchanged(*self._remembered)
        words, place = self._changed(take, result["phones"])
        change.apply(take, words)
        take.action.mambatalk_take.word_index = place
        overlay.redraw()
        name = words[place]["word"]
        if not result["phones"]:
            return [f"“{name}” is written, but its speech sounds are not known: the mouth does not follow it"]
        return [f"“{name}” is added" if self.add else f"“{name}” is written, and the mouth follows it"]

    def _changed(self, take: performed.Performed, phones: list[dict]) -> tuple[list[dict], int]:
        """Return the words with the new text, and the place of the word that has it.

        Raises:
            GestureError: there is no such word, no text, or no room for another word.
        """
        if self.add:
            words = take_store.words(take_store.packed(take.action))
            end_s = min(self._playhead_s + _ADDED_S, change.length_s(take))
            words, place = word_edits.added(words, self.text, self._playhead_s, end_s)
        else:
            found = change.chosen(take.action, self.index if self.index >= 0 else None)
            words, place = found.words, found.index
        return word_edits.spelled(words, place, self.text, phones), place


def why_not_spelled(context) -> str | None:
    """Return the reason why no word can be spelled; None when one can."""
    if reason := state.why_not_start(context) or take_info.why_not_directed(context):
        return reason
    action = take_info.active(require_target(context))
    if not recording.is_known(context.scene, action):
        return f"The recording {take_info.stored(action).audio} is gone: use Find Recording"
    return None


CLASSES = (MAMBATALK_OT_word_spelling, MAMBATALK_OT_spell_word)
