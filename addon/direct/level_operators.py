"""Levels of a take as operators: setting them at once, resetting them, choosing the rest pose."""

import json

import bpy
import numpy as np

from ..rig import performer
from ..take import info as take_info
from ..take.properties import level_properties
from . import sliders
from .change import DirectionOperator


class _LevelOperator(DirectionOperator):
    """Mixin: a change of the sliders."""

    read, put = staticmethod(sliders.read), staticmethod(sliders.put)


class MAMBATALK_OT_set_levels(_LevelOperator, bpy.types.Operator):
    """Make the take calmer or broader, stiller, smoother; everything can be set back"""

    bl_idname = "mambatalk.set_levels"
    bl_label = "Set Levels"
    __annotations__ = level_properties()

    def invoke(self, context, event):
        """Begin where the sliders are."""
        for name, value in sliders.read(take_info.active(performer.target(context))).items():
            if name in sliders.NAMES and not self.properties.is_property_set(name):
                setattr(self, name, value)
        return self.execute(context)

    def wanted(self, context, take, before):
        """Those that are given; the others stay."""
        return {name: getattr(self, name) for name in sliders.NAMES if self.properties.is_property_set(name)}

    def draw(self, context):
        """All of them, in the redo panel."""
        self.layout.use_property_split = True
        for name in sliders.NAMES:
            self.layout.prop(self, name)


class MAMBATALK_OT_reset_levels(_LevelOperator, bpy.types.Operator):
    """Set all levels back: the take as it was generated and finished"""

    bl_idname = "mambatalk.reset_levels"
    bl_label = "Reset Levels"

    def wanted(self, context, take, before):
        """The defaults."""
        own = take.action.mambatalk_take
        return {name: own.bl_rna.properties[name].default for name in sliders.NAMES} | {"pose": ""}


class MAMBATALK_OT_rest_pose(_LevelOperator, bpy.types.Operator):
    """Use the pose that the character is in now as the rest pose that Pose blends into"""

    bl_idname = "mambatalk.rest_pose"
    bl_label = "Current Pose as Rest"

    def wanted(self, context, take, before):
        """The pose, and all of it where none was blended in before."""
        amount = take.action.mambatalk_take.pose_amount
        pose = np.round(performer.of(take.armature).pose(), 6).tolist()
        return {"pose": json.dumps(pose), "pose_amount": amount or 1.0}


CLASSES = (MAMBATALK_OT_set_levels, MAMBATALK_OT_reset_levels, MAMBATALK_OT_rest_pose)
