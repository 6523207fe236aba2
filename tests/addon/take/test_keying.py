"""A take on the character is the motion in the npz: every joint, every key, at every frame rate; one step to undo."""

import json

import bpy
import numpy as np
import pytest
from mathutils import Quaternion

from ..conftest import (
    assert_one_undo_takes_back,
    curves_of,
    first_on_each,
    keys_of,
    needs_sound,
    snapshot,
    strips,
    wobble,
    write_take,
)

# Blender's axes (Z up, facing -Y) from SMPL-X's (Y up, facing +Z).
TO_BLENDER = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])


def slerp_slowly(motion, time_s: float):
    """The readable twin of `resample`: Blender's own slerp between the two frames around a time."""
    from mambatalk_ext.core.body.rotation import quat_to_rotvec, rotvec_to_quat

    position = min(time_s * motion.fps, motion.frame_count - 1)
    low = int(position)
    high = min(low + 1, motion.frame_count - 1)
    a, b = rotvec_to_quat(motion.rotations[[low, high]])
    turned = [np.array(Quaternion(x).slerp(Quaternion(y), position - low)) for x, y in zip(a, b, strict=True)]
    mix = lambda values: values[low] + (values[high] - values[low]) * (position - low)  # noqa: E731
    return quat_to_rotvec(np.array(turned)), mix(motion.translation), mix(motion.expression)


def apply(folder):
    assert bpy.ops.mambatalk.load_take(folder=str(folder)) == {"FINISHED"}


def evaluated(armature):
    """Heads (55, 3) and rotations away from rest (55, 3, 3) of the posed bones, in the world."""
    from mambatalk_ext.core.body.skeleton import JOINT_NAMES

    posed = armature.evaluated_get(bpy.context.evaluated_depsgraph_get())
    heads, turns = [], []
    for name in JOINT_NAMES:
        bone = posed.pose.bones[name]
        world = posed.matrix_world @ bone.matrix
        rest = posed.matrix_world @ bone.bone.matrix_local
        heads.append(world.translation)
        turns.append(world.to_3x3().normalized() @ rest.to_3x3().normalized().inverted())
    return np.array(heads), np.array(turns)


def test_blender_poses_the_skeleton_as_the_npz_says_at_every_key(any_fps, character, take_folder):
    from mambatalk_ext.addon.face.channels import find_face_mesh
    from mambatalk_ext.core.body.kinematics import forward_kinematics
    from mambatalk_ext.core.body.motion import load_motion
    from mambatalk_ext.core.body.skeleton import default_rest_joints

    scene, motion = any_fps, load_motion(take_folder / "motion.npz")
    scene.mambatalk.start_frame = 7
    apply(take_folder)
    fps = scene.render.fps / scene.render.fps_base
    frames = keys_of(curves_of(character)['pose.bones["pelvis"].location', 0])[:, 0]
    assert frames[0] == 7
    assert len(frames) == int(np.ceil(90 / 30 * fps - 1e-6))
    keys = find_face_mesh(character).data.shape_keys
    for frame in frames:
        rotations, translation, expression = slerp_slowly(motion, (frame - 7) / fps)
        positions, turns = forward_kinematics(rotations[None], translation[None], default_rest_joints())
        scene.frame_set(int(frame))
        heads, turned = evaluated(character)
        wanted = TO_BLENDER @ turns[0] @ TO_BLENDER.T
        assert np.abs(heads - positions[0] @ TO_BLENDER.T).max() < 1e-3
        # |R - S| (Frobenius) is 2 sqrt 2 sin(angle / 2)
        angles = np.degrees(2 * np.arcsin(np.linalg.norm(turned - wanted, axis=(1, 2)) / np.sqrt(8)))
        assert angles.max() < 0.05
        assert abs(keys.key_blocks["jawOpen"].value - expression[17]) < 1e-4


def test_every_shape_of_the_face_is_keyed(character, take_folder):
    from mambatalk_ext.addon.face.channels import find_face_mesh
    from mambatalk_ext.core.body.motion import load_motion
    from mambatalk_ext.core.body.parts import ARKIT_NAMES

    bpy.context.scene.render.fps = 30
    apply(take_folder)
    motion = load_motion(take_folder / "motion.npz")
    curves = curves_of(find_face_mesh(character).data.shape_keys)
    for index, name in enumerate(ARKIT_NAMES):
        keys = keys_of(curves[f'key_blocks["{name}"].value', 0])
        np.testing.assert_allclose(keys[:, 1], motion.expression[:, index], atol=1e-4)


