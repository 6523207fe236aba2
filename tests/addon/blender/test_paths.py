"""Data paths are what Blender itself writes, and give back the bone that they lead to."""

import bpy
import pytest

from ..conftest import first_on_each

NAMES = ("head", "hand.L", 'a "name"', "back\\", 'back\\"slash', "a]b[")


@pytest.fixture
def armature(scene):
    rig = bpy.data.objects.new("rig", bpy.data.armatures.new("rig"))
    scene.collection.objects.link(rig)
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    for name in NAMES:
        rig.data.edit_bones.new(name).tail = (0, 0, 1)
    bpy.ops.object.mode_set(mode="OBJECT")
    return rig


@first_on_each("name", NAMES, 4)
def test_a_bones_path_is_blenders_own_and_gives_its_name_back(armature, name):
    from mambatalk_ext.addon.blender import paths

    assert paths.bone_path(name) == armature.pose.bones[name].path_from_id()
    assert paths.bone_of(paths.bone_path(name)) == name
    assert paths.bone_of(f"{paths.bone_path(name)}.location") == name
    assert paths.property_of(f"{paths.bone_path(name)}.location") == "location"


@first_on_each("name", NAMES, 2)
def test_a_custom_property_is_found_by_its_path(armature, name):
    from mambatalk_ext.addon.blender import paths

    armature[name], armature.pose.bones["head"][name] = 3, 4
    assert armature.path_resolve(paths.custom_property_path(name)) == 3
    assert armature.path_resolve(paths.custom_property_path(name, "head")) == 4
    assert paths.bone_of(paths.custom_property_path(name)) is None
    assert paths.bone_of(paths.custom_property_path(name, "head")) == "head"


def test_a_shape_keys_path_is_blenders_own(character):
    from mambatalk_ext.addon.blender import paths
    from mambatalk_ext.addon.face.channels import find_face_mesh

    block = find_face_mesh(character).data.shape_keys.key_blocks["jawOpen"]
    assert paths.shape_key_path("jawOpen") == f"{block.path_from_id()}.value"
