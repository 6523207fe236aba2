"""The character follows the selection, unless it is pinned."""

import bpy
import pytest


@pytest.fixture
def pair(scene):
    """Two characters; the second is selected."""
    made = []
    for _ in range(2):
        assert bpy.ops.mambatalk.add_character() == {"FINISHED"}
        made.append(scene.mambatalk.character)
    return made


def select(thing):
    bpy.context.view_layer.objects.active = thing
    bpy.context.view_layer.update()


def target():
    from mambatalk_ext.addon.rig import performer

    return performer.target(bpy.context)


def test_the_character_follows_the_selection(scene, pair):
    first, second = pair
    assert not scene.mambatalk.pinned
    assert target() == scene.mambatalk.character == second
    select(first)
    assert target() == scene.mambatalk.character == first
    select(second.children[0])
    assert target() == scene.mambatalk.character == second


def test_the_last_one_stays_while_something_else_is_selected(scene, pair):
    select(pair[0])
    light = bpy.data.objects.new("Light", bpy.data.lights.new("Light", "POINT"))
    scene.collection.objects.link(light)
    for other in (light, None):
        select(other)
        assert target() == scene.mambatalk.character == pair[0]


def test_a_pinned_character_stays(scene, pair):
    scene.mambatalk.pinned = True
    select(pair[0])
    assert target() == scene.mambatalk.character == pair[1]
    scene.mambatalk.pinned = False
    assert target() == pair[0]


def test_a_character_that_is_chosen_by_hand_is_pinned_and_a_new_one_takes_its_place(scene, pair):
    scene.mambatalk.character = pair[0]
    assert scene.mambatalk.pinned
    assert target() == pair[0]
    assert bpy.ops.mambatalk.add_character() == {"FINISHED"}
    assert target() == scene.mambatalk.character not in pair
    assert scene.mambatalk.pinned
    scene.mambatalk.character = None
    assert not scene.mambatalk.pinned


def test_a_deleted_character_is_chosen_no_more(scene, pair):
    first, second = pair
    with bpy.context.temp_override(selected_objects=[second]):
        assert bpy.ops.object.delete() == {"FINISHED"}
    bpy.context.view_layer.update()
    assert scene.mambatalk.character is None
    select(first)
    assert target() == scene.mambatalk.character == first
