"""Motions of other programs are keyed on the character: poses, timing, floor; by operator, drop or menu; one undo."""

import bpy
import numpy as np
import pytest
from mathutils import Matrix

from ..conftest import assert_one_undo_takes_back, curves_of, keys_of, linked_cast, snapshot, wobble

# Blender's axes (Z up, facing -Y) from SMPL-X's (Y up, facing +Z).
TO_BLENDER = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])
FRAMES = 24


def upright(frame_count=FRAMES):
    """A motion in which everything moves while the body stands."""
    motion = wobble(frame_count)
    rotations = motion.rotations.copy()
    rotations[:, 0] = [0, 0.4, 0]
    return motion.replace(rotations=rotations)


def amass_file(path, motion, fps=60.0):
    """The motion as AMASS would store it: SMPL-H, Z up."""
    rotations = np.delete(motion.rotations, [22, 23, 24], axis=1)
    for row in rotations:
        turned = Matrix(TO_BLENDER.tolist()) @ _matrix(row[0])
        axis, angle = turned.to_quaternion().to_axis_angle()
        row[0] = np.array(axis) * angle
    arrays = {
        "poses": rotations.reshape(len(rotations), -1),
        "trans": motion.translation @ TO_BLENDER.T + [3, 2, 1.5],
        "betas": np.zeros(16),
        "mocap_framerate": fps,
        "gender": "female",
    }
    np.savez(path, **arrays)
    return path


def _matrix(rotvec):
    angle = float(np.linalg.norm(rotvec))
    return Matrix.Rotation(angle, 3, rotvec / angle if angle > 1e-9 else (1, 0, 0))


def posed(armature):
    """Return heads (55, 3) and rotations from rest (55, 3, 3) in the world."""
    from mambatalk_ext.core.body.skeleton import JOINT_NAMES

    evaluated = armature.evaluated_get(bpy.context.evaluated_depsgraph_get())
    bones = [evaluated.pose.bones[name] for name in JOINT_NAMES]
    turns = [np.array(b.matrix.to_3x3() @ b.bone.matrix_local.to_3x3().inverted()) for b in bones]
    return np.array([b.head for b in bones]), np.array(turns)


