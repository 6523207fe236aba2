"""The mood of a take in Blender: chosen for all of it or keyed over time, undone, saved, loaded, kept by resampling."""

import json
import shutil
import subprocess
import sys
import zlib

import bpy
import numpy as np
import pytest

from ..conftest import ROOT, curves_of
from ..directing import FRAMES, START, all_keys, areas_of, differing, load, own

LAST = START + FRAMES - 1
SMILE = ('key_blocks["mouthSmileLeft"].value', 0)
STRENGTH = ("mambatalk_mood.strength", 0)


def bones_and_shapes(armature):
    """All keys but those of the mood itself."""
    return {name: keys for name, keys in all_keys(armature).items() if "mambatalk_mood" not in name[0]}


def key_mood(armature, frame, kind, strength):
    bpy.context.scene.frame_set(frame)
    shown = armature.mambatalk_mood
    shown.kind, shown.strength = kind, strength
    assert bpy.ops.mambatalk.key_mood() == {"FINISHED"}


def change(armature, before, name=SMILE):
    """How far a curve is above the one before, at its first and last key."""
    keys = bones_and_shapes(armature)[name][:, 1] - before[name][:, 1]
    return keys[0], keys[-1]


@pytest.mark.any_blender
def test_the_menu_and_the_slider_change_the_take_and_set_back_every_key_is_as_before(character, spoken_takes):
    load(spoken_takes[0])
    before = all_keys(character)
    own(character).mood_strength = 0.6
    own(character).mood = "happy"
    changed = differing(before, all_keys(character))
    assert {"face", "torso", "head", "left_arm", "right_arm"} <= areas_of(changed)
    assert "lower" not in areas_of(changed)
    assert min(change(character, before)) > 0.2
    weaker = all_keys(character)
    own(character).mood_strength = 0.3
    assert differing(weaker, all_keys(character))
    own(character).locked = {"head"}
    held = all_keys(character)
    own(character).mood = "sad"
    assert "head" not in areas_of(differing(held, all_keys(character)))
    own(character).locked = set()
    own(character).mood = "neutral"
    assert not differing(before, all_keys(character))


def test_a_keyed_mood_changes_over_time_and_follows_its_curves(character, spoken_takes):
    load(spoken_takes[0])
    before = bones_and_shapes(character)
    own(character).mood = "sad"
    bpy.context.scene.frame_set(START)
    assert bpy.ops.mambatalk.key_mood() == {"FINISHED"}
    key_mood(character, START + 120, "happy", 0.5)
    key_mood(character, LAST, "happy", 1.0)
    first, last = change(character, before)
    assert first < 0.01
    assert last > 0.5
    halfway = bones_and_shapes(character)[SMILE]
    # an animation editor moves the last key
    points = curves_of(character)[STRENGTH].keyframe_points
    points[-1].co[1] = 0.5
    curves_of(character)[STRENGTH].update()
    character.animation_data.action.update_tag()
    bpy.context.view_layer.update()
    lower = bones_and_shapes(character)[SMILE]
    assert lower[-1, 1] < halfway[-1, 1] - 0.1
    assert np.array_equal(lower[:60], halfway[:60])
    bpy.context.scene.frame_set(START)
    assert bpy.ops.mambatalk.clear_mood_keys() == {"FINISHED"}
    assert (own(character).mood, own(character).mood_strength) == ("sad", 1.0)
    own(character).mood = "neutral"
    assert not differing(before, bones_and_shapes(character))


def test_a_mood_survives_undo_and_the_file(character, spoken_takes, tmp_path):
    load(spoken_takes[0])
    name, path, neutral = character.name, tmp_path / "mood.blend", bones_and_shapes(character)
    own(character).mood = "angry"
    steady = bones_and_shapes(character)
    bpy.ops.ed.undo_push(message="before")
    bpy.context.scene.frame_set(START)
    assert bpy.ops.mambatalk.key_mood("EXEC_DEFAULT", True) == {"FINISHED"}
    bpy.context.scene.frame_set(START + 100)
    shown = bpy.data.objects[name].mambatalk_mood
    shown.kind, shown.strength = "afraid", 0.8
    assert bpy.ops.mambatalk.key_mood("EXEC_DEFAULT", True) == {"FINISHED"}
    keyed = bones_and_shapes(bpy.data.objects[name])
    assert differing(steady, keyed)
    for _ in range(2):
        bpy.ops.ed.undo()
    assert not differing(steady, bones_and_shapes(bpy.data.objects[name]))
    for _ in range(2):
        bpy.ops.ed.redo()
    assert not differing(keyed, bones_and_shapes(bpy.data.objects[name]))
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    bpy.ops.wm.open_mainfile(filepath=str(path))
    armature = bpy.data.objects[name]
    own(armature).upper = 0.5
    own(armature).upper = 1.0
    assert not differing(keyed, bones_and_shapes(armature))
    assert bpy.ops.mambatalk.clear_mood_keys() == {"FINISHED"}
    own(armature).mood = "neutral"
    assert not differing(neutral, bones_and_shapes(armature))


