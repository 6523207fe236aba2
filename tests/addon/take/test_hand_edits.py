"""What an animator changed or locked stays, whatever is made anew, finished or levelled; and it can be given up."""

import bpy
import numpy as np
import pytest

from ..conftest import curves_of, first_on_each, keys_of
from ..directing import ELBOW, START, all_keys, bend, differing, face_of, load, values
from ..layouts import draw
from ..rigs import build


@pytest.fixture
def take(character, spoken_takes):
    load(spoken_takes[0])
    return character


def shown(job_state):
    assert bpy.ops.mambatalk.show_edits() == {"FINISHED"}
    return job_state.current.notes


def test_a_fresh_take_has_no_edits_and_changed_keys_are_listed(take, job_state, tmp_path):
    assert shown(job_state) == ["Nothing was changed by hand"]
    bend(take, 61, 80)
    blink = curves_of(face_of(take))['key_blocks["eyeBlinkLeft"].value', 0]
    blink.keyframe_points[30].co.y = 0.77
    blink.update()
    lines = shown(job_state)
    assert lines == ["left_elbow: 61-80", "eyeBlinkLeft: 41-42"]
    path, name = tmp_path / "edited.blend", take.name
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    bpy.ops.wm.open_mainfile(filepath=str(path))
    assert shown(job_state) == lines
    assert bpy.data.objects[name]


def test_edited_keys_stay_and_new_motion_leads_over_to_them(take, job_state):
    bend(take, 101, 120)
    before, jumps = all_keys(take), np.linalg.norm(np.diff(values(take), axis=0), axis=1).max()
    assert bpy.ops.mambatalk.resample(parts={"left_arm"}, start=80, end=150, seed=9) == {"FINISHED"}
    assert "left_elbow" in job_state.current.notes[1]
    changed = differing(before, all_keys(take))
    frames = changed[ELBOW, 1]
    assert not set(frames) & set(range(101, 121))
    assert {95, 125} <= set(frames)
    assert 72 <= frames.min() <= frames.max() <= 158
    steps = np.linalg.norm(np.diff(values(take), axis=0), axis=1)
    # Where the edit begins and ends nothing jumps more than it did by hand.
    assert steps[70:150].max() < jumps + 0.02
    assert job_state.current.error is None
    assert shown(job_state) == ["left_elbow: 101-120"]


def test_finishing_again_keeps_edits(take):
    bend(take, 101, 120)
    before = values(take)
    bpy.context.scene.mambatalk.finish_smoothing = 0.3
    assert bpy.ops.mambatalk.finish() == {"FINISHED"}
    after = values(take)
    np.testing.assert_array_equal(after[90:110], before[90:110])
    assert np.abs(after - before).max() > 1e-5


def test_keys_that_were_deleted_or_eased_by_hand_stay_so(take):
    curves = [curves_of(take)[ELBOW, index] for index in range(4)]
    for curve in curves:
        for index in reversed(range(91, 110)):
            curve.keyframe_points.remove(curve.keyframe_points[index], fast=True)
        curve.keyframe_points[90].interpolation = "BEZIER"
        curve.update()
    before = [keys_of(curve) for curve in curves]
    assert bpy.ops.mambatalk.resample(parts={"left_arm"}, start=80, end=150, seed=9) == {"FINISHED"}
    for index, keys in enumerate(before):
        curve = curves_of(take)[ELBOW, index]
        after = keys_of(curve)
        inside = lambda k: k[(k[:, 0] > START + 91) & (k[:, 0] < START + 108)]  # noqa: E731
        assert len(inside(after)) == 0
        kept = keys[:, 0] < 72
        np.testing.assert_array_equal(after[: kept.sum()], keys[kept])
        assert curve.keyframe_points[90].interpolation == "BEZIER"
        assert not np.array_equal(after[72 - START : 85 - START, 1], keys[72 - START : 85 - START, 1])


