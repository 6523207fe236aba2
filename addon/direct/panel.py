"""Panels on directing a take: parts and range to generate again, levels, accents, edits and locks."""

import bpy

from ...core.direct.levels import CALM, HEAD, LEVELS, PARTS
from ...core.direct.markers import Kind
from ...core.direct.mood import NEUTRAL
from ...core.language.drawn_letters import in_drawn_order
from ..blender import sequencer
from ..blender.layout import DIRECT, ClosedPanel, draw_lines
from ..blender.translation import CONTEXT, translated
from ..character import mood as character_mood
from ..rig.performer import target
from ..take import info as take_info
from ..take import locks, performed, recording
from ..take.properties import AREA_ITEMS, FRAMES_OF, PLAIN_MARKER_ITEMS
from . import settings as direct_settings
from .take_mixins import TakePanel

_AREA_ROWS = (
    ("face", "upper", "hands", "lower"),
    ("head", "torso"),
    ("left_arm", "right_arm"),
    ("left_hand", "right_hand"),
)


class MAMBATALK_UL_words(bpy.types.UIList):
    """List of words with their frames; the range is from the first ticked word to the last one."""

    def draw_item(self, context, layout, data, item, icon, active_data, active_property):
        """Draw a word with its tick and its first frame."""
        row = layout.row(align=True)
        row.use_property_split = False
        row.prop(item, "chosen", text="")
        row.label(text=in_drawn_order(item.name), translate=False)
        info = take_info.stored(item.id_data)
        row.label(text=f"{info.start_frame + round(item.start_s * info.fps)}")


class MAMBATALK_PT_directing(ClosedPanel, bpy.types.Panel):
    """Holds the panels that change the take that the character performs."""

    bl_label = "Direct"
    bl_idname = DIRECT

    def draw(self, context):
        """Draw the take's name and frames, and its notes; or a line that there is no take."""
        layout, action = self.layout, take_info.active(target(context))
        if action is None:
            draw_lines(layout, context, "The character performs no take", "INFO")
            return
        info = take_info.stored(action)
        last = info.start_frame + max(info.frame_count, 1) - 1
        draw_lines(layout, context, f"{action.name}, frames {info.start_frame}-{last}", "ACTION")
        for note in take_info.rate_notes(action, sequencer.scene_fps(context.scene)):
            draw_lines(layout, context, note, "ERROR")
        if change := take_info.displacement(target(context)):
            draw_lines(layout, context, f"{change}: nothing below and no Finish Again can change its keys.", "ERROR")
            draw_lines(layout, context, performed.STRIP_REMEDY, "BLANK1")


class MAMBATALK_PT_direct(TakePanel, bpy.types.Panel):
    """Generate parts of the take again."""

    bl_label = "Generate Again"
    bl_idname = "MAMBATALK_PT_direct"

    def draw_take(self, layout, context, action):
        """Draw parts, range and buttons."""
        settings = context.scene.mambatalk_direct
        draw_areas(layout, settings, "parts")
        _draw_range(layout, settings, action)
        layout.prop(settings, "margin")
        layout.prop(settings, "set_variation")
        if settings.set_variation:
            layout.prop(settings, "variation")
        # The range of the panel is checked here, not in `poll`: a script that calls the operator gives its own frames.
        no_range = direct_settings.why_no_range(settings, context.scene, action)
        if no_range:
            draw_lines(layout, context, no_range, "INFO")
        _button(layout, no_range).operator("mambatalk.resample", text="Resample", icon="FILE_REFRESH")
        if len(take_info.of_character(target(context))) > 1:
            layout.prop_search(settings, "source", bpy.data, "actions")
            _button(layout, no_range).operator("mambatalk.mix", text="Mix In", icon="OVERLAY")
        if take_info.stored(action).audio and not recording.is_known(context.scene, action):
            draw_lines(layout, context, f"The recording {take_info.stored(action).audio} is gone", "ERROR")
            layout.operator("mambatalk.find_recording", icon="FILEBROWSER")


