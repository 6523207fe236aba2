"""Takes are joined in Blender: to poses, to actions, to themselves; characters of a dialogue listen to each other."""

import json

import bpy
import numpy as np
import pytest

from ..conftest import wobble, write_take
from ..directing import START, all_keys, differing, load


def words(*starts):
    return [{"word": f"w{n}", "start_s": s, "end_s": s + 0.4, "phones": []} for n, s in enumerate(starts)]


def own():
    return bpy.context.object.animation_data.action.mambatalk_take


@pytest.fixture
def take(character, tmp_path, recording):
    load(write_take(tmp_path / "take", wobble(90), recording, words(0.1, 0.5)))
    return character


def pose_at(armature, frame):
    bpy.context.scene.frame_set(frame)
    return np.array([bone.matrix_basis.to_quaternion() for bone in armature.pose.bones])


def difference(a, b):
    """Degrees between poses."""
    return np.degrees(2 * np.arccos(np.clip(np.abs((a * b).sum(-1)), 0, 1))).max()


def test_a_take_begins_as_another_action_ends_and_set_back_every_key_is_as_before(take, tmp_path, recording):
    scene, first = bpy.context.scene, take.animation_data.action
    load(write_take(tmp_path / "second", wobble(90, seed=4), recording))
    before, second = all_keys(take), take.animation_data.action
    scene.frame_set(40)
    assert bpy.ops.mambatalk.join_pose(where="START", source="ACTION", action=first.name) == {"FINISHED"}
    assert (take.animation_data.action, scene.frame_current) == (second, 40)
    begins, follows = pose_at(take, START), pose_at(take, START + 1)
    place = np.array(take.pose.bones["pelvis"].location)
    changed = differing(before, all_keys(take))
    assert max(frames.max() for frames in changed.values()) < START + 24
    assert bpy.ops.mambatalk.switch_take(name=first.name) == {"FINISHED"}
    ends, earlier = pose_at(take, START + 89), pose_at(take, START + 88)
    assert difference(begins, ends) < 0.05
    assert np.abs(place - np.array(take.pose.bones["pelvis"].location)).max() < 0.05
    # As fast as the action ended, within the change of one frame.
    assert abs(difference(follows, begins) - difference(ends, earlier)) < 0.6
    assert bpy.ops.mambatalk.switch_take(name=second.name) == {"FINISHED"}
    assert bpy.ops.mambatalk.clear_joins() == {"FINISHED"}
    assert not differing(before, all_keys(take))


@pytest.mark.any_blender
def test_the_current_pose_the_rest_pose_and_a_loop_hold_with_other_levels(take):
    bpy.context.scene.frame_set(START + 50)
    wanted = pose_at(take, START + 50)
    assert bpy.ops.mambatalk.join_pose(where="END", source="POSE") == {"FINISHED"}
    assert bpy.ops.mambatalk.join_pose(where="START", source="REST") == {"FINISHED"}
    own().upper = 0.5
    assert difference(pose_at(take, START + 89), wanted) < 0.05
    assert difference(pose_at(take, START), np.tile([1.0, 0, 0, 0], (len(take.pose.bones), 1))) < 0.05
    own().loop = True
    assert difference(pose_at(take, START), pose_at(take, START + 89)) < 0.05
    own().loop = False
    assert difference(pose_at(take, START + 89), wanted) < 0.05


@pytest.mark.any_blender
def test_a_damaged_pose_changes_nothing_and_says_so(take, job_state):
    before = all_keys(take)
    own().start_state = json.dumps({"rotations": []})
    with pytest.raises(RuntimeError, match="no longer be read"):
        bpy.ops.mambatalk.join_pose(where="END", source="REST")
    assert own().end_state == ""
    own().start_state = ""
    for damaged in ("[1]", "{", '[{"start_s": 1}]', '[{"start_s": NaN, "end_s": 2, "yaw": 0, "pitch": 0}]'):
        own().listening = damaged
        with pytest.raises(RuntimeError, match="no longer be read"):
            bpy.ops.mambatalk.join_pose(where="END", source="REST")
    own().listening, own().spoken_anew = "", "[[1]]"
    assert not differing(before, all_keys(take))


def test_an_idle_take_loops_and_needs_no_recording(character):
    assert bpy.ops.mambatalk.idle(seconds=4.0) == {"FINISHED"}
    assert difference(pose_at(character, 1), pose_at(character, 120)) < 0.05
    assert difference(pose_at(character, 1), pose_at(character, 60)) > 0.05
    with pytest.raises(RuntimeError, match="without a recording"):
        bpy.ops.mambatalk.resample(parts={"hands"})


@pytest.mark.any_blender
def test_listeners_turn_to_who_speaks_and_one_without_a_take_only_listens(scene, tmp_path, recording):
    places = {"Ann": (0.0, 0.0), "Bob": (1.0, -1.0), "Cy": (-1.0, -1.0)}
    people = {}
    for number, (name, (x, y)) in enumerate(places.items()):
        assert bpy.ops.mambatalk.add_character() == {"FINISHED"}
        people[name] = armature = scene.mambatalk.character
        armature.name, armature.location = name, (x, y, 0)
        bpy.context.view_layer.update()
        if name != "Cy":
            said = words(0.1, 0.6, 1.0) if name == "Ann" else words(4.0, 4.5, 5.0)
            load(write_take(tmp_path / name, wobble(192, number), recording, said))
    before = all_keys(people["Ann"])
    assert bpy.ops.mambatalk.listen() == {"FINISHED"}
    takes = {name: one.animation_data.action.mambatalk_take for name, one in people.items()}
    (ann,), (bob,), cy = (json.loads(takes[name].listening) for name in places)
    # Characters face -Y: Bob stands in front of Ann, 45 degrees to her left, and she behind his right shoulder.
    assert ann["yaw"] == pytest.approx(np.radians(45), abs=0.02)
    assert (ann["start_s"], ann["end_s"]) == (pytest.approx(3.8), pytest.approx(6.3))
    assert bob["yaw"] == pytest.approx(np.radians(-135), abs=0.02)
    assert bob["start_s"] == 0
    assert [round(np.degrees(each["yaw"])) for each in cy] == [135, 90]
    changed = differing(before, all_keys(people["Ann"]))
    assert min(frames.min() for frames in changed.values()) >= START + 3.8 * 30 - 1
    bpy.context.view_layer.objects.active = people["Ann"]
    assert bpy.ops.mambatalk.stop_listening() == {"FINISHED"}
    assert not differing(before, all_keys(people["Ann"]))
