"""Panels Rig & Face and Rig: the kind of rig, the bones of each part of the body, and the missing parts."""

import bpy

from ..blender.layout import RIG_AND_FACE, ClosedPanel, draw_lines, put_labels_beside
from . import mapping as rig_mapping
from .performer import rig_of
from .presets import FINGERS, PARTS, label_of


class MAMBATALK_PT_rig_face(ClosedPanel, bpy.types.Panel):
    """Holds the panels on the character's bones and face."""

    bl_label = "Rig & Face"
    bl_idname = RIG_AND_FACE

    def draw(self, context):
        """Draw the name of the armature that the panels below are about."""
        armature = rig_of(context)
        if armature is None:
            self.layout.label(text="Select an armature", icon="INFO")
        else:
            draw_lines(self.layout, context, armature.name, "ARMATURE_DATA")


class MAMBATALK_PT_rig(ClosedPanel, bpy.types.Panel):
    """Shows the mapping of the active armature, and the buttons that change it."""

    bl_label = "Rig"
    bl_idname = "MAMBATALK_PT_rig"
    bl_parent_id = RIG_AND_FACE

    def draw(self, context):
        """Draw the kind of rig, its missing parts and, where the animator mapped bones, the mapping."""
        layout, armature = self.layout, rig_of(context)
        put_labels_beside(layout)
        if armature is None:
            layout.label(text="Select an armature", icon="INFO")
            return
        mapping = rig_mapping.stored(armature)
        found = rig_mapping.detected(armature) if mapping is None else None
        known = mapping or (found.map if found else None)
        if known is None:
            layout.label(text="Not recognised", icon="ERROR")
        else:
            draw_lines(layout, context, f"{known.label}: {len(known.names)} bones", "ARMATURE_DATA")
            if missing := known.missing():
                draw_lines(layout, context, f"Missing: {', '.join(label_of(part) for part in missing)}", "ERROR")
        row = layout.row(align=True)
        row.operator("mambatalk.detect_rig", text="Detect")
        row.operator_menu_enum("mambatalk.rig_preset", "preset", text="Preset")
        row.operator("mambatalk.load_rig", text="", icon="FILE_FOLDER")
        row.operator("mambatalk.save_rig", text="", icon="FILE_TICK")
        if mapping is not None:
            row = layout.row(align=True)
            row.operator("mambatalk.mirror_rig", text="Fill Other Side")
            row.operator("mambatalk.clear_rig", text="Automatic")
            _bones(layout, armature)
        layout.operator("mambatalk.retarget", text="Retarget", icon="CON_ARMATURE")


def _bones(layout, armature: bpy.types.Object) -> None:
    """Draw a search field for every bone of every part, with a button that adds a bone to the part."""
    rig = armature.mambatalk_rig
    layout.prop(rig, "controls")
    column = layout.column(align=True)
    places: dict[str, list] = {}
    for entry in rig.bones:
        places.setdefault(entry.part, []).append(entry)
    for part in PARTS:
        if part.endswith(FINGERS[:1]) or part in ("left_collar", "right_collar", "left_eye"):
            column.separator()
        for number, entry in enumerate(places.get(part, ())):
            row = column.row(align=True)
            text = "" if number else label_of(part)
            row.prop_search(entry, "bone", armature.data, "bones", text=text or " ")
            row.operator("mambatalk.add_rig_bone", text="", icon="ADD").part = part


CLASSES = (MAMBATALK_PT_rig_face, MAMBATALK_PT_rig)