def test_a_deleted_curve_is_not_brought_back_until_its_edit_is_dropped(take):
    action = take.animation_data.action
    bag = (
        action.layers[0].strips[0].channelbag(take.animation_data.action_slot) if hasattr(action, "layers") else action
    )
    curves = [curves_of(take)[ELBOW, index] for index in range(4)]
    for curve in curves:
        (bag.fcurves if hasattr(bag, "fcurves") else action.fcurves).remove(curve)
    assert bpy.ops.mambatalk.resample(parts={"left_arm"}, start=80, end=150, seed=9) == {"FINISHED"}
    assert (ELBOW, 0) not in curves_of(take)
    assert bpy.ops.mambatalk.drop_edits(parts={"left_arm"}) == {"FINISHED"}
    assert len(keys_of(curves_of(take)[ELBOW, 0])) == 240


def test_dropping_edits_brings_the_takes_own_keys_back(take, job_state):
    before = all_keys(take)
    bend(take, 61, 80)
    bend(take, 151, 170)
    bend(take, 61, 80, 'pose.bones["right_wrist"].rotation_quaternion')
    bpy.ops.mambatalk.drop_edits(parts={"left_arm"}, start=100, end=240)
    assert shown(job_state) == ["left_elbow: 61-80", "right_wrist: 61-80"]
    bpy.ops.mambatalk.drop_edits(bone="right_wrist")
    assert shown(job_state) == ["left_elbow: 61-80"]
    bpy.ops.mambatalk.drop_edits()
    assert not differing(before, all_keys(take))
    with pytest.raises(RuntimeError, match="no such hand edit"):
        bpy.ops.mambatalk.drop_edits()


@pytest.mark.any_blender
def test_the_button_drops_the_edits_that_its_own_panel_means(take, job_state):
    from mambatalk_ext.addon.job import state

    scene, settings = bpy.context.scene, bpy.context.scene.mambatalk_edits
    bend(take, 61, 80)
    bend(take, 151, 170)
    bend(take, 61, 80, 'pose.bones["right_wrist"].rotation_quaternion')
    # Those of the panel above are about other things.
    scene.mambatalk_direct.parts, scene.mambatalk_direct.span = {"face"}, "TYPED"
    scene.use_preview_range, scene.frame_preview_start, scene.frame_preview_end = True, 100, 200
    said = "Edits of all parts, frames 100 to 200, the preview range"
    assert said in " ".join(draw("MAMBATALK_PT_edits").drawn)
    assert bpy.ops.mambatalk.drop_edits(of_panel=True) == {"FINISHED"}
    assert shown(job_state) == ["left_elbow: 61-80", "right_wrist: 61-80"]
    settings.parts, settings.span = {"right_hand"}, "ALL"
    assert "Edits of Right Hand, the whole take" in draw("MAMBATALK_PT_edits").drawn
    with pytest.raises(RuntimeError, match="no such hand edit"):
        bpy.ops.mambatalk.drop_edits(of_panel=True)
    settings.parts = {"left_arm"}
    assert bpy.ops.mambatalk.drop_edits(of_panel=True) == {"FINISHED"}
    assert shown(job_state) == ["right_wrist: 61-80"]
    assert state.current.error is None


def test_dropping_edits_brings_back_keys_that_were_stretched_in_time(take):
    before = all_keys(take)
    for curve in (curves_of(take)[ELBOW, index] for index in range(4)):
        for point in curve.keyframe_points:
            point.co.x = START + 1.5 * (point.co.x - START)
        curve.update()
    assert bpy.ops.mambatalk.drop_edits() == {"FINISHED"}
    assert not differing(before, all_keys(take))


@pytest.mark.any_blender
def test_what_led_over_to_an_edit_goes_with_it(take, spoken_takes):
    bpy.ops.mambatalk.resample(parts={"left_arm"}, start=80, end=150, seed=9)
    wanted = all_keys(take)
    load(spoken_takes[0])
    bend(take, 101, 120)
    bpy.ops.mambatalk.resample(parts={"left_arm"}, start=80, end=150, seed=9)
    assert differing(wanted, all_keys(take))
    bpy.ops.mambatalk.drop_edits()
    assert not differing(wanted, all_keys(take))


