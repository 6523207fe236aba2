"""A take's face belongs to it whatever the actions are called: with slots and without, renamed, copied, reopened."""

import bpy
import pytest

from ..conftest import curves_of, wobble, write_take
from ..directing import all_keys, differing, face_of

HAS_SLOTS = "slots" in bpy.types.Action.bl_rna.properties


@pytest.fixture
def two(character, tmp_path, recording):
    """A character with the takes first and second; it performs the second one."""
    bpy.context.scene.render.fps = 30
    for seed, name in enumerate(("first", "second")):
        bpy.ops.mambatalk.load_take(folder=str(write_take(tmp_path / name, wobble(90, seed), recording)))
    return character


def face_action(armature):
    return face_of(armature).animation_data.action


def rename(armature, which):
    if "body" in which:
        armature.animation_data.action.name = "Another Name"
    if "face" in which:
        face_action(armature).name = "Smile"
    if "swapped" in which:
        body, face = armature.animation_data.action, face_action(armature)
        other = bpy.data.actions["first"]
        body.name, other.name = "third", "second"
        if face != body:
            bpy.data.actions["first face"].name = "third face"


@pytest.mark.parametrize("which", ["body", "face", "body and face", "swapped"])
def test_a_renamed_take_keeps_its_face(two, which):
    before = all_keys(two)
    rename(two, which)
    name, first = two.animation_data.action.name, next(a for a in bpy.data.actions if a.name in ("first", "second"))
    assert bpy.ops.mambatalk.switch_take(name=first.name) == {"FINISHED"}
    assert any(path.startswith("key_blocks") for path, _ in differing(before, all_keys(two)))
    assert bpy.ops.mambatalk.switch_take(name=name) == {"FINISHED"}
    assert not differing(before, all_keys(two))
    assert len(curves_of(face_of(two))) == 52


@pytest.mark.parametrize("which", ["body", "face", "body and face"])
def test_the_face_of_a_renamed_take_is_mixed_and_directed(two, weights, which):
    rename(two, which)
    before, face = all_keys(two), face_action(two)
    assert bpy.ops.mambatalk.mix(source="first", parts={"face"}, start=20, end=60) == {"FINISHED"}
    changed = differing(before, all_keys(two))
    assert changed
    assert all(path.startswith("key_blocks") or "jaw" in path or "eye" in path for path, _ in changed)
    before = all_keys(two)
    assert bpy.ops.mambatalk.set_levels(face=0.5) == {"FINISHED"}
    assert any(path.startswith("key_blocks") for path, _ in differing(before, all_keys(two)))
    assert face_action(two) == face
    assert {path.partition("[")[0] for path, _ in curves_of(face_of(two))} == {"key_blocks"}


def test_a_renamed_take_is_copied_and_discarded_with_its_face(two):
    rename(two, "body and face")
    name, count, before = two.animation_data.action.name, len(bpy.data.actions), all_keys(two)
    assert bpy.ops.mambatalk.copy_take() == {"FINISHED"}
    assert not differing(before, all_keys(two))
    assert bpy.ops.mambatalk.set_levels(face=0.5) == {"FINISHED"}
    assert bpy.ops.mambatalk.discard_take() == {"FINISHED"}
    assert len(bpy.data.actions) == count
    assert bpy.ops.mambatalk.switch_take(name=name) == {"FINISHED"}
    assert not differing(before, all_keys(two))


def test_an_action_duplicated_by_hand_gets_a_face_of_its_own_when_it_is_directed(two):
    original, before = two.animation_data.action, all_keys(two)
    copy = original.copy()
    two.animation_data.action = copy
    if HAS_SLOTS:
        two.animation_data.action_slot = copy.slots[0]
    assert bpy.ops.mambatalk.set_levels(face=0.5) == {"FINISHED"}
    assert bpy.ops.mambatalk.switch_take(name=original.name) == {"FINISHED"}
    assert not differing(before, all_keys(two))


