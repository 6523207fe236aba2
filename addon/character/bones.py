"""An armature with the 55 SMPL-X bones, laid out for an animator's eye: bones point at their child."""

import bpy
import numpy as np
from mathutils import Vector

from ...core.body.skeleton import JOINT, JOINT_NAMES, PARENTS
from .bone_space import TO_BLENDER

# The child a bone points at, where it has several.
_MAIN_CHILD = {"pelvis": "spine1", "spine3": "neck", "left_wrist": "left_middle1", "right_wrist": "right_middle1"}
# Tails (metres, SMPL-X axes, from the head) of bones without a child to point at.
_TAILS = {
    "head": (0.0, 0.15, 0.0),
    "jaw": (0.0, -0.06, 0.08),
    "left_eye_smplhf": (0.0, 0.0, 0.03),
    "right_eye_smplhf": (0.0, 0.0, 0.03),
    "left_foot": (0.0, 0.0, 0.07),
    "right_foot": (0.0, 0.0, 0.07),
}
_FACE = ("jaw", "left_eye_smplhf", "right_eye_smplhf")
_FRONT, _UP = Vector((0.0, -1.0, 0.0)), Vector((0.0, 0.0, 1.0))


def build_armature(
    context: bpy.types.Context,
    collection: bpy.types.Collection,
    name: str,
    rest_joints: np.ndarray,
    made: list[bpy.types.ID],
) -> bpy.types.Object:
    """Make the armature; `made` collects what to remove if a later step fails.

    Args:
        context: its view layer is where Blender edits the bones.
        collection: to link the armature to.
        name: of the object.
        rest_joints: (55, 3) metres, SMPL-X axes.
        made: gets the new data-blocks.
    """
    data = bpy.data.armatures.new(name)
    made.append(data)
    armature = bpy.data.objects.new(name, data)
    made.append(armature)
    data.display_type = "STICK"
    armature.show_in_front = True
    heads = rest_joints @ TO_BLENDER.T
    tails = bone_tails(rest_joints) @ TO_BLENDER.T
    # Only the master collection is sure to be visible, and a hidden object cannot be edited.
    context.scene.collection.objects.link(armature)
    with _EditMode(context, armature):
        for joint, bone_name in enumerate(JOINT_NAMES):
            bone = data.edit_bones.new(bone_name)
            bone.head, bone.tail = heads[joint], tails[joint]
            if PARENTS[joint] >= 0:
                bone.parent = data.edit_bones[JOINT_NAMES[PARENTS[joint]]]
            along = bone.tail - bone.head
            bone.align_roll(_FRONT if abs(along.z) > along.length * 0.7 else _UP)
    if collection != context.scene.collection:
        collection.objects.link(armature)
        context.scene.collection.objects.unlink(armature)
    for pose_bone in armature.pose.bones:
        pose_bone.rotation_mode = "QUATERNION"
    _sort_bones(data)
    return armature


def bone_tails(rest_joints: np.ndarray) -> np.ndarray:
    """Tails (55, 3) of bones that begin at the joints, metres, SMPL-X axes."""
    tails = np.array(rest_joints)
    for joint, name in enumerate(JOINT_NAMES):
        children = [child for child, parent in enumerate(PARENTS) if parent == joint]
        if name in _TAILS:
            tails[joint] = rest_joints[joint] + _TAILS[name]
        elif name in _MAIN_CHILD:
            tails[joint] = rest_joints[JOINT[_MAIN_CHILD[name]]]
        elif children:
            tails[joint] = rest_joints[children[0]]
        else:
            # the last bone of a finger goes on as long as the one before
            tails[joint] = 2 * rest_joints[joint] - rest_joints[PARENTS[joint]]
    return tails


def _sort_bones(data: bpy.types.Armature) -> None:
    groups = {name: data.collections.new(name) for name in ("Body", "Hands", "Face")}
    for joint, name in enumerate(JOINT_NAMES):
        group = "Face" if name in _FACE else "Hands" if joint >= JOINT["left_index1"] else "Body"
        groups[group].assign(data.bones[name])


class _EditMode:
    """Edit mode on one armature, and back to the mode, active object and selection there were."""

    def __init__(self, context: bpy.types.Context, armature: bpy.types.Object):
        self.context, self.armature = context, armature
        self.layer = context.view_layer

    def __enter__(self):
        self.active = self.layer.objects.active
        self.mode = self.active.mode if self.active is not None else "OBJECT"
        if self.mode != "OBJECT":
            bpy.ops.object.mode_set(mode="OBJECT")
        self.selected = list(self.layer.objects.selected)
        for each in self.selected:
            each.select_set(False, view_layer=self.layer)
        # A collection may be made for the object in this very call; the layer must know it before it can be active.
        self.layer.update()
        self.layer.objects.active = self.armature
        bpy.ops.object.mode_set(mode="EDIT")

    def __exit__(self, *exception):
        bpy.ops.object.mode_set(mode="OBJECT")
        self.armature.select_set(False, view_layer=self.layer)
        for each in self.selected:
            each.select_set(True, view_layer=self.layer)
        self.layer.objects.active = self.active
        if self.mode != "OBJECT":
            bpy.ops.object.mode_set(mode=self.mode)
