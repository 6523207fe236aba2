"""A take leaves Blender through FBX with its body and its face."""

import bpy
import numpy as np
import pytest

from ..conftest import curves_of, empty_file, keys_of

JOINTS = ("pelvis", "left_wrist", "right_ankle", "head", "left_index3")


def heads(armature) -> np.ndarray:
    posed = armature.evaluated_get(bpy.context.evaluated_depsgraph_get())
    return np.array([(posed.matrix_world @ posed.pose.bones[name].matrix).translation for name in JOINTS])


def face_curves(mesh) -> dict:
    return {path: curve for (path, _), curve in curves_of(mesh.data.shape_keys).items()}


def test_body_and_face_come_back_from_fbx(character, take_folder, tmp_path):
    from mambatalk_ext.addon.face.channels import find_face_mesh

    scene = bpy.context.scene
    scene.render.fps, scene.frame_end = 30, 1
    bpy.ops.mambatalk.load_take(folder=str(take_folder))
    frames = range(scene.frame_start, scene.frame_end + 1, 7)
    wanted = []
    for frame in frames:
        scene.frame_set(frame)
        wanted.append(heads(character))
    path = 'key_blocks["jawOpen"].value'
    jaw = keys_of(face_curves(find_face_mesh(character))[path])[:, 1]
    file = tmp_path / "take.fbx"
    bpy.ops.export_scene.fbx(
        filepath=str(file),
        bake_anim_simplify_factor=0,
        add_leaf_bones=False,
        bake_anim_use_nla_strips=False,
        bake_anim_use_all_actions=False,
    )

    empty_file()
    bpy.ops.import_scene.fbx(filepath=str(file), anim_offset=0)
    scene = bpy.context.scene
    armature = next(o for o in scene.objects if o.type == "ARMATURE")
    mesh = next(o for o in scene.objects if o.type == "MESH" and o.data.shape_keys)
    for frame, positions in zip(frames, wanted, strict=True):
        scene.frame_set(frame)
        np.testing.assert_allclose(heads(armature), positions, atol=1e-3)
    for row in (0, 31, 89):
        assert face_curves(mesh)[path].evaluate(row + 1) == pytest.approx(jaw[row], abs=1e-3)
