"""Several takes of a character: made at once, switched, copied, kept, discarded, mixed."""

import bpy
import numpy as np
import pytest

from ..conftest import ROOT, curves_of, empty_file, keys_of, needs_sound, snapshot
from ..directing import START, all_keys, differing, face_of, load, owner_of

SPEECH = ROOT / "addon" / "assets" / "demo" / "speech.flac"


@pytest.fixture
def three(character, spoken_takes):
    """A character with three takes; it performs the last one."""
    for folder in spoken_takes:
        load(folder)
    return character


def names(armature):
    from mambatalk_ext.addon.take import info as take_info

    return [action.name for action in take_info.of_character(armature)]


@needs_sound
def test_several_takes_come_at_once_each_with_its_seed(character, weights, tmp_path):
    from mambatalk_ext.addon.take import info as take_info

    scene = bpy.context.scene
    scene.render.fps = 30
    editor = scene.sequence_editor_create()
    collection = editor.strips if hasattr(editor, "strips") else editor.sequences
    strip = collection.new_sound(name="speech", filepath=str(SPEECH), channel=1, frame_start=1)
    strip.frame_final_end = 61
    settings = scene.mambatalk
    settings.audio_source, settings.audio_strip, settings.transcript_source = "STRIP", "speech", "NONE"
    settings.seed = 5
    assert bpy.ops.mambatalk.generate(folder=str(tmp_path / "made"), variations=3) == {"FINISHED"}
    made = take_info.of_character(character)
    assert [take_info.stored(action).seed for action in made] == [5, 6, 7]
    assert take_info.active(character) == made[0]
    keys = []
    for action in made:
        bpy.ops.mambatalk.switch_take(name=action.name)
        keys.append(all_keys(character))
    assert differing(keys[0], keys[1])
    assert differing(keys[1], keys[2])
    assert len(list((tmp_path / "made").iterdir())) == 3


@pytest.mark.any_blender
def test_cancelling_when_the_first_of_three_is_written_leaves_nothing(character, job_state, weights, tmp_path):
    scene = bpy.context.scene
    scene.mambatalk.audio_file, scene.mambatalk.transcript_source = str(SPEECH), "NONE"
    original = job_state.Job

    class Cancelling(original):
        def poll(self, timeout_s=0.0):
            super().poll(min(timeout_s, 0.01))
            if not self.cancelling and (tmp_path / "made" / "take_01" / "take.json").exists():
                self.cancel()

    before = snapshot()
    job_state.Job = Cancelling
    try:
        assert bpy.ops.mambatalk.generate(folder=str(tmp_path / "made"), variations=3) == {"CANCELLED"}
    finally:
        job_state.Job = original
    assert snapshot() == before
    assert list((tmp_path / "made").iterdir()) == []


def test_switching_plays_the_other_takes_body_and_face(three):
    keys = {}
    for name in names(three):
        assert bpy.ops.mambatalk.switch_take(name=name) == {"FINISHED"}
        keys[name] = all_keys(three)
        assert three.animation_data.action.name == name
    first, second, _ = names(three)
    changed = differing(keys[first], keys[second])
    assert any(path.startswith("key_blocks") for path, _ in changed)
    assert any(path.startswith("pose.bones") for path, _ in changed)
    bpy.ops.mambatalk.switch_take(name=first)
    assert not differing(keys[first], all_keys(three))
    bpy.context.scene.frame_set(START + 50)
    posed = three.evaluated_get(bpy.context.evaluated_depsgraph_get())
    shown = posed.pose.bones["left_elbow"].matrix_basis.to_quaternion()
    wanted = [keys[first]['pose.bones["left_elbow"].rotation_quaternion', index][50, 1] for index in range(4)]
    assert abs(abs(np.dot(shown, wanted)) - 1) < 1e-5


def test_switching_works_after_the_character_was_renamed(three):
    three.name = "Somebody Else"
    face_of(three).user.name = "A Face"
    first = names(three)[0]
    bpy.ops.mambatalk.switch_take(name=first)
    assert three.animation_data.action.name == first
    assert len(curves_of(three)) > 200
    assert len(curves_of(face_of(three))) == 52


def test_a_copy_has_everything_and_goes_its_own_way(three):
    original = three.animation_data.action
    before = all_keys(three)
    assert bpy.ops.mambatalk.copy_take() == {"FINISHED"}
    assert len(names(three)) == 4
    copy = three.animation_data.action
    assert copy != original
    assert not differing(before, all_keys(three))
    assert bpy.ops.mambatalk.resample(parts={"hands"}, start=60, end=90) == {"FINISHED"}
    assert differing(before, all_keys(three))
    bpy.ops.mambatalk.switch_take(name=original.name)
    assert not differing(before, all_keys(three))


def test_kept_takes_survive_discarding_the_others(three):
    first, second, third = names(three)
    bpy.ops.mambatalk.keep_take(name=first)
    assert bpy.ops.mambatalk.discard_others() == {"FINISHED"}
    assert names(three) == [first, third]
    with pytest.raises(RuntimeError, match="kept"):
        bpy.ops.mambatalk.discard_others()
    assert bpy.ops.mambatalk.discard_take() == {"FINISHED"}
    assert names(three) == [first]
    assert three.animation_data.action.name == first
    assert bpy.data.actions.get(second) is None
    bpy.ops.mambatalk.discard_take()
    assert names(three) == []
    with pytest.raises(RuntimeError, match="no takes"):
        bpy.ops.mambatalk.discard_take()


