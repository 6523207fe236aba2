"""Gestures of the animator's own: saved from any action, shown with a picture, inserted, changed, removed, kept."""

import bpy
import numpy as np
import pytest

from ..directing import all_keys, differing, load, own
from ..layouts import draw
from ..rigs import build


@pytest.fixture
def library(tmp_path, monkeypatch):
    """An empty folder as the gesture library."""
    from mambatalk_ext.addon.job import preferences

    folder = tmp_path / "library"
    monkeypatch.setattr(preferences, "gesture_folder", lambda context: folder)
    return folder


@pytest.fixture
def take(character, spoken_takes, library):
    load(spoken_takes[0])
    bpy.context.scene.frame_set(101)
    yield character
    bpy.context.scene.timeline_markers.clear()


def salute(armature, name="Salute"):
    """An action of the character in which the left arm rises, and is up in frame 20."""
    before = armature.animation_data.action if armature.animation_data else None
    action = bpy.data.actions.new(name)
    armature.animation_data_create().action = action
    for frame, turn in ((1, 0.0), (20, 1.0), (30, 1.0)):
        for bone, axis in (("left_shoulder", 3), ("left_elbow", 2)):
            values = [np.cos(turn / 2), 0.0, 0.0, 0.0]
            values[axis] = np.sin(turn / 2)
            armature.pose.bones[bone].rotation_mode = "QUATERNION"
            armature.pose.bones[bone].rotation_quaternion = values
            armature.pose.bones[bone].keyframe_insert("rotation_quaternion", frame=frame)
    armature.animation_data.action = before
    return action


def saved(armature, **values):
    action = salute(armature)
    assert bpy.ops.mambatalk.mark_stroke(action=action.name, frame=20) == {"FINISHED"}
    assert bpy.ops.mambatalk.save_gesture(action=action.name, label="My Salute", **values) == {"FINISHED"}
    return action


def menu():
    return bpy.context.window_manager.mambatalk_gestures


def shoulder(armature, frame, bone="left_elbow"):
    bpy.context.scene.frame_set(frame)
    bones = armature.pose.bones
    return np.array(bones["spine3"].matrix.inverted() @ bones[bone].tail)


def test_a_clip_becomes_a_gesture_of_the_menu_that_is_inserted_changed_dragged_and_removed(take, library):
    before, performed = all_keys(take), take.animation_data.action
    action = saved(take)
    assert take.animation_data.action == performed
    assert not differing(before, all_keys(take))
    (file,) = library.iterdir()
    assert file.name == "my_salute.gesture.json"
    assert menu().gesture == "own:LIBRARY:My Salute"

    bpy.context.scene.frame_set(121)
    assert bpy.ops.mambatalk.insert_gesture() == {"FINISHED"}
    (entry,) = own(take).markers
    assert (entry.gesture, entry.start_frame) == ("own", 121)
    assert [(marker.name, marker.frame) for marker in bpy.context.scene.timeline_markers] == [("My Salute", 121)]
    inserted = all_keys(take)
    up = shoulder(take, 121)
    take.animation_data.action = action
    assert np.abs(up - shoulder(take, 20)).max() < 0.01
    take.animation_data.action = performed

    entry.hand = "right"
    right = shoulder(take, 121, "right_elbow")
    assert np.abs(right * (-1, 1, 1) - up).max() < 0.02
    entry.hand, entry.height_m = "auto", 0.1
    assert differing(inserted, all_keys(take))
    entry.height_m = 0.0
    assert not differing(inserted, all_keys(take))
    bpy.context.scene.timeline_markers[0].frame = 131
    from mambatalk_ext.addon.gestures import timeline_markers

    assert timeline_markers.follow(take)
    assert own(take).markers[0].start_frame == 131
    assert bpy.ops.mambatalk.remove_gesture() == {"FINISHED"}
    assert not differing(before, all_keys(take))


