"""Gestures of the library in Blender: inserted and keyed at once, dragged by their markers, taken back to the bit."""

import bpy
import pytest

from ..conftest import ROOT
from ..directing import START, all_keys, areas_of, differing, load, own


@pytest.fixture
def take(character, spoken_takes):
    load(spoken_takes[0])
    bpy.context.scene.frame_set(101)
    yield character
    bpy.context.scene.timeline_markers.clear()


def follow(armature):
    from mambatalk_ext.addon.gestures import timeline_markers

    return timeline_markers.follow(armature)


def shown():
    return [(marker.name, marker.frame) for marker in bpy.context.scene.timeline_markers]


def test_a_gesture_is_inserted_changed_dragged_and_removed_to_the_bit(take):
    before = all_keys(take)
    assert bpy.ops.mambatalk.insert_gesture(gesture="thumbs_up") == {"FINISHED"}
    inserted = all_keys(take)
    assert areas_of(differing(before, inserted)) <= {"upper", "hands", "head", "right_arm", "right_hand"}
    assert shown() == [("Thumbs Up", 101)]
    own(take).markers[0].size = 1.3
    assert differing(inserted, all_keys(take))
    own(take).markers[0].size = 1.0
    assert not differing(inserted, all_keys(take))

    bpy.context.scene.timeline_markers[0].frame = 111
    assert follow(take)
    assert own(take).markers[0].start_frame == 111
    assert differing(inserted, all_keys(take))
    assert not follow(take)

    own(take).markers[0].start_frame = 101
    follow(take)
    assert shown() == [("Thumbs Up", 101)]
    assert not differing(inserted, all_keys(take))
    assert bpy.ops.mambatalk.remove_gesture() == {"FINISHED"}
    assert not differing(before, all_keys(take))
    assert shown() == []


@pytest.mark.any_blender
def test_the_list_keeps_how_far_both_hands_differ(take):
    from mambatalk_ext.addon.direct.markers import put_entries, read_entries
    from mambatalk_ext.core.gestures.placed import Setting

    action, entry = take.animation_data.action, ("gesture", 2.5, 2.5, Setting("big", is_auto=True, uneven=-0.73))
    put_entries(action, [entry])
    assert read_entries(action) == [entry]


def test_deleting_the_marker_removes_the_gesture(take):
    before = all_keys(take)
    bpy.ops.mambatalk.insert_gesture(gesture="shrug", frame=91)
    bpy.context.scene.timeline_markers.clear()
    assert follow(take)
    assert len(own(take).markers) == 0
    assert not differing(before, all_keys(take))


@pytest.mark.any_blender
def test_gestures_are_inserted_at_words_and_at_selected_markers(take):
    for word in own(take).words:
        word.chosen = word == own(take).words[1]
    bpy.ops.mambatalk.insert_gesture(gesture="count_one", where="WORDS")
    marker = bpy.context.scene.timeline_markers.new("mine", frame=130)
    marker.select = True
    bpy.ops.mambatalk.insert_gesture(gesture="me", where="MARKERS")
    entries = [(entry.gesture, entry.start_frame) for entry in own(take).markers]
    assert entries == [("count_one", START + round(own(take).words[1].start_s * 30)), ("me", 130)]
    assert ("mine", 130) in shown()


@pytest.mark.any_blender
def test_the_other_hand_leads_in_a_mirrored_take(take):
    bpy.ops.mambatalk.insert_gesture(gesture="stop")
    right = all_keys(take)
    own(take).markers[0].hand = "left"
    moved = areas_of(differing(right, all_keys(take)))
    assert {"left_arm", "right_arm"} <= moved


def test_arm_and_head_point_at_an_object_and_at_the_camera(take):
    from mathutils import Vector

    target = bpy.data.objects.new("Lamp", None)
    bpy.context.scene.collection.objects.link(target)
    target.location = take.matrix_world @ Vector((1.5, -2.5, 1.9))
    assert bpy.ops.mambatalk.point_at(target="Lamp", start=101, end=131) == {"FINISHED"}
    bpy.context.scene.frame_set(116)
    ends = [take.matrix_world @ take.pose.bones[name].head for name in ("left_shoulder", "left_index3")]
    assert (ends[1] - ends[0]).angle(target.location - ends[0]) < 0.2
    bpy.context.scene.camera = None
    with pytest.raises(RuntimeError, match="nothing to point at"):
        bpy.ops.mambatalk.point_at(start=160)


@pytest.mark.any_blender
def test_bad_places_are_refused_and_nothing_changes(take):
    before = all_keys(take)
    with pytest.raises(RuntimeError, match="lies outside"):
        bpy.ops.mambatalk.insert_gesture(gesture="wave", frame=START - 5)
    with pytest.raises(RuntimeError, match="No marker of the timeline"):
        bpy.ops.mambatalk.insert_gesture(gesture="wave", where="MARKERS")
    with pytest.raises(RuntimeError, match="No gesture is selected"):
        bpy.ops.mambatalk.remove_gesture()
    assert not differing(before, all_keys(take))


@pytest.mark.any_blender
def test_every_gesture_has_a_picture_in_the_menu(character):
    from mambatalk_ext.addon.gestures import previews
    from mambatalk_ext.core.gestures.library import gestures

    assert {path.stem for path in previews.FOLDER.glob("*.png")} == set(gestures())
    menu = bpy.context.window_manager.mambatalk_gestures
    menu.group, menu.gesture = "attitude", "thumbs_up"
    assert menu.gesture == "thumbs_up"


def test_the_asset_library_has_every_gesture_with_picture_stroke_and_catalog(character):
    from mambatalk_ext.addon.gestures import library_operators
    from mambatalk_ext.core.gestures.library import gestures

    libraries = bpy.context.preferences.filepaths.asset_libraries
    for _ in range(2):
        assert bpy.ops.mambatalk.show_gesture_assets() == {"FINISHED"}
    assert [each.path for each in libraries if each.name == library_operators.NAME] == [str(library_operators.FOLDER)]
    with bpy.data.libraries.load(str(library_operators.FOLDER / "gestures.blend"), assets_only=True) as (found, wanted):
        assert set(found.actions) == {gesture.label for gesture in gestures().values()}
        wanted.actions = ["Thumbs Up"]
    (action,) = wanted.actions
    assert [marker.name for marker in action.pose_markers] == ["Stroke"]
    assert action.asset_data.catalog_id in (library_operators.FOLDER / "blender_assets.cats.txt").read_text()
    assert max(action.preview.image_size) > 64
    assert f'"SPDX:{action.asset_data.license}"' in (ROOT / "blender_manifest.toml").read_text(encoding="utf-8")
    assert f"`addon/assets/gesture_library/` | {action.asset_data.license} |" in (ROOT / "docs/licences.md").read_text()
    bpy.data.actions.remove(action)
