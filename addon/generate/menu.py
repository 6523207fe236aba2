"""The menu Speech Animation of the 3D view: its entries, too, are found by Blender's search, F3."""

import bpy

# The operators in groups, each with its icon.
GROUPS = (
    (
        ("try_example", "PLAY"),
        ("write_transcript", "TEXT"),
        ("generate", "ARMATURE_DATA"),
        ("batch", "RENDER_ANIMATION"),
        ("check_batch", "VIEWZOOM"),
        ("load_take", "FILE_FOLDER"),
        ("remove_stretching", "TIME"),
    ),
    (("add_character", "ADD"), ("frame_character", "ZOOM_SELECTED"), ("remove_character", "X")),
    (
        ("resample", "FILE_REFRESH"),
        ("mix", "OVERLAY"),
        ("finish", "MOD_SMOOTH"),
        ("check_take", "VIEWZOOM"),
        ("rest_pose", "ARMATURE_DATA"),
        ("set_levels", "OPTIONS"),
        ("reset_levels", "LOOP_BACK"),
        ("key_mood", "KEY_HLT"),
        ("clear_mood_keys", "X"),
    ),
    (
        ("accent_add", "ADD"),
        ("accent_remove", "REMOVE"),
        ("accents_clear", "TRASH"),
        ("accents_read", "MARKER_HLT"),
        ("accents_to_pose_markers", "PMARKER_ACT"),
        ("remove_pose_markers", "PMARKER"),
    ),
    (
        ("insert_gesture", "ADD"),
        ("point_at", "TRACKER"),
        ("remove_gesture", "REMOVE"),
        ("remove_word_gestures", "TRASH"),
        ("mark_stroke", "PMARKER_ACT"),
        ("save_gesture", "ADD"),
        ("forget_gesture", "REMOVE"),
        ("show_gesture_assets", "ASSET_MANAGER"),
    ),
    (
        ("show_edits", "VIEWZOOM"),
        ("spread_edits", "SMOOTHCURVE"),
        ("drop_edits", "LOOP_BACK"),
        ("lock_bones", "LOCKED"),
    ),
    (
        ("copy_take", "DUPLICATE"),
        ("keep_take", "SOLO_ON"),
        ("discard_take", "X"),
        ("discard_others", "TRASH"),
        ("discard_left_takes", "TRASH"),
    ),
    (
        ("push_take_to_nla", "NLA_PUSHDOWN"),
        ("take_from_nla", "NLA"),
        ("mark_take_as_asset", "ASSET_MANAGER"),
    ),
    (
        ("join_pose", "SNAP_ON"),
        ("clear_joins", "SNAP_OFF"),
        ("idle", "ARMATURE_DATA"),
        ("listen", "COMMUNITY"),
        ("stop_listening", "X"),
    ),
    (
        ("play_word", "PLAY"),
        ("next_word", "TRIA_DOWN"),
        ("word_spelling", "GREASEPENCIL"),
        ("time_word", "TIME"),
        ("split_word", "MOD_EDGESPLIT"),
        ("join_words", "AUTOMERGE_ON"),
        ("remove_word", "REMOVE"),
        ("words_to_markers", "MARKER"),
        ("words_to_text_strips", "SEQ_SEQUENCER"),
        ("remove_words", "TRASH"),
    ),
    (("key_face", "KEY_HLT"), ("face_table", "SHAPEKEY_DATA"), ("face_automatic", "LOOP_BACK")),
    (
        ("retarget", "CON_ARMATURE"),
        ("detect_rig", "VIEWZOOM"),
        ("mirror_rig", "MOD_MIRROR"),
        ("clear_rig", "LOOP_BACK"),
        ("load_rig", "FILE_FOLDER"),
        ("save_rig", "FILE_TICK"),
    ),
    (("import_motion", "IMPORT"), ("export", "EXPORT"), ("find_recording", "FILEBROWSER")),
    (("choose_weights", "FILE_FOLDER"), ("use_bundled_weights", "LOOP_BACK"), ("fetch_weights", "IMPORT")),
)
# The groups of each column.
_COLUMNS = (slice(0, 3), slice(3, 6), slice(6, 10), slice(10, None))


class MAMBATALK_MT_speech(bpy.types.Menu):
    """Everything that the add-on does"""

    bl_label = "Speech Animation"
    bl_idname = "MAMBATALK_MT_speech"

    def draw(self, context):
        """Draw the groups in columns, each below a line: one column would be higher than small screens."""
        row = self.layout.row()
        for groups in _COLUMNS:
            column = row.column()
            for number, group in enumerate(GROUPS[groups]):
                if number:
                    column.separator()
                for name, icon in group:
                    column.operator(f"mambatalk.{name}", icon=icon)
                    if name == "reset_levels":
                        column.menu("MAMBATALK_MT_level_presets", text="Level Presets", icon="PRESET")


def _draw_menu(self, context):
    self.layout.separator()
    self.layout.menu(MAMBATALK_MT_speech.bl_idname)


CLASSES = (MAMBATALK_MT_speech,)
MENUS = ((bpy.types.VIEW3D_MT_object, _draw_menu), (bpy.types.VIEW3D_MT_pose, _draw_menu))
