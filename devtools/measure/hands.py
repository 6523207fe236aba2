"""Frames with hands in the body, before → after, on eight rigs: `python -m devtools.measure.hands TAKE...` (in bpy).

    .venv-bpy-5.0/bin/python -m devtools.measure.hands takes/demo corpus/0000.lively.npz --rigs vrm stout

Each motion, with all that directs a take, is keyed on every rig without and with *Hands Out of Body*. Then Blender
poses the meshes, and `mesh_depth` measures them. Five rigs wear the bundled character's mesh (`stand_in`), three
characters have meshes of their own (`own_bodies`). The range is that of the wrists, from the 2.5th to the 97.5th
percentile along each axis, the jerk the mean third derivative of their paths; both are after ÷ before.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import bpy
import numpy as np

from core.body.joints import WRISTS
from core.body.skeleton import JOINT_COUNT
from core.clearance.skin import Skin
from devtools.extension import ROOT, extension_module, registered_extension
from devtools.measure import own_bodies
from devtools.measure.mesh_depth import DepthMeter, posed_vertices

RIGS = ("bundled", "smplx", "rigify", "mpfb", "vrm", *own_bodies.BUILDS)
_DEEP_M = 0.01
# A body of other proportions than the bundled one, as SMPL-X's: wider shoulders, shorter arms, longer legs.
_STRETCHES = {"collar": 1.15, "shoulder": 1.1, "elbow": 0.93, "wrist": 0.95, "knee": 1.06, "ankle": 1.05, "spine2": 0.9}


@dataclass(frozen=True)
class Dressed:
    """A rig with meshes that can be measured.

    Attributes:
        armature: the rig.
        meshes: its meshes.
        skin: the vertices of all meshes, one mesh after the other, as a skin without normals.
        triangles: (F, 3) of all meshes.
    """

    armature: bpy.types.Object
    meshes: Sequence[bpy.types.Object]
    skin: Skin
    triangles: np.ndarray


@dataclass(frozen=True)
class Measured:
    """What one motion does on one rig, without and with hands out of the body.

    Attributes:
        depths: (2, T) metres, of the deepest vertex of hands and forearms.
        wrists: (2, T, 2, 3) metres, in the world.
    """

    depths: np.ndarray
    wrists: np.ndarray

    @property
    def deep(self) -> tuple[int, int]:
        """Frames that are deeper than 1 cm, before and after."""
        before, after = (self.depths > _DEEP_M).sum(1).tolist()
        return before, after

    @property
    def kept_range(self) -> np.ndarray:
        """The range (2, 3) of each wrist along each axis, after ÷ before."""
        before, after = np.diff(np.percentile(self.wrists, [2.5, 97.5], axis=1), axis=0)[0]
        return after / before

    def line(self, rig: str, name: str) -> str:
        """Return a line for the table."""
        jerk = [np.linalg.norm(np.diff(path, n=3, axis=0), axis=-1).mean() for path in self.wrists]
        before, after = self.deep
        deepest, kept = 100 * self.depths.max(1), self.kept_range
        return (
            f"{rig:8} {name:24} frames {self.depths.shape[1]:5}  deeper than 1 cm {before:4} → {after:3}  "
            f"deepest {deepest[0]:.1f} → {deepest[1]:.2f} cm  "
            f"range {kept.min():.2f}-{kept.max():.2f}  jerk {jerk[1] / jerk[0]:.3f}"
        )


def main(arguments: list[str] | None = None) -> int:
    """Measure every motion on every rig, and print a table."""
    parser = argparse.ArgumentParser(prog="python -m devtools.measure.hands", description=__doc__)
    parser.add_argument("motions", nargs="+", type=Path, help="take folders or motion files")
    parser.add_argument("--rigs", nargs="+", choices=RIGS, default=RIGS)
    parser.add_argument("--every", type=int, default=1, help="measure every n-th frame")
    options = parser.parse_args(arguments)
    with registered_extension():
        for rig in options.rigs:
            bpy.ops.wm.read_factory_settings(use_empty=True)
            body = dressed(rig)
            for path in options.motions:
                print(measured(body, motion_of(path), options.every).line(rig, path.name), flush=True)
    return 0


def measured(body: Dressed, motion, every: int = 1) -> Measured:
    """Measure every n-th frame of a motion on a rig."""
    armature, scene = body.armature, bpy.context.scene
    scene.render.fps = 30
    keying = extension_module("addon.take.keying")
    performer = extension_module("addon.rig.performer").of(armature)
    bones = [sorted(performer.bones_of([joint]))[0] for joint in WRISTS]
    meter, depths, wrists = DepthMeter(body.skin, body.triangles), [], []
    for hands_out in (False, True):
        performed = extension_module("addon.skin.body").out_of(armature, motion) if hands_out else motion
        keying.apply_motion(scene, armature, performed, "hands", 1)
        found, places = [], []
        for frame in range(0, motion.frame_count, every):
            scene.frame_set(frame + 1)
            found.append(meter.depth(posed_vertices(body.meshes)))
            places.append([armature.matrix_world @ armature.pose.bones[name].head for name in bones])
        depths.append(found)
        wrists.append(places)
    return Measured(np.array(depths), np.array(wrists))


def dressed(rig: str) -> Dressed:
    """Build one of `RIGS` in the scene."""
    from devtools.measure.stand_in import body_of_asset, dress

    surface, performer = extension_module("addon.skin.mesh_surface"), extension_module("addon.rig.performer")
    meshes_of = extension_module("addon.character.armature").meshes_of
    moves_of = extension_module("addon.skin.body").moves_of
    if rig in own_bodies.BUILDS:
        armature = own_bodies.add(rig)
        read = surface.read_surface(armature, moves_of(armature))
        joints = np.tile(np.arange(JOINT_COUNT), (len(read.vertices), 1))
        rest = performer.of(armature).rest_joints()
        skin = Skin(rest, read.vertices, np.zeros_like(read.vertices), joints, read.weights)
        return Dressed(armature, meshes_of(armature), skin, read.triangles)
    skin, triangles = body_of_asset()
    if rig == "bundled":
        bpy.ops.mambatalk.add_character()
        armature = bpy.context.scene.mambatalk.character
        return Dressed(armature, meshes_of(armature)[:1], skin, triangles)
    armature = {"smplx": _smplx, "rigify": _rigify, "mpfb": _mpfb, "vrm": _vrm}[rig]()
    moves = moves_of(armature)
    rows = surface.rows_of(armature, moves)
    return Dressed(armature, [dress(armature, moves, rows, performer.of(armature).rest_joints())], skin, triangles)


def motion_of(path: Path):
    """Read a motion file, or a take as it is directed, with hands where they are before they are kept out."""
    if not path.is_dir():
        return extension_module("core.body.motion").load_motion(path)
    directing, chain = extension_module("core.generate.directing"), extension_module("core.direct.chain")
    take = extension_module("core.take.take").read_take(path)
    asked = directing.Directions.from_dict(take.info.get("direct", {}))
    words = [(word.start_s, word.end_s) for word in take.words]
    clip = extension_module("core.direct.clip_statistics").clip_statistics(take.finished, words)
    return chain.direct(clip, replace(asked.levels, hands_out=False), markers=asked.markers, mood=asked.mood).motion


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
