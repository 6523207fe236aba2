"""A mesh at rest, as Blender itself evaluates it: shape keys of a build, half a body with Mirror, hidden parts."""

import importlib

import bpy
import numpy as np
import pytest

pytestmark = pytest.mark.any_blender


@pytest.fixture
def half(scene):
    """Half of a body: two squares to the left, weighted on a left arm, the second one a helper shape."""
    mesh = bpy.data.meshes.new("half")
    corners = [(0, 0, 0), (1, 0, 0), (1, 0, 1), (0, 0, 1)]
    mesh.from_pydata(corners + [(x, 1.0, z) for x, _, z in corners], [], [(0, 1, 2, 3), (4, 5, 6, 7)])
    body = bpy.data.objects.new("half", mesh)
    scene.collection.objects.link(body)
    body.vertex_groups.new(name="arm.L").add(range(8), 0.5, "ADD")
    body.vertex_groups.new(name="shown").add(range(4), 1.0, "ADD")
    body.shape_key_add(name="Basis")
    for name, way in (("broad", (1, 0, 0)), ("smile", (0, 0, 1))):
        block = body.shape_key_add(name=name)
        block.value = 0.5
        for point in block.data:
            point.co += type(point.co)(way) * point.co.x
    block.keyframe_insert("value", frame=1)
    return body


def read(body):
    return importlib.import_module("mambatalk_ext.addon.skin.rest_shape").read(body)


def test_a_build_belongs_to_the_rest_shape_and_a_smile_that_is_keyed_does_not(half):
    shape = read(half)
    assert shape.vertices[:, 0].max() == 1.5
    assert shape.vertices[:, 2].max() == 1.0


def test_modifiers_give_the_body_that_blender_shows(half):
    half.modifiers.new("Mirror", "MIRROR").use_mirror_merge = False
    mask = half.modifiers.new("Mask", "MASK")
    mask.vertex_group = "shown"
    half.data.shape_keys.key_blocks["smile"].mute = True
    shape = read(half)
    evaluated = half.evaluated_get(bpy.context.evaluated_depsgraph_get()).to_mesh()
    assert len(shape.triangles) == 2 * len(evaluated.polygons) == 4
    shown = np.unique(np.round(shape.vertices[np.unique(shape.triangles)], 5), axis=0)
    assert np.allclose(shown, np.unique(np.round([vertex.co for vertex in evaluated.vertices], 5), axis=0))
    assert shape.vertices[shape.weights_of("arm.R") > 0, 0].max() <= 0
    assert shape.weights_of("arm.R").sum() == shape.weights_of("arm.L").sum() == 4.0
    mask.invert_vertex_group = True
    assert (read(half).vertices[read(half).triangles][..., 1] == 1.0).all()


def test_a_stamp_changes_with_the_build_and_the_modifiers_alone(half):
    stamp = importlib.import_module("mambatalk_ext.addon.skin.rest_shape").stamp
    first, blocks = stamp(half), half.data.shape_keys.key_blocks
    blocks["smile"].value = 0.1
    assert stamp(half) == first
    blocks["broad"].value = 0.1
    second = stamp(half)
    assert second != first
    half.modifiers.new("Mirror", "MIRROR")
    assert stamp(half) != second
