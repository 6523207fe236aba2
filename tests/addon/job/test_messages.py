"""The message of the panel has a place of a fixed height, is never wider than it, and can be read and dismissed."""

import errno
import os

import bpy
import pytest

from ..layouts import Context, Layout, draw

SHORT = ("The disk is full.", "Free some space.")
LONG = (
    "The recording /home/anna/projects/film/recordings/scene_04/take_12_final.wav holds 0.3 s of sound.",
    "Pick a longer recording, of which at least one second is speech, and then press Generate again.",
)


@pytest.fixture
def messages(job_state):
    from mambatalk_ext.addon.job import messages

    yield messages
    job_state.current.error, job_state.current.notes = None, []


def fail(job_state, texts, detail=""):
    from mambatalk_ext.core.errors import GestureError

    job_state.current.error, job_state.current.notes = GestureError(*texts, detail), []


@pytest.mark.any_blender
@pytest.mark.parametrize("width", [200, 280, 320, 500])
def test_no_message_moves_what_stands_below_it(messages, job_state, monkeypatch, width):
    monkeypatch.setattr(Context.region, "width", width)
    heights = set()
    for texts in (None, ["Take ready: 62 s"], [*SHORT, *LONG], SHORT, LONG):
        if isinstance(texts, tuple):
            fail(job_state, texts)
        else:
            job_state.current.error, job_state.current.notes = None, texts or []
        drawn = draw("MAMBATALK_PT_main").drawn
        heights.add(len(drawn) - drawn.index("Try the Example") - 1)
    assert heights == {2 * messages.ROWS}


@pytest.mark.any_blender
@pytest.mark.parametrize("width", [120, 200, 280, 500])
def test_every_line_fits_and_no_letter_is_lost(messages, width):
    from mambatalk_ext.addon.blender.layout import text_width, wrap

    for text in (*SHORT, *LONG, "W" * 200, ""):
        lines = wrap(text, width, 1.0)
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")
        assert all(text_width(line, 1.0) <= width for line in lines)


@pytest.mark.any_blender
def test_what_does_not_fit_is_marked_and_is_in_the_details(messages, job_state):
    fail(job_state, LONG, "Traceback: no such thing")
    for width in (90.0, 200.0):
        rows = messages.rows(messages.texts(), width, 1.0)
        assert len(rows) <= messages.ROWS
        assert rows[-1] == "…"
    assert len(messages.rows(messages.texts(), 150.0, 1.0)) == messages.ROWS
    assert all(text in messages.details() for text in (*LONG, "Traceback: no such thing", bpy.app.version_string))
    assert messages.rows(["Take ready: 62 s"], 150.0, 1.0) == ["Take ready: 62 s"]
    assert messages.rows(["a", "b"], 150.0, 1.0) == ["a", "b"]


def test_an_error_can_be_copied_and_its_log_opened(messages, job_state, tmp_path, monkeypatch, character):
    from mambatalk_ext.addon.job import folder

    shown = []
    monkeypatch.setattr(Layout, "operator", lambda self, name, **options: shown.append(name))
    folder.log_file().unlink(missing_ok=True)
    assert not bpy.ops.mambatalk.open_log.poll()
    with pytest.raises(RuntimeError):
        bpy.ops.mambatalk.load_take(folder=str(tmp_path))
    draw("MAMBATALK_PT_main")
    assert {"mambatalk.dismiss", "mambatalk.show_details", "mambatalk.copy_details", "mambatalk.open_log"} <= set(shown)
    assert bpy.ops.mambatalk.copy_details() == {"FINISHED"}
    assert bpy.ops.mambatalk.open_log.poll()
    assert job_state.current.error.message in folder.log_file().read_text(encoding="utf-8")


@pytest.mark.any_blender
def test_a_slider_that_fails_has_details_and_a_log(messages, job_state, character, take_folder):
    from mambatalk_ext.addon.job import folder

    assert bpy.ops.mambatalk.load_take(folder=str(take_folder)) == {"FINISHED"}
    folder.log_file().unlink(missing_ok=True)
    take = character.animation_data.action
    data = bytearray(take["mambatalk_data"])
    data[len(data) // 2] ^= 255
    del take["mambatalk_data"]
    take["mambatalk_data"] = bytes(data)
    take.mambatalk_take.upper = 0.5
    assert "damaged" in job_state.current.error.message
    assert job_state.current.error.detail in messages.details()
    assert "damaged" in folder.log_file().read_text(encoding="utf-8")


@pytest.mark.any_blender
def test_a_fault_of_the_add_on_itself_ends_the_job_and_has_its_traceback_as_details(
    messages, job_state, character, weights, recording, monkeypatch
):
    from mambatalk_ext.addon.generate import operators

    monkeypatch.setattr(operators.leftovers, "remove_old", lambda: 1 / 0)
    settings = bpy.context.scene.mambatalk
    settings.audio_file, settings.transcript_source = str(recording), "NONE"
    with pytest.raises(RuntimeError, match="fault of the add-on: division by zero"):
        bpy.ops.mambatalk.generate()
    assert job_state.current.job is None
    assert "ZeroDivisionError" in messages.details()


@pytest.mark.any_blender
def test_a_full_disk_is_named_and_is_no_fault_of_the_add_on(
    messages, job_state, character, weights, recording, monkeypatch
):
    from mambatalk_ext.addon.job import folder

    def full(prefix, dir):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(folder.tempfile, "TemporaryDirectory", full)
    settings = bpy.context.scene.mambatalk
    settings.audio_file, settings.transcript_source = str(recording), "NONE"
    with pytest.raises(RuntimeError, match=r"No space left on device\. Free some disk space"):
        bpy.ops.mambatalk.generate()
    assert job_state.current.job is None


def test_a_dismissed_message_is_gone(messages, job_state):
    assert not bpy.ops.mambatalk.dismiss.poll()
    fail(job_state, SHORT)
    assert bpy.ops.mambatalk.dismiss() == {"FINISHED"}
    assert not messages.exists()
    assert "The disk is full." not in draw("MAMBATALK_PT_main").drawn


@pytest.mark.any_blender
def test_details_of_a_take_are_shown_on_request_alone(messages, job_state):
    from mambatalk_ext.addon.job.result_notes import take_lines

    quality = {"slide_mean_cm_s": 3.0, "drift_cm_min": 20.0}
    take = {"frames": 1860, "fps": 30, "alignment": {}, "settings": {"finish": True}}
    moved = ["Some Card ran out of memory, so the processor runs the networks."]
    job_state.current.notes = take_lines({"take": take, "before": quality, "after": quality, "notes": moved})
    drawn = draw("MAMBATALK_PT_main").drawn
    assert "ran out of memory" in " ".join(drawn)
    assert "Take ready: 62 s" in drawn
    assert not any("slide" in text for text in drawn)
    assert "Foot slide" in messages.details()
