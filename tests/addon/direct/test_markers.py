"""Accents, holds and rests of a take in Blender: keyed at once, taken back to the bit, read from the timeline."""

import bpy
import numpy as np
import pytest

from ..conftest import notes_of
from ..directing import ELBOW, START, all_keys, areas_of, bend, differing, load, own, values

FINGERS = 'pose.bones["left_index1"].rotation_quaternion'


@pytest.fixture
def take(character, spoken_takes):
    load(spoken_takes[0])
    bpy.context.scene.frame_set(101)
    yield character
    bpy.context.scene.timeline_markers.clear()
    bpy.context.scene.use_preview_range = False


def is_still(armature, first, last):
    """Whether fingers stay as they are in these scene frames."""
    return np.ptp(values(armature, FINGERS)[first - START : last - START + 1], axis=0).max() < 1e-5


def listed(armature):
    return [(marker.kind, marker.start_s, marker.end_s) for marker in own(armature).markers]


def apexes(armature):
    """Scene frames in which strokes end, by the keys' own motion."""
    from mambatalk_ext.addon.direct import directed_keys
    from mambatalk_ext.core.direct.strokes import find_strokes, wrist_paths

    motion = directed_keys.write_keys(armature)
    strokes = find_strokes(wrist_paths(motion.rotations, motion.skeleton), motion.fps)
    return np.array([START + stroke.apex for stroke in strokes])


def test_a_gesture_lands_at_the_current_frame_and_comes_back_to_the_bit(take):
    before = all_keys(take)
    assert bpy.ops.mambatalk.accent_add() == {"FINISHED"}
    assert np.abs(apexes(take) - 101).min() <= 2
    assert areas_of(differing(before, all_keys(take))) <= {
        *("upper", "hands", "head", "torso", "left_arm", "right_arm", "left_hand", "right_hand"),
    }
    assert listed(take) == [("accent", 3.0, 3.0)]
    assert bpy.ops.mambatalk.accent_remove(index=0) == {"FINISHED"}
    assert not differing(before, all_keys(take))
    assert listed(take) == []


def test_an_accent_is_shown_and_moved_in_frames_of_the_scene(take):
    assert bpy.ops.mambatalk.accent_add() == {"FINISHED"}
    (marker,) = own(take).markers
    assert (marker.start_frame, marker.end_frame) == (101, 101)
    marker.end_frame = 110
    assert listed(take) == [("accent", 3.0, pytest.approx(3.3))]
    marker.start_frame = 0
    assert (marker.start_frame, marker.start_s) == (START, 0.0)


@pytest.mark.any_blender
def test_a_hold_of_the_preview_range_keeps_the_hands(take):
    scene = bpy.context.scene
    scene.use_preview_range, scene.frame_preview_start, scene.frame_preview_end = True, 120, 150
    before = all_keys(take)
    assert bpy.ops.mambatalk.accent_add(kind="hold", where="PREVIEW") == {"FINISHED"}
    assert is_still(take, 128, 142)
    frames = np.concatenate(list(differing(before, all_keys(take)).values()))
    assert 120 - 40 < frames.min() <= frames.max() < 150 + 40
    entry = own(take).markers[0]
    entry.kind = "not_here"
    assert is_still(take, 128, 142)
    entry.kind, entry.end_s = "hold", entry.start_s + 3.0
    assert is_still(take, 128, 190)
    assert bpy.ops.mambatalk.accents_clear() == {"FINISHED"}
    assert not differing(before, all_keys(take))


@pytest.mark.any_blender
def test_words_and_frames_given_are_places(take):
    words = own(take).words
    words[1].chosen = True
    assert bpy.ops.mambatalk.accent_add(kind="not_here", where="WORDS") == {"FINISHED"}
    assert listed(take)[0][1] == pytest.approx(words[1].start_s, abs=0.02)
    words[1].chosen = False
    assert bpy.ops.mambatalk.accent_add(kind="hold", start=180, end=200) == {"FINISHED"}
    assert listed(take)[-1][1:] == pytest.approx(((180 - START) / 30, (200 - START) / 30))
    own(take).marker_index = 1
    assert bpy.ops.mambatalk.accent_remove() == {"FINISHED"}
    assert [kind for kind, *_ in listed(take)] == ["not_here"]


def test_markers_on_the_timeline_are_read(take):
    before, markers = all_keys(take), bpy.context.scene.timeline_markers
    markers.new("Gesture", frame=101)
    markers.new("hold", frame=150)
    markers.new("chorus", frame=60)
    markers.new("not here", frame=5000)
    assert bpy.ops.mambatalk.accents_read() == {"FINISHED"}
    assert np.abs(apexes(take) - 101).min() <= 2
    assert is_still(take, 158, 168)
    markers["hold"].frame = 200
    assert bpy.ops.mambatalk.accents_read() == {"FINISHED"}
    assert is_still(take, 208, 218)
    markers.clear()
    assert bpy.ops.mambatalk.accents_read() == {"FINISHED"}
    assert not differing(before, all_keys(take))


def test_a_fresh_take_has_what_the_timeline_asks_for(character, spoken_takes, job_state):
    markers = bpy.context.scene.timeline_markers
    markers.new("hold", frame=150)
    load(spoken_takes[0])
    assert is_still(character, 158, 168)
    assert [note for note in notes_of(job_state) if not note.startswith("Hands were")] == []
    # The same on the take that a switch brings; what cannot be is said, and the take is there.
    load(spoken_takes[1])
    markers.new("not here", frame=155)
    load(spoken_takes[2], hands_out=True)
    assert any("contradict" in note for note in job_state.current.notes)
    assert not is_still(character, 158, 168)
    first = next(action for action in bpy.data.actions if action.name.startswith("speech_0"))
    assert bpy.ops.mambatalk.switch_take(name=first.name) == {"FINISHED"}
    assert character.animation_data.action == first
    markers.clear()


