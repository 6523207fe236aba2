"""A motion keyed on a rig, and how far the rig's limbs are from where the motion has them."""

import bpy
import numpy as np
from mathutils import Matrix

from ..conftest import wobble

LIMBS = {
    "upper arm": ("shoulder", "elbow"),
    "forearm": ("elbow", "wrist"),
    "hand": ("wrist", "middle1"),
    "thigh": ("hip", "knee"),
    "shin": ("knee", "ankle"),
}
FRAMES = 24


def key(armature, motion, mapping=None):
    """Key a motion on a rig from frame 1."""
    from mambatalk_ext.addon.blender import fcurves, versions
    from mambatalk_ext.addon.rig import mapped_performer, performer
    from mambatalk_ext.addon.rig import mapping as rig_mapping

    performance = mapped_performer.perform(motion, armature, mapping or rig_mapping.mapping_of(armature))
    action = bpy.data.actions.new("retargeted")
    fcurves.write(action, armature, 1 + np.arange(motion.frame_count), performance.channels)
    performer.of(armature).key_switches(action, 1)
    versions.assign_action(armature, action)
    performer.of(armature).prepare()
    return performance


def posed_bones(armature, names):
    """Heads (N, 3) and turns away from rest (N, 3, 3), in armature space."""
    posed = armature.evaluated_get(bpy.context.evaluated_depsgraph_get())
    heads, turns = [], []
    for name in names:
        bone = posed.pose.bones[name]
        heads.append(bone.matrix.translation)
        turns.append(np.array(bone.matrix.to_3x3()) @ np.linalg.inv(np.array(bone.bone.matrix_local.to_3x3())))
    return np.array(heads), np.array(turns)


def angle(a, b) -> float:
    a, b = a / np.linalg.norm(a), b / np.linalg.norm(b)
    return float(np.degrees(np.arctan2(np.linalg.norm(np.cross(a, b)), a @ b)))


def twist(turn, axis) -> float:
    """Degrees of a rotation matrix about an axis."""
    q = Matrix(turn).to_quaternion()
    turned = np.degrees(2 * np.arctan2(np.array(q)[1:] @ (axis / np.linalg.norm(axis)), q.w))
    return abs((turned + 180) % 360 - 180)


def errors(built, motion, step=3):
    """Direction and twist errors, degrees: limb → list over frames and sides."""
    from mambatalk_ext.core.body.kinematics import forward_kinematics
    from mambatalk_ext.core.body.skeleton import JOINT, default_rest_joints

    positions, turns = forward_kinematics(motion.rotations, motion.translation, default_rest_joints())
    axes, mapping = built.axes, built.mapping
    names = [name for bones in mapping.values() for name in bones]
    direction = {limb: [] for limb in (*LIMBS, "head")}
    twisted = {limb: [] for limb in (*LIMBS, "head")}
    for frame in range(0, motion.frame_count, step):
        bpy.context.scene.frame_set(frame + 1)
        heads, found = posed_bones(built.armature, names)
        heads, found = dict(zip(names, heads, strict=True)), dict(zip(names, found, strict=True))
        # What each bone should have turned away from the rig's rest.
        wanted = axes @ turns[frame] @ np.swapaxes(built.rest_turn, -1, -2) @ axes.T
        for side in ("left", "right"):
            for limb, (upper, lower) in LIMBS.items():
                part = mapping.get(f"{side}_{lower.rstrip('1')}") or mapping.get(f"{side}_index")
                if part is None:
                    continue
                point = lower if f"{side}_{lower.rstrip('1')}" in mapping else "index1"
                here = heads[part[0]] - heads[mapping[f"{side}_{upper}"][0]]
                joints = [JOINT[f"{side}_{upper}"], JOINT[f"{side}_{point}"]]
                there = axes @ (positions[frame, joints[1]] - positions[frame, joints[0]])
                direction[limb].append(angle(here, there))
                difference = found[mapping[f"{side}_{upper}"][-1]] @ wanted[joints[0]].T
                twisted[limb].append(twist(difference, there))
        head = found[mapping["head"][-1]]
        for axis in ((0, 1, 0), (0, 0, 1)):
            direction["head"].append(angle(head @ axes @ axis, wanted[JOINT["head"]] @ axes @ axis))
        twisted["head"].append(twist(head @ wanted[JOINT["head"]].T, axes @ [0, 1, 0]))
    return {limb: values for limb, values in direction.items() if values}, twisted


def lively(frames=FRAMES, seed=0):
    """A motion that turns every joint, arms and wrists by much."""
    motion = wobble(frames, seed)
    return motion.replace(rotations=motion.rotations * np.where(np.arange(55) >= 25, 0.5, 1.0)[None, :, None])


def unreal_like(spine=3, neck=1, toes=True, fingers=3):
    """The hierarchy of a rig of that many bones."""
    parent = {"root": None, "pelvis": "root"}
    above = "pelvis"
    for number in range(1, spine + 1):
        parent[f"spine_{number:02d}"] = above
        above = f"spine_{number:02d}"
    chest = above
    for number in range(1, neck + 1):
        parent[f"neck_{number:02d}"] = above
        above = f"neck_{number:02d}"
    parent["head"] = above
    for s in "lr":
        above = chest
        for name in ("clavicle", "upperarm", "lowerarm", "hand"):
            parent[f"{name}_{s}"] = above
            above = f"{name}_{s}"
        for finger in ("thumb", "index", "middle", "ring", "pinky"):
            above = f"hand_{s}"
            for number in range(1, fingers + 1):
                parent[f"{finger}_{number:02d}_{s}"] = above
                above = f"{finger}_{number:02d}_{s}"
        above = "pelvis"
        for name in ("thigh", "calf", "foot", "ball")[: 4 if toes else 3]:
            parent[f"{name}_{s}"] = above
            above = f"{name}_{s}"
    return parent


def edit(armature, change):
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    change(armature.data.edit_bones)
    bpy.ops.object.mode_set(mode="OBJECT")
