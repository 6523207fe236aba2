"""Levels of a take as operators: setting them at once, resetting them, choosing the rest pose."""

import json

import bpy

from ...core.errors import GestureError
from .. import apply, jobs, live, rest_pose, takes
from ..take_properties import level_properties
from .resample import why_no_take


class _LevelOperator:
    """Mixin: a change of the sliders, and the keys that it asks for."""

    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        """Whether there is a take."""
        return jobs.explain(cls, why_no_take(context))

    def execute(self, context):
        """Set them and write keys; a failure changes nothing."""
        try:
            armature = apply.require_target(context)
            action = takes.active(armature)
            before = live.sliders_of(action)
            live.set_sliders(action, self.wanted(context, armature))
            try:
                live.apply(armature)
            except GestureError:
                live.set_sliders(action, before)
                raise
        except GestureError as error:
            return jobs.fail(self, error)
        jobs.state.error = None
        return {"FINISHED"}


class MAMBATALK_OT_set_levels(_LevelOperator, bpy.types.Operator):
    """Make the take calmer or broader, stiller, smoother; everything can be set back"""

    bl_idname = "mambatalk.set_levels"
    bl_label = "Set Levels"
    __annotations__ = level_properties()

    def invoke(self, context, event):
        """Begin where the sliders are."""
        for name, value in live.sliders_of(takes.active(apply.target(context))).items():
            if name in live.LEVEL_NAMES and not self.properties.is_property_set(name):
                setattr(self, name, value)
        return self.execute(context)

    def wanted(self, context, armature):
        """Those that are given; the others stay."""
        return {name: getattr(self, name) for name in live.LEVEL_NAMES if self.properties.is_property_set(name)}

    def draw(self, context):
        """All of them, in the redo panel."""
        self.layout.use_property_split = True
        for name in live.LEVEL_NAMES:
            self.layout.prop(self, name)


class MAMBATALK_OT_reset_levels(_LevelOperator, bpy.types.Operator):
    """Set all levels back: the take as it was generated and finished"""

    bl_idname = "mambatalk.reset_levels"
    bl_label = "Reset Levels"

    def wanted(self, context, armature):
        """The defaults."""
        own = takes.active(armature).mambatalk_take
        return {name: own.bl_rna.properties[name].default for name in live.LEVEL_NAMES} | {"pose": ""}


class MAMBATALK_OT_rest_pose(_LevelOperator, bpy.types.Operator):
    """Use the pose that the character is in now as the rest pose that Pose blends into"""

    bl_idname = "mambatalk.rest_pose"
    bl_label = "Current Pose as Rest"

    def wanted(self, context, armature):
        """The pose, and all of it where none was blended in before."""
        amount = takes.active(armature).mambatalk_take.pose_amount
        return {"pose": json.dumps(rest_pose.read(armature)), "pose_amount": amount or 1.0}


CLASSES = (MAMBATALK_OT_set_levels, MAMBATALK_OT_reset_levels, MAMBATALK_OT_rest_pose)
