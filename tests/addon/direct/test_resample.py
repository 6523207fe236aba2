"""Making a part anew on the character: only that changes, to the bit; seams are smooth; all of it is in the file."""

import bpy
import numpy as np
import pytest

from ..conftest import curves_of, empty_file, first_on_each, needs_sound, snapshot, wobble, write_take
from ..directing import FRAMES, START, all_keys, copy_with_recording, differing, face_of, load, owner_of, resample
from ..layouts import draw


@pytest.fixture
def take(character, spoken_takes):
    """A spoken take on the character, at frame 11."""
    load(spoken_takes[0])
    return character


@pytest.mark.any_blender
def test_hands_made_anew_differ_visibly_and_join_smoothly(take):
    name = ('pose.bones["left_index1"].rotation_quaternion', 1)
    before = all_keys(take)
    resample(parts={"hands"}, start=100, end=160, seed=7)
    after = all_keys(take)
    assert np.abs(after[name][95:140, 1] - before[name][95:140, 1]).max() > 0.02
    for joint in ("left_index1", "right_thumb2", "left_middle1"):
        turns = np.stack([after[f'pose.bones["{joint}"].rotation_quaternion', i][:, 1] for i in range(4)], axis=1)
        velocity = np.diff(turns * np.sign((turns * turns[:1]).sum(1, keepdims=True)), axis=0)
        jump = np.linalg.norm(np.diff(velocity, axis=0), axis=1)
        usual = np.percentile(jump, 99)
        seams = [*range(100 - START - 10, 100 - START + 2), *range(160 - START - 2, 160 - START + 10)]
        assert jump[seams].max() <= 1.2 * usual + 1e-3


@pytest.mark.any_blender
def test_the_same_seed_gives_the_same_keys_and_each_press_another_seed(take, job_state, spoken_takes):
    from mambatalk_ext.addon.take import store as take_store

    bpy.context.scene.mambatalk_direct.span = "TYPED"
    bpy.context.scene.mambatalk_direct.start, bpy.context.scene.mambatalk_direct.end = 60, 120
    bpy.context.scene.mambatalk_direct.parts = {"left_arm"}
    first = all_keys(take)
    resample()
    second = all_keys(take)
    resample()
    third = all_keys(take)
    layers = take_store.load(take.animation_data.action).description["layers"]
    assert [layer["seed"] for layer in layers] == [0, 1, 2]
    assert differing(first, second)
    assert differing(second, third)
    load(spoken_takes[0])
    resample(seed=1)
    assert not differing(second, all_keys(take))
    assert str(60 - 8) in job_state.current.notes[0]


@pytest.mark.any_blender
def test_the_preview_range_and_words_choose_the_frames(take):
    scene, action = bpy.context.scene, take.animation_data.action
    scene.mambatalk_direct.span = "PREVIEW"
    with pytest.raises(RuntimeError, match="preview range"):
        bpy.ops.mambatalk.resample(parts={"hands"})
    scene.use_preview_range = True
    scene.frame_preview_start, scene.frame_preview_end = 50, 90
    before = all_keys(take)
    resample(parts={"hands"}, margin=4)
    frames = np.concatenate(list(differing(before, all_keys(take)).values()))
    assert 46 <= frames.min() <= frames.max() <= 94

    scene.mambatalk_direct.span = "WORDS"
    with pytest.raises(RuntimeError, match="word"):
        bpy.ops.mambatalk.resample(parts={"hands"})
    words = action.mambatalk_take.words
    assert len(words) > 5
    words[2].chosen = words[4].chosen = True
    before = all_keys(take)
    resample(parts={"hands"}, margin=4)
    frames = np.concatenate(list(differing(before, all_keys(take)).values()))
    assert START + 30 * words[2].start_s - 5 <= frames.min()
    assert frames.max() <= START + 30 * words[4].end_s + 5


@pytest.mark.any_blender
@pytest.mark.parametrize("span", ["PREVIEW", "WORDS"])
def test_a_script_with_frames_of_its_own_needs_no_range_in_the_panel(take, span):
    bpy.context.scene.mambatalk_direct.span = span
    assert draw("MAMBATALK_PT_direct").greyed == ["Resample"]
    before = all_keys(take)
    resample(parts={"left_hand"}, start=120, end=150, margin=4)
    frames = np.concatenate(list(differing(before, all_keys(take)).values()))
    assert 116 <= frames.min() <= frames.max() <= 154


@first_on_each("fps", ["24", "60"])
def test_at_other_scene_rates_only_the_chosen_frames_and_parts_change(character, spoken_takes, fps):
    load(spoken_takes[0], fps)
    scene = bpy.context.scene
    before = all_keys(character)
    first = START + round(2.5 * scene.render.fps)
    last = START + round(4.0 * scene.render.fps)
    resample(parts={"upper"}, start=first, end=last, margin=6)
    changed = differing(before, all_keys(character))
    frames = np.concatenate(list(changed.values()))
    assert first - 6 <= frames.min() <= frames.max() <= last + 6
    assert frames.max() - frames.min() > 0.8 * (last - first)
    assert {area for path, _ in changed for area in owner_of(path)} <= {
        "upper",
        "head",
        "torso",
        "left_arm",
        "right_arm",
    }


