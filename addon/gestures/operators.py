"""Operators on gestures of the library in a take: insert one, point at something, remove one or those by words."""

import bpy
from bpy.props import EnumProperty, IntProperty, StringProperty

from ...core.direct.markers import Kind
from ...core.errors import GestureError
from ...core.gestures.clip import OWN, as_text
from ...core.gestures.placed import Setting
from ..direct import settings as direct_settings
from ..direct.take_mixins import MarkersOperator
from ..take import store as take_store
from ..take.properties import GESTURE_ITEMS, HAND_ITEMS
from . import own as own_gestures
from . import places, timeline_markers

WHERE = [
    ("FRAME", "Current Frame", "The gesture means something at the current frame"),
    ("WORDS", "Chosen Words", "At the first frame of every chosen word; without one, at the selected word of the list"),
    ("MARKERS", "Selected Markers", "At every selected marker of the timeline"),
]

RANGES = [
    ("FRAME", "Current Frame", "From the current frame on, as long as the gesture usually lasts"),
    *direct_settings.PREVIEW_OR_WORDS,
]


class _GestureOperator(MarkersOperator):
    """Mixin of an operator that changes the gestures in a take's list."""

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
    own: StringProperty(
        name="Own Gesture", description="Name of a gesture that you saved. If it is given, Gesture is not used"
    )
    hand: EnumProperty(name="Hand", description="The hand that makes the gesture", items=HAND_ITEMS)
    where: EnumProperty(name="Where", description="The frame at which the gesture means something", items=WHERE)
    frame: IntProperty(name="Frame", description="The frame. If it is given, Where is not used")

    def wanted(self, context, take, entries):
        """Return the list with the new gestures."""
        self.performer = take.armature
        given = self.properties.is_property_set
        name = self.gesture if given("gesture") else context.window_manager.mambatalk_gestures.gesture
        own_name = self.own or (name if name.startswith(f"{OWN}:") else "")
        clip = as_text(own_gestures.named(context, own_name).clip) if own_name else ""
        setting = Setting(OWN if clip else name, self.hand, clip=clip)
        frames = [self.frame] if given("frame") else self._frames(context, take)
        first, last = int(take.frames[0]), int(take.frames[-1])
        outside = [frame for frame in frames if not first <= frame <= last]
        if outside:
            raise GestureError(
                f"Frame {outside[0]} lies outside of {take.action.name}, whose frames are {first} to {last}.",
                remedy="Choose frames of the take.",
            )
        at = [(frame - first) / take.info.fps for frame in frames]
        return [*entries, *((Kind.GESTURE.value, second, second, setting) for second in at)]

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


class MAMBATALK_OT_point_at(_GestureOperator, bpy.types.Operator):
    """Point at the chosen object or the camera: the arm that is nearer, head and eyes lead to it and stay there"""

    bl_idname = "mambatalk.point_at"
    bl_label = "Point At"

    target: StringProperty(
        name="Object", description="Name of the object. By default it is the chosen one, or the camera"
    )
    where: EnumProperty(name="Where", description="The frames in which the character points", items=RANGES)
    start: IntProperty(name="Start", description="The first frame. If it is given, Where is not used")
    end: IntProperty(name="End", description="The last frame. By default it is the same as Start")

    def wanted(self, context, take, entries):
        """Return the list with the new gesture."""
        self.performer = take.armature
        target = self._target(context)
        first, last = self._frames(context, take)
        own = int(take.frames[0]), int(take.frames[-1])
        if first < own[0] or last > own[1]:
            raise GestureError(
                f"Frame {first if first < own[0] else last} lies outside of {take.action.name}, whose frames are "
                f"{own[0]} to {own[1]}.",
                remedy="Choose frames of the take.",
            )
        second = (first - own[0]) / take.info.fps
        motion = take_store.load(take.action).finished
        row = min(round(second * motion.fps), motion.frame_count - 1)
        seen = places.place_of(target, context.scene, first)
        place = places.in_motion(seen, take.armature, context.scene, first, motion, row)
        end_s = (last - own[0]) / take.info.fps
        return [*entries, (Kind.GESTURE.value, second, end_s, Setting("point_at", place=place))]

    def _target(self, context) -> bpy.types.Object:
        if self.target:
            found = bpy.data.objects.get(self.target)
        else:
            found = context.window_manager.mambatalk_gestures.target or context.scene.camera
        if found is None:
            raise GestureError(
                "There is nothing to point at.", remedy="Choose an object, or add a camera to the scene."
            )
        return found

    def _frames(self, context, take) -> tuple[int, int]:
        given = self.properties.is_property_set
        if given("start"):
            return self.start, max(self.end, self.start) if given("end") else self.start
        return direct_settings.frames_at(self.where, context.scene, take)


class MAMBATALK_OT_remove_gesture(_GestureOperator, bpy.types.Operator):
    """Remove the selected gesture: arms and hands get their own movement back"""

    bl_idname = "mambatalk.remove_gesture"
    bl_label = "Remove Gesture"

    index: IntProperty(name="Index", description="Position in the list, from 0. By default it is the selected row")

    def wanted(self, context, take, entries):
        """Return the list without the gesture."""
        self.performer = take.armature
        index = self.chosen_row(take)
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


CLASSES = (
    MAMBATALK_OT_insert_gesture,
    MAMBATALK_OT_point_at,
    MAMBATALK_OT_remove_gesture,
    MAMBATALK_OT_remove_word_gestures,
)