@pytest.mark.any_blender
@pytest.mark.parametrize(
    ("asked", "word"),
    [
        ({"start": 5}, "outside"),
        ({"where": "WORDS"}, "word"),
        ({"where": "PREVIEW"}, "preview"),
        ({"kind": "hold", "start": 150, "end": 140}, "no place"),
        ({"start": 130}, "contradict"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(take, job_state, asked, word):
    assert bpy.ops.mambatalk.accent_add(kind="hold", start=120, end=140) == {"FINISHED"}
    before, entries = all_keys(take), listed(take)
    with pytest.raises(RuntimeError, match=word):
        bpy.ops.mambatalk.accent_add(**asked)
    assert listed(take) == entries
    assert not differing(before, all_keys(take))
    with pytest.raises(RuntimeError, match="no such accent"):
        bpy.ops.mambatalk.accent_remove(index=7)


@pytest.mark.any_blender
def test_accents_go_with_levels_and_hand_edits(take):
    bend(take, 101, 110)
    bpy.ops.mambatalk.set_levels(upper=0.7, mirror=True)
    before = all_keys(take)
    bpy.ops.mambatalk.accent_add()
    changed = differing(before, all_keys(take))
    assert changed
    assert not set(changed.get((ELBOW, 1), ())) & set(range(101, 111))
    bpy.ops.mambatalk.accents_clear()
    assert not differing(before, all_keys(take))


def test_accents_survive_undo_and_the_file(take, tmp_path):
    name, neutral = take.name, all_keys(take)
    bpy.ops.ed.undo_push(message="before")
    bpy.ops.mambatalk.accent_add("EXEC_DEFAULT", True, kind="hold", start=120, end=150)
    held = all_keys(bpy.data.objects[name])
    bpy.ops.ed.undo()
    assert listed(bpy.data.objects[name]) == []
    assert not differing(neutral, all_keys(bpy.data.objects[name]))
    bpy.ops.ed.redo()
    assert not differing(held, all_keys(bpy.data.objects[name]))
    path = str(tmp_path / "accents.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path)
    armature = bpy.data.objects[name]
    assert [kind for kind, *_ in listed(armature)] == ["hold"]
    bpy.ops.mambatalk.accents_clear()
    assert not differing(neutral, all_keys(armature))


@pytest.mark.any_blender
def test_resampling_keeps_accents(take):
    bpy.ops.mambatalk.accent_add(kind="hold", start=180, end=200)
    before = all_keys(take)
    assert bpy.ops.mambatalk.resample(parts={"left_arm"}, start=60, end=100, seed=3) == {"FINISHED"}
    assert is_still(take, 188, 194)
    frames = np.concatenate(list(differing(before, all_keys(take)).values()))
    assert frames.max() <= 108


def pose_markers(armature):
    return sorted((marker.frame, marker.name) for marker in armature.animation_data.action.pose_markers)


def test_accents_are_pose_markers_that_follow_every_change(take):
    action = take.animation_data.action
    bpy.ops.mambatalk.accent_add()
    assert pose_markers(take) == []
    assert bpy.ops.mambatalk.accents_to_pose_markers() == {"FINISHED"}
    assert pose_markers(take) == [(101, "Gesture Here")]
    action.pose_markers.new("mine").frame = 50
    bpy.ops.mambatalk.accent_add(kind="hold", start=120, end=150)
    own(take).markers[0].start_frame = 103
    own(take).markers[0].end_frame = 103
    assert pose_markers(take) == [(50, "mine"), (103, "Gesture Here"), (120, "Hold"), (150, "Hold End")]
    assert bpy.ops.mambatalk.remove_pose_markers() == {"FINISHED"}
    assert pose_markers(take) == [(50, "mine")]
    bpy.ops.mambatalk.accents_clear()
    assert pose_markers(take) == [(50, "mine")]


def test_pose_markers_are_undone_with_their_accents(take):
    name = take.name
    bpy.ops.mambatalk.accents_to_pose_markers()
    bpy.ops.ed.undo_push(message="before")
    bpy.ops.mambatalk.accent_add("EXEC_DEFAULT", True, kind="hold", start=120, end=150)
    assert len(pose_markers(bpy.data.objects[name])) == 2
    bpy.ops.ed.undo()
    assert pose_markers(bpy.data.objects[name]) == []
    bpy.ops.ed.redo()
    assert pose_markers(bpy.data.objects[name]) == [(120, "Hold"), (150, "Hold End")]


@pytest.mark.any_blender
def test_gestures_are_not_in_the_list_of_accents_and_stay_where_that_is_emptied(take):
    from mambatalk_ext.addon.direct.panel import MAMBATALK_UL_accents

    assert bpy.ops.mambatalk.insert_gesture(gesture="shrug", frame=140) == {"FINISHED"}
    assert bpy.ops.mambatalk.accent_add(kind="hold", start=180, end=200) == {"FINISHED"}

    class Shown:
        bitflag_filter_item = 1

    shown, _ = MAMBATALK_UL_accents.filter_items(Shown(), bpy.context, own(take), "markers")
    assert [bool(flag) for flag in shown] == [marker.kind != "gesture" for marker in own(take).markers]
    gesture = next(row for row, marker in enumerate(own(take).markers) if marker.kind == "gesture")
    with pytest.raises(RuntimeError, match="no such accent"):
        bpy.ops.mambatalk.accent_remove(index=gesture)
    assert bpy.ops.mambatalk.accents_clear() == {"FINISHED"}
    assert [marker.kind for marker in own(take).markers] == ["gesture"]