class MAMBATALK_PT_levels(TakePanel, bpy.types.Panel):
    """Make the take calmer or broader, stiller, smoother."""

    bl_label = "Levels"
    bl_idname = "MAMBATALK_PT_levels"

    def draw_take(self, layout, context, action):
        """Draw the sliders of the take."""
        own, menu = action.mambatalk_take, bpy.types.MAMBATALK_MT_level_presets
        row = layout.row(align=True)
        row.menu(menu.bl_idname, text=menu.bl_label)
        row.operator("mambatalk.level_preset_add", text="", icon="ADD")
        row.operator("mambatalk.level_preset_add", text="", icon="REMOVE").remove_active = True
        for group in (PARTS, HEAD, CALM):
            column = layout.column(align=True)
            for level in LEVELS:
                if level.group == group:
                    column.prop(own, FRAMES_OF.get(level.name, level.name), slider=True)
        layout.prop(own, "mirror")
        layout.prop(own, "hands_out")
        column = layout.column(align=True)
        column.operator("mambatalk.rest_pose", icon="ARMATURE_DATA")
        if own.pose:
            column.prop(own, "pose_amount", slider=True)
        layout.operator("mambatalk.reset_levels", icon="LOOP_BACK")


class MAMBATALK_PT_mood(TakePanel, bpy.types.Panel):
    """Choose the mood of the take, for all of it or over time."""

    bl_label = "Mood"
    bl_idname = "MAMBATALK_PT_mood"

    def draw_take(self, layout, context, action):
        """Draw the mood and its strength: those of the take, or those that are keyed at the current frame."""
        armature = target(context)
        is_keyed = character_mood.is_keyed(action)
        if is_keyed:
            draw_mood(layout, armature.mambatalk_mood, "kind", "strength", is_animated=True)
        else:
            draw_mood(layout, action.mambatalk_take, "mood", "mood_strength")
        row = layout.row(align=True)
        row.operator("mambatalk.key_mood", icon="KEY_HLT")
        if is_keyed:
            row.operator("mambatalk.clear_mood_keys", text="", icon="X")
            draw_lines(layout, context, "Change both, then press Key Mood: they follow their keys", "INFO")


class MAMBATALK_UL_accents(bpy.types.UIList):
    """List of accents, holds and rests with their frames."""

    def draw_item(self, context, layout, data, item, icon, active_data, active_property):
        """Draw the kind of a marker, its start and its end."""
        row = layout.row(align=True)
        row.use_property_split = False
        row.prop(item, "kind", text="")
        row.prop(item, "start_frame", text="")
        row.prop(item, "end_frame", text="")

    def filter_items(self, context, data, prop):
        """Leave out gestures, which have a list of their own."""
        return [0 if item.kind == Kind.GESTURE else self.bitflag_filter_item for item in getattr(data, prop)], []


class MAMBATALK_PT_accents(TakePanel, bpy.types.Panel):
    """Choose where the arms gesture, hold or rest."""

    bl_label = "Accents"
    bl_idname = "MAMBATALK_PT_accents"

    def draw_take(self, layout, context, action):
        """Draw the words, the list of accents, and a row of buttons for each place."""
        own = action.mambatalk_take
        _words(layout, action)
        row = layout.row()
        row.template_list("MAMBATALK_UL_accents", "", own, "markers", own, "marker_index", rows=3)
        column = row.column(align=True)
        column.operator("mambatalk.accent_remove", text="", icon="REMOVE")
        column.operator("mambatalk.accents_clear", text="", icon="TRASH")
        for where, label in (("FRAME", "Current Frame"), ("PREVIEW", "Preview Range"), ("WORDS", "Chosen Words")):
            layout.label(text=label)
            row = layout.row(align=True)
            for kind, text, _, icon, _ in PLAIN_MARKER_ITEMS:
                button = row.operator("mambatalk.accent_add", text=_short(text), icon=icon)
                button.kind, button.where = kind, where
        layout.operator("mambatalk.accents_read", text="Read Timeline Markers", icon="MARKER_HLT")


class MAMBATALK_PT_locks(TakePanel, bpy.types.Panel):
    """Keep parts and bones as they are, whatever is generated again."""

    bl_label = "Locks"
    bl_idname = "MAMBATALK_PT_locks"

    def draw_take(self, layout, context, action):
        """Draw the locked parts, and the buttons that lock bones."""
        draw_lines(layout, context, "Locked parts keep their keys", "LOCKED")
        draw_areas(layout, action.mambatalk_take, "locked")
        row = layout.row(align=True)
        row.operator("mambatalk.lock_bones", text="Lock Bones", icon="LOCKED")
        row.operator("mambatalk.lock_bones", text="Unlock", icon="UNLOCKED").lock = False
        if names := sorted(locks.bones(action)):
            draw_lines(layout, context, f"Locked bones: {', '.join(names)}", "BONE_DATA")


