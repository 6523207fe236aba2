"""Switches of a rig's controls: custom properties that choose between forward and inverse kinematics.

A rig with controls (Rigify, for example) moves its bones in one of two ways. With forward kinematics the animator turns
upper arm, forearm and hand. With inverse kinematics the hand is dragged, and the arm follows. Keys of a take are for
forward kinematics, so the switches must say so: the mapping of the rig lists them, with their values.
"""

import bpy
import numpy as np

from ..blender import fcurves
from ..blender.fcurves import Channel
from ..blender.paths import custom_property_path
from .presets import BoneMap


def key_switches(action: bpy.types.Action, armature: bpy.types.Object, mapping: BoneMap, frame: float) -> None:
    """Key the switches once in an action, so that other actions can keep inverse kinematics."""
    for bone, name, value in _switches(armature, mapping):
        channel = Channel(custom_property_path(name, bone), np.array([[value]]), bone)
        fcurves.write(action, armature, np.array([frame]), [channel], kind="CONSTANT")


def set_switches(armature: bpy.types.Object, mapping: BoneMap) -> None:
    """Set the switches to forward kinematics."""
    for bone, name, value in _switches(armature, mapping):
        pose = armature.pose.bones[bone]
        pose[name] = type(pose[name])(value)


def _switches(armature: bpy.types.Object, mapping: BoneMap) -> list[tuple[str, str, float]]:
    """Return (bone, custom property, value) of every switch that an armature has."""
    poses = armature.pose.bones
    return [
        (bone, name, value)
        for bone, values in mapping.settings.items()
        for name, value in values.items()
        if bone in poses and name in poses[bone]
    ]
