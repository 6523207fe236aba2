"""A take as an asset: found with picture, description and tags, and complete where it is appended."""

import bpy
import numpy as np
import pytest

from ..conftest import FPS, empty_file, snapshot, wobble, write_take
from ..directing import all_keys, differing
from ..rigs import build


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
    empty_file()
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


def library_with(take, tmp_path):
    """A file with the character's take as an asset; then an empty scene at the same frame rate."""
    bpy.ops.mambatalk.accent_add(kind="hold", start=30, end=40)
    bpy.ops.mambatalk.set_levels(upper=0.6)
    bpy.ops.mambatalk.mark_take_as_asset()
    path = str(tmp_path / "library.blend")
    keys = all_keys(take)
    bpy.ops.wm.save_as_mainfile(filepath=path)
    empty_file()
    bpy.context.scene.render.fps = 30
    return path, keys


def test_another_character_performs_a_take_of_a_library(take, tmp_path):
    path, keys = library_with(take, tmp_path)
    bpy.ops.mambatalk.add_character()
    armature = bpy.context.scene.mambatalk.character
    assert bpy.ops.mambatalk.perform_asset(library=path, name="wave") == {"FINISHED"}
    assert not differing(keys, all_keys(armature))
    own = armature.animation_data.action.mambatalk_take
    assert ([marker.kind for marker in own.markers], round(own.upper, 3)) == (["hold"], 0.6)
    assert armature.animation_data.action.name == "wave"
    assert bpy.ops.mambatalk.perform_asset(name="wave") == {"FINISHED"}
    assert not differing(keys, all_keys(armature))


def test_a_rig_with_other_bones_performs_a_take_of_a_library(take, tmp_path, recording, job_state):
    path, _ = library_with(take, tmp_path)
    recording.unlink()
    armature = build("unreal5", seed=2).armature
    bpy.context.view_layer.objects.active = armature
    assert bpy.ops.mambatalk.perform_asset(library=path, name="wave") == {"FINISHED"}
    assert "use Find Recording" in " ".join(job_state.current.notes)
    bpy.context.scene.frame_set(1)
    first = [bone.matrix.copy() for bone in armature.pose.bones]
    bpy.context.scene.frame_set(40)
    assert any(bone.matrix != before for bone, before in zip(armature.pose.bones, first, strict=True))


def test_what_is_no_take_is_not_performed(take, tmp_path):
    bpy.data.actions.new("Wind")
    before = snapshot()
    for given in ({"name": "Wind"}, {"name": "none"}, {"library": str(tmp_path / "no.blend"), "name": "wave"}, {}):
        with pytest.raises(RuntimeError, match=r"is no take|There is no action|cannot be read|No take is chosen"):
            bpy.ops.mambatalk.perform_asset(**given)
        assert snapshot() == before


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
