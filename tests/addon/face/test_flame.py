"""SMPL-X's facial coefficients on shape keys, with and without the user's model file."""

import bpy
import numpy as np
import pytest

from ..conftest import curves_of, wobble
from .faces import ARKIT, FRAMES, arkit_names, perform, values


def flame(count=FRAMES):
    """A take whose face is in SMPL-X's coefficients."""
    rng = np.random.default_rng(0)
    return wobble(count).replace(expression=rng.normal(0, 0.5, (count, 100)), face_basis="flame100")


def test_coefficients_go_straight_to_smplx_keys(rig, tmp_path, recording):
    keys = rig([f"Exp{index:03d}" for index in range(100)])
    for block in keys.key_blocks[1:]:
        block.slider_min, block.slider_max = -5, 5
    perform(tmp_path, recording, flame())
    assert np.allclose(values(keys, "Exp042"), flame().expression[:, 42], atol=1e-4)


@pytest.mark.any_blender
def test_without_the_model_file_only_the_jaw_moves_and_the_user_is_told(rig, tmp_path, recording):
    from mambatalk_ext.addon.face import channels as face_channels

    keys = rig(arkit_names())
    perform(tmp_path, recording, flame())
    character = bpy.context.scene.mambatalk.character
    assert curves_of(keys) == {}
    assert ('pose.bones["jaw"].rotation_quaternion', 0) in curves_of(character)
    assert "SMPLX" in face_channels.notes(character, flame())[0]


@pytest.mark.any_blender
def test_with_the_model_file_coefficients_move_the_arkit_face(character, tmp_path, recording, monkeypatch):
    from mambatalk_ext.addon.face import channels as face_channels
    from mambatalk_ext.addon.face import flame as face_flame
    from mambatalk_ext.addon.face.channels import find_face_mesh

    head = face_flame._bundled_head()
    model = tmp_path / "SMPLX_NEUTRAL.npz"
    write_stand_in(model, head)
    monkeypatch.setenv("MAMBATALK_SMPLX", str(model))
    coefficients = np.zeros((3, 100))
    coefficients[1, ARKIT] = 0.7
    coefficients[2, 23] = 0.5
    motion = wobble(3).replace(expression=coefficients, face_basis="flame100")
    bpy.context.scene.render.fps = 30
    perform(tmp_path, recording, motion)
    keys = find_face_mesh(character).data.shape_keys
    assert values(keys, "jawOpen") == pytest.approx([0, 0.7, 0], abs=0.05)
    assert values(keys, arkit_names()[23]) == pytest.approx([0, 0, 0.5], abs=0.05)
    assert face_channels.notes(character, motion) == []


def write_stand_in(path, head):
    """A model file whose coefficient k moves its face as ARKit shape k moves ours."""
    count = len(head.vertices)
    directions = np.zeros((count, 3, 400), np.float32)
    directions[:, :, 300:352] = np.moveaxis(head.shapes, 0, 2)
    weights = np.zeros((count, 55), np.float32)
    weights[:, 15] = head.vertices[:, 1] > head.joints[12, 1]
    regressor = np.zeros((55, count), np.float32)
    for joint, place in enumerate(head.joints):
        chosen = np.square(head.vertices - place).sum(1).argsort()[:8]
        system = np.concatenate([head.vertices[chosen].T, np.ones((1, 8))])
        regressor[joint, chosen] = np.linalg.lstsq(system, np.append(place, 1.0), rcond=None)[0]
    np.savez(path, v_template=head.vertices, shapedirs=directions, J_regressor=regressor, weights=weights, f=head.faces)
