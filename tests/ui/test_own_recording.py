"""A user's own recording on a Rigify character; and what the panel says where a file or a face is missing.

The pictures of messages are in cache/ui, for those who look at them.
"""

import numpy as np
import pytest
import soundfile

from devtools.window.sidebar import RIGHT

from .conftest import ROOT, SIZE

SECONDS = 5
SAID = "And Mister John Dashwood had then leisure to consider how much there might be"
OTHER = "The quick brown fox jumps over the lazy dog, seventeen times a day."
RIGIFY = """
bpy.ops.preferences.addon_enable(module="rigify")
with override():
    bpy.ops.object.armature_basic_human_metarig_add()
    bpy.ops.pose.rigify_generate()
    bpy.data.objects.remove(bpy.data.objects["metarig"])
"""


@pytest.fixture(scope="module")
def rigify(sidebar):
    """An empty scene with Rigify's basic human, selected; beside the files a recording and its transcript."""
    blender = sidebar.session
    samples, rate = soundfile.read(ROOT / "addon" / "assets" / "demo" / "speech.flac", dtype="int16")
    soundfile.write(blender.shared / "own.wav", samples[: SECONDS * rate], rate)
    (blender.shared / "own.txt").write_text(SAID, encoding="utf-8")
    (blender.shared / "other.txt").write_text(OTHER, encoding="utf-8")
    blender.resize(*SIZE)
    blender.teach("scale", "prepare(1.0)")
    blender.teach("open panels", "open_panels_alone(())")
    blender.teach("file", f"bpy.ops.wm.read_homefile()\n{RIGIFY}", limit_s=120)
    blender.ask("watch_panels()")
    sidebar.open()
    sidebar.known.clear()
    return blender


def press_generate(sidebar, picture):
    """Press Generate; photograph the message, and return it."""
    sidebar.session.ask("module('addon.job.report').show([])")
    sidebar.press("mambatalk.generate")
    sidebar.session.until("job() is None and notes()", 120)
    sidebar.session.settle()
    sidebar.session.screenshot(picture)
    return sidebar.session.value("notes()")


def test_a_missing_file_is_named(rigify, sidebar):
    sidebar.type_into("audio_file", "/mnt/missing.wav")
    sidebar.press("transcript_source", RIGHT)
    rigify.until("bpy.context.scene.mambatalk.transcript_source == 'NONE'")
    said = press_generate(sidebar, "message_missing_file")
    assert "There is no recording /mnt/missing.wav" in said
    assert "Choose" in said
    assert "There is no recording" in " ".join(sidebar.drawn()["MAMBATALK_PT_main"])


def test_a_transcript_of_other_words_is_refused_with_a_remedy(rigify, sidebar):
    rigify.ask("bpy.context.scene.mambatalk.transcript_source = 'FILE'")
    sidebar.type_into("audio_file", "/mnt/own.wav")
    # The text of the same name was found.
    assert rigify.value("bpy.context.scene.mambatalk.transcript_file") == "/mnt/own.txt"
    sidebar.type_into("transcript_file", "/mnt/other.txt")
    said = press_generate(sidebar, "message_wrong_transcript")
    assert "does not seem to be of this recording" in said
    assert "Check that" in said
    assert not rigify.value("len(curves())")


def test_a_rigify_character_without_a_face_performs_the_take(rigify, sidebar):
    sidebar.type_into("transcript_file", "/mnt/own.txt")
    said = press_generate(sidebar, "message_no_face")
    assert f"Take ready: {SECONDS} s" in said
    assert "no shape keys of a known face" in said
    # Rigify's controls: the bones that an animator moves.
    assert rigify.value("value_of('upper_arm_fk.L', 40)") != rigify.value("value_of('upper_arm_fk.L', 120)")
    first, last = rigify.value("[float(frame) for frame in action().frame_range]")
    assert np.isclose(last - first, SECONDS * 24, atol=2)
