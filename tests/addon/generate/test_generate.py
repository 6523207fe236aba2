"""From a recording to keys, sound strip and frame range, through the real worker."""

import json
import shutil

import bpy
import numpy as np
import pytest

from ..conftest import HAS_SOUND, ROOT, assert_one_undo_takes_back, curves_of, keys_of, needs_sound, snapshot, strips
from ..directing import all_keys

SPEECH = ROOT / "addon" / "assets" / "demo" / "speech.flac"
TRANSCRIPT = SPEECH.with_name("transcript.txt")


@pytest.fixture
def ready(scene, character, weights, job_state):
    """A scene in which only Generate must be pressed; without words, because that is quicker."""
    scene.render.fps = 30
    scene.mambatalk.audio_file = str(SPEECH)
    scene.mambatalk.transcript_source = "NONE"
    return scene


@pytest.fixture
def short(ready, recording):
    """A scene in which only Generate must be pressed, for a recording of three seconds."""
    ready.mambatalk.audio_file = str(recording)
    return ready


@pytest.fixture
def strip(ready):
    """Four seconds of the recording, from 2 s on, at frame 101."""
    editor = ready.sequence_editor_create()
    collection = editor.strips if hasattr(editor, "strips") else editor.sequences
    strip = collection.new_sound(name="speech", filepath=str(SPEECH), channel=1, frame_start=41)
    strip.frame_final_start = 101
    strip.frame_final_end = 221
    ready.mambatalk.audio_source = "STRIP"
    ready.mambatalk.audio_strip = "speech"
    return strip


def generate(folder):
    assert bpy.ops.mambatalk.generate(folder=str(folder)) == {"FINISHED"}


def test_speech_and_text_become_a_take_on_the_character(ready, character, job_state, tmp_path):
    from mambatalk_ext.addon.take import info as take_info
    from mambatalk_ext.core.body.motion import load_motion

    ready.mambatalk.transcript_source = "TEXT"
    ready.mambatalk.transcript_text = bpy.data.texts.new("speech")
    ready.mambatalk.transcript_text.write(TRANSCRIPT.read_text(encoding="utf-8"))
    ready.mambatalk.start_frame = 5
    ready.frame_start, ready.frame_end = 10, 11
    ready.mambatalk.seed = 3
    folder = tmp_path / "a take"
    generate(folder)

    motion = load_motion(folder / "motion.npz")
    assert len(json.loads((folder / "words.json").read_text(encoding="utf-8"))) > 20
    curves = curves_of(character)
    assert sum(path.endswith("rotation_quaternion") for path, _ in curves) == 4 * 55
    keys = keys_of(curves['pose.bones["left_elbow"].rotation_quaternion', 0])
    np.testing.assert_array_equal(keys[:, 0], 5 + np.arange(motion.frame_count))
    assert ready.frame_start == 5
    assert ready.frame_end == 4 + motion.frame_count
    if HAS_SOUND:
        (strip,) = strips(ready)
        assert strip.frame_final_start == 5
        # Motion lasts as long as sound does.
        assert 0 <= ready.frame_end + 1 - strip.frame_final_end <= 1
    else:
        assert strips(ready) == []
        assert any("does not play" in note for note in job_state.current.notes)
    info = take_info.stored(character.animation_data.action)
    assert (info.seed, info.audio, info.folder) == (3, str(SPEECH), str(folder))
    assert info.speaker == ready.mambatalk.speaker
    assert job_state.current.job is None
    assert job_state.current.error is None


@pytest.mark.any_blender
@pytest.mark.parametrize(
    "settings",
    [{}, {"finish_root": "stand_still", "finish_feet": "correct", "finish_smoothing": 0.3}, {"finish_contacts": True}],
    ids=("defaults", "others", "edited contacts"),
)
def test_finishing_again_right_after_generating_changes_no_key(short, character, tmp_path, settings):
    for name, value in settings.items():
        setattr(short.mambatalk, name, value)
    generate(tmp_path / "take")
    before = all_keys(character)
    assert len(before) > 227
    assert bpy.ops.mambatalk.finish() == {"FINISHED"}
    after = all_keys(character)
    assert before.keys() == after.keys()
    assert [name for name, keys in before.items() if not np.array_equal(keys, after[name])] == []


