"""Words of a take are changed in Blender: the mouth follows at once, the next resample and everything shown, too."""

import json
import sys

import bpy
import numpy as np
import pytest

from ..conftest import PACKAGE, empty_file, notes_of, strips, wobble, write_take
from ..directing import all_keys, copy_with_recording, differing, load


@pytest.fixture
def take(character, spoken_takes, tmp_path):
    """A spoken take, whose recording lies beside it."""
    folder, _ = copy_with_recording(spoken_takes[0], tmp_path)
    load(folder)
    return character


def action():
    return bpy.context.scene.mambatalk.character.animation_data.action


def own():
    return action().mambatalk_take


def stored():
    from mambatalk_ext.addon.take import store

    return store.load(action()).words


def listed():
    return [(entry.name, entry.start_s, entry.end_s) for entry in own().words]


def is_in_step():
    """The list shows what the take stores."""
    words = stored()
    assert [each["word"] for each in words] == [name for name, _, _ in listed()]
    assert np.allclose(
        [(each["start_s"], each["end_s"]) for each in words], [times for _, *times in listed()], atol=1e-4
    )
    return True


def test_a_moved_word_moves_the_mouth_there_and_nothing_else_and_back_it_is_as_before(take):
    before, words = all_keys(take), stored()
    word = words[4]
    first, last = (entry.start_at for entry in (own().words[4], own().words[5]))
    start = own().words[4].start_at
    assert bpy.ops.mambatalk.time_word(index=4, start=start + 2, end_frame=own().words[4].end_at + 2) == {"FINISHED"}
    assert is_in_step()
    assert stored()[4]["start_s"] == pytest.approx(word["start_s"] + 2 / 30, abs=1e-3)
    assert [p["phone"] for p in stored()[4]["phones"]] == [p["phone"] for p in word["phones"]]
    changed = differing(before, all_keys(take))
    assert changed
    assert all("mouth" in path or "jaw" in path or "tongue" in path for path, _ in changed)
    frames = np.concatenate(list(changed.values()))
    assert first - 6 <= frames.min()
    assert frames.max() <= last + 16
    own().lips_follow = False
    assert not differing(before, all_keys(take))


def test_a_typed_time_changes_the_take_and_survives_saving_and_undo(take, tmp_path):
    bpy.ops.ed.undo_push(message="before")
    before = stored()
    own().words[3].start_at += 1.5
    assert is_in_step()
    assert stored() != before
    changed = stored()
    bpy.ops.ed.undo_push(message="after")
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "words.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "words.blend"))
    assert is_in_step()
    assert stored() == changed


@pytest.mark.any_blender
def test_words_are_split_joined_and_removed_in_list_and_take(take):
    texts = [name for name, _, _ in listed()]
    own().words[0].chosen = own().words[-1].chosen = True
    assert bpy.ops.mambatalk.split_word(index=1, first="mis", second="ter") == {"FINISHED"}
    assert [name for name, _, _ in listed()] == [texts[0], "mis", "ter", *texts[2:]]
    assert is_in_step()
    assert own().words[0].chosen
    assert own().words[-1].chosen
    assert bpy.ops.mambatalk.join_words(index=1) == {"FINISHED"}
    assert listed()[1][0] == "mis ter"
    assert is_in_step()
    own().word_index = 1
    assert bpy.ops.mambatalk.remove_word() == {"FINISHED"}
    assert [name for name, _, _ in listed()] == [texts[0], *texts[2:]]
    assert is_in_step()


@pytest.mark.any_blender
def test_a_corrected_word_has_the_sounds_of_its_new_spelling_from_the_worker(take, job_state):
    index = next(place for place, (name, *_) in enumerate(listed()) if name == "John")
    assert bpy.ops.mambatalk.spell_word(index=index, text="Joan") == {"FINISHED"}
    word = stored()[index]
    assert (word["word"], [p["phone"] for p in word["phones"]]) == ("Joan", ["JH", "OW", "N"])
    assert word["start_s"] <= word["phones"][0]["start_s"]
    assert word["phones"][-1]["end_s"] <= word["end_s"] + 1e-6
    assert is_in_step()
    assert "the mouth follows it" in notes_of(job_state)[0]
    assert bpy.ops.mambatalk.spell_word(index=index, text="Джон") == {"FINISHED"}
    assert "not known" in notes_of(job_state)[0]
    assert stored()[index]["phones"] == []


