"""Finishing in Blender: through the real worker, always from the unfinished motion, contacts that can be edited."""

import shutil

import bpy
import numpy as np
import pytest

from ..conftest import curves_of, first_on_each, keys_of, snapshot, write_take
from .sliding_figure import slider


@pytest.fixture
def take(character, tmp_path, recording):
    """A take whose keys are the unfinished motion, on the character at frame 11."""
    from mambatalk_ext.core.body.motion import save_motion

    scene = bpy.context.scene
    scene.render.fps = 30
    scene.mambatalk.start_frame = 11
    folder = write_take(tmp_path / "take", slider(), recording)
    save_motion(slider(), folder / "motion_raw.npz")
    assert bpy.ops.mambatalk.load_take(folder=str(folder)) == {"FINISHED"}
    return folder


@pytest.fixture
def plain(character):
    """The sliding motion as a plain action, which is no take."""
    from mambatalk_ext.addon.blender import fcurves, versions
    from mambatalk_ext.addon.take import channels as take_channels

    bpy.context.scene.render.fps = 30
    action = bpy.data.actions.new("walk cycle")
    fcurves.write(action, character, 11 + np.arange(180), take_channels.of_body(slider(), character))
    versions.assign_action(character, action)
    return action


def finish(**settings):
    for name, value in settings.items():
        setattr(bpy.context.scene.mambatalk, name, value)
    assert bpy.ops.mambatalk.finish() == {"FINISHED"}


def all_keys(armature):
    return {name: keys_of(curve) for name, curve in curves_of(armature).items()}


def same(a, b):
    return a.keys() == b.keys() and all(np.array_equal(a[name], b[name]) for name in a)


def toes(armature, frames):
    """Return the heads of the two toe bones (T, 2, 3) in the world."""
    found = []
    for frame in frames:
        bpy.context.scene.frame_set(int(frame))
        posed = armature.evaluated_get(bpy.context.evaluated_depsgraph_get())
        found.append([posed.matrix_world @ posed.pose.bones[f"{side}_foot"].head for side in ("left", "right")])
    return np.array(found)


def test_feet_that_slid_stand_in_the_viewport(take, character, job_state):
    before = toes(character, range(11, 191))
    finish()
    after = toes(character, range(11, 191))
    speed = lambda t: 100 * 30 * np.linalg.norm(np.diff(t[..., :2], axis=0), axis=-1)  # noqa: E731
    assert np.median(speed(before)) > 5
    assert np.percentile(speed(after), 70) < 0.2
    (note,) = job_state.current.notes
    assert "slide" in note
    assert "→" in note


@pytest.mark.any_blender
def test_finishing_again_starts_from_the_unfinished_motion(take, character):
    finish()
    once = all_keys(character)
    finish(finish_root="stand_still", finish_smoothing=0.3)
    assert not same(once, all_keys(character))
    finish(finish_root="in_place", finish_smoothing=1.0)
    assert same(once, all_keys(character))


def test_any_action_can_be_finished_and_its_unfinished_keys_are_kept(plain, character):
    unfinished = all_keys(character)
    finish()
    assert character.animation_data.action == plain
    once = all_keys(character)
    finish(finish_root="free")
    finish(finish_root="in_place")
    again = all_keys(character)
    assert all(np.allclose(once[name], again[name], atol=1e-6) for name in once)
    assert plain["mambatalk_unfinished"].name == "walk cycle unfinished"
    assert sum(action.name.startswith("walk cycle") for action in bpy.data.actions) == 2
    finish(finish_smoothing=0.0, finish_feet="off")
    back = all_keys(character)
    assert all(np.allclose(np.abs(back[n]), np.abs(unfinished[n]), atol=1e-4) for n in unfinished)


def test_euler_keys_are_read(character):
    from mambatalk_ext.addon.finish.source import read_action

    scene = bpy.context.scene
    bone = character.pose.bones["left_elbow"]
    bone.rotation_mode = "XYZ"
    for frame, angle in ((1, 0.0), (31, 1.0)):
        bone.rotation_euler = (angle, 0.2, 0.0)
        bone.keyframe_insert("rotation_euler", frame=frame)
    motion = read_action(scene, character, character.animation_data.action).motion
    assert motion.frame_count == 31
    turned = np.linalg.norm(motion.rotations[:, 18], axis=-1)
    assert turned[-1] > 0.9
    assert np.abs(motion.rotations[:, 19]).max() < 1e-6


def test_contacts_are_channels_that_can_be_edited_and_held(take, character):
    from mambatalk_ext.addon.character import contacts

    finish()
    curves = curves_of(character)
    path = contacts.PATHS[contacts.NAMES.index("Left Toe Contact")]
    assert set(contacts.PATHS) <= {p for p, _ in curves}
    action = character.animation_data.action
    frames = 11 + np.arange(180)
    held = contacts.read(action, character, frames)
    # The animator lets the left foot stand in the frames 60 to 100 only.
    held[:, [0, 2]] = 0
    held[49:90, [0, 2]] = 1
    contacts.write(action, character, frames, held)
    finish(finish_contacts=True, finish_root="path")
    assert np.array_equal(contacts.read(action, character, frames), held)
    left = toes(character, range(60, 101))[:, 0]
    assert np.ptp(left[..., :2], axis=0).max() < 1e-3
    moving = toes(character, range(11, 41))[:, 0]
    assert np.ptp(moving[..., :2], axis=0).max() > 0.01
    assert curves[path, 0].keyframe_points[0].interpolation == "CONSTANT"