@pytest.mark.any_blender
@pytest.mark.parametrize(("start", "end"), [(1, 40), (200, 260), (400, 500), (90, 60)])
def test_a_range_outside_of_the_take_is_refused(take, job_state, start, end):
    before = all_keys(take)
    with pytest.raises(RuntimeError, match="range"):
        bpy.ops.mambatalk.resample(parts={"hands"}, start=start, end=end)
    assert not differing(before, all_keys(take))
    if start < end:
        assert "11 to 250" in job_state.current.error.message
        assert "11" in job_state.current.error.remedy


@pytest.mark.any_blender
@pytest.mark.parametrize("scene_range", [(1, 60), (1, 2000), (100, 120)])
def test_takes_longer_and_shorter_than_the_scene(take, scene_range):
    scene = bpy.context.scene
    scene.frame_start, scene.frame_end = scene_range
    before = all_keys(take)
    resample(parts={"head"}, start=200, end=250)
    frames = np.concatenate(list(differing(before, all_keys(take)).values()))
    assert frames.min() >= 192
    assert (scene.frame_start, scene.frame_end) == scene_range


def test_a_take_that_was_moved_in_time_is_made_anew_where_it_is_now(take):
    for id_block in (take, face_of(take)):
        for curve in curves_of(id_block).values():
            for key in curve.keyframe_points:
                key.co.x += 100
            curve.update()
    before = all_keys(take)
    with pytest.raises(RuntimeError, match="111 to 350"):
        bpy.ops.mambatalk.resample(parts={"hands"}, start=50, end=100)
    resample(parts={"hands"}, start=200, end=260)
    after = all_keys(take)
    changed = np.concatenate([before[n][before[n][:, 1] != after[n][:, 1], 0] for n in before if "Contact" not in n[0]])
    assert 192 <= changed.min() <= changed.max() <= 268


def test_it_works_after_saving_loading_and_without_the_folder(character, spoken_takes, tmp_path):
    import shutil

    folder = tmp_path / "gone"
    shutil.copytree(spoken_takes[0], folder)
    load(folder)
    shutil.rmtree(folder)
    resample(parts={"hands"}, start=60, end=90, seed=3)
    keys, name = all_keys(character), character.name
    path = tmp_path / "scene.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    bpy.ops.wm.open_mainfile(filepath=str(path))
    armature = bpy.data.objects[name]
    assert not differing(keys, all_keys(armature))
    resample(parts={"face"}, start=100, end=130, seed=4)
    changed = differing(keys, all_keys(armature))
    assert changed
    assert all("face" in owner_of(path) for path, _ in changed)


def test_an_appended_character_brings_its_take_along(take, tmp_path):
    keys, name = all_keys(take), take.name
    path = tmp_path / "library.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    empty_file()
    bpy.context.scene.render.fps = 30
    bpy.ops.mambatalk.add_character()
    with bpy.data.libraries.load(str(path)) as (there, here):
        here.objects = list(there.objects)
    for each in here.objects:
        bpy.context.scene.collection.objects.link(each)
    armature = next(each for each in here.objects if each.type == "ARMATURE")
    assert armature.name != name
    bpy.context.scene.mambatalk.character = armature
    resample(parts={"hands"}, start=60, end=90)
    changed = differing(keys, all_keys(armature))
    assert changed
    assert all("hands" in owner_of(path) for path, _ in changed)


def test_one_undo_takes_it_back_and_redo_brings_it_again(take):
    from mambatalk_ext.addon.take import store as take_store

    name = take.name
    bpy.ops.ed.undo_push(message="before")
    before, data = all_keys(take), take.animation_data.action[take_store.KEY]
    bpy.ops.mambatalk.resample("EXEC_DEFAULT", True, parts={"hands"}, start=60, end=90)
    after = all_keys(bpy.data.objects[name])
    assert differing(before, after)
    bpy.ops.ed.undo()
    assert not differing(before, all_keys(bpy.data.objects[name]))
    assert bpy.data.objects[name].animation_data.action[take_store.KEY] == data
    bpy.ops.ed.redo()
    assert not differing(after, all_keys(bpy.data.objects[name]))


def test_a_cancelled_resampling_changes_nothing(take, job_state):
    class Cancelling(job_state.Job):
        def poll(self, timeout_s=0.0):
            super().poll(timeout_s)
            if self.fraction > 0 and not self.cancelling:
                self.cancel()

    original, job_state.Job = job_state.Job, Cancelling
    before, scene_before = all_keys(take), snapshot()
    try:
        assert bpy.ops.mambatalk.resample(parts={"upper"}, start=20, end=240) == {"CANCELLED"}
    finally:
        job_state.Job = original
    assert not differing(before, all_keys(take))
    assert snapshot() == scene_before
    assert "cancelled" in job_state.current.notes[0]
    assert job_state.current.job is None