def test_body_and_face_share_one_action_where_blender_has_slots(character, take_folder):
    from mambatalk_ext.addon.face.channels import find_face_mesh

    apply(take_folder)
    keys = find_face_mesh(character).data.shape_keys
    same = character.animation_data.action == keys.animation_data.action
    assert same == hasattr(character.animation_data, "action_slot")


@needs_sound
def test_the_sound_starts_where_the_motion_starts_and_the_range_holds_the_take(
    any_fps, character, take_folder, recording
):
    scene = any_fps
    scene.mambatalk.start_frame = 41
    scene.frame_start, scene.frame_end = 50, 60
    apply(take_folder)
    (strip,) = strips(scene)
    assert strip.type == "SOUND"
    assert strip.frame_final_start == 41
    assert bpy.path.abspath(strip.sound.filepath) == str(recording)
    fps = scene.render.fps / scene.render.fps_base
    assert abs(strip.frame_final_duration - 3 * fps) <= 1
    assert scene.frame_start == 41
    assert abs(scene.frame_end - (40 + 3 * fps)) <= 1


@first_on_each(("start", "expected"), [(1, (0, 250)), (1200, (0, 1289)), (-20, (0, 250)), (0, (0, 250))])
def test_the_range_only_grows_and_the_playhead_stays(character, take_folder, start, expected):
    scene = bpy.context.scene
    scene.render.fps = 30
    scene.frame_start, scene.frame_end, scene.mambatalk.start_frame = 0, 250, start
    scene.frame_set(77, subframe=0.25)
    apply(take_folder)
    assert (scene.frame_start, scene.frame_end) == expected
    assert (scene.frame_current, scene.frame_subframe) == (77, 0.25)


def test_switching_to_a_longer_take_makes_the_range_longer(character, take_folder, tmp_path, recording):
    scene = bpy.context.scene
    scene.render.fps = 30
    apply(write_take(tmp_path / "long", wobble(400), recording))
    scene.frame_set(30)
    apply(take_folder)
    scene.frame_start, scene.frame_end = 10, 90
    assert bpy.ops.mambatalk.switch_take(name="long") == {"FINISHED"}
    assert (scene.frame_start, scene.frame_end, scene.frame_current) == (1, 400, 30)


@needs_sound
def test_a_second_take_keeps_the_first_and_its_strip(character, take_folder, tmp_path, recording):
    apply(take_folder)
    first = character.animation_data.action
    apply(write_take(tmp_path / "second", wobble(90, seed=1), recording))
    assert character.animation_data.action != first
    assert first.use_fake_user
    assert len(strips(bpy.context.scene)) == 1


@needs_sound
def test_a_part_of_a_recording_gets_a_trimmed_strip(character, take_folder):
    info = json.loads((take_folder / "take.json").read_text())
    info["audio"] |= {"offset_s": 1.0, "duration_s": 1.5}
    (take_folder / "take.json").write_text(json.dumps(info | {"checksum": None}))
    scene = bpy.context.scene
    scene.render.fps = 30
    scene.mambatalk.start_frame = 10
    apply(take_folder)
    (strip,) = strips(scene)
    assert (strip.frame_start, strip.frame_final_start, strip.frame_final_end) == (-20, 10, 55)


def test_the_action_tells_where_its_keys_came_from(character, take_folder, recording):
    from mambatalk_ext.addon.take import info as take_info

    apply(take_folder)
    info = take_info.stored(character.animation_data.action)
    assert (info.audio, info.seed, info.speaker) == (str(recording), 5, "calm")
    assert take_info.stored(bpy.data.actions.new("another")) is None


def test_one_undo_takes_all_of_it_back(character, take_folder):
    bpy.context.scene.mambatalk.character = character
    assert_one_undo_takes_back(bpy.ops.mambatalk.load_take, folder=str(take_folder))


@pytest.mark.any_blender
@pytest.mark.parametrize("damage", ["no description", "no words", "no motion", "no sound"])
def test_a_broken_take_leaves_the_scene_as_it_was(character, take_folder, recording, damage):
    if damage == "no description":
        (take_folder / "take.json").write_text("{")
    elif damage == "no words":
        (take_folder / "words.json").unlink()
    elif damage == "no motion":
        (take_folder / "motion.npz").write_bytes(b"PK nothing")
    elif damage == "no sound":
        recording.unlink()
    before = snapshot()
    with pytest.raises(RuntimeError):
        bpy.ops.mambatalk.load_take(folder=str(take_folder))
    assert snapshot() == before


@pytest.mark.any_blender
def test_without_a_character_the_button_says_so(scene, take_folder):
    with pytest.raises(RuntimeError, match="Add a character"):
        bpy.ops.mambatalk.load_take(folder=str(take_folder))