def test_locked_parts_are_refused_and_left_alone(take):
    action = take.animation_data.action
    action.mambatalk_take.locked = {"hands"}
    before = all_keys(take)
    for parts in ({"hands"}, {"left_hand"}, {"upper", "hands"}):
        with pytest.raises(RuntimeError, match="Locked"):
            bpy.ops.mambatalk.resample(parts=parts, start=60, end=90)
    bpy.context.scene.mambatalk.finish_smoothing = 0.2
    bpy.ops.mambatalk.finish()
    changed = differing(before, all_keys(take))
    assert changed
    assert not any("index" in path or "thumb" in path for path, _ in changed)
    action.mambatalk_take.locked = set()
    assert any("index" in path for path, _ in differing(before, all_keys(take)))


def test_locked_bones_are_left_alone_until_they_are_unlocked(take):
    bpy.context.view_layer.objects.active = take
    bpy.ops.object.mode_set(mode="POSE")
    for bone in take.pose.bones:
        bone_or_data = bone if hasattr(bone, "select") else bone.bone
        bone_or_data.select = bone.name == "left_elbow"
    assert bpy.ops.mambatalk.lock_bones() == {"FINISHED"}
    bpy.ops.object.mode_set(mode="OBJECT")
    before = all_keys(take)
    bpy.ops.mambatalk.resample(parts={"left_arm"}, start=80, end=150, seed=9)
    changed = {path for path, _ in differing(before, all_keys(take))}
    assert ELBOW not in changed
    assert 'pose.bones["left_wrist"].rotation_quaternion' in changed
    bpy.ops.mambatalk.lock_bones(bone="left_elbow", lock=False)
    assert ELBOW in {path for path, _ in differing(before, all_keys(take))}
    with pytest.raises(RuntimeError, match="No bone"):
        bpy.ops.mambatalk.lock_bones(bone="nonsense")


@first_on_each("mode", ["QUATERNION", "ZXY"])
def test_edits_on_a_mapped_rig_are_kept_in_any_rotation_mode(scene, spoken_takes, job_state, mode):
    built = build("mixamo", seed=6)
    armature, bone = built.armature, built.mapping["left_elbow"][0]
    for each in armature.pose.bones:
        each.rotation_mode = mode
    scene.mambatalk.character = armature
    load(spoken_takes[0])
    assert shown(job_state) == ["Nothing was changed by hand"]
    prop = "rotation_quaternion" if mode == "QUATERNION" else "rotation_euler"
    curve = curves_of(armature)[f'pose.bones["{bone}"].{prop}', 1]
    for index in range(90, 110):
        curve.keyframe_points[index].co.y += 0.3
    curve.update()
    assert shown(job_state) == [f"{bone}: 101-120"]
    edited = keys_of(curve)
    assert bpy.ops.mambatalk.resample(parts={"left_arm"}, start=80, end=150, seed=9) == {"FINISHED"}
    assert bone in job_state.current.notes[1]
    assert bpy.ops.mambatalk.set_levels(upper=0.5) == {"FINISHED"}
    now = keys_of(curves_of(armature)[f'pose.bones["{bone}"].{prop}', 1])
    np.testing.assert_array_equal(now[90:110], edited[90:110])
    assert not np.array_equal(now[80:90], edited[80:90])
    assert bpy.ops.mambatalk.drop_edits(parts={"left_arm"}) == {"FINISHED"}
    assert shown(job_state) == ["Nothing was changed by hand"]


def _kept_by_hand(armature):
    bend(armature, 101, 120)


def _locked_part(armature):
    armature.animation_data.action.mambatalk_take.locked = {"hands"}


def _locked_bone(armature):
    assert bpy.ops.mambatalk.lock_bones(bone="left_elbow") == {"FINISHED"}


@pytest.mark.any_blender
@pytest.mark.parametrize("keep", [_kept_by_hand, _locked_part, _locked_bone])
def test_finishing_at_another_scene_rate_loses_nothing_silently(take, job_state, keep):
    keep(take)
    before = all_keys(take)
    bpy.context.scene.render.fps = 24
    with pytest.raises(RuntimeError, match="24 frames a second"):
        bpy.ops.mambatalk.finish()
    assert "30" in job_state.current.error.remedy
    assert not differing(before, all_keys(take))
    take.animation_data.action.mambatalk_take.locked = set()
    bpy.ops.mambatalk.lock_bones(bone="left_elbow", lock=False)
    if keep is _kept_by_hand:
        bpy.ops.mambatalk.drop_edits()
    assert bpy.ops.mambatalk.finish() == {"FINISHED"}
    assert {len(keys) for (path, _), keys in all_keys(take).items() if "Contact" not in path} == {192}
    assert shown(job_state) == ["Nothing was changed by hand"]