def test_an_amass_file_is_performed_by_the_character(character, tmp_path):
    from mambatalk_ext.core.body.kinematics import forward_kinematics
    from mambatalk_ext.core.body.skeleton import default_rest_joints

    scene, motion = bpy.context.scene, upright()
    scene.render.fps, scene.frame_start, scene.frame_end = 30, 15, 16
    file = amass_file(tmp_path / "walk_01_poses.npz", motion)
    assert bpy.ops.mambatalk.import_motion(filepath=str(file), start_frame=11) == {"FINISHED"}
    assert character.animation_data.action.name == "walk_01_poses"
    assert (scene.frame_start, scene.frame_end) == (11, 11 + FRAMES // 2 - 1)
    curves = curves_of(character)
    assert list(keys_of(curves['pose.bones["head"].rotation_quaternion', 0])[:, 0]) == list(range(11, 23))
    rotations = motion.rotations.copy()
    rotations[:, 22:25] = 0
    joints, turns = forward_kinematics(rotations, motion.translation, default_rest_joints())
    offsets = []
    for key in range(FRAMES // 2):
        scene.frame_set(11 + key)
        heads, turned = posed(character)
        wanted = TO_BLENDER @ turns[2 * key] @ TO_BLENDER.T
        assert np.degrees(2 * np.arcsin(np.linalg.norm(turned - wanted, axis=(1, 2)) / np.sqrt(8))).max() < 0.05
        offsets.append(heads - joints[2 * key] @ TO_BLENDER.T)
        lowest = heads[[10, 11], 2].min()
        assert lowest > default_rest_joints()[10, 1] - 0.02
    # Moved as a whole, to the origin and the floor.
    assert np.abs(np.array(offsets) - offsets[0][0]).max() < 1e-4
    scene.frame_set(11)
    assert np.abs(posed(character)[0][0, :2]).max() < 1e-5


@pytest.mark.any_blender
def test_imported_motion_is_no_take_and_directing_it_is_refused(character, tmp_path):
    from mambatalk_ext.addon.take import info as take_info

    file = amass_file(tmp_path / "walk_01_poses.npz", upright())
    assert bpy.ops.mambatalk.import_motion(filepath=str(file)) == {"FINISHED"}
    assert take_info.of_character(character) == []
    keys = keys_of(curves_of(character)['pose.bones["head"].rotation_quaternion', 0])
    for operator in ("resample", "set_levels", "accent_add", "show_edits"):
        with pytest.raises(RuntimeError, match="performs no take"):
            getattr(bpy.ops.mambatalk, operator)()
    assert np.array_equal(keys, keys_of(curves_of(character)['pose.bones["head"].rotation_quaternion', 0]))


def test_arkit_weights_of_our_own_files_reach_the_face(character, tmp_path):
    from mambatalk_ext.addon.face.channels import find_face_mesh
    from mambatalk_ext.core.body.motion import save_motion

    motion = upright()
    save_motion(motion, tmp_path / "ours.npz")
    bpy.context.scene.render.fps = 30
    assert bpy.ops.mambatalk.import_motion(filepath=str(tmp_path / "ours.npz")) == {"FINISHED"}
    curves = curves_of(find_face_mesh(character).data.shape_keys)
    assert len(curves) == 52
    assert np.allclose(keys_of(curves['key_blocks["jawOpen"].value', 0])[:, 1], motion.expression[:, 17], atol=1e-6)


def test_a_dropped_file_finds_the_only_character_and_a_selected_one_first(scene, tmp_path):
    from mambatalk_ext.addon.character.building import add_character

    file = amass_file(tmp_path / "a.npz", upright())
    only = add_character(bpy.context, "Only")
    scene.mambatalk.character = None
    bpy.context.view_layer.objects.active = None
    assert bpy.ops.mambatalk.import_motion("INVOKE_DEFAULT", filepath=str(file)) == {"FINISHED"}
    assert only.animation_data.action is not None
    second = add_character(bpy.context, "Second")
    assert not bpy.ops.mambatalk.import_motion.poll()
    bpy.context.view_layer.objects.active = second
    assert bpy.ops.mambatalk.import_motion("INVOKE_DEFAULT", filepath=str(file)) == {"FINISHED"}
    assert second.animation_data.action is not None


def test_the_drop_and_the_menu_lead_to_the_operator(extension):
    handler = bpy.types.MAMBATALK_FH_motion
    assert handler.bl_import_operator == "mambatalk.import_motion"
    assert ".npz" in handler.bl_file_extensions
    from mambatalk_ext.addon.exchange import import_operator

    drawn = bpy.types.TOPBAR_MT_file_import._dyn_ui_initialize()
    assert import_operator._draw_menu in drawn


def test_importing_is_one_undo_step(character, tmp_path):
    file = amass_file(tmp_path / "a.npz", upright())
    assert_one_undo_takes_back(bpy.ops.mambatalk.import_motion, filepath=str(file))


@pytest.mark.any_blender
def test_a_pickle_is_refused_with_a_remedy_and_changes_nothing(character, tmp_path):
    (tmp_path / "wham_output.pkl").write_bytes(b"\x80\x04N.")
    before = snapshot()
    with pytest.raises(RuntimeError, match="never opened"):
        bpy.ops.mambatalk.import_motion(filepath=str(tmp_path / "wham_output.pkl"))
    assert snapshot() == before


def test_a_linked_character_is_refused_and_an_overridden_one_is_animated(scene, tmp_path):
    file = amass_file(tmp_path / "a.npz", upright())
    linked, scene = linked_cast(tmp_path), bpy.context.scene
    scene.collection.children.link(linked)
    with pytest.raises(RuntimeError, match="another file"):
        bpy.ops.mambatalk.import_motion(filepath=str(file))
    scene.collection.children.unlink(linked)
    linked.override_hierarchy_create(scene, bpy.context.view_layer, do_fully_editable=True)
    armature = next(o for o in scene.objects if o.type == "ARMATURE" and o.library is None)
    scene.mambatalk.character = armature
    assert bpy.ops.mambatalk.import_motion(filepath=str(file)) == {"FINISHED"}
    scene.frame_set(5)
    assert armature.pose.bones["left_shoulder"].rotation_quaternion.angle > 0.01