@pytest.mark.any_blender
def test_takes_share_no_keyed_mood(character, spoken_takes):
    load(spoken_takes[0])
    key_mood(character, START, "happy", 1.0)
    first = character.animation_data.action.name
    happy = bones_and_shapes(character)
    load(spoken_takes[1])
    assert STRENGTH not in all_keys(character)
    assert own(character).mood == "neutral"
    bpy.ops.mambatalk.switch_take(name=first)
    assert not differing(happy, bones_and_shapes(character))


@pytest.mark.any_blender
@pytest.mark.parametrize("moods", [["happy:0.6"], ["sad:0.8@0", "happy:0.6@4"]])
def test_a_take_in_a_mood_from_a_shell_comes_with_it(character, spoken_takes, tmp_path, moods):
    command = [sys.executable, "-m", "core", "direct", spoken_takes[0], "--mood", *moods, "--out", tmp_path / "moody"]
    subprocess.run([*map(str, command)], cwd=ROOT, check=True, capture_output=True)
    shutil.copytree(spoken_takes[0], tmp_path / "plain")
    load(tmp_path / "plain")
    before = bones_and_shapes(character)
    load(tmp_path / "moody")
    assert change(character, before)[1] > 0.2
    from mambatalk_ext.core.body.motion import load_motion
    from mambatalk_ext.core.body.parts import ARKIT_NAMES

    wanted = load_motion(tmp_path / "moody" / "motion.npz").expression[:, ARKIT_NAMES.index("mouthSmileLeft")]
    assert np.abs(bones_and_shapes(character)[SMILE][:, 1] - wanted).max() < 2e-3


@pytest.mark.any_blender
def test_generate_asks_for_the_mood_beside_the_style(character, recording, tmp_path):
    settings = bpy.context.scene.mambatalk
    settings.audio_file, settings.transcript_source = str(recording), "NONE"
    settings.mood, settings.mood_strength = "afraid", 0.7
    task = settings.to_request(bpy.context, settings.clip(bpy.context.scene), tmp_path / "take")
    assert task.mood == ({"name": "afraid", "strength": 0.7},)
    settings.mood = "neutral"
    assert settings.to_request(bpy.context, settings.clip(bpy.context.scene), tmp_path / "take").mood == ()


@pytest.mark.any_blender
def test_records_of_takes_made_before_there_were_moods_are_neutral(character, spoken_takes):
    from mambatalk_ext.addon.take import checksums
    from mambatalk_ext.core.sealed import seal

    load(spoken_takes[0])
    action = character.animation_data.action
    record = checksums.load(action)
    assert record.mood == []
    text = json.dumps(
        {"frame_count": 2, "block": 2, "channels": [], "softened": {}, "levels": {}, "stamp": "x"}
    ).encode()

    assert checksums._unpack(seal(len(text).to_bytes(4, "little") + zlib.compress(text))).mood == []


@pytest.mark.slow
def test_resampling_a_take_in_a_mood_keeps_the_mood_and_everything_else(character, spoken_takes):
    load(spoken_takes[0])
    own(character).mood = "angry"
    before = all_keys(character)
    assert bpy.ops.mambatalk.resample(parts={"left_arm"}, start=100, end=140, seed=3) == {"FINISHED"}
    changed = differing(before, all_keys(character))
    assert areas_of(changed) == {"left_arm", "upper"}
    frames = np.concatenate(list(changed.values()))
    assert 92 <= frames.min() <= frames.max() <= 148
