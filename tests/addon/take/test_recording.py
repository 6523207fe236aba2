"""A recording that moved: takes, sound strips, the panel's field and its message follow."""

import hashlib
import json

import bpy
import pytest

from ..conftest import needs_sound, strips, wobble, write_take
from ..layouts import draw


@pytest.fixture
def moved(character, tmp_path, recording, job_state):
    """Where the recording of the take on the character is now."""
    folder = write_take(tmp_path / "take", wobble(30), recording)
    info = json.loads((folder / "take.json").read_text())
    info["audio"]["sha256"] = hashlib.sha256(recording.read_bytes()).hexdigest()
    (folder / "take.json").write_text(json.dumps(info | {"checksum": None}))
    assert bpy.ops.mambatalk.load_take(folder=str(folder)) == {"FINISHED"}
    (tmp_path / "sounds").mkdir()
    return recording.rename(tmp_path / "sounds" / "renamed.wav")


@needs_sound
@pytest.mark.parametrize("is_relative", [False, True])
def test_strip_field_and_message_follow_a_found_recording(moved, scene, recording, job_state, tmp_path, is_relative):
    from mambatalk_ext.addon.job import messages

    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    old = "//tone.wav" if is_relative else str(recording)
    scene, (strip,) = bpy.context.scene, strips(bpy.context.scene)
    strip.sound.filepath, scene.mambatalk.audio_file = old, str(recording)
    with pytest.raises(RuntimeError, match="There is no recording"):
        bpy.ops.mambatalk.find_recording(filepath=str(recording))
    assert bpy.ops.mambatalk.find_recording(filepath=str(moved)) == {"FINISHED"}
    assert scene.mambatalk.audio_file == str(moved)
    assert strip.sound.filepath == "//sounds/renamed.wav" if is_relative else str(moved)
    assert strip.frame_final_duration > 0
    assert job_state.current.error is None
    assert str(moved) in messages.texts()[0]
    assert "There is no recording" not in " ".join(draw("MAMBATALK_PT_main").drawn)


@needs_sound
def test_other_sounds_and_fields_keep_their_paths(moved, scene, tmp_path):
    other = str(tmp_path / "other.wav")
    strip = strips(scene)[0]
    strip.sound.filepath = scene.mambatalk.audio_file = other
    assert bpy.ops.mambatalk.find_recording(filepath=str(moved)) == {"FINISHED"}
    assert strip.sound.filepath == scene.mambatalk.audio_file == other
