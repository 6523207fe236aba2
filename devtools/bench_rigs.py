"""A minute of 55 bones and 52 shape keys onto the bundled character and a Rigify rig, against keyframe_insert.

Processor seconds: what else the machine does shall not count.
"""

import importlib
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import bpy
import numpy as np

from devtools.demo_scene import PACKAGE, load_extension
from devtools.rigify_rig import append
from devtools.shell import ROOT

FRAMES = 1800


def _module(name: str):
    return importlib.import_module(f"{PACKAGE}.{name}")


def _motion():
    draw = np.random.default_rng(0)
    time_s = np.arange(FRAMES)[:, None, None] / 30
    waves = 0.3 * np.sin(time_s * draw.uniform(1, 5, (1, 55, 3)) + draw.uniform(0, 6, (1, 55, 3)))
    face = np.clip(0.5 + 0.5 * np.sin(time_s[:, :, 0] * draw.uniform(1, 9, (1, 52))), 0, 1)
    return _module("core.body.motion").Motion(waves, np.zeros((FRAMES, 3)), face)


def _apply(armature: bpy.types.Object, motion) -> float:
    start = time.process_time()
    _module("addon.take.keying").apply_motion(bpy.context.scene, armature, motion, "bench", 1)
    return time.process_time() - start


def _inserted(armature: bpy.types.Object) -> float:
    """Seconds that keyframe_insert needs for the same keys."""
    poses = [armature.pose.bones[name] for name in _module("core.body.skeleton").JOINT_NAMES]
    keys = next(child for child in armature.children if child.type == "MESH").data.shape_keys
    armature.animation_data_clear()
    keys.animation_data_clear()
    start = time.process_time()
    for frame in range(1, FRAMES + 1):
        for pose in poses:
            pose.keyframe_insert("rotation_quaternion", frame=frame)
        poses[0].keyframe_insert("location", frame=frame)
        for block in keys.key_blocks[1:]:
            block.keyframe_insert("value", frame=frame)
    return time.process_time() - start


def _with_face(rig: bpy.types.Object, character: bpy.types.Object) -> None:
    """Give the rig a face with the character's shape keys."""
    body = next(child for child in character.children if child.type == "MESH").copy()
    body.data = body.data.copy()
    bpy.context.scene.collection.objects.link(body)
    body.parent = rig
    body.modifiers[0].object = rig


def main() -> None:
    """Print one row per rig."""
    extension = load_extension()
    extension.register()
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.context.scene.render.fps = 30
    character = _module("addon.character.armature").add_character(bpy.context)
    motion = _motion()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rigify.blend"
        subprocess.run(
            [sys.executable, "-m", "devtools.rigify_rig", str(path)], cwd=ROOT, capture_output=True, check=True
        )
        rig = append(path)
    _with_face(rig, character)
    rig.hide_viewport = True
    direct = min(_apply(character, motion) for _ in range(3))
    rig.hide_viewport, character.hide_viewport = False, True
    rigify = min(_apply(rig, motion) for _ in range(3))
    slow = _inserted(character)
    print(
        f"Blender {bpy.app.version_string}, {FRAMES} frames, 55 bones, 52 shape keys; Rigify of {len(rig.data.bones)}"
    )
    print(f"{'':>17}{'s':>8}{'ratio':>8}")
    for name, seconds in (("direct", direct), ("Rigify", rigify), ("keyframe_insert", slow)):
        print(f"{name:>17}{seconds:>8.2f}{slow / seconds:>8.0f}")
    extension.unregister()


if __name__ == "__main__":
    main()
