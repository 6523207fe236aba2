"""A take as an asset: found with picture, description and tags, and complete where it is appended."""

import bpy
import numpy as np
import pytest

from ..conftest import FPS, wobble, write_take
from ..directing import all_keys, differing


@pytest.fixture
def take(character, tmp_path, recording):
    scene = bpy.context.scene
    scene.render.fps, scene.render.fps_base = FPS["30"]
    folder = write_take(tmp_path / "wave", wobble(90), recording)
    assert bpy.ops.mambatalk.load_take(folder=str(folder)) == {"FINISHED"}
    return character


def pixels(action):
    width, height = action.preview.image_size
    values = np.empty(width * height * 4, np.float32)
    action.preview.image_pixels_float.foreach_get(values)
    return values.reshape(height, width, 4)


def test_a_take_is_an_asset_with_picture_description_and_tags(take):
    action = take.animation_data.action
    assert bpy.ops.mambatalk.mark_take_as_asset() == {"FINISHED"}
    data = action.asset_data
    assert data.description == "Speech animation of body, hands and face, 3 s at 30 frames a second, style calm"
    assert [tag.name for tag in data.tags] == ["speech", "gesture", "calm"]
    assert (data.author, getattr(data, "license", "")) == ("", "")
    shown = pixels(action)
    assert shown.shape == (256, 256, 4)
    covered = shown[..., 3] > 0.5
    assert 0.05 < covered.mean() < 0.6
    rows = np.flatnonzero(covered.any(1))
    assert rows.min() < 40
    assert rows.max() > 180
    assert len(np.unique(shown[covered].round(2), axis=0)) > 50


def test_the_picture_shows_the_pose_of_its_frame_and_the_scene_stays(take):
    action, scene = take.animation_data.action, bpy.context.scene
    scene.frame_set(42)
    pose = [bone.matrix_basis.copy() for bone in take.pose.bones]
    bpy.ops.mambatalk.mark_take_as_asset(frame=10)
    first = pixels(action)
    bpy.ops.mambatalk.mark_take_as_asset(frame=40)
    assert np.abs(pixels(action) - first).max() > 0.2
    bpy.ops.mambatalk.mark_take_as_asset(frame=10)
    assert np.abs(pixels(action) - first).max() < 0.01
    assert scene.frame_current == 42
    assert take.animation_data.action == action
    assert all(bone.matrix_basis == before for bone, before in zip(take.pose.bones, pose, strict=True))


def test_what_the_user_wrote_stays(take):
    bpy.ops.mambatalk.mark_take_as_asset()
    data = take.animation_data.action.asset_data
    data.description, data.author = "Greets the board", "Studio"
    data.tags.new("board")
    bpy.ops.mambatalk.mark_take_as_asset()
    data = take.animation_data.action.asset_data
    assert (data.description, data.author) == ("Greets the board", "Studio")
    assert sorted(tag.name for tag in data.tags) == ["board", "calm", "gesture", "speech"]


def test_an_appended_asset_brings_body_face_and_take(take, tmp_path):
    keys = all_keys(take)
    bpy.ops.mambatalk.mark_take_as_asset()
    name = take.animation_data.action.name
    path = str(tmp_path / "library.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.context.scene.render.fps = 30
    assert bpy.ops.mambatalk.add_character() == {"FINISHED"}
    with bpy.data.libraries.load(path, assets_only=True) as (found, wanted):
        assert found.actions == [name]
        wanted.actions = [name]
    from mambatalk_ext.addon.take import switching

    armature = bpy.context.scene.mambatalk.character
    switching.switch(armature, bpy.data.actions[name])
    assert not differing(keys, all_keys(armature))
    assert bpy.ops.mambatalk.set_levels(upper=0.5) == {"FINISHED"}
    assert differing(keys, all_keys(armature))


def test_marking_is_one_undo_step(take):
    name = take.animation_data.action.name
    bpy.ops.ed.undo_push(message="before")
    bpy.ops.mambatalk.mark_take_as_asset("EXEC_DEFAULT", True)
    assert bpy.data.actions[name].asset_data is not None
    bpy.ops.ed.undo()
    assert bpy.data.actions[name].asset_data is None


def test_a_character_whose_meshes_are_hidden_is_an_asset_without_a_picture(take, job_state):
    for each in take.children:
        each.hide_set(True)
    bpy.ops.mambatalk.mark_take_as_asset()
    assert take.animation_data.action.asset_data is not None
    assert "without a picture" in job_state.current.notes[0]
