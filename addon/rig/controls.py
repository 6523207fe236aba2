"""Controls of a rig that are switched to forward kinematics, so that the keys of a take move them."""

import bpy
import numpy as np

from ..blender import fcurves
from ..blender.fcurves import Channel
from ..blender.paths import custom_property_path
from . import mapping as rig_mapping


def write_switches(action: bpy.types.Action, armature: bpy.types.Object, frame: float) -> None:
    """Key once what switches a rig's controls to forward kinematics, so that other actions keep their inverse ones."""
    for bone, name, value in _switches(armature):
        channel = Channel(custom_property_path(name, bone), np.array([[value]]), bone)
        fcurves.write(action, armature, np.array([frame]), [channel], kind="CONSTANT")


def switch(armature: bpy.types.Object) -> None:
    """Set the switches themselves, too."""
    for bone, name, value in _switches(armature):
        pose = armature.pose.bones[bone]
        pose[name] = type(pose[name])(value)


def _switches(armature: bpy.types.Object) -> list[tuple[str, str, float]]:
    """(bone, custom property, value) of an armature's controls."""
    if rig_mapping.is_direct(armature):
        return []
    poses = armature.pose.bones
    return [
        (bone, name, value)
        for bone, values in rig_mapping.mapping_of(armature).settings.items()
        for name, value in values.items()
        if bone in poses and name in poses[bone]
    ]
