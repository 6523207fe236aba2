"""A minute of 55 bones and 52 shape keys onto the bundled character and a Rigify rig, against keyframe_insert.

Processor seconds are measured, so that the time of other programs does not count.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import bpy
import numpy as np

from devtools.bench.harness import ROOT, Table, fastest, seconds
from devtools.extension import extension_module, registered_extension
from devtools.rigify_rig import append

FRAMES = 1800


def _motion():
    draw = np.random.default_rng(0)
    time_s = np.arange(FRAMES)[:, None, None] / 30
    waves = 0.3 * np.sin(time_s * draw.uniform(1, 5, (1, 55, 3)) + draw.uniform(0, 6, (1, 55, 3)))
    face = np.clip(0.5 + 0.5 * np.sin(time_s[:, :, 0] * draw.uniform(1, 9, (1, 52))), 0, 1)
    return extension_module("core.body.motion").Motion(waves, np.zeros((FRAMES, 3)), face)


def _apply_s(armature: bpy.types.Object, motion) -> float:
    """Return the processor seconds to key a motion on an armature."""
    apply_motion = extension_module("addon.take.keying").apply_motion
    return fastest(lambda: apply_motion(bpy.context.scene, armature, motion, "bench", 1), clock=time.process_time)


def _insert_s(armature: bpy.types.Object) -> float:
    """Return the processor seconds that keyframe_insert needs for as many keys."""
    poses = [armature.pose.bones[name] for name in extension_module("core.body.skeleton").JOINT_NAMES]
    keys = next(child for child in armature.children if child.type == "MESH").data.shape_keys
    armature.animation_data_clear()
    keys.animation_data_clear()

    def insert() -> None:
        for frame in range(1, FRAMES + 1):
            for pose in poses:
                pose.keyframe_insert("rotation_quaternion", frame=frame)
            poses[0].keyframe_insert("location", frame=frame)
            for block in keys.key_blocks[1:]:
                block.keyframe_insert("value", frame=frame)

    return seconds(insert, time.process_time)


def _rigify_rig() -> bpy.types.Object:
    """Generate a Rigify rig in a process of its own, and append it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rigify.blend"
        command = [sys.executable, "-m", "devtools.rigify_rig", str(path)]
        subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
        return append(path)


def _add_face(rig: bpy.types.Object, character: bpy.types.Object) -> None:
    """Give the rig a face with the character's shape keys."""
    body = next(child for child in character.children if child.type == "MESH").copy()
    body.data = body.data.copy()
    bpy.context.scene.collection.objects.link(body)
    body.parent = rig
    body.modifiers[0].object = rig


def main() -> None:
    """Print one row per way to key."""
    with registered_extension():
        bpy.context.scene.render.fps = 30
        character = extension_module("addon.character.building").add_character(bpy.context)
        motion, rig = _motion(), _rigify_rig()
        _add_face(rig, character)
        rig.hide_viewport = True
        direct = _apply_s(character, motion)
        rig.hide_viewport, character.hide_viewport = False, True
        rigify = _apply_s(rig, motion)
        slow = _insert_s(character)
        print(f"Blender {bpy.app.version_string}, {FRAMES} frames, 55 bones, 52 shape keys; ", end="")
        print(f"Rigify of {len(rig.data.bones)}")
        table = Table(("", "17"), ("s", "8.2f"), ("ratio", "8.0f"))
        for name, spent in (("direct", direct), ("Rigify", rigify), ("keyframe_insert", slow)):
            table.row(name, spent, slow / spent)


if __name__ == "__main__":
    main()
