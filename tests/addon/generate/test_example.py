"""Try the Example: one click from an empty scene to a character that speaks."""

import bpy
import pytest

from ..conftest import curves_of
from ..layouts import draw


def test_one_click_makes_a_take_in_an_empty_scene(scene, weights, job_state):
    from mambatalk_ext.addon.blender import sequencer
    from mambatalk_ext.addon.take import info as take_info

    assert "Try the Example" in draw("MAMBATALK_PT_main").drawn
    assert bpy.ops.mambatalk.try_example() == {"FINISHED"}
    armature = scene.mambatalk.character
    assert take_info.active(armature) is not None
    assert len(curves_of(armature)) > 200
    # pip's Blender 4.2 has no sound: a scene without a sound plays as the user set it.
    assert scene.sync_mode == ("AUDIO_SYNC" if sequencer.sound_strips(scene) else "NONE")
    assert job_state.current.notes[0] == "Take ready: 32 s"
    assert "Try the Example" not in draw("MAMBATALK_PT_main").drawn
    bpy.ops.mambatalk.dismiss()


@pytest.mark.any_blender
def test_without_a_worker_the_button_is_greyed(scene, monkeypatch, tmp_path):
    monkeypatch.setenv("MAMBATALK_WEIGHTS", str(tmp_path))
    assert not bpy.ops.mambatalk.try_example.poll()
    assert not bpy.data.objects
