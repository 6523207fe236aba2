"""The main panel of the sidebar: inputs of Generate, progress, notes and errors, and Finish Again."""

import bpy

from ..blender import versions
from ..blender.layout import Sidebar, draw_lines, put_labels_beside
from ..job import preferences, state, weights
from ..rig.performer import NO_CHARACTER, target


class MAMBATALK_PT_main(Sidebar, bpy.types.Panel):
    """Generate a take from speech."""

    bl_label = "MambaTalk"
    bl_idname = "MAMBATALK_PT_main"

    def draw(self, context):
        """Draw the inputs, the button or the progress of a job, and the last notes or error."""
        layout, settings = self.layout, context.scene.mambatalk
        put_labels_beside(layout)
        inputs = layout.column()
        inputs.enabled = state.current.job is None
        _recording(inputs, settings, context)
        _transcript(inputs, settings)
        _character(inputs, settings, context)
        _style(inputs, settings, context)
        _action(layout, context)
        _finishing(layout, settings)


def _recording(layout, settings, context):
    layout.row().prop(settings, "audio_source", expand=True)
    if settings.audio_source == "FILE":
        layout.prop(settings, "audio_file")
        layout.prop(settings, "start_frame")
    else:
        _strip(layout, context)
    layout.separator()


def _strip(layout, context):
    settings, editor = context.scene.mambatalk, context.scene.sequence_editor
    if editor is None:
        layout.label(text="The sequencer has no strips", icon="INFO")
    else:
        layout.prop_search(settings, "audio_strip", editor, versions.strips_property(editor), icon="SOUND")


def _transcript(layout, settings):
    layout.row().prop(settings, "transcript_source", expand=True)
    if settings.transcript_source == "FILE":
        layout.prop(settings, "transcript_file")
    elif settings.transcript_source == "TEXT":
        layout.prop(settings, "transcript_text")
    if settings.transcript_source != "NONE":
        layout.prop(settings, "allow_no_words")
    layout.separator()


def _character(layout, settings, context):
    layout.prop(settings, "character")
    armature = target(context)
    if armature is None:
        draw_lines(layout, context, NO_CHARACTER, "INFO")
    elif armature != settings.character:
        layout.label(text=f"Active: {armature.name}", icon="ARMATURE_DATA")
    layout.operator("mambatalk.add_character", icon="ADD")
    layout.separator()


def _style(layout, settings, context):
    card = weights.read_card(preferences.runtime(context).weights)
    if card is not None:
        layout.prop(settings, "speaker")
    layout.prop(settings, "seed")
    layout.prop(context.scene.mambatalk_direct, "variations")
    layout.prop(settings, "finish")
    if card is not None:
        draw_lines(layout, context, f"Weights: {card.name} ({card.license})", "INFO")
    layout.separator()


def _action(layout, context):
    current = state.current
    if current.job is None:
        row = layout.row()
        row.scale_y = 1.5
        row.operator("mambatalk.generate", icon="ARMATURE_DATA")
    else:
        row = layout.row(align=True)
        row.progress(factor=current.job.fraction, text=current.job.stage)
        row.operator("mambatalk.cancel", text="", icon="X")
    for note in current.notes:
        draw_lines(layout, context, note, "INFO")
    if preferences.runtime(context).python is None:
        draw_lines(layout, context, preferences.NO_WORKER, "ERROR")
    if current.error is not None:
        box = layout.box()
        draw_lines(box, context, current.error.message, "ERROR")
        draw_lines(box, context, current.error.remedy, "BLANK1")


def _finishing(layout, settings):
    box = layout.column()
    box.enabled = state.current.job is None
    box.separator()
    box.prop(settings, "finish_smoothing")
    box.prop(settings, "finish_root")
    box.prop(settings, "finish_feet")
    box.prop(settings, "finish_contacts")
    box.operator("mambatalk.finish", icon="MOD_SMOOTH")


CLASSES = (MAMBATALK_PT_main,)
