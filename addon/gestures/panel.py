"""The panel Gestures of the sidebar: the picture menu, the gestures of the take, the settings of the selected one."""

import bpy

from ...core.direct.markers import Kind
from ...core.gestures.clip import OWN
from ...core.gestures.library import gestures
from ..blender.layout import draw_lines
from ..direct.take_mixins import TakePanel
from .own import clip_in
from .previews import icon_of

_INSERT = (
    ("FRAME", "Insert at Current Frame"),
    ("WORDS", "Insert at Chosen Words"),
    ("MARKERS", "Insert at Selected Markers"),
)


class MAMBATALK_UL_gestures(bpy.types.UIList):
    """List of the gestures of the take: picture, name and first frame."""

    def draw_item(self, context, layout, data, item, icon, active_data, active_property):
        """Draw a gesture; one that words called for has a sign."""
        row = layout.row(align=True)
        row.use_property_split = False
        if item.gesture == OWN:
            row.label(text=_label(item), translate=False, icon="ARMATURE_DATA")
        else:
            row.prop(item, "gesture", text="", icon_value=icon_of(item.gesture), emboss=False)
        row.label(text="", icon="SPEAKER" if item.is_auto else "BLANK1")
        row.prop(item, "start_frame", text="")

    def filter_items(self, context, data, prop):
        """Show gestures of the library alone."""
        return [self.bitflag_filter_item if item.kind == Kind.GESTURE else 0 for item in getattr(data, prop)], []


class MAMBATALK_PT_gestures(TakePanel, bpy.types.Panel):
    """Insert gestures that mean something, and change them."""

    bl_label = "Gestures"
    bl_idname = "MAMBATALK_PT_gestures"

    def draw_take(self, layout, context, action):
        """Draw the menu, the buttons that insert, the list, and the selected gesture."""
        menu = context.window_manager.mambatalk_gestures
        layout.prop(menu, "group")
        layout.template_icon_view(menu, "gesture", show_labels=True, scale=6.0, scale_popup=5.0)
        if menu.gesture:
            layout.prop(menu, "gesture", text="")
            _warn(layout, context, menu.gesture)
        else:
            draw_lines(layout, context, "There are none yet: save one in the panel Own Gestures", "INFO")
        column = layout.column()
        column.enabled = bool(menu.gesture)
        for where, text in _INSERT:
            button = column.operator("mambatalk.insert_gesture", text=text, icon="ADD")
            button.where = where
        layout.separator()
        layout.prop(menu, "target")
        for where, text in (("FRAME", "Point from Current Frame"), ("PREVIEW", "Point in Preview Range")):
            layout.operator("mambatalk.point_at", text=text, icon="TRACKER").where = where
        layout.operator("mambatalk.show_gesture_assets", icon="ASSET_MANAGER")
        own = action.mambatalk_take
        if any(entry.kind == Kind.GESTURE for entry in own.markers):
            self._gestures(layout, context, own)

    def _gestures(self, layout, context, own) -> None:
        """Draw the list of gestures, and the selected one."""
        row = layout.row()
        row.template_list("MAMBATALK_UL_gestures", "", own, "markers", own, "marker_index", rows=4)
        column = row.column(align=True)
        column.operator("mambatalk.remove_gesture", text="", icon="REMOVE")
        column.operator("mambatalk.remove_word_gestures", text="", icon="TRASH")
        draw_lines(layout, context, "Drag a gesture's marker in the timeline to move it", "INFO")
        if not 0 <= own.marker_index < len(own.markers):
            return
        entry = own.markers[own.marker_index]
        if entry.kind != Kind.GESTURE:
            return
        column = layout.column(align=True)
        shape = () if entry.points_at else ("size", "height_m")
        for name in ("hand", *shape, "speed", "start_frame", "end_frame"):
            column.prop(entry, name)
        _warn(layout, context, entry.gesture)


def _label(item) -> str:
    """Return the name of a gesture of the animator's own in a take's list."""
    clip = clip_in(item.clip)
    return "?" if clip is None else clip.label


def _warn(layout, context, name: str) -> None:
    """Say where a gesture offends."""
    known = gestures().get(name)
    if known is not None and known.offends:
        draw_lines(layout, context, known.offends, "ERROR")


CLASSES = (MAMBATALK_UL_gestures, MAMBATALK_PT_gestures)
