"""Spread Edit: the keys beside a hand edit lead over to it, and the edit itself stays to the bit."""

import bpy
import numpy as np
import pytest

from ..conftest import curves_of, first_on_each, keys_of
from ..directing import START, all_keys, differing, face_of, load
from ..layouts import draw
from ..rigs import build

ELBOW = 'pose.bones["left_elbow"].rotation_quaternion'
WRIST = 'pose.bones["right_wrist"].rotation_quaternion'
TURN = np.radians(30)


@pytest.fixture
def take(character, spoken_takes):
    load(spoken_takes[0])
    return character


def turn(armature, frame, path=ELBOW, negative=False):
    """Turn a bone in one frame by 30 degrees more, as a hand does."""
    from mathutils import Quaternion

    curves = [curves_of(armature)[path, index] for index in range(4)]
    turned = Quaternion([curve.evaluate(frame) for curve in curves]) @ Quaternion((1, 0, 0), TURN)
    for curve, value in zip(curves, turned, strict=True):
        curve.keyframe_points[frame - START].co.y = -value if negative else value
        curve.update()


def steps(armature, path=ELBOW):
    """Angles from each key to the next one."""
    quats = np.stack([keys_of(curves_of(armature)[path, index])[:, 1] for index in range(4)], axis=1)
    return 2 * np.arccos(np.clip(np.abs((quats[1:] * quats[:-1]).sum(1)), 0, 1))


@pytest.mark.parametrize("negative", [False, True])
def test_one_turned_key_no_longer_pops_and_stays_to_the_bit(take, negative):
    usual = steps(take).max()
    turn(take, 100, negative=negative)
    assert steps(take).max() > TURN - 0.1
    before = all_keys(take)
    assert bpy.ops.mambatalk.spread_edits(frames=8) == {"FINISHED"}
    changed = differing(before, all_keys(take))
    assert {path for path, _ in changed} == {ELBOW}
    frames = set(np.concatenate(list(changed.values())))
    assert frames == set(range(92, 109)) - {100}
    assert steps(take).max() < usual + TURN / 9 * 15 / 8 + 1e-3


@pytest.mark.any_blender
def test_an_edit_stays_spread_when_its_arm_is_resampled_and_levels_change(take, job_state):
    turn(take, 100)
    assert bpy.ops.mambatalk.spread_edits(frames=8) == {"FINISHED"}
    spread = all_keys(take)[ELBOW, 1]
    assert bpy.ops.mambatalk.resample(parts={"left_arm"}, start=80, end=150, seed=9) == {"FINISHED"}
    assert bpy.ops.mambatalk.set_levels(upper=0.7) == {"FINISHED"}
    rows = slice(92 - START, 109 - START)
    np.testing.assert_array_equal(all_keys(take)[ELBOW, 1][rows], spread[rows])
    bpy.ops.mambatalk.show_edits()
    assert job_state.current.notes == ["left_elbow: 91-108"]


@pytest.mark.any_blender
def test_a_resampled_arm_leaves_a_spread_edit_no_faster_than_the_take_moves(take):
    turn(take, 100)
    assert bpy.ops.mambatalk.spread_edits(frames=8) == {"FINISHED"}
    usual = steps(take).max()
    assert bpy.ops.mambatalk.resample(parts={"left_arm"}, start=80, end=150, seed=9) == {"FINISHED"}
    assert bpy.ops.mambatalk.set_levels(upper=0.7) == {"FINISHED"}
    assert steps(take).max() < usual + 0.03


@pytest.mark.any_blender
def test_an_edit_that_pops_after_a_resample_is_spread_over_the_new_motion(take):
    turn(take, 100)
    assert bpy.ops.mambatalk.resample(parts={"left_arm"}, start=80, end=150, seed=9) == {"FINISHED"}
    assert steps(take).max() > TURN - 0.1
    before = all_keys(take)
    usual = np.sort(steps(take))[-3]
    assert bpy.ops.mambatalk.spread_edits(frames=8) == {"FINISHED"}
    frames = set(np.concatenate(list(differing(before, all_keys(take)).values())))
    assert 100 not in frames
    assert steps(take).max() < usual + TURN / 9 * 15 / 8 + 1e-3


def test_spreading_is_one_undo_step_and_dropping_the_edits_gives_it_up(take):
    name, fresh = take.name, all_keys(take)
    turn(take, 100)
    bpy.ops.ed.undo_push(message="before")
    before = all_keys(take)
    bpy.ops.mambatalk.spread_edits("EXEC_DEFAULT", True, frames=8)
    assert differing(before, all_keys(bpy.data.objects[name]))
    bpy.ops.ed.undo()
    assert not differing(before, all_keys(bpy.data.objects[name]))
    bpy.ops.mambatalk.spread_edits(frames=8)
    assert bpy.ops.mambatalk.drop_edits() == {"FINISHED"}
    assert not differing(fresh, all_keys(bpy.data.objects[name]))


