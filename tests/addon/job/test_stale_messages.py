"""Errors and notes in the panel: they go with the file that they are about, and with their cause."""

import bpy
import pytest

from ..conftest import needs_sound
from ..layouts import draw


@pytest.mark.parametrize("way", ["open", "new"])
def test_errors_and_notes_are_cleared_when_another_file_is_opened(job_state, tmp_path, way):
    from mambatalk_ext.core.errors import GestureError

    path = str(tmp_path / "other.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    job_state.current.error = GestureError("The disk is full.", "Free some space.")
    job_state.current.notes = ["Made without words."]
    if way == "open":
        bpy.ops.wm.open_mainfile(filepath=path)
    else:
        bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    shown = draw("MAMBATALK_PT_main").drawn
    assert not {"The disk is full.", "Made without words."} & set(shown)


@pytest.mark.parametrize("start", ["424c454e444552", "28b52ffd"])
def test_a_file_of_blender_5_that_this_blender_cannot_open_is_explained(job_state, tmp_path, start):
    path = tmp_path / "later.blend"
    path.write_bytes(bytes.fromhex(start) + b"17-01v0502" + bytes(99))
    with pytest.raises(RuntimeError, match=r"later\.blend"):
        bpy.ops.wm.open_mainfile(filepath=str(path))
    if bpy.app.version >= (4, 5):
        assert job_state.shown_error() is None
    else:
        shown = " ".join(draw("MAMBATALK_PT_main").drawn)
        assert "later.blend is of Blender 5, or damaged" in shown
        assert "Open it in Blender 4.5 and save it there." in shown


@pytest.mark.any_blender
def test_a_recording_that_was_put_back_is_no_longer_missing(scene, character, job_state, weights, tmp_path):
    settings = scene.mambatalk
    settings.audio_file, settings.transcript_source = str(tmp_path / "speech.wav"), "NONE"
    with pytest.raises(RuntimeError, match="There is no recording"):
        bpy.ops.mambatalk.generate()
    assert job_state.shown_error() is not None
    (tmp_path / "speech.wav").write_bytes(b"")
    assert job_state.shown_error() is None


def fails(call):
    with pytest.raises(RuntimeError):
        call()


def shown(job_state):
    """Return the message of the error that the panel shows."""
    error = job_state.shown_error()
    assert (error is not None) == (error is not None and error.message in " ".join(draw("MAMBATALK_PT_main").drawn))
    return None if error is None else error.message


@pytest.fixture
def taken(character, take_folder):
    assert bpy.ops.mambatalk.load_take(folder=str(take_folder)) == {"FINISHED"}
    return character


@needs_sound
def test_a_sound_strip_that_is_there_now_is_no_longer_missing(scene, character, weights, job_state, recording):
    settings = scene.mambatalk
    settings.audio_source, settings.audio_strip, settings.transcript_source = "STRIP", "voice", "NONE"
    fails(bpy.ops.mambatalk.generate)
    assert "no sound strip" in shown(job_state)
    editor = scene.sequence_editor_create()
    every = editor.strips if hasattr(editor, "strips") else editor.sequences
    every.new_sound(name="voice", filepath=str(recording), channel=1, frame_start=1)
    assert shown(job_state) is None


@pytest.mark.any_blender
def test_a_range_that_was_changed_is_no_longer_outside_of_the_take(scene, taken, recording, job_state):
    directing = scene.mambatalk_direct
    directing.span, directing.start, directing.end = "TYPED", 1, 5000
    fails(bpy.ops.mambatalk.resample)
    assert "lies outside of" in shown(job_state)
    scene.frame_set(40)
    assert "lies outside of" in shown(job_state)
    directing.end = 60
    assert shown(job_state) is None


@pytest.mark.any_blender
def test_an_accent_at_a_frame_outside_goes_when_the_range_or_the_selection_changes(scene, taken, job_state):
    scene.frame_set(4000)
    fails(bpy.ops.mambatalk.accent_add)
    assert "lies outside of" in shown(job_state)
    scene.frame_set(4001)
    assert "lies outside of" in shown(job_state)
    scene.frame_set(20)
    assert shown(job_state) is None


@pytest.mark.any_blender
def test_a_file_that_was_saved_has_a_folder_beside_it(scene, taken, job_state, tmp_path):
    fails(bpy.ops.mambatalk.export)
    assert "never saved" in shown(job_state)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    assert shown(job_state) is None


@pytest.mark.any_blender
def test_bones_that_are_selected_now_are_no_longer_missing(taken, job_state):
    bpy.ops.object.mode_set(mode="POSE")
    bpy.ops.pose.select_all(action="DESELECT")
    fails(bpy.ops.mambatalk.lock_bones)
    assert "No bone" in shown(job_state)
    bpy.ops.pose.select_all(action="SELECT")
    assert shown(job_state) is None


@pytest.mark.any_blender
def test_an_error_that_knows_its_cause_stays_until_the_cause_is_gone(scene, taken, job_state):
    scene.mambatalk_direct.parts = set()
    fails(bpy.ops.mambatalk.resample)
    scene.mambatalk.seed += 1
    scene.frame_end += 100
    assert "No body part" in shown(job_state)
    scene.mambatalk_direct.parts = {"hands"}
    assert shown(job_state) is None


@pytest.mark.any_blender
def test_any_other_error_goes_with_what_it_was_about_and_not_by_itself(scene, taken, job_state):
    from mambatalk_ext.core.errors import GestureError

    def again():
        job_state.current.error = GestureError("The recording is silent.", "Choose another one.")

    changes = (
        lambda: setattr(scene.mambatalk, "audio_file", "/other.wav"),
        lambda: setattr(scene.render, "fps", 60),
        lambda: bpy.ops.object.select_all(action="DESELECT"),
        lambda: setattr(taken, "hide_viewport", True),
        lambda: setattr(taken.animation_data.action.mambatalk_take, "locked", {"hands"}),
        lambda: setattr(scene, "use_preview_range", True),
        lambda: scene.view_layers[0].objects.__setattr__("active", None),
        lambda: bpy.data.scenes.remove(scene),
    )
    bpy.data.scenes.new("Other")
    for change in changes:
        again()
        bpy.context.view_layer.update()
        assert shown(job_state) == "The recording is silent."
        change()
        assert job_state.shown_error() is None


@pytest.mark.any_blender
def test_notes_on_a_take_go_when_another_take_is_chosen(scene, taken, job_state):
    assert bpy.ops.mambatalk.copy_take() == {"FINISHED"}
    job_state.current.notes = ["Take ready: 62 s"]
    scene.mambatalk.seed, scene.frame_end = 9, 5000
    assert "Take ready: 62 s" in draw("MAMBATALK_PT_main").drawn
    bpy.ops.mambatalk.switch_take(name="take")
    assert "Take ready: 62 s" not in draw("MAMBATALK_PT_main").drawn
