"""A new character stands at the 3D cursor, beside what is there, and is shown whole."""

import bpy
import numpy as np
import pytest


@pytest.fixture
def boxes(scene):
    """A function that returns the boxes around characters and other objects."""
    from mambatalk_ext.addon.character import armature, placement

    def of(each):
        return placement.box_of(bpy.context, armature.meshes_of(each) or [each])

    return of


def add():
    assert bpy.ops.mambatalk.add_character() == {"FINISHED"}
    return bpy.context.scene.mambatalk.character


def are_apart(one, other):
    return bool((np.minimum(one[1], other[1]) < np.maximum(one[0], other[0])).any())


def test_its_soles_are_at_the_cursor(scene, boxes):
    scene.cursor.location = (2.0, -3.0, 0.5)
    character = add()
    assert tuple(character.location) == pytest.approx((2.0, -3.0, 0.5))
    assert boxes(character)[0, 2] == pytest.approx(0.5, abs=0.02)


def test_it_stands_beside_the_default_cube(scene, boxes):
    bpy.ops.mesh.primitive_cube_add(size=2.0)
    cube = bpy.context.object
    character = add()
    assert are_apart(boxes(character), boxes(cube))
    assert 0.05 < abs(boxes(character)[0, 0] - 1.0) < 0.2 or 0.05 < abs(boxes(character)[1, 0] + 1.0) < 0.2
    assert character.location.y == character.location.z == 0.0


@pytest.mark.any_blender
def test_three_characters_stand_beside_each_other(scene, boxes):
    every = [boxes(add()) for _ in range(3)]
    assert all(are_apart(every[i], every[j]) for i, j in ((0, 1), (0, 2), (1, 2)))
    assert np.ptp([box.mean(axis=0)[0] for box in every]) < 4.5


@pytest.mark.any_blender
@pytest.mark.parametrize("kind", ["floor", "room", "hidden", "far"])
def test_a_floor_a_room_and_what_is_hidden_or_far_do_not_move_it(scene, kind):
    if kind == "floor":
        bpy.ops.mesh.primitive_plane_add(size=20.0)
    else:
        size, x = {"room": (6.0, 0.0), "hidden": (2.0, 0.0), "far": (2.0, 4.0)}[kind]
        bpy.ops.mesh.primitive_cube_add(size=size, location=(x, 0.0, 0.0))
        bpy.context.object.hide_set(kind == "hidden")
    assert tuple(add().location) == (0.0, 0.0, 0.0)


@pytest.mark.any_blender
@pytest.mark.parametrize("bars", [(0, 0), (40, 280)])
def test_every_corner_of_a_framed_box_is_in_the_free_part_of_the_view(bars):
    from mambatalk_ext.addon.blender.viewport import Glass, place
    from mathutils import Euler

    rng = np.random.default_rng(0)
    for _ in range(50):
        rotation = np.array(Euler(rng.uniform(-3, 3, 3)).to_matrix())
        box = np.sort(rng.uniform(-3, 3, (2, 3)), axis=0)
        glass = Glass(1000, 600, *bars, lens=float(rng.uniform(30, 90)))
        location, distance = place(box, rotation, glass)
        corners = np.array([[box[i, 0], box[j, 1], box[k, 2]] for i in (0, 1) for j in (0, 1) for k in (0, 1)])
        seen = (corners - location) @ rotation
        pixels = seen[:, :2] / (distance - seen[:, 2:]) * glass.lens / 72 * 1000 + [500, 300]
        assert pixels[:, 0].min() >= bars[0] - 30
        assert pixels[:, 0].max() <= 1000 - bars[1] + 30
        assert 0 <= pixels[:, 1].min() < pixels[:, 1].max() <= 600


@pytest.mark.any_blender
def test_without_a_window_nothing_is_framed(scene):
    from mambatalk_ext.addon.blender import viewport

    assert viewport.view_area(bpy.context) is None
    add()
    assert not bpy.ops.mambatalk.frame_character.poll()


@pytest.mark.any_blender
def test_the_second_stands_on_the_other_side_of_the_first_and_not_of_the_cube(scene):
    bpy.ops.mesh.primitive_cube_add(size=2.0)
    places = [add().location.x for _ in range(3)]
    assert 0 < places[0] < places[1] < places[2]