def test_a_reopened_file_keeps_renamed_takes_and_faces_together(two, tmp_path):
    name, before = two.name, all_keys(two)
    rename(two, "body and face")
    renamed = two.animation_data.action.name
    path = str(tmp_path / "scene.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path)
    armature = bpy.data.objects[name]
    bpy.ops.mambatalk.switch_take(name="first")
    bpy.ops.mambatalk.switch_take(name=renamed)
    assert not differing(before, all_keys(armature))


@pytest.mark.skipif(HAS_SLOTS, reason="here one action holds body and face")
@pytest.mark.parametrize("renamed_before", [False, True])
def test_takes_of_earlier_versions_find_their_faces_by_name_or_because_they_play_together(
    two, tmp_path, renamed_before
):
    name, before = two.name, all_keys(two)
    for action in bpy.data.actions:
        if "mambatalk_face" in action:
            del action["mambatalk_face"]
    if renamed_before:
        rename(two, "body")
    path = str(tmp_path / "old.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path)
    armature = bpy.data.objects[name]
    armature.animation_data.action.name = "Renamed Now"
    assert not differing(before, all_keys(armature))
    bpy.ops.mambatalk.switch_take(name="first")
    bpy.ops.mambatalk.switch_take(name="Renamed Now")
    assert not differing(before, all_keys(armature))
    assert bpy.ops.mambatalk.set_levels(face=0.5) == {"FINISHED"}
    assert any(path.startswith("key_blocks") for path, _ in differing(before, all_keys(armature)))


@pytest.mark.skipif(HAS_SLOTS, reason="here one action holds body and face")
def test_a_take_whose_face_was_deleted_is_directed_without_an_error(two):
    bpy.data.actions.remove(face_action(two))
    body = two.animation_data.action
    assert bpy.ops.mambatalk.set_levels(face=0.5, upper=0.5) == {"FINISHED"}
    assert body.id_root == "OBJECT"
    assert not any(curve.data_path.startswith("key_blocks") for curve in body.fcurves)


def as_before_slots(armature):
    """Turn a take into two actions with a legacy slot each, as Blender reads the take from a file without slots."""
    from mambatalk_ext.addon.take import checksums

    body, keys = armature.animation_data.action, face_of(armature)
    record, names = checksums.load(body), {slot.target_id_type: str(slot.handle) for slot in body.slots}
    face = body.copy()
    for own, other, block in ((body, "KEY", armature), (face, "OBJECT", keys)):
        own.slots.remove(next(slot for slot in own.slots if slot.target_id_type == other))
        own.slots[0].identifier = own.slots[0].identifier[:2] + "Legacy Slot"
        block.animation_data.action, block.animation_data.action_slot = own, own.slots[0]
    for key in list(face.keys()):
        del face[key]
    face.name = f"{body.name} face"
    for kind, handle in names.items():
        for name in [name for name in record.marks if name.startswith(f"{handle} ")]:
            record.marks[name.replace(handle, kind, 1)] = record.marks.pop(name)
    checksums.save(body, record)


@pytest.mark.skipif(not HAS_SLOTS, reason="such takes come from here")
def test_a_take_of_a_blender_without_slots_keeps_its_face_and_hand_edits(two, tmp_path):
    as_before_slots(two)
    name, path = two.name, str(tmp_path / "old.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path)
    armature = bpy.data.objects[name]
    armature.animation_data.action.name = "renamed"
    elbow, jaw = ('pose.bones["left_elbow"].rotation_quaternion', 1), ('key_blocks["jawOpen"].value', 0)
    for block, curve in ((armature, elbow), (face_of(armature), jaw)):
        for point in curves_of(block)[curve].keyframe_points[30:40]:
            point.co.y = 0.77
    before = all_keys(armature)
    assert bpy.ops.mambatalk.set_levels(face=0.5, upper=0.5) == {"FINISHED"}
    after = all_keys(armature)
    changed = differing(before, after)
    assert {path.partition("[")[0] for path, _ in changed} == {"pose.bones", "key_blocks"}
    for curve in (elbow, jaw):
        assert list(after[curve][30:40, 1]) == list(before[curve][30:40, 1])
    assert bpy.ops.mambatalk.set_levels(face=1, upper=1) == {"FINISHED"}
    bpy.ops.mambatalk.switch_take(name="first")
    bpy.ops.mambatalk.switch_take(name="renamed")
    assert len(curves_of(face_of(armature))) == 52
