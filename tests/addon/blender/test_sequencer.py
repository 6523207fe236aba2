"""The handles of a sound strip and the seconds of its file agree, at every frame rate."""

import bpy
import pytest

from ..conftest import needs_sound, strips


def new_strip(scene, path, start_frame=1, name="speech"):
    editor = scene.sequence_editor_create()
    collection = editor.strips if hasattr(editor, "strips") else editor.sequences
    return collection.new_sound(name=name, filepath=str(path), channel=2, frame_start=start_frame)


def clip(scene, name="speech"):
    from mambatalk_ext.addon.blender import sequencer

    return sequencer.clip_of_strip(scene, name)


@needs_sound
def test_an_untrimmed_strip_is_the_whole_file(any_fps, recording):
    new_strip(any_fps, recording, start_frame=20)
    found = clip(any_fps)
    assert (found.path, found.start_frame, found.offset_s) == (recording, 20, 0.0)
    assert found.duration_s == pytest.approx(3.0, abs=1 / 20)


@needs_sound
def test_trimmed_handles_become_offset_and_duration(any_fps, recording):
    fps = any_fps.render.fps / any_fps.render.fps_base
    strip = new_strip(any_fps, recording, start_frame=20)
    strip.frame_final_start = 30
    strip.frame_final_end = 60
    found = clip(any_fps)
    assert found.start_frame == 30
    assert found.offset_s == pytest.approx(10 / fps)
    assert found.duration_s == pytest.approx(30 / fps)


@needs_sound
def test_a_strip_between_frames_keeps_its_fraction(scene, recording):
    scene.render.fps = 25
    strip = new_strip(scene, recording, start_frame=20)
    strip.frame_start = 20.4
    found = clip(scene)
    assert found.offset_s == pytest.approx((found.start_frame - strip.frame_start) / 25, abs=1e-5)
    assert 0 <= found.offset_s < 1 / 25 + 1e-6


@needs_sound
def test_a_strip_drawn_out_to_the_left_begins_where_its_sound_begins(scene, recording):
    strip = new_strip(scene, recording, start_frame=50)
    strip.frame_final_start = 30
    found = clip(scene)
    assert (found.start_frame, found.offset_s) == (50, 0.0)


@needs_sound
def test_a_missing_recording_is_named(scene, recording):
    from mambatalk_ext.core.errors import GestureError

    new_strip(scene, recording)
    recording.unlink()
    with pytest.raises(GestureError, match=r"tone\.wav"):
        clip(scene)


def test_a_strip_that_is_gone_is_named(scene):
    from mambatalk_ext.core.errors import GestureError

    with pytest.raises(GestureError, match="speech"):
        clip(scene)


@needs_sound
def test_a_placed_recording_goes_to_a_free_channel(scene, recording, tmp_path):
    from mambatalk_ext.addon.blender import sequencer

    new_strip(scene, recording)
    other = tmp_path / "other.wav"
    other.write_bytes(recording.read_bytes())
    placed = sequencer.place(scene, sequencer.Clip(other, 1))
    assert placed.is_new
    assert placed.strip.channel == 3
    assert placed.notes == ()
    assert len(strips(scene)) == 2
    again = sequencer.place(scene, sequencer.Clip(other, 1))
    assert not again.is_new
    assert again.strip == placed.strip


def test_a_recording_that_blender_cannot_play_is_a_sentence_and_no_strip(scene, recording, monkeypatch):
    from mambatalk_ext.addon.blender import sequencer, versions

    def refuse(*_):
        raise RuntimeError("Error: Blender compiled without Audaspace support")

    monkeypatch.setattr(versions, "new_sound_strip", refuse)
    placed = sequencer.place(scene, sequencer.Clip(recording, 1))
    assert (placed.strip, placed.is_new) == (None, False)
    assert "does not play" in placed.notes[0]
    assert strips(scene) == []


@needs_sound
def test_a_path_relative_to_the_blend_is_found(scene, recording, tmp_path):
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    scene = bpy.context.scene
    new_strip(scene, recording).sound.filepath = "//tone.wav"
    assert clip(scene).path == recording
