"""A character goes with its takes and their sounds on request; deleted by hand, it leaves no ghost."""

import shutil
from pathlib import Path

import bpy
import pytest

from ..conftest import HAS_SOUND, linked_cast, strips, wobble, write_take


def load(tmp_path, name, audio, seed=0, start=1):
    scene = bpy.context.scene
    scene.render.fps, scene.mambatalk.start_frame = 30, start
    assert bpy.ops.mambatalk.load_take(folder=str(write_take(tmp_path / name, wobble(60, seed), audio))) == {"FINISHED"}


@pytest.fixture
def first(character, recording, tmp_path):
    """A character with two takes, of two recordings."""
    load(tmp_path, "one", recording)
    second = tmp_path / "second.wav"
    shutil.copy(recording, second)
    load(tmp_path, "two", second, seed=1, start=100)
    return character


def add_second(tmp_path, recording):
    bpy.ops.mambatalk.add_character()
    second = bpy.context.object
    load(tmp_path, "other", recording, seed=2)
    return second


def files():
    return sorted(Path(strip.sound.filepath).name for strip in strips(bpy.context.scene))


def everything():
    return {
        kind: sorted(block.name for block in getattr(bpy.data, kind))
        for kind in ("objects", "armatures", "meshes", "shape_keys", "actions", "sounds")
    }


def test_removing_a_character_leaves_nothing_of_it(scene, extension, recording, tmp_path, request):
    before = everything()
    request.getfixturevalue("first")
    assert len(everything()["actions"]) >= 2
    assert bpy.ops.mambatalk.remove_character() == {"FINISHED"}
    assert everything() == before
    assert strips(scene) == []
    assert scene.mambatalk.character is None
    assert not bpy.ops.mambatalk.remove_character.poll()


def test_another_character_and_what_it_performs_stay(first, tmp_path, recording):
    second = add_second(tmp_path, recording)
    second_take = second.animation_data.action
    bpy.context.view_layer.objects.active = first
    prop = bpy.data.objects.new("Microphone", None)
    bpy.context.scene.collection.objects.link(prop)
    prop.parent, prop.location = first, (1, 2, 3)
    bpy.context.view_layer.update()
    place = prop.matrix_world.copy()
    assert bpy.ops.mambatalk.remove_character() == {"FINISHED"}
    bpy.context.view_layer.update()
    assert second.animation_data.action == second_take
    assert (prop.parent, prop.matrix_world) == (None, place)
    # The second character's take is of the first recording and shares its strip.
    assert files() == (["tone.wav"] if HAS_SOUND else [])
    assert [name for name in ("one", "two") if name in bpy.data.actions] == []


def test_one_undo_brings_it_back(first):
    name = first.name
    bpy.ops.ed.undo_push(message="before")
    before = everything()
    assert bpy.ops.mambatalk.remove_character("EXEC_DEFAULT", True) == {"FINISHED"}
    bpy.ops.ed.undo()
    assert everything() == before
    assert bpy.data.objects[name].animation_data.action.name == "two"


def test_a_character_of_another_file_is_not_removed(scene, tmp_path):
    collection = linked_cast(tmp_path)
    empty = bpy.data.objects.new("Cast", None)
    empty.instance_type, empty.instance_collection = "COLLECTION", collection
    bpy.context.scene.collection.objects.link(empty)
    armature = next(each for each in collection.objects if each.type == "ARMATURE")
    bpy.context.scene.collection.children.link(collection)
    bpy.context.view_layer.objects.active = armature
    before = everything()
    with pytest.raises(RuntimeError, match="belongs to another file"):
        bpy.ops.mambatalk.remove_character()
    assert everything() == before


@pytest.mark.parametrize("way", ["viewport", "outliner"])
def test_a_character_deleted_by_hand_is_no_ghost_and_its_takes_can_be_used_or_discarded(
    first, scene, tmp_path, recording, way
):
    name, meshes = first.name, [each for each in bpy.data.objects if each.parent == first]
    if way == "viewport":
        for each in (first, *meshes):
            each.select_set(True)
        assert bpy.ops.object.delete() == {"FINISHED"}
    else:
        bpy.data.batch_remove([first, *meshes])
    bpy.context.view_layer.update()
    assert scene.mambatalk.character is None
    assert all(strip.mute for strip in strips(scene))
    path = tmp_path / "scene.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    bpy.ops.wm.open_mainfile(filepath=str(path))
    assert name not in bpy.data.objects
    assert {"one", "two"} <= set(everything()["actions"])
    assert bpy.ops.mambatalk.discard_left_takes() == {"FINISHED"}
    assert everything()["actions"] == []
    assert strips(bpy.context.scene) == []
    assert not bpy.ops.mambatalk.discard_left_takes.poll()


def test_takes_that_somebody_performs_are_not_left(first, tmp_path, recording):
    add_second(tmp_path, recording)
    assert not bpy.ops.mambatalk.discard_left_takes.poll()
