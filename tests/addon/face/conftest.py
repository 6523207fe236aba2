"""The fixture of the tests of faces: the bundled skeleton with a small face."""

import bpy
import pytest


@pytest.fixture
def rig(character, tmp_path, recording):
    """The bundled skeleton with a small face whose keys are named as asked; a function of the names."""
    from mambatalk_ext.addon.face.channels import find_face_mesh

    bpy.data.objects.remove(find_face_mesh(character))
    bpy.context.scene.render.fps = 30

    def build(names, part="Head"):
        data = bpy.data.meshes.new(part)
        data.from_pydata([(0, 0, 0), (0, 0, 1), (0, 1, 0)], [], [(0, 1, 2)])
        mesh = bpy.data.objects.new(part, data)
        bpy.context.scene.collection.objects.link(mesh)
        mesh.parent = character
        for name in ("Basis", *names):
            mesh.shape_key_add(name=name)
        return mesh.data.shape_keys

    return build
