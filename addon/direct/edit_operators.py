"""Operators on hand edits and locks of a take: show edits, drop them, spread them, lock bones."""

import bpy
from bpy.props import BoolProperty, EnumProperty, IntProperty, StringProperty

from ...core.errors import GestureError
from ..job import report, state
from ..rig import performer
from ..take import hand_edits, locks, performed, rewrite
from ..take import info as take_info
from ..take.properties import AREA_ITEMS
from . import directed_keys
from . import settings as direct_settings
from .take_mixins import OnTake


class MAMBATALK_OT_show_edits(OnTake, bpy.types.Operator):
    """List the bones and shape keys that were changed by hand, with their frames. Only Drop Edits undoes the changes"""

    bl_idname = "mambatalk.show_edits"
    bl_label = "Show Hand Edits"
    bl_options = {"REGISTER"}

    def execute(self, context):
        """Find the edits and show a line for each bone or shape key."""
        try:
            take = performed.of(performer.require_target(context))
            lines = hand_edits.lines(take, hand_edits.find(take))
        except GestureError as error:
            return report.fail(self, error)
        return report.finish(self, lines or ["Nothing was changed by hand"])


class _EditsOperator(OnTake):
    """Mixin of an operator on hand edits: of some parts or one bone, in some frames; by default on all of a take.

    Pressed in the panel Hand Edits, or found by search, it uses parts and frames of the panel.
    """

    parts: EnumProperty(
        name="Parts",
        description="Body parts whose edits are meant; if none is chosen, those of all parts",
        items=AREA_ITEMS,
        options={"ENUM_FLAG", "SKIP_SAVE"},
    )
    bone: StringProperty(
        name="Bone",
        description="A bone or shape key whose edits are meant; if empty, those of all",
        options={"SKIP_SAVE"},
    )
    of_panel: BoolProperty(
        name="As in the Panel",
        description="Use parts and frames of the panel Hand Edits instead of those below",
        options={"SKIP_SAVE"},
    )
    start: IntProperty(name="Start", description="The first scene frame whose edits are meant", options={"SKIP_SAVE"})
    end: IntProperty(name="End", description="The last scene frame whose edits are meant", options={"SKIP_SAVE"})

    def invoke(self, context, event):
        """Use the settings of the panel, unless parts, a bone or frames are given."""
        if not any(map(self.properties.is_property_set, ("parts", "bone", "start", "end"))):
            self.of_panel = True
        return self.execute(context)

    def _chosen(self, scene: bpy.types.Scene, take: performed.Performed) -> rewrite.Masks:
        """Return the edited frames (T,) that are meant, by channel.

        Raises:
            GestureError: there is no such edit, or the panel's settings give no range.
        """
        edits, parts, given = hand_edits.find(take), self.parts, self.properties.is_property_set
        within = (take.frames >= self.start) | (not given("start"))
        within &= (take.frames <= self.end) | (not given("end"))
        if self.of_panel:
            parts = scene.mambatalk_edits.parts
            first, last = direct_settings.frames(scene.mambatalk_edits, scene, take)
            within = (take.frames >= first) & (take.frames <= last)
        if parts:
            edits = hand_edits.of_areas(take, edits, parts)
        if self.bone:
            edits = [edit for edit in edits if edit.owner == self.bone]
        chosen = {edit.channel: edit.frames & within for edit in edits if (edit.frames & within).any()}
        if not chosen:
            raise GestureError("There is no such hand edit.", remedy="See Show Edits.")
        return chosen


class MAMBATALK_OT_drop_edits(_EditsOperator, bpy.types.Operator):
    """Drop changes that were made by hand: the take's own keys come back"""

    bl_idname = "mambatalk.drop_edits"
    bl_label = "Drop Hand Edits"

    def execute(self, context):
        """Write the take's own keys over the chosen edits."""
        try:
            take = performed.of(performer.require_target(context))
            released = self._chosen(context.scene, take)
            directed_keys.drop_edits(take, released)
        except GestureError as error:
            return report.fail(self, error)
        state.current.error = None
        report.inform(self, f"Dropped edits of {len(released)} channels")
        return {"FINISHED"}


class MAMBATALK_OT_spread_edits(_EditsOperator, bpy.types.Operator):
    """Let the keys around hand edits lead over to them, so that nothing pops; the edits themselves stay"""

    bl_idname = "mambatalk.spread_edits"
    bl_label = "Spread Edit"

    what: EnumProperty(
        name="Spread",
        description="What the keys around lead over to",
        items=direct_settings.SPREADS,
        options={"SKIP_SAVE"},
    )
    frames: IntProperty(
        name="Frames",
        description="Frames on either side of a hand edit that lead over to it",
        default=8,
        min=1,
        max=90,
        options={"SKIP_SAVE"},
    )
    easing: EnumProperty(
        name="Easing",
        description="How the keys lead over to a hand edit",
        items=direct_settings.EASINGS,
        options={"SKIP_SAVE"},
    )

    def invoke(self, context, event):
        """Begin with the settings of the panel; the redo panel can change them afterwards."""
        settings, given = context.scene.mambatalk_edits, self.properties.is_property_set
        for name, value in (("what", settings.spread_of), ("frames", settings.spread), ("easing", settings.easing)):
            if not given(name):
                setattr(self, name, value)
        return super().invoke(context, event)

    def execute(self, context):
        """Write the keys around the chosen edits."""
        try:
            armature = performer.require_target(context)
            take = performed.of(armature)
            around = None if self.what == "KEYS" else self._chosen(context.scene, take)
            if self.what == "BONES":
                names = _selected(context, armature)
                found = {edit.channel for edit in hand_edits.find(take) if edit.is_bone and edit.owner in names}
                around = {channel: frames for channel, frames in around.items() if channel in found}
            count = directed_keys.spread_edits(take, around, self.frames, self.easing == "MIN_JERK")
            if not count:
                raise GestureError(
                    "There is nothing to spread, or there is no key beside it that may change.",
                    remedy="Select bones or keys, choose other parts or frames, or unlock the bones.",
                )
        except GestureError as error:
            return report.fail(self, error)
        return report.finish(self, [f"{count} channels lead over to the edits, {self.frames} frames on either side"])


class MAMBATALK_OT_lock_bones(OnTake, bpy.types.Operator):
    """Lock the selected bones of the character's take, or unlock them: only you change the keys of locked bones"""

    bl_idname = "mambatalk.lock_bones"
    bl_label = "Lock Bones"

    lock: BoolProperty(name="Lock", description="Off to unlock", default=True, options={"SKIP_SAVE"})
    bone: StringProperty(name="Bone", description="Name of a bone; if empty, the selected bones", options={"SKIP_SAVE"})

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
        report.inform(self, f"{'Locked' if self.lock else 'Unlocked'} {len(names)} bones")
        return {"FINISHED"}


def _selected(context, armature: bpy.types.Object) -> list[str]:
    return [bone.name for bone in context.selected_pose_bones or () if bone.id_data == armature]


CLASSES = (
    MAMBATALK_OT_show_edits,
    MAMBATALK_OT_drop_edits,
    MAMBATALK_OT_spread_edits,
    MAMBATALK_OT_lock_bones,
)
