"""The sound of a take plays while somebody performs the take, and strips of the user's always stay as they are."""

import shutil
import wave
from pathlib import Path

import bpy
import numpy as np
import pytest

from ..conftest import needs_sound, snapshot, strips, wobble, write_take

pytestmark = needs_sound


@pytest.fixture
def second_recording(recording, tmp_path):
    path = tmp_path / "second.wav"
    shutil.copy(recording, path)
    return path


def load(tmp_path, name, audio, seed=0, frames=90, start=1):
    bpy.context.scene.render.fps = 30
    bpy.context.scene.mambatalk.start_frame = start
    folder = tmp_path / f"folder of {name}" / name
    folder.parent.mkdir(exist_ok=True)
    if not folder.exists():
        write_take(folder, wobble(frames, seed), audio)
    assert bpy.ops.mambatalk.load_take(folder=str(folder)) == {"FINISHED"}


@pytest.fixture
def two(character, recording, second_recording, tmp_path):
    """A character with takes of two recordings; it performs the second take."""
    load(tmp_path, "one", recording)
    load(tmp_path, "two", second_recording, seed=1)
    return character


def audible():
    """Return names of the files that play, sorted."""
    return sorted(Path(strip.sound.filepath).name for strip in strips(bpy.context.scene) if not strip.mute)


def every_strip():
    return sorted((s.name, s.channel, s.frame_final_start, s.frame_final_end) for s in strips(bpy.context.scene))


def test_only_the_sound_of_the_performed_take_plays(two):
    assert audible() == ["second.wav"]
    first, second = strips(bpy.context.scene)
    assert first.channel != second.channel
    before = every_strip()
    for name, file in (("one", "tone.wav"), ("two", "second.wav"), ("one", "tone.wav")):
        assert bpy.ops.mambatalk.switch_take(name=name) == {"FINISHED"}
        assert audible() == [file]
    assert every_strip() == before


def test_takes_of_the_same_recording_share_a_strip(two, recording, tmp_path):
    load(tmp_path, "again", recording, seed=2)
    assert len(strips(bpy.context.scene)) == 2
    assert audible() == ["tone.wav"]
    bpy.ops.mambatalk.switch_take(name="one")
    assert audible() == ["tone.wav"]
    bpy.ops.mambatalk.discard_take(name="again")
    assert audible() == ["tone.wav"]


def test_another_part_or_place_of_the_same_recording_has_a_strip_of_its_own(character, recording, tmp_path):
    import json

    load(tmp_path, "whole", recording)
    folder = write_take(tmp_path / "part", wobble(30), recording)
    info = json.loads((folder / "take.json").read_text())
    info["audio"] |= {"offset_s": 1.5, "duration_s": 1.0}
    (folder / "take.json").write_text(json.dumps(info | {"checksum": None}))
    assert bpy.ops.mambatalk.load_take(folder=str(folder)) == {"FINISHED"}
    assert [(s.mute, s.frame_final_duration) for s in strips(bpy.context.scene)] == [(True, 90), (False, 30)]
    load(tmp_path, "later", recording, start=500)
    assert [s.mute for s in strips(bpy.context.scene)] == [True, True, False]


def test_copies_play_the_sound_of_their_original(two):
    bpy.ops.mambatalk.switch_take(name="one")
    assert bpy.ops.mambatalk.copy_take() == {"FINISHED"}
    assert audible() == ["tone.wav"]
    bpy.ops.mambatalk.switch_take(name="two")
    bpy.ops.mambatalk.discard_take(name="one")
    assert audible() == ["second.wav"]
    bpy.ops.mambatalk.switch_take(name="one.001")
    assert audible() == ["tone.wav"]


def test_discarding_goes_on_with_the_sound_of_the_other_take(two):
    assert bpy.ops.mambatalk.discard_take() == {"FINISHED"}
    assert audible() == ["tone.wav"]
    bpy.ops.mambatalk.discard_take()
    assert audible() == []


def test_undo_and_redo_bring_take_and_sound_back_together(two):
    # Undo reads every data-block anew: names are kept.
    name = two.name
    bpy.ops.ed.undo_push(message="two")
    bpy.ops.mambatalk.switch_take("EXEC_DEFAULT", True, name="one")
    assert audible() == ["tone.wav"]
    bpy.ops.ed.undo()
    assert (bpy.data.objects[name].animation_data.action.name, audible()) == ("two", ["second.wav"])
    bpy.ops.ed.redo()
    assert (bpy.data.objects[name].animation_data.action.name, audible()) == ("one", ["tone.wav"])