@pytest.mark.any_blender
def test_a_take_is_finished_as_the_panel_shows(short, tmp_path):
    from mambatalk_ext.core.body.motion import load_motion

    generate(tmp_path / "in place")
    short.mambatalk.finish_root = "stand_still"
    generate(tmp_path / "standing")
    takes = [json.loads((tmp_path / name / "take.json").read_text()) for name in ("in place", "standing")]
    assert [take["settings"].get("finish_settings") for take in takes] == [None, {"root": "stand_still"}]
    paths = [load_motion(tmp_path / name / "motion.npz").translation for name in ("in place", "standing")]
    assert np.abs(paths[0] - paths[1]).max() > 0.001


@needs_sound
def test_only_the_audible_part_of_a_strip_is_animated(ready, strip, character, tmp_path):
    from mambatalk_ext.core.body.motion import load_motion

    ready.frame_start, ready.frame_end = 110, 120
    generate(tmp_path / "take")
    info = json.loads((tmp_path / "take" / "take.json").read_text())
    assert (info["audio"]["offset_s"], info["audio"]["duration_s"]) == (2.0, 4.0)
    assert load_motion(tmp_path / "take" / "motion.npz").frame_count == 120
    assert (ready.frame_start, ready.frame_end) == (101, 220)
    assert list(strips(ready)) == [strip]
    keys = keys_of(curves_of(character)['pose.bones["head"].rotation_quaternion', 1])
    assert (keys[0, 0], keys[-1, 0]) == (101, 220)


@needs_sound
def test_one_undo_removes_a_generated_take(ready, strip, tmp_path):
    assert_one_undo_takes_back(bpy.ops.mambatalk.generate, folder=str(tmp_path / "take"))


@needs_sound
def test_takes_without_a_folder_get_one_of_their_own_each(ready, strip, character):
    from mambatalk_ext.addon.take import info as take_info

    folders = set()
    for _ in range(2):
        assert bpy.ops.mambatalk.generate() == {"FINISHED"}
        folders.add(take_info.stored(character.animation_data.action).folder)
    assert len(folders) == 2
    for folder in folders:
        shutil.rmtree(folder)


@pytest.mark.any_blender
def test_a_text_of_another_recording_changes_nothing_unless_words_may_be_missing(ready, character, job_state, tmp_path):
    ready.mambatalk.transcript_source = "TEXT"
    ready.mambatalk.transcript_text = bpy.data.texts.new("other")
    ready.mambatalk.transcript_text.write(
        "The committee postponed all further discussion about the harbour bridge. Nobody had brought the drawings, "
        "and seven engineers were waiting for the ferry that never arrived because of thick fog over the river."
    )
    before = snapshot()
    with pytest.raises(RuntimeError):
        bpy.ops.mambatalk.generate(folder=str(tmp_path / "take"))
    assert snapshot() == before
    assert not (tmp_path / "take").exists()
    assert job_state.current.error.remedy

    ready.mambatalk.allow_no_words = True
    generate(tmp_path / "take")
    assert job_state.current.error is None
    assert job_state.current.notes[0].startswith("Take ready: ")
    assert "without words" in job_state.current.notes[1]


@pytest.mark.any_blender
def test_a_cancelled_job_leaves_scene_and_disk_alone(ready, job_state, tmp_path):
    from mambatalk_ext.core.worker import protocol

    before = snapshot()
    settings = ready.mambatalk
    request = settings.to_request(bpy.context, settings.clip(ready), tmp_path / "take")
    job = job_state.start(bpy.context, "Generating", request)
    try:
        while job.fraction < 0.2 and job.outcome is None:
            job.poll(0.05)
        job.cancel()
        while job.outcome is None:
            job.poll(0.05)
    finally:
        job_state.current.job = None
    assert isinstance(job.outcome, protocol.Cancelled)
    assert list(tmp_path.iterdir()) == []
    assert snapshot() == before


@pytest.mark.any_blender
def test_while_one_take_is_made_the_button_is_greyed(ready, job_state, tmp_path):
    from mambatalk_ext.core import requests

    job = job_state.start(bpy.context, "Generating", requests.Hello())
    try:
        with pytest.raises(RuntimeError, match="still running"):
            bpy.ops.mambatalk.generate(folder=str(tmp_path / "take"))
        while job.outcome is None:
            job.poll(0.05)
    finally:
        job_state.current.job = None
