"""Errors and notes in the panel: they go with the file that they are about, and with their cause."""

import bpy
import pytest

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


def test_a_recording_that_was_put_back_is_no_longer_missing(scene, character, job_state, weights, tmp_path):
    settings = scene.mambatalk
    settings.audio_file, settings.transcript_source = str(tmp_path / "speech.wav"), "NONE"
    with pytest.raises(RuntimeError, match="There is no recording"):
        bpy.ops.mambatalk.generate()
    assert job_state.shown_error() is not None
    (tmp_path / "speech.wav").write_bytes(b"")
    assert job_state.shown_error() is None
