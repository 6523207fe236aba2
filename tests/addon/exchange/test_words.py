"""Words of a take in the scene: markers and subtitles at its place, which replace only those that it added itself."""

import bpy
import pytest

from ..conftest import strips, wobble, write_take

WORDS = [
    {"word": text, "start_s": start, "end_s": start + 0.25, "phones": []}
    for text, start in (("we", 0.1), ("hold", 0.4), ("on", 0.7), ("here", 1.5))
]


@pytest.fixture
def take(character, tmp_path, recording):
    scene = bpy.context.scene
    scene.render.fps, scene.mambatalk.start_frame = 25, 101
    folder = write_take(tmp_path / "take", wobble(90), recording, WORDS)
    assert bpy.ops.mambatalk.load_take(folder=str(folder)) == {"FINISHED"}
    yield character
    bpy.context.scene.timeline_markers.clear()


def markers():
    return sorted((marker.frame, marker.name) for marker in bpy.context.scene.timeline_markers)


def texts():
    """First frame, frame after the last one, and text of each text strip."""
    from mambatalk_ext.addon.blender import versions

    found = [strip for strip in strips(bpy.context.scene) if strip.type == "TEXT"]
    return sorted((*versions.handles(strip), strip.text) for strip in found)


def test_each_word_has_a_marker_at_its_first_frame(take):
    assert bpy.ops.mambatalk.words_to_markers() == {"FINISHED"}
    assert markers() == [(104, "we"), (111, "“hold”"), (118, "on"), (139, "here")]


def test_a_marker_of_a_word_is_not_read_as_an_accent(take):
    from mambatalk_ext.addon.direct import markers as direct_markers
    from mambatalk_ext.addon.take import performed

    bpy.ops.mambatalk.words_to_markers()
    assert direct_markers.markers_of(performed.of(take)) == ()


def test_another_press_replaces_only_its_own_markers(take):
    scene = bpy.context.scene
    scene.timeline_markers.new("mine", frame=103)
    bpy.ops.mambatalk.words_to_markers()
    moved = next(marker for marker in scene.timeline_markers if marker.name == "on")
    moved.frame += 2
    bpy.ops.mambatalk.words_to_markers()
    assert markers() == [(103, "mine"), (104, "we"), (111, "“hold”"), (118, "on"), (120, "on"), (139, "here")]
    assert bpy.ops.mambatalk.remove_words() == {"FINISHED"}
    assert markers() == [(103, "mine"), (120, "on")]


def test_phrases_are_text_strips_on_a_free_channel(take):
    before = {strip.channel for strip in strips(bpy.context.scene)}
    assert bpy.ops.mambatalk.words_to_text_strips() == {"FINISHED"}
    assert texts() == [(104, 132, "we hold on"), (139, 152, "here")]
    assert before.isdisjoint({strip.channel for strip in strips(bpy.context.scene) if strip.type == "TEXT"})


def test_text_strips_are_muted_where_they_would_hide_the_camera(take, job_state):
    bpy.ops.mambatalk.words_to_text_strips()
    assert all(strip.mute for strip in strips(bpy.context.scene) if strip.type == "TEXT")
    assert "They are muted" in " ".join(job_state.current.notes)
    editor = bpy.context.scene.sequence_editor
    own = editor.strips if hasattr(editor, "strips") else editor.sequences
    end = {"length": 10} if "length" in own.bl_rna.functions["new_effect"].parameters else {"frame_end": 11}
    own.new_effect(name="Grey", type="COLOR", channel=9, frame_start=1, **end)
    bpy.ops.mambatalk.words_to_text_strips()
    assert not any(strip.mute for strip in strips(bpy.context.scene) if strip.type == "TEXT")


def test_another_press_replaces_the_text_strips_and_removal_leaves_other_strips(take):
    from mambatalk_ext.addon.blender import versions

    editor = bpy.context.scene.sequence_editor_create()
    versions.new_text_strip(editor, "mine", 12, 1, 20)
    before = len(strips(bpy.context.scene))
    for _ in range(2):
        bpy.ops.mambatalk.words_to_text_strips()
    assert len(texts()) == 3
    assert bpy.ops.mambatalk.remove_words() == {"FINISHED"}
    assert len(strips(bpy.context.scene)) == before


def test_words_in_the_scene_are_one_undo_step_each(take):
    bpy.ops.ed.undo_push(message="before")
    bpy.ops.mambatalk.words_to_markers("EXEC_DEFAULT", True)
    bpy.ops.mambatalk.words_to_text_strips("EXEC_DEFAULT", True)
    bpy.ops.ed.undo()
    assert (len(markers()), len(texts())) == (4, 0)
    bpy.ops.ed.undo()
    assert (len(markers()), len(texts())) == (0, 0)
    assert bpy.ops.mambatalk.words_to_markers() == {"FINISHED"}
    assert len(markers()) == 4


def test_a_take_without_words_says_so(character, take_folder):
    bpy.ops.mambatalk.load_take(folder=str(take_folder))
    for press in (bpy.ops.mambatalk.words_to_markers, bpy.ops.mambatalk.words_to_text_strips):
        with pytest.raises(RuntimeError, match="has no words"):
            press()
