"""Rigs that other software made: Rigify's controls, MakeHuman's skeletons, imported captures."""

import json
import os
import subprocess
import sys
from pathlib import Path

import bpy
import numpy as np
import pytest
from mathutils import Vector

from devtools.rigify_rig import append

from ..conftest import ROOT, curves_of, empty_file
from ..rigs import TO_BLENDER, Style, build
from .retargeted import LIMBS, angle, key, lively, posed_bones

RIG_FILES = (".fbx", ".glb", ".gltf", ".vrm", ".bvh")
MPFB = ROOT / "tests" / "data" / "mpfb_rigs.json"


def limb_errors(armature, mapping, motion, axes, deform=None):
    """Mean direction error, degrees, per limb, told by where bones begin; `deform` says which bones to look at."""
    from mambatalk_ext.core.body.kinematics import forward_kinematics
    from mambatalk_ext.core.body.skeleton import JOINT, default_rest_joints

    positions, turns = forward_kinematics(motion.rotations, motion.translation, default_rest_joints())
    bones = {part: deform[part] if deform and part in deform else names[0] for part, names in mapping.items()}
    out = {limb: [] for limb in (*LIMBS, "head")}
    for frame in range(0, motion.frame_count, 5):
        bpy.context.scene.frame_set(frame + 1)
        heads, found = posed_bones(armature, list(bones.values()))
        heads, found = dict(zip(bones, heads, strict=True)), dict(zip(bones, found, strict=True))
        for side in ("left", "right"):
            for limb, (upper, lower) in LIMBS.items():
                part = f"{side}_{lower.rstrip('1')}"
                if part in bones:
                    there = positions[frame, JOINT[f"{side}_{lower}"]] - positions[frame, JOINT[f"{side}_{upper}"]]
                    out[limb].append(angle(heads[part] - heads[f"{side}_{upper}"], axes @ there))
        wanted = axes @ turns[frame, JOINT["head"]] @ axes.T
        out["head"] += [angle(found["head"] @ axes @ a, wanted @ axes @ a) for a in ((0, 1, 0), (0, 0, 1))]
    return {limb: float(np.mean(values)) for limb, values in out.items() if values}


