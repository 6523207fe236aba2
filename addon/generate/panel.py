"""The panel Generate, which leads from the recording to the take, and its rarely needed settings."""

import bpy

from ...core.direct.mood import NEUTRAL
from ..blender import timeline, versions
from ..blender.layout import GENERATE, ClosedPanel, Sidebar, draw_choice, draw_lines, put_labels_beside
from ..blender.translation import translated
from ..job import messages, model_card, preferences, state
from ..language import choice, pronunciations
from ..rig.performer import target
from ..take import info as take_info
from . import settings as generate_settings

# What a take without a transcript lacks.
WITHOUT_WORDS = (
    "No transcript: gestures follow phrases and stress, the mouth follows the sounds. "
    "No gesture follows a meaning, and the take has no words"
)


class MAMBATALK_PT_main(Sidebar, bpy.types.Panel):
    """Generate a take from speech."""

    bl_label = "Generate"
    bl_idname = GENERATE

    def draw(self, context):
        """Draw the inputs in the order in which they are chosen, the button or the progress, and the message."""
        layout, settings = self.layout, context.scene.mambatalk
        put_labels_beside(layout)
        inputs = layout.column()
        inputs.enabled = state.current.job is None
        _recording(inputs, settings, context)
        _transcript(inputs, settings, context)
        _character(inputs, settings, context)
        if model_card.read_card(preferences.runtime(context).weights) is not None:
            inputs.prop(settings, "speaker")
        _mood(inputs, settings)
        inputs.prop(settings, "gestures")
        _action(layout, settings, context)
        messages.draw(layout, context, _hint(context))


class MAMBATALK_PT_advanced(ClosedPanel, bpy.types.Panel):
    """Settings of Generate that most takes do not need."""

    bl_label = "Advanced"
    bl_idname = "MAMBATALK_PT_advanced"
    bl_parent_id = GENERATE

    def draw(self, context):
        """Draw the settings."""
        layout, settings = self.layout, context.scene.mambatalk
        put_labels_beside(layout)
        layout.enabled = state.current.job is None
        if settings.audio_source == "FILE":
            layout.prop(settings, "start_frame")
        layout.prop(context.scene.mambatalk_direct, "variations")
        layout.prop(settings, "seed")
        layout.prop(settings, "allow_no_words")
        layout.prop(settings, "finish")
        if settings.finish:
            settings.draw_finishing(layout)


class MAMBATALK_PT_pronunciations(ClosedPanel, bpy.types.Panel):
    """Names of the transcript, and how they are said."""

    bl_label = "Pronunciations"
    bl_idname = "MAMBATALK_PT_pronunciations"
    bl_parent_id = GENERATE
    bl_order = 2

    def draw(self, context):
        """Draw the list of this file; that of all files is in the preferences."""
        self.layout.enabled = state.current.job is None
        pronunciations.draw(self.layout, context.scene.mambatalk.pronunciations, pronunciations.SCENE)


def _hint(context) -> str:
    """Return what the user can do next."""
    if state.current.job is not None:
        return f"{state.current.job.label}. You can go on working."
    if preferences.runtime(context).interpreter is None:
        return preferences.NO_WORKER
    reason = generate_settings.why_not_generate(context)
    if reason is None and target(context) is None:
        reason = "Add a character, or select your own"
    if reason and _can_try_example(context.scene.mambatalk):
        reason = f"{reason}, or press Try the Example"
    if reason:
        return f"{reason}."
    performed = take_info.active(target(context))
    if performed is not None:
        return f"{performed.name} is ready. Change it in Direct."
    return "Ready. Press Generate."


def _can_try_example(settings) -> bool:
    """Return whether the example is offered: while there is no recording that it would replace."""
    return state.current.job is None and not settings.chosen_recording()


def _recording(layout, settings, context):
    draw_choice(layout, settings, "audio_source")
    editor = context.scene.sequence_editor
    if settings.audio_source == "FILE":
        _file(layout, settings, "audio_file")
    elif editor is None:
        draw_lines(layout, context, "The sequencer has no strips", "INFO")
    else:
        layout.prop_search(settings, "audio_strip", editor, versions.strips_property(editor), text="", icon="SOUND")
    layout.separator()


def _transcript(layout, settings, context):
    draw_choice(layout, settings, "transcript_source")
    if settings.transcript_source == "FILE":
        _file(layout, settings, "transcript_file")
    elif settings.transcript_source == "TEXT":
        layout.prop(settings, "transcript_text", text="")
        layout.operator("mambatalk.write_transcript", icon="TEXT")
    if settings.has_transcript:
        layout.prop(settings, "language", placeholder=choice.PLACEHOLDER)
    elif settings.chosen_recording():
        draw_lines(layout, context, WITHOUT_WORDS, "INFO")
    layout.separator()


def _file(layout, settings, name: str) -> None:
    """Draw the path of a file over the full width, so that the name at its end is seen."""
    column = layout.column()
    column.use_property_split = False
    column.prop(settings, name, text="")


def _character(layout, settings, context):
    armature = target(context)
    row = layout.row(align=True)
    row.prop(settings, "character")
    row.prop(settings, "pinned", text="", icon="PINNED" if settings.pinned else "UNPINNED", emboss=False)
    if armature is not None and armature != settings.character:
        layout.label(text=translated(f"Selected: {armature.name}"), icon="ARMATURE_DATA")
    row = layout.row(align=True)
    row.operator("mambatalk.add_character", icon="ADD")
    if armature is not None:
        row.operator("mambatalk.frame_character", text="", icon="ZOOM_SELECTED")
    layout.separator()


def _mood(layout, settings):
    layout.prop(settings, "mood")
    if settings.mood != NEUTRAL:
        layout.prop(settings, "mood_strength", slider=True)


def _action(layout, settings, context):
    if timeline.is_stretched(context.scene):
        draw_lines(layout, context, timeline.STRETCHED, "ERROR")
        layout.operator("mambatalk.remove_stretching", icon="TIME")
    row = layout.row(align=True)
    row.scale_y = 1.5
    current = state.current
    if current.job is None:
        row.operator("mambatalk.generate", text="Generate", icon="ARMATURE_DATA")
    else:
        row.progress(factor=current.job.fraction, text=translated(current.job.stage))
        if current.job.has_pieces:
            row.operator("mambatalk.keep_so_far", text="", icon="CHECKMARK")
        row.operator("mambatalk.cancel", text="", icon="X")
    if _can_try_example(settings):
        layout.operator("mambatalk.try_example", icon="PLAY")


CLASSES = (MAMBATALK_PT_main, MAMBATALK_PT_pronunciations, MAMBATALK_PT_advanced)