@pytest.mark.any_blender
def test_directing_at_another_scene_rate_keeps_the_keys_where_they_are_and_says_so(take, job_state):
    before = all_keys(take)
    bpy.context.scene.render.fps = 24
    assert bpy.ops.mambatalk.resample(parts={"left_arm"}, start=80, end=150, seed=9) == {"FINISHED"}
    assert any("keyed for 30 frames a second, the scene plays 24" in note for note in job_state.current.notes)
    frames = np.concatenate(list(differing(before, all_keys(take)).values()))
    assert 72 <= frames.min() <= frames.max() <= 158
    resampled = all_keys(take)
    assert bpy.ops.mambatalk.set_levels(upper=0.5) == {"FINISHED"}
    assert bpy.ops.mambatalk.accent_add(kind="hold", start=180, end=200) == {"FINISHED"}
    steps = np.abs(np.diff(values(take)[180 - START + 8 : 200 - START - 5], axis=0))
    assert steps.max() < 1e-5
    bpy.ops.mambatalk.accents_clear()
    bpy.ops.mambatalk.reset_levels()
    assert not differing(resampled, all_keys(take))
    assert bpy.ops.mambatalk.finish() == {"FINISHED"}
    assert bpy.ops.mambatalk.resample(parts={"hands"}, start=60, end=90, seed=3) == {"FINISHED"}
    assert not any("keyed for" in note for note in job_state.current.notes)


EYE = 'pose.bones["left_eye_smplhf"].rotation_quaternion'


def keys_on(armature, path=EYE):
    return [len(curves_of(armature)[path, index].keyframe_points) for index in range(4)]


def test_a_channel_that_stands_still_has_two_keys_which_can_be_edited_kept_and_dropped(take, job_state):
    assert keys_on(take) == [2] * 4
    before = all_keys(take)
    curve = curves_of(take)[EYE, 1]
    curve.keyframe_points.insert(START + 50, 0.4)
    curve.update()
    assert shown(job_state)[0].startswith("left_eye_smplhf: ")
    edited = [curve.evaluate(frame) for frame in range(START, START + 240)]
    assert bpy.ops.mambatalk.set_levels(upper=0.5, face=0.5) == {"FINISHED"}
    assert bpy.ops.mambatalk.resample(parts={"upper"}, start=61, end=100) == {"FINISHED"}
    assert [curve.evaluate(frame) for frame in range(START, START + 240)] == edited
    assert bpy.ops.mambatalk.drop_edits() == {"FINISHED"}
    assert shown(job_state) == ["Nothing was changed by hand"]
    assert keys_on(take) == [2] * 4
    assert np.array_equal(all_keys(take)[EYE, 1], before[EYE, 1])


def test_keys_that_are_moved_together_take_channels_that_stand_still_along(take, job_state):
    for id_block in (take, face_of(take)):
        for curve in curves_of(id_block).values():
            for point in curve.keyframe_points:
                point.co.x += 20
            curve.update()
    assert shown(job_state) == ["Nothing was changed by hand"]
    assert bpy.ops.mambatalk.set_levels(upper=0.5) == {"FINISHED"}
    assert keys_of(curves_of(take)[ELBOW, 0])[0, 0] == START + 20
    assert keys_of(curves_of(take)[EYE, 0])[:, 0].tolist() == [START + 20, START + 259]


def test_selecting_all_keys_spreads_nothing(take):
    for id_block in (take, face_of(take)):
        for curve in curves_of(id_block).values():
            for point in curve.keyframe_points:
                point.select_control_point = True
    with pytest.raises(RuntimeError, match="nothing to spread"):
        bpy.ops.mambatalk.spread_edits(what="KEYS")
