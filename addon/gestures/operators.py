"""Operators on gestures of the library in a take: insert one, remove one, remove those that words called for."""

import bpy
from bpy.props import EnumProperty, IntProperty

from ...core.direct.markers import Kind
from ...core.errors import GestureError
from ...core.gestures.placed import Setting
from ..direct import markers
from ..direct.change import DirectionOperator
from ..take.properties import GESTURE_ITEMS, HAND_ITEMS
from . import timeline_markers

WHERE = [
    ("FRAME", "Current Frame", "The gesture means something at the current frame"),
    ("WORDS", "Chosen Words", "At the first frame of every chosen word; without one, at the selected word of the list"),
    ("MARKERS", "Selected Markers", "At every selected marker of the timeline"),
]


class _GestureOperator(DirectionOperator):
    """Mixin of an operator that changes the gestures in a take's list."""

    read, put = staticmethod(markers.read_entries), staticmethod(markers.put_entries)

    def execute(self, context):
        """Change the list and the keys, then the markers of the timeline."""
        result = super().execute(context)
        if result == {"FINISHED"}:
            timeline_markers.follow(self.performer)
        return result


class MAMBATALK_OT_insert_gesture(_GestureOperator, bpy.types.Operator):
    """Insert the chosen gesture: arms and hands make it here, and go on with their own movement afterwards"""

    bl_idname = "mambatalk.insert_gesture"
    bl_label = "Insert Gesture"

    gesture: EnumProperty(
        name="Gesture", description="The gesture. By default it is the one of the menu", items=GESTURE_ITEMS
    )
    hand: EnumProperty(name="Hand", description="The hand that makes the gesture", items=HAND_ITEMS)
    where: EnumProperty(name="Where", description="The frame at which the gesture means something", items=WHERE)
    frame: IntProperty(name="Frame", description="The frame. If it is given, Where is not used")

    def wanted(self, context, take, entries):
        """Return the list with the new gestures."""
        self.performer = take.armature
        given = self.properties.is_property_set
        name = self.gesture if given("gesture") else context.window_manager.mambatalk_gestures.gesture
        frames = [self.frame] if given("frame") else self._frames(context, take)
        first, last = int(take.frames[0]), int(take.frames[-1])
        outside = [frame for frame in frames if not first <= frame <= last]
        if outside:
            raise GestureError(
                f"Frame {outside[0]} lies outside of {take.action.name}, whose frames are {first} to {last}.",
                remedy="Choose frames of the take.",
            )
        at = [(frame - first) / take.info.fps for frame in frames]
        return [*entries, *((Kind.GESTURE.value, second, second, Setting(name, self.hand)) for second in at)]

    def _frames(self, context, take) -> list[int]:
        if self.where == "FRAME":
            return [context.scene.frame_current]
        if self.where == "MARKERS":
            found = [marker.frame for marker in context.scene.timeline_markers if marker.select]
            if not found:
                raise GestureError(
                    "No marker of the timeline is selected.", remedy="Select markers, or choose another place."
                )
            return found
        own = take.action.mambatalk_take
        words = [word for word in own.words if word.chosen] or list(own.words)[own.word_index : own.word_index + 1]
        if not words:
            raise GestureError(
                "The take has no words.", remedy="Choose another place, or generate a take with a transcript."
            )
        return [int(take.frames[0]) + round(word.start_s * take.info.fps) for word in words]


class MAMBATALK_OT_remove_gesture(_GestureOperator, bpy.types.Operator):
    """Remove the selected gesture: arms and hands get their own movement back"""

    bl_idname = "mambatalk.remove_gesture"
    bl_label = "Remove Gesture"

    index: IntProperty(name="Index", description="Position in the list, from 0. By default it is the selected row")

    def wanted(self, context, take, entries):
        """Return the list without the gesture."""
        self.performer = take.armature
        given = self.properties.is_property_set("index")
        index = self.index if given else take.action.mambatalk_take.marker_index
        if not 0 <= index < len(entries) or entries[index][0] != Kind.GESTURE:
            raise GestureError("No gesture is selected.", remedy="Choose one in the list.")
        return entries[:index] + entries[index + 1 :]


class MAMBATALK_OT_remove_word_gestures(_GestureOperator, bpy.types.Operator):
    """Remove the gestures that the words of the take called for. Those that you inserted stay"""

    bl_idname = "mambatalk.remove_word_gestures"
    bl_label = "Remove Gestures by Words"

    def wanted(self, context, take, entries):
        """Return the list without them."""
        self.performer = take.armature
        return [entry for entry in entries if entry[3] is None or not entry[3].is_auto]


CLASSES = (MAMBATALK_OT_insert_gesture, MAMBATALK_OT_remove_gesture, MAMBATALK_OT_remove_word_gestures)
