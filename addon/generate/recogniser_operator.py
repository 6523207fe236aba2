"""The operator that has a recogniser of the user's write the text of the recording, into a text of the .blend file."""

import bpy

from ...core import requests
from ..job import decoding, preferences, report, state
from ..job.job_mixin import JobOperator
from ..language import choice

NO_RECOGNISER = "Choose a folder for Recogniser in the extension's preferences: a model of faster-whisper"


class MAMBATALK_OT_write_transcript(JobOperator, bpy.types.Operator):
    """Write down what is said in the recording, as a text for you to check: it becomes the transcript"""

    bl_idname = "mambatalk.write_transcript"
    bl_label = "Write the Text"
    bl_options = {"UNDO"}
    job_label = "Writing the text"
    _name = ""

    @classmethod
    def poll(cls, context):
        """Grey the button, with the reason, until a recording and a recogniser are chosen."""
        reason = state.why_not_start(context)
        if not reason and not context.scene.mambatalk.chosen_recording():
            reason = "Choose a recording"
        if not reason and preferences.recogniser_folder(context) is None:
            reason = NO_RECOGNISER
        return report.explain(cls, reason)

    def task(self, context):
        """Return the request for the text of the chosen part of the recording."""
        settings = context.scene.mambatalk
        clip = settings.clip(context.scene)
        self._name = clip.path.stem
        return requests.Transcribe(
            audio=clip.path,
            model=preferences.recogniser_folder(context),
            language=choice.chosen_code(settings.language),
            device=preferences.runtime(context).device,
            offset_s=clip.offset_s,
            duration_s=clip.duration_s,
            decoded=decoding.for_worker(clip.path, clip.offset_s, clip.duration_s),
        )

    def apply(self, context, result):
        """Write the text into a new text of the file, and make it the transcript."""
        text = bpy.data.texts.new(self._name)
        text.write(result["text"] + "\n")
        settings = context.scene.mambatalk
        settings.transcript_source, settings.transcript_text = "TEXT", text
        return [f"The text is “{text.name}” in the text editor: read it and correct it before you generate."]


CLASSES = (MAMBATALK_OT_write_transcript,)