def test_two_characters_have_takes_of_their_own(take, spoken_takes):
    from mambatalk_ext.addon.take import info as take_info

    first = take
    bpy.ops.mambatalk.add_character()
    scene = bpy.context.scene
    second = next(o for o in bpy.data.objects if o.type == "ARMATURE" and o != first)
    scene.mambatalk.character = second
    load(spoken_takes[1])
    assert [len(take_info.of_character(each)) for each in (first, second)] == [1, 1]
    before = all_keys(first), all_keys(second)
    resample(parts={"upper"}, start=60, end=100)
    assert not differing(before[0], all_keys(first))
    assert differing(before[1], all_keys(second))
    scene.mambatalk.character = first
    before = all_keys(first), all_keys(second)
    resample(parts={"upper"}, start=60, end=100)
    assert differing(before[0], all_keys(first))
    assert not differing(before[1], all_keys(second))


@pytest.mark.any_blender
def test_a_take_of_other_weights_is_refused_with_their_name(character, tmp_path, recording, job_state):
    import hashlib
    import json

    folder = write_take(tmp_path / "other", wobble(90), recording)
    info = json.loads((folder / "take.json").read_text())
    info["audio"]["sha256"] = hashlib.sha256(recording.read_bytes()).hexdigest()
    info["weights"] = {"name": "somebody's", "sha256": "1" * 64}
    (folder / "take.json").write_text(json.dumps(info | {"checksum": None}))
    load(folder)
    before = all_keys(character)
    with pytest.raises(RuntimeError, match="other weights"):
        bpy.ops.mambatalk.resample(parts={"hands"}, start=20, end=60)
    assert "somebody's" in job_state.current.error.message
    assert all(np.array_equal(keys, all_keys(character)[name]) for name, keys in before.items())


@pytest.mark.any_blender
def test_a_recording_that_moved_is_asked_for_and_found(character, spoken_takes, tmp_path):
    from mambatalk_ext.addon.take import info as take_info

    folder, sound = copy_with_recording(spoken_takes[0], tmp_path)
    load(folder)
    new_place = tmp_path / "elsewhere.flac"
    sound.rename(new_place)
    with pytest.raises(RuntimeError, match="Find Recording"):
        bpy.ops.mambatalk.resample(parts={"hands"}, start=60, end=90)
    wrong = tmp_path / "wrong.flac"
    wrong.write_bytes(b"something else")
    with pytest.raises(RuntimeError, match="not the recording"):
        bpy.ops.mambatalk.find_recording(filepath=str(wrong))
    assert bpy.ops.mambatalk.find_recording(filepath=str(new_place)) == {"FINISHED"}
    assert take_info.stored(character.animation_data.action).audio == str(new_place)
    resample(parts={"hands"}, start=60, end=90)


@pytest.mark.any_blender
def test_without_its_recording_or_weights_a_take_is_directed_by_all_that_needs_neither(
    character, spoken_takes, tmp_path, job_state
):
    import json

    folder, sound = copy_with_recording(spoken_takes[0], tmp_path)
    # The path is that of the recording still, its content another one's.
    sound.write_bytes(sound.read_bytes() + b"more")
    info = json.loads((folder / "take.json").read_text())
    info["weights"]["sha256"] = "1" * 64
    (folder / "take.json").write_text(json.dumps(info | {"checksum": None}))
    load(spoken_takes[1])
    other = character.animation_data.action.name
    load(folder)
    before = all_keys(character)
    with pytest.raises(RuntimeError, match="not the recording"):
        bpy.ops.mambatalk.resample(parts={"hands"}, start=60, end=90)
    assert job_state.current.error.remedy
    assert not differing(before, all_keys(character))
    assert bpy.ops.mambatalk.mix(source=other, parts={"hands"}, start=60, end=90) == {"FINISHED"}
    assert bpy.ops.mambatalk.set_levels(upper=0.7) == {"FINISHED"}
    assert bpy.ops.mambatalk.accent_add(kind="hold", start=180, end=200) == {"FINISHED"}
    assert bpy.ops.mambatalk.finish() == {"FINISHED"}
    assert bpy.ops.mambatalk.copy_take() == {"FINISHED"}


@needs_sound
def test_a_packed_recording_is_enough(character, spoken_takes, tmp_path):
    folder, sound = copy_with_recording(spoken_takes[0], tmp_path)
    load(folder)
    for each in bpy.data.sounds:
        each.pack()
    sound.unlink()
    resample(parts={"hands"}, start=60, end=90)


def test_a_minute_takes_less_than_a_megabyte_in_the_file(take):
    from mambatalk_ext.addon.take import checksums
    from mambatalk_ext.addon.take import store as take_store

    resample(parts={"upper"}, start=60, end=160)
    action = take.animation_data.action
    seconds = FRAMES / 30
    size = len(action[take_store.KEY]) + len(action[checksums.KEY])
    assert size * 60 / seconds < 1_000_000


@pytest.mark.any_blender
def test_without_a_take_the_button_says_so(character):
    with pytest.raises(RuntimeError, match="performs no take"):
        bpy.ops.mambatalk.resample(parts={"hands"}, start=1, end=9)