@pytest.mark.any_blender
def test_a_take_that_a_copied_character_performs_is_not_discarded(three):
    _, second, third = names(three)
    twin = three.copy()
    bpy.context.collection.objects.link(twin)
    twin.animation_data.action = bpy.data.actions[second]
    assert bpy.ops.mambatalk.discard_others() == {"FINISHED"}
    assert names(three) == [second, third]
    assert twin.animation_data.action.name == second
    with pytest.raises(RuntimeError, match=f"{twin.name} performs {second}, too"):
        bpy.ops.mambatalk.discard_take(name=second)
    assert names(three) == [second, third]


@pytest.mark.any_blender
def test_a_take_of_another_character_cannot_be_chosen(three, spoken_takes):
    bpy.ops.mambatalk.add_character()
    other = next(o for o in bpy.data.objects if o.type == "ARMATURE" and o != three)
    bpy.context.scene.mambatalk.character = other
    load(spoken_takes[0])
    action = three.animation_data.action
    with pytest.raises(RuntimeError, match="has no take"):
        bpy.ops.mambatalk.switch_take(name=action.name)
    assert len(names(other)) == 1
    assert len(names(three)) == 3


def test_a_take_of_another_file_is_copied_before_it_is_changed(three, tmp_path):
    path = tmp_path / "library.blend"
    bpy.data.libraries.write(str(path), {three, *bpy.data.actions}, fake_user=True)
    empty_file()
    with bpy.data.libraries.load(str(path), link=True) as (there, here):
        here.objects, here.actions = list(there.objects), list(there.actions)
    linked = next(each for each in here.objects if each.type == "ARMATURE")
    scene = bpy.context.scene
    scene.collection.objects.link(linked)
    scene.mambatalk.character = linked
    with pytest.raises(RuntimeError, match="cannot be animated here"):
        bpy.ops.mambatalk.copy_take()
    armature = scene.mambatalk.character = linked.override_create(remap_local_usages=True)
    before, every = {name: keys_of(curve) for name, curve in curves_of(armature).items()}, names(armature)
    for change in (
        lambda: bpy.ops.mambatalk.set_levels(upper=0.5),
        lambda: bpy.ops.mambatalk.accent_add(kind="hold", start=START + 40, end=START + 60),
        lambda: bpy.ops.mambatalk.resample(parts={"hands"}, start=START + 20, end=START + 40),
        lambda: bpy.ops.mambatalk.finish(),
        lambda: bpy.ops.mambatalk.keep_take(),
        lambda: bpy.ops.mambatalk.lock_bones(bone="head"),
        lambda: bpy.ops.mambatalk.discard_take(),
    ):
        with pytest.raises(RuntimeError, match="belongs to another file"):
            change()
    assert not differing(before, {name: keys_of(curve) for name, curve in curves_of(armature).items()})
    assert names(armature) == every
    assert bpy.ops.mambatalk.copy_take() == {"FINISHED"}
    assert armature.animation_data.action.library is None
    assert bpy.ops.mambatalk.set_levels(upper=0.5) == {"FINISHED"}


def test_discarding_is_one_undo_step(three):
    name, every = three.name, names(three)
    bpy.ops.ed.undo_push(message="before")
    bpy.ops.mambatalk.discard_others("EXEC_DEFAULT", True)
    assert len(names(bpy.data.objects[name])) == 1
    bpy.ops.ed.undo()
    assert names(bpy.data.objects[name]) == every


@pytest.mark.any_blender
def test_parts_and_ranges_of_other_takes_are_mixed_in(three):
    first, second, third = names(three)
    keys = {}
    for name in (first, second, third):
        bpy.ops.mambatalk.switch_take(name=name)
        keys[name] = all_keys(three)
    # Neither the weights nor the recording are needed.
    assert bpy.ops.mambatalk.mix(source=first, parts={"upper"}, start=START, end=START + 239) == {"FINISHED"}
    assert bpy.ops.mambatalk.mix(source=second, parts={"hands"}, start=100, end=160, margin=5) == {"FINISHED"}
    mixed = all_keys(three)
    for (path, index), frames in differing(keys[third], mixed).items():
        owners = owner_of(path)
        assert owners & {"upper", "hands"}, path
        if "hands" in owners:
            assert 95 <= frames.min() <= frames.max() <= 165
        else:
            assert np.abs(mixed[path, index][20:-20, 1] - keys[first][path, index][20:-20, 1]).max() < 0.02
    path = 'pose.bones["left_index1"].rotation_quaternion', 2
    assert np.abs(mixed[path][95:140, 1] - keys[second][path][95:140, 1]).max() < 0.03


@pytest.mark.any_blender
def test_mixing_asks_for_another_take(three, character):
    current = three.animation_data.action.name
    for source in (current, "nothing"):
        with pytest.raises(RuntimeError, match="no other take"):
            bpy.ops.mambatalk.mix(source=source, parts={"hands"}, start=60, end=90)
