"""The settings of Generate: a transcript beside the recording is found by itself."""

import bpy
import pytest

from ..conftest import first_on_each


@first_on_each("suffix", [".txt", ".srt", ".vtt", ".TextGrid", ".textgrid", ".json"])
def test_the_transcript_beside_the_recording_is_found(scene, recording, suffix):
    text = recording.with_suffix(suffix)
    text.write_text("hello")
    settings = scene.mambatalk
    settings.audio_file = str(recording)
    assert settings.transcript_file == str(text)


@pytest.mark.any_blender
def test_a_found_transcript_goes_with_its_recording_and_a_chosen_one_stays(scene, recording, tmp_path):
    settings = scene.mambatalk
    recording.with_suffix(".txt").write_text("hello")
    settings.audio_file = str(recording)
    settings.audio_file = str(tmp_path / "other.wav")
    assert settings.transcript_file == ""
    settings.transcript_file = chosen = str(tmp_path / "mine.txt")
    settings.audio_file = str(recording)
    assert settings.transcript_file == chosen


@pytest.mark.any_blender
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


def test_no_path_warns_when_it_is_relative_to_the_file(extension, character, recwarn):
    """Every path may be relative but those of the preferences, which belong to no file."""
    groups = [getattr(bpy.context.scene, name) for name in dir(bpy.context.scene) if name.startswith("mambatalk")]
    owners = [group.bl_rna for group in groups]
    owners += [getattr(bpy.ops.mambatalk, name).get_rna_type() for name in dir(bpy.ops.mambatalk) if name[0] != "_"]
    paths = [
        (owner.identifier, entry)
        for owner in owners
        for entry in owner.properties
        if entry.type == "STRING" and entry.subtype in ("FILE_PATH", "DIR_PATH")
    ]
    assert len(paths) > 10
    if bpy.app.version >= (4, 5, 0):
        refused = [f"{owner}.{entry.identifier}" for owner, entry in paths if not entry.is_path_supports_blend_relative]
        assert refused == [
            "MAMBATALK_OT_choose_weights.directory",
            "MAMBATALK_OT_fetch_accepted.folder",
            "MAMBATALK_OT_use_python.python",
        ]
    for group in groups:
        for entry in group.bl_rna.properties:
            if entry.type == "STRING" and entry.subtype in ("FILE_PATH", "DIR_PATH"):
                setattr(group, entry.identifier, "//nothing")
    assert [str(warning.message) for warning in recwarn if "//" in str(warning.message)] == []


@first_on_each("start", [0, 1, 1001])
def test_a_recording_begins_with_the_scene_unless_the_user_says_where(scene, character, take_folder, recording, start):
    settings = scene.mambatalk
    scene.render.fps, scene.frame_end, scene.frame_start = 30, start + 50, start
    scene.frame_set(start + 5)
    assert bpy.ops.mambatalk.load_take(folder=str(take_folder)) == {"FINISHED"}
    assert character.animation_data.action.frame_range[0] == start
    assert (scene.frame_start, scene.frame_end, scene.frame_current) == (start, start + 89, start + 5)
    settings.audio_file = str(recording)
    assert settings.start_frame == settings.clip(scene).start_frame == start
    settings.start_frame = 40
    settings.audio_file = str(recording.with_name("other.wav"))
    assert settings.start_frame == 40
