"""An armature with the 55 SMPL-X bones: each bone begins at its joint and points to the next, as animators expect."""

import bpy
import numpy as np
from mathutils import Vector

from ...core.body.skeleton import JOINT, JOINT_NAMES, PARENTS
from .bone_space import TO_BLENDER

# The child to which a bone with several children points.
_MAIN_CHILD = {"pelvis": "spine1", "spine3": "neck", "left_wrist": "left_middle1", "right_wrist": "right_middle1"}
# Tails of bones without a child, metres from the head of the bone, SMPL-X axes.
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
    """Build the armature.

    Args:
        context: Blender edits the bones in its view layer.
        collection: gets the armature.
        name: name of the object.
        rest_joints: (55, 3) metres, SMPL-X axes.
        made: gets the new data-blocks, so that the caller can remove them if a later step fails.
    """
    data = bpy.data.armatures.new(name)
    made.append(data)
    armature = bpy.data.objects.new(name, data)
    made.append(armature)
    data.display_type = "STICK"
    armature.show_in_front = True
    heads = rest_joints @ TO_BLENDER.T
    tails = bone_tails(rest_joints) @ TO_BLENDER.T
    # A hidden object cannot be edited, and only the scene's own collection is sure to be visible.
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
    """Return the tails (55, 3) of the bones that begin at the joints (55, 3), metres, SMPL-X axes."""
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
            # The last bone of a finger is as long as the bone before, and continues it.
            tails[joint] = 2 * rest_joints[joint] - rest_joints[PARENTS[joint]]
    return tails


def _sort_bones(data: bpy.types.Armature) -> None:
    """Put the bones into the bone collections Body, Hands and Face."""
    groups = {name: data.collections.new(name) for name in ("Body", "Hands", "Face")}
    for joint, name in enumerate(JOINT_NAMES):
        group = "Face" if name in _FACE else "Hands" if joint >= JOINT["left_index1"] else "Body"
        groups[group].assign(data.bones[name])


class _EditMode:
    """Within a `with` statement: edit mode on one armature; afterwards mode, active object and selection as before."""

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
        # The view layer does not know an object in a new collection before it is updated.
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
