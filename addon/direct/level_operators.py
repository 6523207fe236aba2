"""Operators on the levels of a take: set several in one step, reset them, choose the rest pose."""

import json

import bpy
import numpy as np

from ..rig import performer
from ..take import info as take_info
from ..take.properties import level_properties
from . import sliders
from .change import DirectionOperator


class _LevelOperator(DirectionOperator):
    """Mixin of an operator that changes sliders."""

    read, put = staticmethod(sliders.read), staticmethod(sliders.put)


class MAMBATALK_OT_set_levels(_LevelOperator, bpy.types.Operator):
    """Make the take calmer or broader, stiller or smoother. Levels that are set back bring back the same keys"""

    bl_idname = "mambatalk.set_levels"
    bl_label = "Set Levels"
    __annotations__ = level_properties()

    def invoke(self, context, event):
        """Begin with the present values of the sliders."""
        for name, value in sliders.read(take_info.active(performer.target(context))).items():
            if name in sliders.NAMES and not self.properties.is_property_set(name):
                setattr(self, name, value)
        return self.execute(context)

    def wanted(self, context, take, before):
        """Return the levels that are given; the others stay."""
        return {name: getattr(self, name) for name in sliders.NAMES if self.properties.is_property_set(name)}

    def draw(self, context):
        """Draw all levels in the redo panel."""
        self.layout.use_property_split = True
        for name in sliders.NAMES:
            self.layout.prop(self, name)


class MAMBATALK_OT_reset_levels(_LevelOperator, bpy.types.Operator):
    """Set all levels back. The take is then as it was generated and finished"""

    bl_idname = "mambatalk.reset_levels"
    bl_label = "Reset Levels"

    def wanted(self, context, take, before):
        """Return the defaults of all levels, and no rest pose."""
        own = take.action.mambatalk_take
        return {name: own.bl_rna.properties[name].default for name in sliders.NAMES} | {"pose": ""}


class MAMBATALK_OT_rest_pose(_LevelOperator, bpy.types.Operator):
    """Use the present pose of the character as the rest pose that Pose blends into"""

    bl_idname = "mambatalk.rest_pose"
    bl_label = "Current Pose as Rest"

    def wanted(self, context, take, before):
        """Return the present pose; it is blended in fully where Pose was 0."""
        amount = take.action.mambatalk_take.pose_amount
        pose = np.round(performer.of(take.armature).pose(), 6).tolist()
        return {"pose": json.dumps(pose), "pose_amount": amount or 1.0}


CLASSES = (MAMBATALK_OT_set_levels, MAMBATALK_OT_reset_levels, MAMBATALK_OT_rest_pose)