@pytest.mark.any_blender
@pytest.mark.parametrize("mirror", [False, True])
def test_contacts_changed_by_hand_are_held_unless_they_are_dropped(take, character, job_state, mirror):
    from mambatalk_ext.addon.character import contacts

    finish(finish_root="path")
    action, frames = character.animation_data.action, 11 + np.arange(180)
    action.mambatalk_take.mirror = mirror
    own, keys = contacts.read(action, character, frames), all_keys(character)
    held, foot = own.copy(), int(own[49:91, 0].all())
    held[49:91, [foot, foot + 2]] = 1
    contacts.write(action, character, frames, held)
    edited = (held != own).any(0)
    assert edited.any()
    assert bpy.ops.mambatalk.show_edits() == {"FINISHED"}
    assert {line.partition(":")[0] for line in job_state.current.notes} == {
        name for name, changed in zip(contacts.NAMES, edited, strict=True) if changed
    }
    # Sliders leave them alone, too.
    bpy.ops.mambatalk.set_levels(upper=0.5)
    action.mambatalk_take.mirror = not mirror
    action.mambatalk_take.mirror = mirror
    bpy.ops.mambatalk.reset_levels()
    action.mambatalk_take.mirror = mirror
    kept = held != own
    assert np.array_equal(contacts.read(action, character, frames)[kept], held[kept])
    finish()
    assert any("changed by hand" in note for note in job_state.current.notes)
    now = contacts.read(action, character, frames)
    assert np.array_equal(now[kept], held[kept])
    stands = toes(character, range(61, 101))[:, foot]
    assert np.ptp(stands[..., :2], axis=0).max() < 2e-3
    assert bpy.ops.mambatalk.drop_edits(parts={"lower"}) == {"FINISHED"}
    finish()
    assert not any("by hand" in note for note in job_state.current.notes)
    assert same(keys, all_keys(character))


@pytest.mark.any_blender
def test_contacts_that_do_not_exist_cannot_be_held(take, character, job_state):
    bpy.context.scene.mambatalk.finish_contacts = True
    with pytest.raises(RuntimeError, match="no contacts"):
        bpy.ops.mambatalk.finish()
    assert "Edited Contacts" in job_state.current.error.remedy


@pytest.mark.any_blender
def test_a_take_needs_its_folder_no_more(take, character):
    finish()
    once = all_keys(character)
    shutil.rmtree(take)
    finish(finish_root="stand_still")
    finish(finish_root="in_place")
    assert same(once, all_keys(character))


@first_on_each("fps", [24, 60])
def test_other_scene_rates_keep_the_keys_on_whole_frames(character, take, fps):
    scene = bpy.context.scene
    scene.render.fps = fps
    finish()
    keys = keys_of(curves_of(character)['pose.bones["pelvis"].location', 0])
    assert keys[0, 0] == 11
    assert np.array_equal(keys[:, 0], np.round(keys[:, 0]))
    assert len(keys) == 6 * fps


def test_one_undo_brings_the_unfinished_keys_back(take, character):
    bpy.ops.ed.undo_push(message="before")
    before, keys = snapshot(), all_keys(character)
    bpy.ops.mambatalk.finish("EXEC_DEFAULT", True)
    name = character.name
    bpy.ops.ed.undo()
    assert snapshot() == before
    assert same(keys, all_keys(bpy.data.objects[name]))


@pytest.mark.any_blender
def test_a_failure_leaves_the_keys_alone(take, character):
    action = character.animation_data.action
    action["mambatalk_data"] = b"PK nothing"
    keys = all_keys(character)
    with pytest.raises(RuntimeError, match="damaged"):
        bpy.ops.mambatalk.finish()
    assert same(keys, all_keys(character))


@pytest.mark.any_blender
def test_a_text_where_a_take_should_be_is_refused(take, character):
    character.animation_data.action["mambatalk_data"] = "nothing"
    for operator in (bpy.ops.mambatalk.reset_levels, bpy.ops.mambatalk.finish):
        with pytest.raises(RuntimeError, match="holds no take"):
            operator()


@pytest.mark.any_blender
def test_a_take_whose_notes_are_unreadable_is_no_take(take, character):
    action = character.animation_data.action
    action["mambatalk"] = "{}"
    with pytest.raises(RuntimeError, match="performs no take"):
        bpy.ops.mambatalk.set_levels(upper=0.5)
    with pytest.raises(RuntimeError, match="has no takes"):
        bpy.ops.mambatalk.discard_take()


@pytest.mark.any_blender
def test_the_button_is_greyed_without_animation(character):
    with pytest.raises(RuntimeError, match="no animation"):
        bpy.ops.mambatalk.finish()


def test_the_contacts_come_with_a_take(character, tmp_path, recording):
    from mambatalk_ext.addon.character import contacts

    motion = slider()
    down = np.zeros((180, 4))
    down[20:80, [0, 2]] = 1
    folder = write_take(tmp_path / "take", motion.replace(contacts=down), recording)
    bpy.context.scene.render.fps = 30
    bpy.ops.mambatalk.load_take(folder=str(folder))
    start = bpy.context.scene.mambatalk.start_frame
    action = character.animation_data.action
    assert np.array_equal(contacts.read(action, character, start + np.arange(180)), down)