def test_a_reopened_file_still_switches_sounds(two, tmp_path):
    path = str(tmp_path / "scene.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path)
    assert audible() == ["second.wav"]
    bpy.ops.mambatalk.switch_take(name="one")
    assert audible() == ["tone.wav"]
    bpy.context.scene.mambatalk.character.animation_data.action.name = "renamed"
    bpy.ops.mambatalk.switch_take(name="two")
    bpy.ops.mambatalk.switch_take(name="renamed")
    assert audible() == ["tone.wav"]


@pytest.mark.parametrize("muted", [False, True])
def test_strips_of_the_user_are_never_muted_played_or_moved(two, recording, tmp_path, muted):
    editor = bpy.context.scene.sequence_editor
    collection = editor.strips if hasattr(editor, "strips") else editor.sequences
    own = collection.new_sound(name="music", filepath=str(recording), channel=7, frame_start=1)
    own.mute = muted
    place = (own.channel, own.frame_final_start, own.frame_final_end)
    for name in ("one", "two"):
        bpy.ops.mambatalk.switch_take(name=name)
        assert own.mute == muted
    load(tmp_path, "more", recording, seed=5)
    bpy.ops.mambatalk.discard_others()
    own = next(s for s in strips(bpy.context.scene) if s.name == "music")
    assert own.mute == muted
    assert (own.channel, own.frame_final_start, own.frame_final_end) == place


def test_a_strip_of_the_user_at_the_same_place_is_the_sound_of_a_take(character, scene, recording, tmp_path):
    editor = scene.sequence_editor_create()
    collection = editor.strips if hasattr(editor, "strips") else editor.sequences
    collection.new_sound(name="mine", filepath=str(recording), channel=4, frame_start=1)
    load(tmp_path, "one", recording)
    assert [s.name for s in strips(scene)] == ["mine"]


def test_each_speaker_of_a_scene_is_heard(two, recording, tmp_path):
    bpy.ops.mambatalk.add_character()
    second = next(o for o in bpy.data.objects if o.type == "ARMATURE" and o != two)
    bpy.context.scene.mambatalk.character = second
    for each in bpy.context.selected_objects:
        each.select_set(False)
    second.select_set(True)
    bpy.context.view_layer.objects.active = second
    load(tmp_path, "answer", recording, seed=7, start=1200)
    assert audible() == ["second.wav", "tone.wav"]
    assert len(strips(bpy.context.scene)) == 3


def test_a_strip_inside_of_a_meta_strip_follows_too(two):
    scene = bpy.context.scene
    editor = scene.sequence_editor
    collection = editor.strips if hasattr(editor, "strips") else editor.sequences
    meta = collection.new_meta(name="group", channel=9, frame_start=1)
    inside = strips(scene)[0]
    inside.move_to_meta(meta)
    bpy.ops.mambatalk.switch_take(name="one")
    assert not inside.mute
    bpy.ops.mambatalk.switch_take(name="two")
    assert inside.mute


def test_takes_that_cannot_be_loaded_all_change_neither_range_nor_sounds(
    character, weights, recording, tmp_path, monkeypatch
):
    from mambatalk_ext.addon.generate import operators
    from mambatalk_ext.core.errors import GestureError

    scene, loaded = bpy.context.scene, operators.apply_take
    scene.render.fps, scene.frame_end = 30, 20
    scene.mambatalk.audio_file, scene.mambatalk.transcript_source = str(recording), "NONE"
    calls = []

    def second_fails(*arguments):
        calls.append(arguments)
        if len(calls) == 2:
            raise GestureError("The disk is gone.", remedy="Bring it back.")
        return loaded(*arguments)

    monkeypatch.setattr(operators, "apply_take", second_fails)
    before = snapshot()
    with pytest.raises(RuntimeError, match="disk is gone"):
        bpy.ops.mambatalk.generate(folder=str(tmp_path / "made"), variations=2)
    assert {**snapshot(), "sync": before["sync"]} == before


def test_a_retargeted_take_plays_its_sound_when_the_first_character_is_gone(two):
    from mambatalk_ext.addon.take import recording

    bpy.ops.mambatalk.add_character()
    other = next(o for o in bpy.data.objects if o.type == "ARMATURE" and o != two)
    scene = bpy.context.scene
    scene.mambatalk.character = two
    bpy.context.view_layer.objects.active = other
    assert bpy.ops.mambatalk.retarget(clean_feet=False) == {"FINISHED"}
    assert audible() == ["second.wav"]
    bpy.data.objects.remove(two)
    recording.play_performed(scene)
    assert audible() == ["second.wav"]


def test_takes_that_were_pushed_down_to_the_nla_are_heard_one_after_the_other(character, recording, tmp_path):
    second = tmp_path / "second.wav"
    shutil.copy(recording, second)
    for name, audio, start in (("one", recording, 1), ("two", second, 200)):
        load(tmp_path, name, audio, start=start)
        action = character.animation_data.action
        character.animation_data.action = None
        character.animation_data.nla_tracks.new().strips.new(name, start, action)
    bpy.ops.mambatalk.add_character()
    other = next(o for o in bpy.data.objects if o.type == "ARMATURE" and o != character)
    bpy.context.view_layer.objects.active = other
    bpy.context.scene.mambatalk.character = other
    load(tmp_path, "three", recording, start=400)
    assert audible() == ["second.wav", "tone.wav", "tone.wav"]


def as_of_an_earlier_version():
    """Take the marks off all strips and takes: earlier versions gave them none."""
    for strip in strips(bpy.context.scene):
        strip.pop("mambatalk_strip", None)
        strip.mute = False
    for action in bpy.data.actions:
        action.pop("mambatalk_strip", None)


def muted():
    return [(strip.frame_final_start, strip.mute) for strip in strips(bpy.context.scene)]


def test_strips_of_an_earlier_version_are_switched_with_their_takes(two, recording, tmp_path):
    load(tmp_path, "three", recording, seed=3, start=300)
    as_of_an_earlier_version()
    assert audible() == ["second.wav", "tone.wav", "tone.wav"]
    load(tmp_path, "one again", recording, seed=4)
    assert muted() == [(1, False), (1, True), (300, True)]
    assert bpy.ops.mambatalk.switch_take(name="two") == {"FINISHED"}
    assert audible() == ["second.wav"]
    assert bpy.ops.mambatalk.switch_take(name="three") == {"FINISHED"}
    assert muted() == [(1, True), (1, True), (300, False)]


def test_a_strip_of_an_earlier_version_without_a_take_belongs_to_the_next_take_at_its_place(two, recording, tmp_path):
    as_of_an_earlier_version()
    for action in list(bpy.data.actions):
        bpy.data.actions.remove(action)
    load(tmp_path, "new", recording)
    assert len(strips(bpy.context.scene)) == 2
    load(tmp_path, "other", tmp_path / "second.wav", start=500)
    assert muted() == [(1, True), (1, False), (500, False)]


def test_a_strip_of_the_user_at_the_place_of_an_old_take_is_left_alone(two, recording, tmp_path):
    as_of_an_earlier_version()
    for strip in strips(bpy.context.scene):
        strip.name = f"{strip.name}.wav"
    bpy.ops.mambatalk.switch_take(name="one")
    assert audible() == ["second.wav", "tone.wav"]


def rendered(tmp_path):
    """The samples that Blender renders of the scene's sound, mono, from -1 to 1; and their rate."""
    path = tmp_path / "mixdown.wav"
    assert bpy.ops.sound.mixdown(filepath=str(path), container="WAV", codec="PCM", format="S16") == {"FINISHED"}
    with wave.open(str(path)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, file.getnchannels())
        # Blender gives each channel its part of a sound's power.
        return samples.sum(axis=1) / np.sqrt(file.getnchannels()) / 32768, file.getframerate()


def test_the_performed_take_is_heard_once_and_from_its_first_frame_on(character, recording, tmp_path):
    load(tmp_path, "one", recording, start=31)
    load(tmp_path, "two", recording, seed=1, start=61)
    scene = bpy.context.scene
    scene.frame_start, scene.frame_end = 1, 150
    samples, rate = rendered(tmp_path)
    with wave.open(str(recording)) as file:
        source = np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768
    before, heard = samples[: 2 * rate - 100], samples[2 * rate : 5 * rate]
    assert np.abs(before).max() < 1e-3
    assert 20 * np.log10(heard.std() / source.std()) == pytest.approx(0, abs=0.5)
    for strip in strips(scene):
        strip.mute = True
    assert np.abs(rendered(tmp_path)[0]).max() < 1e-3
