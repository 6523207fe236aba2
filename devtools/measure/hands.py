"""Frames with hands in the body, before → after, on five rigs: `python -m devtools.measure.hands TAKE...` (in bpy).

    .venv-bpy-5.0/bin/python -m devtools.measure.hands takes/demo corpus/0000.lively.npz --every 3

Each motion is keyed on every rig without and with *Hands Out of Body*. Then Blender poses the mesh, and
`mesh_depth` measures it. The range is that of the wrists, from the 2.5th to the 97.5th percentile along each axis, the
jerk the mean third derivative of their paths; both are after ÷ before.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import bpy
import numpy as np

from devtools.extension import ROOT, extension_module, registered_extension

RIGS = ("bundled", "smplx", "rigify", "mpfb", "vrm")
_DEEP_M = 0.01
# A body of other proportions than the bundled one, as SMPL-X's: wider shoulders, shorter arms, longer legs.
_STRETCHES = {"collar": 1.15, "shoulder": 1.1, "elbow": 0.93, "wrist": 0.95, "knee": 1.06, "ankle": 1.05, "spine2": 0.9}


def main(arguments: list[str] | None = None) -> int:
    """Measure every motion on every rig, and print a table."""
    parser = argparse.ArgumentParser(prog="python -m devtools.measure.hands", description=__doc__)
    parser.add_argument("motions", nargs="+", type=Path, help="take folders or motion files")
    parser.add_argument("--rigs", nargs="+", choices=RIGS, default=RIGS)
    parser.add_argument("--every", type=int, default=1, help="measure every n-th frame")
    options = parser.parse_args(arguments)
    with registered_extension():
        for rig in options.rigs:
            for path in options.motions:
                print(measured(rig, path, options.every), flush=True)
    return 0


def measured(rig: str, path: Path, every: int) -> str:
    """Return a line on one motion on one rig."""
    from devtools.measure.mesh_depth import DepthMeter, posed_vertices

    bpy.ops.wm.read_factory_settings(use_empty=True)
    armature, body, skin, triangles = dressed(rig)
    motion, scene = _motion(path), bpy.context.scene
    scene.render.fps = 30
    keying = extension_module("addon.take.keying")
    performer = extension_module("addon.rig.performer")
    meter, depths, paths = DepthMeter(skin, triangles), [], []
    for hands_out in (False, True):
        performed = extension_module("addon.skin.body").out_of(armature, motion) if hands_out else motion
        keying.apply_motion(scene, armature, performed, "hands", 1)
        bones = [sorted(performer.of(armature).bones_of([joint]))[0] for joint in (20, 21)]
        found, places = [], []
        for frame in range(motion.frame_count):
            if frame % every == 0:
                scene.frame_set(frame + 1)
                found.append(meter.depth(posed_vertices(body)))
                places.append([armature.matrix_world @ armature.pose.bones[name].head for name in bones])
        depths.append(np.array(found))
        paths.append(np.array(places))
    ranges = [np.diff(np.percentile(path, [2.5, 97.5], axis=0), axis=0)[0] for path in paths]
    jerk = [np.linalg.norm(np.diff(path, n=3, axis=0), axis=-1).mean() for path in paths]
    counts = [int((depth > _DEEP_M).sum()) for depth in depths]
    return (
        f"{rig:8} {path.name:34} frames {len(depths[0]):5}  deeper than 1 cm {counts[0]:4} → {counts[1]:3}  "
        f"deepest {100 * depths[0].max():.1f} → {100 * depths[1].max():.2f} cm  "
        f"range {(ranges[1] / ranges[0]).min():.2f}-{(ranges[1] / ranges[0]).max():.2f}  jerk {jerk[1] / jerk[0]:.3f}"
    )


def dressed(rig: str):
    """Build a rig with the bundled character's mesh.

    Returns:
        the armature, its mesh, the mesh's vertices as a skin, and the triangles (F, 3) that are measured.
    """
    from devtools.measure.stand_in import body_of_asset, dress

    skin, triangles = body_of_asset()
    if rig == "bundled":
        bpy.ops.mambatalk.add_character()
        armature = bpy.context.scene.mambatalk.character
        return armature, extension_module("addon.character.armature").meshes_of(armature)[0], skin, triangles
    armature = {"smplx": _smplx, "rigify": _rigify, "mpfb": _mpfb, "vrm": _vrm}[rig]()
    surface, performer = extension_module("addon.skin.mesh_surface"), extension_module("addon.rig.performer")
    moves = extension_module("addon.skin.body").moves_of(armature)
    rows = surface.rows_of(armature, moves)
    body = dress(armature, moves, rows, performer.of(armature).rest_joints())
    return armature, body, skin, triangles


def _motion(path: Path):
    load = extension_module("core.body.motion").load_motion
    if path.is_dir():
        path = next(path / name for name in ("motion_finished.npz", "motion.npz") if (path / name).is_file())
    return load(path)


def _smplx() -> bpy.types.Object:
    """Build an armature with SMPL-X's 55 bones and proportions of its own."""
    skeleton, bones = extension_module("core.body.skeleton"), extension_module("addon.character.bones")
    rest = skeleton.default_rest_joints()
    joints = np.array(rest)
    for joint, parent in enumerate(skeleton.PARENTS):
        if parent >= 0:
            name = skeleton.JOINT_NAMES[joint].removeprefix("left_").removeprefix("right_")
            joints[joint] = joints[parent] + _STRETCHES.get(name, 1.0) * (rest[joint] - rest[parent])
    joints[:, 1] += rest[7, 1] - joints[7, 1]
    context = bpy.context
    return bones.build_armature(context, context.scene.collection, "Stand-in rig", joints, [])


def _rigify() -> bpy.types.Object:
    from devtools.rigify_rig import append

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rigify.blend"
        command = [sys.executable, "-m", "devtools.rigify_rig", str(path)]
        subprocess.run(command, cwd=ROOT, capture_output=True, timeout=300, check=False)
        return append(path)


def _mpfb() -> bpy.types.Object:
    """Build MakeHuman's default skeleton, as MPFB describes it."""
    found = json.loads((ROOT / "tests" / "data" / "mpfb_rigs.json").read_text())["default"]
    data = bpy.data.armatures.new("MPFB")
    armature = bpy.data.objects.new("MPFB", data)
    bpy.context.scene.collection.objects.link(armature)
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    for name, (_, head, tail, roll) in found.items():
        bone = data.edit_bones.new(name)
        bone.head, bone.tail, bone.roll = head, tail, roll
    for name, (parent, *_) in found.items():
        if parent:
            data.edit_bones[name].parent = data.edit_bones[parent]
    bpy.ops.object.mode_set(mode="OBJECT")
    return armature


def _vrm() -> bpy.types.Object:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "body.glb"
        path.write_bytes((ROOT / "tests" / "data" / "vrm_addon_body.vrm").read_bytes())
        bpy.ops.import_scene.gltf(filepath=str(path))
    return next(each for each in bpy.data.objects if each.type == "ARMATURE")


if __name__ == "__main__":
    sys.exit(main())
