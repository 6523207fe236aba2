"""Keys in bulk against Blender's keyframe_insert, on an armature with 55 bones."""

import bpy
import numpy as np

from devtools.bench.harness import Table, seconds
from devtools.extension import extension_module, load_extension

FRAMES = (30, 120)
BULK_ONLY = 1800


def _armature(names: tuple[str, ...]) -> bpy.types.Object:
    data = bpy.data.armatures.new("Bench")
    armature = bpy.data.objects.new("Bench", data)
    bpy.context.scene.collection.objects.link(armature)
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    for name in names:
        bone = data.edit_bones.new(name)
        bone.tail = (0, 0, 0.1)
    bpy.ops.object.mode_set(mode="OBJECT")
    return armature


def _bulk_s(armature: bpy.types.Object, quaternions: np.ndarray) -> float:
    """Return the seconds to write quaternions (T, J, 4) as keys of all bones at once."""
    fcurves = extension_module("addon.blender.fcurves")
    action = bpy.data.actions.new("Bulk")
    channels = [
        fcurves.Channel(f'pose.bones["{bone.name}"].rotation_quaternion', quaternions[:, index], bone.name)
        for index, bone in enumerate(armature.pose.bones)
    ]
    return seconds(lambda: fcurves.write(action, armature, np.arange(1, len(quaternions) + 1), channels))


def _insert(armature: bpy.types.Object, quaternions: np.ndarray) -> None:
    """Key quaternions (T, J, 4) one by one."""
    for frame, pose in enumerate(quaternions, 1):
        for bone, quaternion in zip(armature.pose.bones, pose, strict=True):
            bone.rotation_quaternion = quaternion
            bone.keyframe_insert("rotation_quaternion", frame=frame)


def main() -> None:
    """Print one row per length."""
    load_extension()
    names = extension_module("core.body.skeleton").JOINT_NAMES
    bpy.ops.wm.read_factory_settings(use_empty=True)
    armature = _armature(names)
    draw = np.random.default_rng(0)
    print(f"Blender {bpy.app.version_string}, {len(names)} bones")
    table = Table(("frames", "8"), ("bulk, s", "10.3f"), ("insert, s", "12.2f"), ("ratio", "8.0f"))
    for frame_count in (*FRAMES, BULK_ONLY):
        quaternions = draw.normal(size=(frame_count, len(names), 4))
        quaternions /= np.linalg.norm(quaternions, axis=-1, keepdims=True)
        bulk = _bulk_s(armature, quaternions)
        if frame_count == BULK_ONLY:
            table.row(frame_count, bulk, None, None)
            continue
        slow = seconds(lambda quaternions=quaternions: _insert(armature, quaternions))
        armature.animation_data_clear()
        table.row(frame_count, bulk, slow, slow / bulk)


if __name__ == "__main__":
    main()
