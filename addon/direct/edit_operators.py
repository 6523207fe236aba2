"""Operators on hand edits and locks of a take: show edits, drop edits, lock bones."""

import bpy
from bpy.props import BoolProperty, EnumProperty, IntProperty, StringProperty

from ...core.errors import GestureError
from ..job import report, state
from ..rig import performer
from ..take import hand_edits, locks, playback, rewrite
from ..take import info as take_info
from ..take.properties import AREA_ITEMS
from . import directed_keys


class MAMBATALK_OT_show_edits(bpy.types.Operator):
    """List the bones and shape keys that were changed by hand, with their frames. Only Drop Edits undoes the changes"""

    bl_idname = "mambatalk.show_edits"
    bl_label = "Show Edits"
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context):
        """Tell whether the character performs a take."""
        return report.explain(cls, take_info.why_no_take(context))

    def execute(self, context):
        """Find the edits and show a line for each bone or shape key."""
        try:
            take = playback.of(performer.require_target(context))
            lines = hand_edits.lines(take, hand_edits.find(take))
        except GestureError as error:
            return report.fail(self, error)
        return report.finish(self, lines or ["Nothing was changed by hand"])


class MAMBATALK_OT_drop_edits(bpy.types.Operator):
    """Drop changes that were made by hand: the take's own keys come back"""

    bl_idname = "mambatalk.drop_edits"
    bl_label = "Drop Edits"
    bl_options = {"REGISTER", "UNDO"}

    parts: EnumProperty(
        name="Parts",
        description="Body parts whose edits are dropped; if none is chosen, those of all parts",
        items=AREA_ITEMS,
        options={"ENUM_FLAG", "SKIP_SAVE"},
    )
    bone: StringProperty(
        name="Bone",
        description="A bone or shape key whose edits are dropped; if empty, those of all",
        options={"SKIP_SAVE"},
    )
    start: IntProperty(name="Start", description="The first scene frame whose edits are dropped", options={"SKIP_SAVE"})
    end: IntProperty(name="End", description="The last scene frame whose edits are dropped", options={"SKIP_SAVE"})

    @classmethod
    def poll(cls, context):
        """Tell whether the character performs a take."""
        return report.explain(cls, take_info.why_no_take(context))

    def execute(self, context):
        """Write the take's own keys over the chosen edits."""
        try:
            take = playback.of(performer.require_target(context))
            released = self._released(take)
            if not released:
                raise GestureError("There is no such hand edit.", remedy="See Show Edits.")
            directed_keys.drop_edits(take, released)
        except GestureError as error:
            return report.fail(self, error)
        state.current.error = None
        self.report({"INFO"}, f"Dropped edits of {len(released)} channels")
        return {"FINISHED"}

    def _released(self, take: playback.Performed) -> rewrite.Masks:
        edits = hand_edits.find(take)
        if self.parts:
            edits = hand_edits.of_areas(take, edits, self.parts)
        if self.bone:
            edits = [edit for edit in edits if edit.owner == self.bone]
        given = self.properties.is_property_set
        within = (take.frames >= self.start) | (not given("start"))
        within &= (take.frames <= self.end) | (not given("end"))
        return {edit.channel: edit.frames & within for edit in edits if (edit.frames & within).any()}


class MAMBATALK_OT_lock_bones(bpy.types.Operator):
    """Lock the selected bones of the character's take, or unlock them: only you change the keys of locked bones"""

    bl_idname = "mambatalk.lock_bones"
    bl_label = "Lock Bones"
    bl_options = {"REGISTER", "UNDO"}

    lock: BoolProperty(name="Lock", description="Off to unlock", default=True, options={"SKIP_SAVE"})
    bone: StringProperty(name="Bone", description="Name of a bone; if empty, the selected bones", options={"SKIP_SAVE"})

    @classmethod
    def poll(cls, context):
        """Tell whether the character performs a take."""
        return report.explain(cls, take_info.why_no_take(context))

    def execute(self, context):
        """Lock or unlock the bones; unlocked ones get the keys that the sliders ask for."""
        try:
            armature = performer.require_target(context)
            action = take_info.active(armature)
            names = [self.bone] if self.bone else _selected(context, armature)
            if not names or any(name not in armature.pose.bones for name in names):
                raise GestureError("No bone of the character is selected.", remedy="Select bones in pose mode.")
            take_info.require_own(action)
            for name in names:
                locks.set_bone(action, name, self.lock)
            if not self.lock:
                directed_keys.write_keys(armature, everything=True)
        except GestureError as error:
            return report.fail(self, error)
        state.current.error = None
        self.report({"INFO"}, f"{'Locked' if self.lock else 'Unlocked'} {len(names)} bones")
        return {"FINISHED"}


def _selected(context, armature: bpy.types.Object) -> list[str]:
    return [bone.name for bone in context.selected_pose_bones or () if bone.id_data == armature]


CLASSES = (MAMBATALK_OT_show_edits, MAMBATALK_OT_drop_edits, MAMBATALK_OT_lock_bones)
