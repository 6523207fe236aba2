"""Operators on the markers of a take: add at frames or words, remove, read the timeline, show as pose markers."""

from functools import partial

import bpy
from bpy.props import EnumProperty, IntProperty

from ...core.direct.markers import Kind
from ...core.errors import GestureError
from ..take.properties import PLAIN_MARKER_ITEMS
from . import markers
from . import settings as direct_settings
from .take_mixins import MarkersOperator, TakeOperator

WHERE = [
    ("FRAME", "Current Frame", "At the current frame"),
    *direct_settings.PREVIEW_OR_WORDS,
]


class MAMBATALK_OT_accent_add(MarkersOperator, bpy.types.Operator):
    """Let the arms gesture, hold still or rest at the chosen frames"""

    bl_idname = "mambatalk.accent_add"
    bl_label = "Add Accent"

    kind: EnumProperty(name="Kind", description="What the arms do there", items=PLAIN_MARKER_ITEMS)
    where: EnumProperty(name="Where", description="The frames of the marker", items=WHERE)
    start: IntProperty(name="Start", description="The first frame. If it is given, Where is not used")
    end: IntProperty(name="End", description="The last frame. By default it is the same as Start")

    def wanted(self, context, take, entries):
        """Return the list with the new marker."""
        first, last = self._frames(context, take)
        own = int(take.frames[0]), int(take.frames[-1])
        if first < own[0] or last > own[1]:
            raise GestureError(
                f"Frame {first if first < own[0] else last} lies outside of {take.action.name}, whose frames are "
                f"{own[0]} to {own[1]}.",
                remedy="Choose frames of the take.",
                holds=None if self._is_given() or self.where != "FRAME" else partial(_is_outside, *own),
            )
        start_s, end_s = ((frame - own[0]) / take.info.fps for frame in (first, last))
        return [*entries, (self.kind, start_s, end_s, None)]

    def _is_given(self) -> bool:
        return any(map(self.properties.is_property_set, ("start", "end")))

    def _frames(self, context, take) -> tuple[int, int]:
        given = self.properties.is_property_set
        if self._is_given():
            start = self.start if given("start") else self.end
            return start, self.end if given("end") else start
        return direct_settings.frames_at(self.where, context.scene, take)


def _is_outside(first: int, last: int) -> bool:
    """Return whether the current frame is outside of a range."""
    return not first <= bpy.context.scene.frame_current <= last


class MAMBATALK_OT_accent_remove(MarkersOperator, bpy.types.Operator):
    """Remove an accent, hold or rest from the list"""

    bl_idname = "mambatalk.accent_remove"
    bl_label = "Remove Accent"

    index: IntProperty(name="Index", description="Position in the list, from 0. By default it is the chosen row")

    def wanted(self, context, take, entries):
        """Return the list without the marker."""
        index = self.chosen_row(take)
        if not 0 <= index < len(entries) or entries[index][0] == Kind.GESTURE.value:
            raise GestureError("There is no such accent.", remedy="Choose one in the list.")
        return entries[:index] + entries[index + 1 :]


class MAMBATALK_OT_accents_clear(MarkersOperator, bpy.types.Operator):
    """Remove all accents, holds and rests from the list. Timeline markers stay"""

    bl_idname = "mambatalk.accents_clear"
    bl_label = "Clear Accents"

    def wanted(self, context, take, entries):
        """Return the gestures of the list."""
        return [entry for entry in entries if entry[0] == Kind.GESTURE.value]


class MAMBATALK_OT_accents_read(MarkersOperator, bpy.types.Operator):
    """Read the timeline markers named gesture, hold and not here again, after you moved them"""

    bl_idname = "mambatalk.accents_read"
    bl_label = "Read Timeline Markers as Accents"

    def wanted(self, context, take, entries):
        """Return the list as it is: timeline markers are read whenever keys are written."""
        return entries


class MAMBATALK_OT_accents_to_pose_markers(TakeOperator, bpy.types.Operator):
    """Show the accents as pose markers inside the action. From now on they follow every change of the accents"""

    bl_idname = "mambatalk.accents_to_pose_markers"
    bl_label = "Accents to Pose Markers"

    def change(self, context, take):
        """Show the present accents."""
        count = markers.show_as_pose_markers(take, markers.markers_of(take))
        return [f"{take.action.name} has {count} pose markers, which follow its accents"]


class MAMBATALK_OT_remove_pose_markers(TakeOperator, bpy.types.Operator):
    """Remove the pose markers that show accents. Those that you moved or renamed stay, and so do the accents"""

    bl_idname = "mambatalk.remove_pose_markers"
    bl_label = "Remove Accents' Pose Markers"

    def change(self, context, take):
        """Remove them."""
        return [f"Removed {markers.remove_pose_markers(take.action)} pose markers"]


CLASSES = (
    MAMBATALK_OT_accent_add,
    MAMBATALK_OT_accent_remove,
    MAMBATALK_OT_accents_clear,
    MAMBATALK_OT_accents_read,
    MAMBATALK_OT_accents_to_pose_markers,
    MAMBATALK_OT_remove_pose_markers,
)
