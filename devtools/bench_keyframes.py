"""Keys in bulk against Blender's keyframe_insert, on an armature with 55 bones."""

import time

import bpy
import numpy as np

from devtools.demo_scene import PACKAGE, load_extension

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


def _bulk(keyframes, armature: bpy.types.Object, quaternions: np.ndarray) -> float:
    action = bpy.data.actions.new("Bulk")
    channels = [
        keyframes.Channel(f'pose.bones["{bone.name}"].rotation_quaternion', quaternions[:, index], bone.name)
        for index, bone in enumerate(armature.pose.bones)
    ]
    start = time.perf_counter()
    keyframes.write(action, armature, np.arange(1, len(quaternions) + 1), channels)
    return time.perf_counter() - start


def _one_by_one(armature: bpy.types.Object, quaternions: np.ndarray) -> float:
    start = time.perf_counter()
    for frame, pose in enumerate(quaternions, 1):
        for bone, quaternion in zip(armature.pose.bones, pose, strict=True):
            bone.rotation_quaternion = quaternion
            bone.keyframe_insert("rotation_quaternion", frame=frame)
    return time.perf_counter() - start


def main() -> None:
    """Print one row per length."""
    import importlib

    load_extension()
    keyframes = importlib.import_module(f"{PACKAGE}.addon.blender.fcurves")
    names = importlib.import_module(f"{PACKAGE}.core.body.skeleton").JOINT_NAMES
    bpy.ops.wm.read_factory_settings(use_empty=True)
    armature = _armature(names)
    draw = np.random.default_rng(0)
    print(f"Blender {bpy.app.version_string}, {len(names)} bones")
    print(f"{'frames':>8}{'bulk, s':>10}{'insert, s':>12}{'ratio':>8}")
    for frame_count in (*FRAMES, BULK_ONLY):
        quaternions = draw.normal(size=(frame_count, len(names), 4))
        quaternions /= np.linalg.norm(quaternions, axis=-1, keepdims=True)
        bulk = _bulk(keyframes, armature, quaternions)
        if frame_count == BULK_ONLY:
            print(f"{frame_count:>8}{bulk:>10.3f}{'-':>12}{'-':>8}")
            continue
        slow = _one_by_one(armature, quaternions)
        armature.animation_data_clear()
        print(f"{frame_count:>8}{bulk:>10.3f}{slow:>12.2f}{slow / bulk:>8.0f}")


if __name__ == "__main__":
    main()
