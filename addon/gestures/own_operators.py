"""Operators on gestures of the animator's own: mark the stroke in an action, save the gesture, remove it."""

import bpy
from bpy.props import BoolProperty, EnumProperty, IntProperty, StringProperty

from ...core.errors import GestureError
from ...core.gestures.clip import MOST_NAME
from ..job import report, state
from ..rig import performer
from ..take import info as take_info
from . import own, own_source


def chosen_action(context: bpy.types.Context, name: str = "") -> bpy.types.Action:
    """Return the action that a gesture is cut out of: the named one, the one of the panel, or the performed one.

    Raises:
        GestureError: there is none.
    """
    if name:
        found = bpy.data.actions.get(name)
        if found is None:
            raise GestureError(f"There is no action {name}.", remedy="Choose an action of this character.")
        return found
    armature = performer.require_target(context)
    found = context.window_manager.mambatalk_gestures.own_action or take_info.performed(armature)
    if found is None:
        raise GestureError(
            f"{armature.name} has no animation.", remedy="Choose an action of this character that shows the gesture."
        )
    return found


def why_none(context: bpy.types.Context) -> str | None:
    """Return why no gesture can be saved now; None where one can."""
    return state.why_busy() or performer.why_no_character(context)


class _OwnOperator:
    """Mixin of an operator on gestures of the animator's own; a subclass has `change(context)`, which returns notes."""

    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        """Grey the button while a job is running, or where there is no character."""
        return report.explain(cls, why_none(context))

    def execute(self, context):
        """Do it, and report the notes; after an error nothing is changed."""
        try:
            notes = self.change(context)
        except GestureError as error:
            return report.fail(self, error)
        report.redraw(context)
        return report.finish(self, notes)


class MAMBATALK_OT_mark_stroke(_OwnOperator, bpy.types.Operator):
    """Mark the current frame as the moment of the action that means something: a pose marker named Stroke"""

    bl_idname = "mambatalk.mark_stroke"
    bl_label = "Mark Stroke"

    action: StringProperty(name="Action", description="Name of the action. By default it is the one of the panel")
    frame: IntProperty(name="Frame", description="The frame. By default it is the current one")

    def change(self, context):
        """Put the marker."""
        action = chosen_action(context, self.action)
        frame = self.frame if self.properties.is_property_set("frame") else context.scene.frame_current
        first, last = own_source.frames_of(action, context.scene, within_preview=False)
        if not first <= frame <= last:
            raise GestureError(
                f"Frame {frame} lies outside of {action.name}, whose frames are {first} to {last}.",
                remedy="Go to the frame of the action that means something.",
            )
        if action.library is not None:
            raise GestureError(f"{action.name} is linked from another file.", remedy="Make it local first.")
        own_source.mark_stroke(action, frame)
        return [f"The stroke of {action.name} is in frame {frame}"]


class MAMBATALK_OT_save_gesture(_OwnOperator, bpy.types.Operator):
    """Save a part of an action of the character as a gesture, which Insert Gesture then offers like any other"""

    bl_idname = "mambatalk.save_gesture"
    bl_label = "Save Gesture"

    label: StringProperty(name="Name", description="The name of the gesture. By default it is the one of the panel")
    action: StringProperty(name="Action", description="Name of the action. By default it is the one of the panel")
    start: IntProperty(name="Start", description="The first frame. By default it is that of the preview range")
    end: IntProperty(
        name="End", description="The last frame, which is held. By default it is that of the preview range"
    )
    stroke: IntProperty(name="Stroke", description="The frame that means something. By default it is the marker Stroke")
    hands: EnumProperty(name="Hands", description="The hands that take part", items=own_source.HANDS)
    head: BoolProperty(name="With Head", description="The head turns as in the clip, besides its own movement")
    where: EnumProperty(name="Keep In", description="Where the gesture is kept", items=own.PLACES)
    replace: BoolProperty(name="Replace", description="Replace a gesture of the same name")

    def change(self, context):
        """Cut the gesture out, and keep it."""
        armature, action = performer.require_target(context), chosen_action(context, self.action)
        label = " ".join(self._value(context, "label").split())[:MOST_NAME]
        if not label:
            raise GestureError("The gesture has no name.", remedy="Give it a name.")
        frames, stroke = self._frames(context, action), self._stroke(action)
        hands, head = self._value(context, "hands"), self._value(context, "head")
        clip = own_source.clip_of(context.scene, armature, action, frames, stroke, label, hands, head)
        where = self._value(context, "where")
        own.save(context, clip, where, self._value(context, "replace"))
        menu = context.window_manager.mambatalk_gestures
        menu.group, menu.gesture = "own", own.Saved(clip, where).key
        return [f"The gesture {label} is in the menu now"]

    def _value(self, context, name: str):
        """Return a value that the caller gave, else that of the panel."""
        if self.properties.is_property_set(name):
            return getattr(self, name)
        return getattr(context.window_manager.mambatalk_gestures, f"own_{name}")

    def _frames(self, context, action) -> tuple[int, int]:
        """Return the first and the last frame of the gesture."""
        given = self.properties.is_property_set
        first, last = own_source.frames_of(action, context.scene, not (given("start") or given("end")))
        start, end = self.start if given("start") else first, self.end if given("end") else last
        return start, end

    def _stroke(self, action) -> int:
        """Return the frame that means something."""
        if self.properties.is_property_set("stroke"):
            return self.stroke
        found = own_source.stroke_of(action)
        if found is None:
            raise GestureError(
                f"No stroke is marked in {action.name}.",
                remedy="Go to the frame that means something, and press Mark Stroke.",
            )
        return found


class MAMBATALK_OT_forget_gesture(_OwnOperator, bpy.types.Operator):
    """Remove the gesture of your own that the menu shows. Takes that make it go on making it"""

    bl_idname = "mambatalk.forget_gesture"
    bl_label = "Remove from Menu"

    label: StringProperty(name="Name", description="The name of the gesture. By default it is the one of the menu")

    def invoke(self, context, event):
        """Ask first: a file of the library is deleted."""
        return context.window_manager.invoke_confirm(self, event)

    def change(self, context):
        """Remove it."""
        menu = context.window_manager.mambatalk_gestures
        saved = own.remove(context, self.label or menu.gesture)
        return [f"The gesture {saved.clip.label} is removed from the menu"]


CLASSES = (MAMBATALK_OT_mark_stroke, MAMBATALK_OT_save_gesture, MAMBATALK_OT_forget_gesture)
