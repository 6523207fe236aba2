"""Lips from phones: shape keys or a jaw bone follow the spoken sounds as far as the slider says."""

import bpy
import numpy as np
import pytest

from ..conftest import curves_of, keys_of, snapshot, wobble
from .faces import FRAMES, arkit_names, perform, values


def test_lips_follow_the_phones_as_far_as_the_slider_says(rig, tmp_path, recording):
    keys = rig(arkit_names())
    words = [
        {
            "word": "mama",
            "start_s": 0.1,
            "end_s": 0.35,
            "phones": [
                {"phone": "M", "start_s": 0.1, "end_s": 0.2},
                {"phone": "AA", "start_s": 0.2, "end_s": 0.35},
            ],
        }
    ]
    motion = wobble(FRAMES)
    perform(tmp_path, recording, motion.replace(expression=np.full((FRAMES, 52), 0.3)), words)
    bpy.ops.ed.undo_push(message="before")
    assert bpy.ops.mambatalk.key_face("EXEC_DEFAULT", True, amount=1.0) == {"FINISHED"}
    keys = bpy.data.shape_keys[keys.name]
    jaw, brow = values(keys, "jawOpen"), values(keys, "browInnerUp")
    assert jaw[8] > 0.35 > 0.1 > jaw[4]
    assert values(keys, "mouthPressLeft")[4] > 0.2
    assert np.allclose(brow, 0.3, atol=1e-4)
    bpy.ops.mambatalk.key_face(amount=0.5)
    assert np.allclose(values(keys, "jawOpen"), 0.5 * jaw + 0.15, atol=1e-4)


@pytest.mark.any_blender
def test_lips_without_phones_say_so_and_change_nothing(rig, tmp_path, recording):
    keys = rig(arkit_names())
    perform(tmp_path, recording, words=[{"word": "hm", "start_s": 0, "end_s": 1, "phones": []}])
    before = snapshot(), values(keys, "jawOpen")
    with pytest.raises(RuntimeError, match="no speech sounds"):
        bpy.ops.mambatalk.key_face(amount=0.5)
    assert snapshot() == before[0]
    assert np.array_equal(values(keys, "jawOpen"), before[1])


MAMA = [
    {
        "word": "mama",
        "start_s": 0.1,
        "end_s": 0.35,
        "phones": [{"phone": "M", "start_s": 0.1, "end_s": 0.2}, {"phone": "AA", "start_s": 0.2, "end_s": 0.35}],
    }
]


@pytest.mark.any_blender
@pytest.mark.parametrize("turns_itself", [False, True])
def test_lips_open_the_jaw_bone_of_a_rig_without_shapes(scene, tmp_path, recording, turns_itself):
    from mambatalk_ext.core.face.jaw_and_eyes import JAW_OPEN

    from ..rigs import build

    built = build("makehuman", seed=3)
    jaw = built.mapping["jaw"][0]
    scene.mambatalk.character = built.armature
    scene.render.fps = 30
    motion = wobble(FRAMES).replace(expression=np.full((FRAMES, 52), 0.0))
    rotations = motion.rotations.copy()
    rotations[:, 22] = [JAW_OPEN, 0, 0] if turns_itself else 0
    perform(tmp_path, recording, motion.replace(rotations=rotations), MAMA)

    def opened():
        bone, angles = built.armature.pose.bones[jaw], []
        for frame in range(1, FRAMES + 1):
            scene.frame_set(frame)
            angles.append(bone.rotation_quaternion.angle)
        return np.array(angles)

    own = opened()
    assert np.allclose(own, JAW_OPEN if turns_itself else 0, atol=1e-3)
    head = keys_of(curves_of(built.armature)[f'pose.bones["{built.mapping["head"][0]}"].rotation_quaternion', 0])
    assert bpy.ops.mambatalk.key_face(amount=1.0) == {"FINISHED"}
    spoken = opened()
    assert spoken[8] > 0.3 * JAW_OPEN > 2 * spoken[4]
    assert bpy.ops.mambatalk.key_face(amount=0.5) == {"FINISHED"}
    assert np.allclose(opened(), (own + spoken) / 2, atol=2e-3)
    path = f'pose.bones["{built.mapping["head"][0]}"].rotation_quaternion'
    assert np.array_equal(keys_of(curves_of(built.armature)[path, 0]), head)


@pytest.mark.any_blender
def test_a_rig_without_jaw_and_shapes_says_why_lips_cannot_be_keyed(scene, tmp_path, recording):
    from ..rigs import Style, build

    scene.mambatalk.character = build("unreal4", Style(), seed=3).armature
    perform(tmp_path, recording)
    from mambatalk_ext.addon.job import state as job_state

    assert "only jaw and eye bones move" in job_state.current.notes[0]
    with pytest.raises(RuntimeError, match="neither shape keys of a known face nor a jaw bone"):
        bpy.ops.mambatalk.key_face(amount=0.5)
