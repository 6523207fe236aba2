"""The settings of Generate: a transcript beside the recording is found by itself."""

import bpy
import pytest


@pytest.mark.parametrize("suffix", [".txt", ".srt", ".vtt", ".TextGrid", ".textgrid", ".json"])
def test_the_transcript_beside_the_recording_is_found(scene, recording, suffix):
    text = recording.with_suffix(suffix)
    text.write_text("hello")
    settings = scene.mambatalk
    settings.audio_file = str(recording)
    assert settings.transcript_file == str(text)


def test_a_found_transcript_goes_with_its_recording_and_a_chosen_one_stays(scene, recording, tmp_path):
    settings = scene.mambatalk
    recording.with_suffix(".txt").write_text("hello")
    settings.audio_file = str(recording)
    settings.audio_file = str(tmp_path / "other.wav")
    assert settings.transcript_file == ""
    settings.transcript_file = chosen = str(tmp_path / "mine.txt")
    settings.audio_file = str(recording)
    assert settings.transcript_file == chosen


def test_a_transcript_is_not_looked_for_where_none_is_wanted(scene, recording):
    recording.with_suffix(".txt").write_text("hello")
    scene.mambatalk.transcript_source = "NONE"
    scene.mambatalk.audio_file = str(recording)
    assert scene.mambatalk.transcript_file == ""


def test_a_path_relative_to_the_file_stays_relative(scene, recording, tmp_path):
    recording.with_suffix(".txt").write_text("hello")
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    settings = bpy.context.scene.mambatalk
    settings.audio_file = f"//{recording.name}"
    assert settings.transcript_file == "//tone.txt"