@pytest.fixture(scope="module")
def rigify_file(tmp_path_factory):
    """A rig that Blender's own Rigify generates from its human metarig."""
    path = tmp_path_factory.mktemp("rigify") / "rigify.blend"
    command = [sys.executable, "-m", "devtools.rigify_rig", str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert path.is_file(), done.stderr
    return path


@pytest.fixture
def rigify(scene, rigify_file):
    return append(rigify_file)


def original(mapping) -> dict[str, str]:
    """The ORG bones that deform a Rigify character, by part."""
    names = {
        "shoulder": "upper_arm",
        "elbow": "forearm",
        "wrist": "hand",
        "hip": "thigh",
        "knee": "shin",
        "ankle": "foot",
    }
    out = {"pelvis": "ORG-spine", "head": "ORG-spine.006"}
    for part in mapping:
        side, _, name = part.partition("_")
        if name in names:
            out[part] = f"ORG-{names[name]}.{side[0].upper()}"
        elif name in ("index", "middle", "ring", "pinky"):
            out[part] = f"ORG-f_{name}.01.{side[0].upper()}"
    return out


def test_a_generated_rigify_rig_performs_by_its_fk_controls(rigify):
    from mambatalk_ext.addon.rig import blocked as rig_blocked
    from mambatalk_ext.addon.rig import mapping as rig_mapping

    found = rig_mapping.detected(rigify)
    assert found.map.label == "Rigify"
    assert found.map.missing() == ()
    motion = lively()
    key(rigify, motion)
    off = rig_blocked.held_bones(bpy.context.scene, rigify, rigify.animation_data.action, found.map)
    assert off == []
    measured = limb_errors(rigify, found.map.bones, motion, TO_BLENDER, original(found.map.bones))
    assert max(measured.values()) <= 2.0
    keyed = {path for path, _ in curves_of(rigify)}
    assert 'pose.bones["upper_arm_parent.L"]["IK_FK"]' in keyed
    assert not any("ik_target" in path or "tweak" in path for path in keyed)


def test_hips_of_a_rigify_rig_go_where_the_motion_goes(rigify):
    from mambatalk_ext.addon.rig import mapped_performer
    from mambatalk_ext.addon.rig import mapping as rig_mapping
    from mambatalk_ext.core.body.proportions import hip_path, put_on

    alignment = mapped_performer.alignment_of(rigify, rig_mapping.detected(rigify).map)
    motion = put_on(lively(), alignment.rest_joints)
    key(rigify, motion)
    for frame in (0, 9, 20):
        bpy.context.scene.frame_set(frame + 1)
        heads, _ = posed_bones(rigify, ["ORG-thigh.L", "ORG-thigh.R"])
        np.testing.assert_allclose(heads.mean(0) @ TO_BLENDER / alignment.scale, hip_path(motion)[frame], atol=2e-3)


def makehuman(kind: str):
    """A skeleton of MakeHuman's, as MPFB describes it."""
    bones = json.loads(MPFB.read_text())[kind]
    data = bpy.data.armatures.new(kind)
    armature = bpy.data.objects.new(kind, data)
    bpy.context.scene.collection.objects.link(armature)
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    for name, (_, head, tail, roll) in bones.items():
        bone = data.edit_bones.new(name)
        bone.head, bone.tail, bone.roll = Vector(head), Vector(tail), roll
    for name, (parent, *_) in bones.items():
        if parent:
            data.edit_bones[name].parent = data.edit_bones[parent]
    bpy.ops.object.mode_set(mode="OBJECT")
    return armature


@pytest.mark.parametrize(
    ("kind", "label"),
    [
        ("default", "MakeHuman or MPFB default"),
        ("game_engine", "Unreal Mannequin (UE4) or MakeHuman game engine"),
        ("cmu_mb", "MakeHuman or MPFB CMU"),
        ("mixamo", "Mixamo"),
    ],
)
def test_makehumans_own_skeletons_perform(scene, kind, label):
    from mambatalk_ext.addon.rig import blocked as rig_blocked
    from mambatalk_ext.addon.rig import mapping as rig_mapping

    armature = makehuman(kind)
    found = rig_mapping.detected(armature)
    assert found.map.label == label
    motion = lively()
    performance = key(armature, motion)
    measured = limb_errors(armature, found.map.bones, motion, TO_BLENDER)
    assert max(measured.values()) <= 2.0
    # Hand against forearm: nobody breaks a wrist.
    names, turns = performance.rig.names, performance.keys.turns
    assert rig_blocked.held_bones(scene, armature, armature.animation_data.action, found.map) == []
    assert len(names) == turns.shape[1]


def measured_on(file: Path):
    """Mean direction errors, degrees, on the rig in a file written by other software."""
    from mambatalk_ext.addon.rig import blocked as rig_blocked
    from mambatalk_ext.addon.rig import mapping as rig_mapping

    importers = {".fbx": bpy.ops.import_scene.fbx, ".bvh": bpy.ops.import_anim.bvh}
    importers.get(file.suffix.lower(), bpy.ops.import_scene.gltf)(filepath=str(file))
    armature = next(o for o in bpy.data.objects if o.type == "ARMATURE")
    armature.animation_data_clear()
    for bone in armature.pose.bones:
        bone.matrix_basis.identity()
    found = rig_mapping.detected(armature)
    assert found.map.missing() == (), file.name
    key(armature, lively())
    assert rig_blocked.held_bones(bpy.context.scene, armature, armature.animation_data.action, found.map) == [], (
        file.name
    )
    up = np.array(armature.matrix_world.to_3x3().normalized().inverted())
    return found.map, limb_errors(armature, found.map.bones, lively(), up @ TO_BLENDER)


def test_the_vrm_that_another_add_on_wrote_performs(scene, tmp_path):
    # The basic body of the VRM Add-on for Blender 4.10 (MIT or GPL-3.0-or-later), as that add-on exports it.
    glb = tmp_path / "body.glb"
    glb.write_bytes((ROOT / "tests" / "data" / "vrm_addon_body.vrm").read_bytes())
    mapping, measured = measured_on(glb)
    assert mapping.label == "Unity humanoid or VRM 0"
    assert {"left_eye", "right_thumb", "left_foot"} <= set(mapping.bones)
    assert max(measured.values()) <= 2.0


def test_every_rig_of_a_folder_performs(scene, tmp_path):
    folder = os.environ.get("GESTURE_RIG_DIR")
    if not folder:
        pytest.skip("set GESTURE_RIG_DIR to a folder with characters of other software: .fbx, .glb, .gltf, .vrm, .bvh")
    files = [each for each in sorted(Path(folder).iterdir()) if each.suffix.lower() in RIG_FILES]
    assert files
    for file in files:
        empty_file()
        if file.suffix.lower() == ".vrm":
            copy = tmp_path / f"{file.stem}.glb"
            copy.write_bytes(file.read_bytes())
            file = copy
        _, measured = measured_on(file)
        assert max(measured.values()) <= 2.0, (file.name, measured)


@pytest.mark.parametrize("kind", ["fbx", "gltf"])
def test_a_rig_that_went_through_a_file_performs(scene, tmp_path, kind):
    from mambatalk_ext.addon.rig import mapping as rig_mapping

    build("unreal5", Style(arms=45, elbows=10, fingers=8), seed=7)
    path = tmp_path / f"rig.{'fbx' if kind == 'fbx' else 'glb'}"
    if kind == "fbx":
        bpy.ops.export_scene.fbx(filepath=str(path), add_leaf_bones=True, bake_anim=False)
    else:
        bpy.ops.export_scene.gltf(filepath=str(path), export_animations=False)
    empty_file()
    if kind == "fbx":
        bpy.ops.import_scene.fbx(filepath=str(path), automatic_bone_orientation=True)
    else:
        bpy.ops.import_scene.gltf(filepath=str(path))
    armature = next(o for o in bpy.data.objects if o.type == "ARMATURE")
    found = rig_mapping.detected(armature)
    assert found.map.missing() == ()
    key(armature, lively())
    up = np.array(armature.matrix_world.to_3x3().normalized().inverted())
    measured = limb_errors(armature, found.map.bones, lively(), up @ TO_BLENDER)
    assert max(measured.values()) <= 2.0