def test_it_is_kept_in_the_file_and_saved_with_takes_that_make_it(take, library, tmp_path):
    saved(take, where="FILE")
    assert not library.exists()
    assert menu().gesture == "own:FILE:My Salute"
    bpy.ops.mambatalk.insert_gesture(own="My Salute", frame=111)
    keys = all_keys(take)
    path = str(tmp_path / "file.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path, compress=False)
    bpy.ops.wm.open_mainfile(filepath=path)
    armature = bpy.context.scene.mambatalk.character
    assert [entry.name for entry in bpy.context.scene.mambatalk_own_gestures.rows] == ["My Salute"]
    assert not differing(keys, all_keys(armature))
    assert bpy.ops.mambatalk.forget_gesture(label="My Salute") == {"FINISHED"}
    assert len(bpy.context.scene.mambatalk_own_gestures.rows) == 0
    own(armature).markers[0].size = 1.2
    assert differing(keys, all_keys(armature))


def test_a_gesture_is_cut_out_of_a_take_by_the_preview_range(take, library):
    from mambatalk_ext.addon.gestures import own as own_gestures

    scene = bpy.context.scene
    scene.use_preview_range, scene.frame_preview_start, scene.frame_preview_end = True, 91, 131
    menu().own_label = "Out of a Take"
    assert bpy.ops.mambatalk.mark_stroke() == {"FINISHED"}
    assert bpy.ops.mambatalk.save_gesture() == {"FINISHED"}
    scene.use_preview_range = False
    (found,) = own_gestures.every(bpy.context).values()
    assert (found.clip.stroke, found.clip.motion.frame_count) == (10, 41)
    assert found.clip.fingers
    assert own_gestures.picture_file(found).read_bytes() == found.clip.picture


def test_messages_say_what_is_missing(take, library, capfd):
    menu().group = "own"
    assert (menu().gesture, capfd.readouterr().err) == ("", "")
    shown = draw("MAMBATALK_PT_gestures")
    assert "There are none yet" in " ".join(shown.drawn)
    assert "Insert at Current Frame" in shown.greyed
    menu().group = "all"
    salute(take)
    save = bpy.ops.mambatalk.save_gesture
    with pytest.raises(RuntimeError, match="No stroke is marked in Salute"):
        save(action="Salute", label="A")
    with pytest.raises(RuntimeError, match="The gesture has no name"):
        save(action="Salute", label=" ", stroke=20)
    with pytest.raises(RuntimeError, match="The stroke is in frame 40"):
        save(action="Salute", label="A", stroke=40)
    with pytest.raises(RuntimeError, match="seconds at most"):
        save(label="A", stroke=101, end=3000)
    with pytest.raises(RuntimeError, match="3 frames at least"):
        save(action="Salute", label="A", start=20, end=21, stroke=20)
    other = bpy.data.objects.new("Other", bpy.data.armatures.new("Other"))
    bpy.context.scene.collection.objects.link(other)
    other.animation_data_create().action = bpy.data.actions.new("Door")
    other.keyframe_insert("location", frame=1)
    other.keyframe_insert("location", frame=30)
    with pytest.raises(RuntimeError, match=r"moves no arm of|has no keys for"):
        save(action="Door", label="A", stroke=10)
    with pytest.raises(RuntimeError, match="There is no action"):
        save(action="Nothing", label="A", stroke=10)
    with pytest.raises(RuntimeError, match="lies outside of Salute"):
        bpy.ops.mambatalk.mark_stroke(action="Salute", frame=90)
    assert save(action="Salute", label="A", stroke=20) == {"FINISHED"}
    with pytest.raises(RuntimeError, match="There is a gesture A already"):
        save(action="Salute", label="A", stroke=20)
    assert save(action="Salute", label="A", stroke=21, replace=True) == {"FINISHED"}
    assert len(list(library.iterdir())) == 1
    with pytest.raises(RuntimeError, match="no gesture of your own that is called B"):
        bpy.ops.mambatalk.insert_gesture(own="B")
    assert bpy.context.scene.frame_current == 101


@pytest.mark.any_blender
def test_damaged_files_of_the_library_are_named_and_left_out(take, library):
    from mambatalk_ext.addon.gestures import own as own_gestures

    saved(take)
    (library / "broken.gesture.json").write_text('{"kind": "mambatalk gesture"}')
    (library / "folder.gesture.json").mkdir()
    assert [each.clip.label for each in own_gestures.every(bpy.context).values()] == ["My Salute"]
    assert own_gestures.unreadable(bpy.context) == ["broken.gesture.json", "folder.gesture.json"]


@pytest.mark.any_blender
def test_a_mapped_rig_gives_a_gesture_of_its_own_bones(scene, spoken_takes, library):
    from mambatalk_ext.addon.gestures import own as own_gestures

    rig = build("mixamo").armature
    bpy.context.view_layer.objects.active = rig
    scene.mambatalk.character = rig
    load(spoken_takes[0])
    assert bpy.ops.mambatalk.save_gesture(label="Mixamo", start=91, end=131, stroke=101) == {"FINISHED"}
    (found,) = own_gestures.every(bpy.context).values()
    bpy.ops.mambatalk.insert_gesture(own="Mixamo", frame=160)
    side = "Left" if found.clip.leads == 0 else "Right"
    names = [bone.name for bone in rig.pose.bones if bone.name.endswith(f"{side}ForeArm")]
    turns = []
    for frame in (101, 160):
        scene.frame_set(frame)
        turns.append(np.array(rig.pose.bones[names[0]].rotation_quaternion))
    assert abs(turns[0] @ turns[1]) > 0.999