@pytest.mark.any_blender
def test_the_next_resample_uses_changed_words_and_ends_the_spoken_mouth(take):
    assert bpy.ops.mambatalk.time_word(index=4, start=own().words[4].start_at + 2) == {"FINISHED"}
    words = stored()
    assert own().spoken_anew
    start = own().words[3].start_at
    assert bpy.ops.mambatalk.resample(parts={"face"}, start=int(start) - 12, end=int(start) + 60) == {"FINISHED"}
    assert own().spoken_anew == ""
    assert [(w["word"], round(w["start_s"], 3)) for w in stored()] == [
        (w["word"], round(w["start_s"], 3)) for w in words
    ]


def test_markers_and_subtitles_follow_changed_words_and_keep_their_look(character, tmp_path, recording):
    words = [
        {"word": text, "start_s": start, "end_s": start + 0.25, "phones": []}
        for text, start in (("we", 0.1), ("had", 0.4), ("plans", 1.5))
    ]
    load(write_take(tmp_path / "take", wobble(90), recording, words))
    scene = bpy.context.scene
    bpy.ops.mambatalk.words_to_markers()
    bpy.ops.mambatalk.words_to_text_strips()
    text = next(strip for strip in strips(scene) if strip.type == "TEXT" and "plans" in strip.text)
    text.font_size = 33
    assert bpy.ops.mambatalk.time_word(index=2, start=11 + 60, end_frame=11 + 75) == {"FINISHED"}
    assert sorted((m.frame, m.name) for m in scene.timeline_markers)[-1] == (71, "plans")
    module = sys.modules[f"{PACKAGE}.addon.blender.versions"]
    assert module.handles(text)[0] == 71
    assert text.font_size == 33
    scene.timeline_markers.clear()


@pytest.mark.any_blender
def test_low_confidence_is_found_and_the_search_finds_letters(character, tmp_path, recording):
    words = [
        {"word": text, "start_s": at, "end_s": at + 0.2, "confidence": sure, "phones": []}
        for text, at, sure in (("one", 0.1, 0.9), ("two", 0.5, 0.2), ("twenty", 1.0, 0.95))
    ]
    del words[0]["confidence"]
    load(write_take(tmp_path / "take", wobble(90), recording, words))
    settings = bpy.context.scene.mambatalk_words
    assert own().words[0].confidence == -1
    settings.doubtful = True
    assert bpy.ops.mambatalk.next_word() == {"FINISHED"}
    assert own().word_index == 1
    assert bpy.context.scene.frame_current == 11 + 15
    settings.doubtful, settings.search = False, "TW"
    bpy.ops.mambatalk.next_word()
    assert own().word_index == 2
    assert bpy.ops.mambatalk.play_word(index=0) == {"FINISHED"}
    assert bpy.context.scene.frame_current == 14


@pytest.mark.any_blender
def test_words_of_a_linked_take_or_a_damaged_edit_change_nothing(take, job_state):
    data, before = bytes(action()["mambatalk_data"]), listed()
    with pytest.raises(RuntimeError, match="no such word"):
        bpy.ops.mambatalk.remove_word(index=999)
    with pytest.raises(RuntimeError, match="no letters"):
        bpy.ops.mambatalk.spell_word(index=0, text=" ")
    assert bytes(action()["mambatalk_data"]) == data
    assert listed() == before
    assert json.loads(own().spoken_anew or "[]") == []


def test_the_mouses_keys_exist_only_while_a_scene_wants_the_track(scene):
    from mambatalk_ext.addon.words import overlay

    def items():
        every = bpy.context.window_manager.keyconfigs.addon.keymaps
        return [item.idname for keymap in every for item in keymap.keymap_items if "mambatalk" in item.idname]

    assert (overlay.is_on(), items()) == (False, [])
    scene.mambatalk_words.show = True
    assert overlay.is_on()
    assert set(items()) == {"mambatalk.drag_word", "mambatalk.word_spelling"}
    scene.mambatalk_words.show = False
    assert (overlay.is_on(), items()) == (False, [])
    scene.mambatalk_words.show = True
    empty_file()
    assert (overlay.is_on(), items()) == (False, [])