class MAMBATALK_PT_edited_parts(bpy.types.Panel):
    """Opens from the panel Hand Edits: the parts whose edits are meant."""

    bl_label = "Parts"
    bl_idname = "MAMBATALK_PT_edited_parts"
    bl_space_type = "VIEW_3D"
    # No region draws it: a button opens it.
    bl_region_type = "HEADER"
    bl_options = {"INSTANCED"}

    def draw(self, context):
        """Draw a button for each part."""
        draw_areas(self.layout, context.scene.mambatalk_edits, "parts")


class MAMBATALK_PT_edits(TakePanel, bpy.types.Panel):
    """Show, drop and spread what the animator keyed by hand."""

    bl_label = "Hand Edits"
    bl_idname = "MAMBATALK_PT_edits"

    def draw_take(self, layout, context, action):
        """Draw which edits are meant, and the buttons that change them."""
        layout.operator("mambatalk.show_edits", text="Show Edits", icon="VIEWZOOM")
        settings = context.scene.mambatalk_edits
        row = layout.split(factor=0.4)
        row.use_property_split = False
        label = row.row()
        label.alignment = "RIGHT"
        label.label(text="Parts")
        row.popover(MAMBATALK_PT_edited_parts.bl_idname, text=direct_settings.parts_described(settings))
        _draw_range(layout, settings, action)
        no_range = direct_settings.why_no_range(settings, context.scene, action)
        meant = no_range or f"Edits of {direct_settings.described(settings, context.scene)}"
        draw_lines(layout, context, meant, "INFO")
        _button(layout, no_range).operator("mambatalk.drop_edits", text="Drop Edits", icon="LOOP_BACK")
        layout.prop(settings, "spread_of")
        layout.prop(settings, "spread")
        layout.prop(settings, "easing")
        row = _button(layout, None if settings.spread_of == "KEYS" else no_range)
        row.operator("mambatalk.spread_edits", icon="SMOOTHCURVE")


def draw_mood(layout, owner, mood: str, strength: str, is_animated: bool = False) -> None:
    """Draw the menu of moods and the slider of the strength, which is greyed where the mood is neutral."""
    column = layout.column(align=True)
    column.use_property_decorate = is_animated
    column.prop(owner, mood)
    slider = column.row()
    slider.enabled = getattr(owner, mood) != NEUTRAL or is_animated
    slider.prop(owner, strength, slider=True)


def draw_areas(layout, owner, name: str) -> None:
    """Draw buttons for body parts, smaller areas below larger ones."""
    labels = {item[0]: item[1] for item in AREA_ITEMS}
    column = layout.column(align=True)
    column.use_property_split = False
    for row_names in _AREA_ROWS:
        row = column.row(align=True)
        for area in row_names:
            row.prop_enum(owner, name, area, text=labels[area], text_ctxt=CONTEXT)


def _words(layout, action) -> None:
    """Draw the list of words with their frames."""
    own = action.mambatalk_take
    if len(own.words):
        layout.template_list("MAMBATALK_UL_words", "", own, "words", own, "word_index", rows=6)
    else:
        layout.label(text="The take has no words", icon="INFO")


def _short(label: str) -> str:
    """Return what a button says that shares a row of the sidebar with two others."""
    return {"Gesture Here": translated("Gesture"), "Not Here": translated("Rest")}.get(label, label)


def _draw_range(layout, settings, action) -> None:
    """Draw the choice of frames, with the fields or the list that belong to it."""
    layout.prop(settings, "span")
    if settings.span == "TYPED":
        column = layout.column(align=True)
        column.prop(settings, "start")
        column.prop(settings, "end")
    elif settings.span == "WORDS":
        _words(layout, action)


def _button(layout, reason: str | None):
    """Return a row for a button, greyed when there is a reason."""
    row = layout.row()
    row.enabled = reason is None
    return row


CLASSES = (
    MAMBATALK_UL_words,
    MAMBATALK_UL_accents,
    MAMBATALK_PT_directing,
    MAMBATALK_PT_direct,
    MAMBATALK_PT_mood,
    MAMBATALK_PT_levels,
    MAMBATALK_PT_accents,
    MAMBATALK_PT_edited_parts,
    MAMBATALK_PT_edits,
    MAMBATALK_PT_locks,
)
