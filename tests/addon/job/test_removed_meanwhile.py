"""While a job runs, characters and takes are deleted, renamed and switched: keys go where they belong, or nowhere."""

from contextlib import contextmanager

import bpy
import numpy as np
import pytest

from ..conftest import curves_of, first_on_each, snapshot, wobble, write_take
from ..directing import all_keys


@contextmanager
def meanwhile(job_state, change):
    """Within the block, make a change when a job asks for replies the first time."""
    original = job_state.Job

    class Watched(original):
        changed = False

        def poll(self, timeout_s=0.0):
            if not Watched.changed:
                Watched.changed = True
                change()
            super().poll(timeout_s)

    job_state.Job = Watched
    try:
        yield
    finally:
        job_state.Job = original
    assert Watched.changed


def delete_in_viewport(armature):
    for each in bpy.context.selected_objects:
        each.select_set(False)
    armature.select_set(True)
    bpy.ops.object.delete()
    assert not armature.users_scene


@pytest.fixture
def ready(scene, character, weights, recording):
    scene.render.fps = 30
    scene.mambatalk.audio_file, scene.mambatalk.transcript_source = str(recording), "NONE"
    return scene


@pytest.fixture
def take(character, take_folder, weights):
    """A take on the character, and another character that stands beside it."""
    from mambatalk_ext.addon.character.building import add_character

    bpy.context.scene.render.fps = 30
    bpy.ops.mambatalk.load_take(folder=str(take_folder))
    add_character(bpy.context, "Bystander")
    return character


JOBS = {
    "generate": lambda folder: bpy.ops.mambatalk.generate(folder=str(folder)),
    "finish": lambda folder: bpy.ops.mambatalk.finish(),
    "mix": lambda folder: bpy.ops.mambatalk.mix(source="other", parts={"hands"}, start=20, end=60),
}


def prepare(kind, tmp_path, recording):
    scene = bpy.context.scene
    if kind == "generate":
        scene.mambatalk.audio_file, scene.mambatalk.transcript_source = str(recording), "NONE"
    if kind == "mix":
        bpy.ops.mambatalk.load_take(folder=str(write_take(tmp_path / "other", wobble(90, seed=5), recording)))
        bpy.ops.mambatalk.switch_take(name="take")


@first_on_each("kind", JOBS)
def test_a_character_deleted_meanwhile_gets_no_key_and_the_message_says_so(take, job_state, tmp_path, recording, kind):
    prepare(kind, tmp_path, recording)
    scene, before = bpy.context.scene, all_keys(take)
    actions, scene_range = set(bpy.data.actions), (scene.frame_start, scene.frame_end)
    with meanwhile(job_state, lambda: delete_in_viewport(take)), pytest.raises(RuntimeError, match="removed"):
        JOBS[kind](tmp_path / "made")
    # The panel refers to the deleted character, so that it is still in the file.
    assert all(np.array_equal(keys, before[name]) for name, keys in all_keys(take).items())
    assert set(bpy.data.actions) == actions
    assert (scene.frame_start, scene.frame_end) == scene_range
    assert job_state.current.error.remedy


def test_a_character_deleted_in_the_outliner_is_missed_too(ready, character, job_state, tmp_path):
    with (
        meanwhile(job_state, lambda: bpy.data.objects.remove(bpy.context.scene.mambatalk.character)),
        pytest.raises(RuntimeError, match="removed"),
    ):
        JOBS["generate"](tmp_path / "made")
    assert (tmp_path / "made").is_dir()
    assert str(tmp_path / "made") in job_state.current.error.remedy
    assert not bpy.data.actions


@first_on_each("kind", JOBS)
def test_a_renamed_character_gets_its_take_and_nobody_who_took_its_name(take, job_state, tmp_path, recording, kind):
    prepare(kind, tmp_path, recording)
    other, before, name = bpy.data.objects["Bystander"], all_keys(take), take.name

    def rename():
        take.name = "Somebody Else"
        take.animation_data.action.name = "renamed"
        other.name = name

    with meanwhile(job_state, rename):
        assert JOBS[kind](tmp_path / "made") == {"FINISHED"}
    after = all_keys(take)
    assert any(not np.array_equal(keys, after.get(name)) for name, keys in before.items())
    assert not curves_of(other)


@pytest.mark.any_blender
def test_finishing_leaves_a_take_alone_that_is_performed_since(take, job_state, tmp_path, recording):
    from mambatalk_ext.addon.take import switching

    prepare("mix", tmp_path, recording)
    bpy.ops.mambatalk.switch_take(name="other")
    before = all_keys(take)
    bpy.ops.mambatalk.switch_take(name="take")
    with (
        meanwhile(job_state, lambda: switching.switch(take, bpy.data.actions["other"])),
        pytest.raises(RuntimeError, match="another action"),
    ):
        bpy.ops.mambatalk.finish()
    assert all(np.array_equal(keys, before[name]) for name, keys in all_keys(take).items())


@pytest.mark.any_blender
def test_a_deleted_character_that_the_panel_still_refers_to_gets_no_take(character, take_folder):
    delete_in_viewport(character)
    # The panel forgets it; a file of an earlier version may still refer to it.
    bpy.context.scene.mambatalk.character = character
    before = snapshot()
    with pytest.raises(RuntimeError, match="character"):
        bpy.ops.mambatalk.load_take(folder=str(take_folder))
    assert snapshot() == before