@pytest.mark.any_blender
def test_only_edits_of_the_parts_and_frames_of_the_panel_are_spread(take, job_state):
    turn(take, 60)
    turn(take, 100)
    turn(take, 100, WRIST)
    settings = bpy.context.scene.mambatalk_edits
    settings.span, settings.start, settings.end, settings.parts = "TYPED", 90, 110, {"left_arm"}
    drawn = draw("MAMBATALK_PT_edits").drawn
    assert {"Spread Edit", "Edits of Left Arm, frames 90 to 110"} <= set(drawn)
    before = all_keys(take)
    assert bpy.ops.mambatalk.spread_edits(of_panel=True, frames=3) == {"FINISHED"}
    changed = differing(before, all_keys(take))
    assert {path for path, _ in changed} == {ELBOW}
    assert set(np.concatenate(list(changed.values()))) == {97, 98, 99, 101, 102, 103}


def select_bone(armature, name):
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="POSE")
    for bone in armature.pose.bones:
        (bone if hasattr(bone, "select") else bone.bone).select = bone.name == name


@pytest.mark.any_blender
def test_only_edits_of_selected_bones_are_spread(take):
    turn(take, 100)
    turn(take, 100, WRIST)
    select_bone(take, "right_wrist")
    before = all_keys(take)
    assert bpy.ops.mambatalk.spread_edits(what="BONES", frames=3) == {"FINISHED"}
    assert {path for path, _ in differing(before, all_keys(take))} == {WRIST}
    select_bone(take, "head")
    with pytest.raises(RuntimeError, match="nothing to spread"):
        bpy.ops.mambatalk.spread_edits(what="BONES", frames=3)
    bpy.ops.object.mode_set(mode="OBJECT")


def test_selected_keys_are_spread_even_over_keys_that_were_edited(take):
    turn(take, 100)
    bpy.ops.mambatalk.spread_edits(frames=8)
    turn(take, 100)
    for curve in curves_of(take).values():
        for point in curve.keyframe_points:
            point.select_control_point = "left_elbow" in curve.data_path and point.co.x == 100
    before, usual = all_keys(take), np.sort(steps(take))[-3]
    assert bpy.ops.mambatalk.spread_edits(what="KEYS", frames=8) == {"FINISHED"}
    frames = set(np.concatenate(list(differing(before, all_keys(take)).values())))
    assert frames == set(range(92, 109)) - {100}
    assert steps(take).max() < usual + TURN / 9 * 15 / 8 + 1e-3


@pytest.mark.any_blender
def test_locked_bones_are_not_spread_and_a_take_without_edits_says_so(take):
    with pytest.raises(RuntimeError, match="no such hand edit"):
        bpy.ops.mambatalk.spread_edits()
    turn(take, 100)
    bpy.ops.mambatalk.lock_bones(bone="left_elbow")
    before = all_keys(take)
    with pytest.raises(RuntimeError, match="unlock the bones"):
        bpy.ops.mambatalk.spread_edits()
    assert not differing(before, all_keys(take))


@pytest.mark.any_blender
def test_a_shape_key_is_led_over_to_within_its_range(take):
    face = face_of(take)
    curve = curves_of(face)['key_blocks["jawOpen"].value', 0]
    curve.keyframe_points[100 - START].co.y = 1.0
    curve.update()
    before = keys_of(curve)[:, 1].copy()
    assert bpy.ops.mambatalk.spread_edits(frames=5, easing="LINEAR") == {"FINISHED"}
    now = keys_of(curve)[:, 1]
    assert now[100 - START] == 1.0
    assert (now[95 - START : 100 - START] > before[95 - START : 100 - START]).all()
    assert 0 <= now.min() <= now.max() <= 1


@first_on_each("mode", ["QUATERNION", "ZXY"])
def test_edits_on_a_mapped_rig_are_spread_in_any_rotation_mode(scene, spoken_takes, mode):
    built = build("mixamo", seed=6)
    armature, bone = built.armature, built.mapping["left_elbow"][0]
    for each in armature.pose.bones:
        each.rotation_mode = mode
    scene.mambatalk.character = armature
    load(spoken_takes[0])
    path = f'pose.bones["{bone}"].rotation_'
    if mode == "QUATERNION":
        turn(armature, START + 90, path + "quaternion")
    else:
        curve = curves_of(armature)[path + "euler", 1]
        curve.keyframe_points[90].co.y += TURN
        curve.update()
    curve = curves_of(armature)[path + ("quaternion" if mode == "QUATERNION" else "euler"), 1]
    before = keys_of(curve)[:, 1]
    assert bpy.ops.mambatalk.spread_edits() == {"FINISHED"}
    now = keys_of(curve)[:, 1]
    assert now[90] == before[90]
    np.testing.assert_array_equal(now[99:], before[99:])
    assert np.abs(np.diff(now[88:93])).max() < np.abs(np.diff(before[88:93])).max() / 2
