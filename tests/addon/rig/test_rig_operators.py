"""Mapping by hand, taking a take over to another rig, and what is refused before anything is written."""

import bpy
import numpy as np
import pytest
from mathutils import Quaternion

from ..conftest import (
    assert_one_undo_takes_back,
    curves_of,
    empty_file,
    first_on_each,
    keys_of,
    notes_of,
    snapshot,
    wobble,
    write_take,
)
from ..finish.sliding_figure import slider
from ..rigs import Style, build
from .retargeted import edit, errors, lively, unreal_like


def select(armature, *others):
    for each in bpy.context.selected_objects:
        each.select_set(False)
    for each in (armature, *others):
        each.select_set(True)
    bpy.context.view_layer.objects.active = armature


@pytest.fixture
def rig(scene):
    scene.render.fps = 30
    built = build("unreal4", seed=6)
    select(built.armature)
    scene.mambatalk.character = built.armature
    return built


def load(folder):
    assert bpy.ops.mambatalk.load_take(folder=str(folder)) == {"FINISHED"}


def test_a_take_goes_straight_onto_a_rig_of_any_names(rig, tmp_path, recording):
    load(write_take(tmp_path / "take", lively(30), recording))
    direction, twisted = errors(rig, lively(30))
    assert max(np.mean(values) for values in direction.values()) < 2
    assert max(np.max(values) for values in twisted.values()) < 10
    keyed = {path.split('"')[1] for path, _ in curves_of(rig.armature) if path.startswith("pose.bones")}
    assert keyed <= {name for names in rig.mapping.values() for name in names} | {
        bone.name for bone in rig.armature.data.bones if "twist" in bone.name
    }


def test_one_undo_takes_it_back(rig, take_folder):
    assert_one_undo_takes_back(bpy.ops.mambatalk.load_take, folder=str(take_folder))


@pytest.mark.any_blender
def test_what_other_bones_do_stays(rig, take_folder):
    bone = rig.armature.pose.bones["ik_hand_l"]
    for frame, turn in ((1, 0.0), (40, 1.0)):
        bone.rotation_quaternion = Quaternion((0, 0, 1), turn)
        bone.keyframe_insert("rotation_quaternion", frame=frame)
    rig.armature.pose.bones["head"].keyframe_insert("rotation_quaternion", frame=3)
    before = rig.armature.animation_data.action
    points = keys_of(curves_of(rig.armature)['pose.bones["ik_hand_l"].rotation_quaternion', 0])
    load(take_folder)
    curves = curves_of(rig.armature)
    assert rig.armature.animation_data.action != before
    assert before in set(bpy.data.actions)
    np.testing.assert_array_equal(keys_of(curves['pose.bones["ik_hand_l"].rotation_quaternion', 0]), points)
    assert len(keys_of(curves['pose.bones["head"].rotation_quaternion', 0])) == 90


@pytest.fixture
def taken(character, tmp_path, recording):
    """The bundled character with a take, and a rig beside it that is the active object."""
    scene = bpy.context.scene
    scene.render.fps = 30
    scene.mambatalk.start_frame = 11
    load(write_take(tmp_path / "take", lively(40), recording))
    built = build("mixamo", Style(arms=20), seed=8)
    select(built.armature)
    return built


def test_a_take_is_retargeted_to_the_active_rig_and_stays_where_it_was(taken, character):
    scene = bpy.context.scene
    there = {name: keys_of(curve) for name, curve in curves_of(character).items()}
    scene.frame_start, scene.frame_end = 11, 50
    assert bpy.ops.mambatalk.retarget(clean_feet=False) == {"FINISHED"}
    frames = keys_of(curves_of(taken.armature)['pose.bones["mixamorig:Head"].rotation_quaternion', 0])[:, 0]
    assert (frames[0], len(frames)) == (11, 40)
    assert (scene.frame_start, scene.frame_end) == (11, 50)
    assert all(np.array_equal(keys_of(curve), there[name]) for name, curve in curves_of(character).items())
    shift = lively(40)
    scene.frame_start = 1
    direction, _ = errors(_from(taken, 10), shift)
    assert max(np.mean(values) for values in direction.values()) < 2


def test_the_face_is_retargeted_with_the_body(taken, character):
    data = bpy.data.meshes.new("Face")
    data.from_pydata([(0, 0, 0), (0, 0, 1), (0, 1, 0)], [], [(0, 1, 2)])
    mesh = bpy.data.objects.new("Face", data)
    bpy.context.scene.collection.objects.link(mesh)
    mesh.parent = taken.armature
    for name in ("Basis", "jaw_open", "eye_blink_left", "eye_blink_right", "mouth_smile_left", "mouth_smile_right"):
        mesh.shape_key_add(name=name)
    assert bpy.ops.mambatalk.retarget(clean_feet=False) == {"FINISHED"}
    curves = curves_of(mesh.data.shape_keys)
    jaw = keys_of(curves['key_blocks["jaw_open"].value', 0])
    np.testing.assert_allclose(jaw[:, 1], lively(40).expression[:, 17], atol=1e-3)
    # An animation without a face leaves faces alone.
    from mambatalk_ext.addon.character.armature import meshes_of

    bpy.data.objects.remove(meshes_of(character)[0])
    assert bpy.ops.mambatalk.retarget(clean_feet=False) == {"FINISHED"}
    kept = keys_of(curves_of(mesh.data.shape_keys)['key_blocks["jaw_open"].value', 0])
    np.testing.assert_array_equal(kept, jaw)


def _from(built, frames):
    """The same rig with its keys so many frames earlier."""
    for curve in curves_of(built.armature).values():
        for point in curve.keyframe_points:
            point.co.x -= frames
        curve.update()
    return built


def slide(armature, bones, frames):
    """Metres per second, median over frames, of the slower foot."""
    places = []
    for frame in frames:
        bpy.context.scene.frame_set(int(frame))
        posed = armature.evaluated_get(bpy.context.evaluated_depsgraph_get())
        places.append([posed.matrix_world @ posed.pose.bones[name].head for name in bones])
    speed = 30 * np.linalg.norm(np.diff(np.array(places)[..., :2], axis=0), axis=-1)
    return float(np.median(speed.min(1)))


@pytest.mark.any_blender
def test_feet_are_cleaned_on_the_rigs_own_legs(character, tmp_path, recording):
    scene = bpy.context.scene
    scene.render.fps = 30
    load(write_take(tmp_path / "take", slider(4.0), recording))
    built = build("unreal4", seed=11)
    select(built.armature)
    toes = ["ball_l", "ball_r"]
    bpy.ops.mambatalk.retarget(clean_feet=False)
    before = slide(built.armature, toes, range(1, 121))
    bpy.ops.mambatalk.retarget()
    after = slide(built.armature, toes, range(1, 121))
    assert before > 0.03
    assert after < 0.004


def test_the_bones_of_an_unknown_rig_are_chosen_by_hand_and_forgotten(scene):
    built = build("unreal4", Style(), seed=9)
    for number, bone in enumerate(built.armature.data.bones):
        bone.name = f"b{number}"
    select(built.armature)
    armature = built.armature
    with pytest.raises(RuntimeError, match="not recognised"):
        bpy.ops.mambatalk.detect_rig()
    from mambatalk_ext.addon.rig import mapping as rig_mapping
    from mambatalk_ext.addon.rig import performer

    entries = armature.mambatalk_rig.bones
    assert {entry.bone for entry in entries} == {""}
    assert not performer.is_performer(armature)
    next(entry for entry in entries if entry.part == "head").bone = "b3"
    bpy.ops.mambatalk.add_rig_bone(part="spine")
    assert [entry.part for entry in entries].count("spine") == 2
    assert rig_mapping.stored(armature).bones == {"head": ("b3",)}
    bpy.ops.mambatalk.clear_rig()
    assert rig_mapping.stored(armature) is None


@pytest.mark.any_blender
def test_one_side_fills_the_other_and_the_mapping_is_saved_and_loaded(rig, tmp_path):
    from mambatalk_ext.addon.rig import mapping as rig_mapping

    bpy.ops.mambatalk.detect_rig()
    whole = rig_mapping.stored(rig.armature)
    for entry in rig.armature.mambatalk_rig.bones:
        if entry.part.startswith("right_"):
            entry.bone = ""
    assert rig_mapping.stored(rig.armature).missing()
    bpy.ops.mambatalk.mirror_rig()
    assert rig_mapping.stored(rig.armature).bones == whole.bones
    bpy.ops.mambatalk.save_rig(filepath=str(tmp_path / "mine"))
    bpy.ops.mambatalk.clear_rig()
    bpy.ops.mambatalk.load_rig(filepath=str(tmp_path / "mine.json"))
    assert rig_mapping.stored(rig.armature).bones == whole.bones
    bpy.ops.mambatalk.rig_preset(preset="unreal4")
    assert rig_mapping.stored(rig.armature).missing() == ()
    with pytest.raises(RuntimeError, match="few or none of the bones"):
        bpy.ops.mambatalk.rig_preset(preset="vroid")


def without_legs(armature):
    edit(
        armature,
        lambda bones: [bones.remove(bones[f"{n}_{s}"]) for s in "lr" for n in ("ball", "foot", "calf", "thigh")],
    )


def drivers(armature):
    armature.pose.bones["lowerarm_l"].driver_add("rotation_quaternion", 1)


def swapped(armature):
    for name in ("thigh", "calf", "foot", "ball", "upperarm", "lowerarm", "hand", "clavicle"):
        left, right = armature.data.bones[f"{name}_l"], armature.data.bones[f"{name}_r"]
        left.name, right.name = "temporary", f"{name}_l"
        armature.data.bones["temporary"].name = f"{name}_r"


def come_apart(armature):
    edit(armature, lambda bones: setattr(bones["lowerarm_l"], "parent", bones["root"]))


def half_mapped(armature):
    bpy.ops.mambatalk.detect_rig()
    for entry in armature.mambatalk_rig.bones:
        if entry.part in ("left_knee", "right_wrist"):
            entry.bone = ""


def gone(armature):
    bpy.ops.mambatalk.detect_rig()
    armature.data.bones["hand_l"].name = "paw"


@first_on_each(
    ("damage", "says"),
    [
        (without_legs, "body's"),
        (half_mapped, "body's"),
        (drivers, "Drivers move lowerarm_l"),
        (swapped, "swapped"),
        (come_apart, "does not hang on"),
        (gone, "no bone hand_l"),
    ],
    2,
)
def test_a_rig_that_cannot_be_keyed_is_refused_and_nothing_is_written(rig, take_folder, damage, says):
    damage(rig.armature)
    before = snapshot()
    with pytest.raises(RuntimeError, match=says):
        bpy.ops.mambatalk.load_take(folder=str(take_folder))
    assert snapshot() == before
    assert not rig.armature.animation_data or rig.armature.animation_data.action is None


@pytest.mark.any_blender
def test_what_is_missing_is_said_in_an_animators_words(rig):
    from mambatalk_ext.addon.rig import mapping as rig_mapping
    from mambatalk_ext.addon.rig import performer
    from mambatalk_ext.core.errors import GestureError

    half_mapped(rig.armature)
    with pytest.raises(GestureError, match="left shin, right hand"):
        performer.of(rig.armature).rest_joints()
    assert rig_mapping.stored(rig.armature).missing() == ("left_knee", "right_wrist")


def test_locked_channels_take_keys(rig, take_folder):
    for bone in rig.armature.pose.bones:
        bone.lock_rotation = (True, True, True)
        bone.lock_location = (True, True, True)
    load(take_folder)
    assert max(np.mean(values) for values in errors(rig, wobble(90), step=30)[0].values()) < 2


def test_constraints_that_hold_bones_are_named(rig, tmp_path, recording):
    from mambatalk_ext.addon.rig import performer

    constraint = rig.armature.pose.bones["hand_r"].constraints.new("COPY_ROTATION")
    constraint.target, constraint.subtarget = rig.armature, "root"
    load(write_take(tmp_path / "take", lively(30), recording))
    from mambatalk_ext.addon.job import state as job_state

    assert "hand_r" in notes_of(job_state)[-1]
    (note,) = performer.of(rig.armature).held_note(bpy.context.scene, rig.armature.animation_data.action)
    assert "hand_r" in note
    constraint.mute = True
    assert performer.of(rig.armature).held_note(bpy.context.scene, rig.armature.animation_data.action) == []


def test_constraints_on_the_bundled_character_are_named_and_its_drivers_refused(character, tmp_path, recording):
    from mambatalk_ext.addon.job import state as job_state
    from mambatalk_ext.core.body.motion import save_motion

    save_motion(lively(30), tmp_path / "lively.npz")
    constraint = character.pose.bones["head"].constraints.new("COPY_ROTATION")
    constraint.target, constraint.subtarget = character, "pelvis"
    assert bpy.ops.mambatalk.import_motion(filepath=str(tmp_path / "lively.npz")) == {"FINISHED"}
    assert "head" in notes_of(job_state)[-1]
    load(write_take(tmp_path / "take", lively(30), recording))
    assert "head" in notes_of(job_state)[-1]
    character.pose.bones["head"].constraints.remove(constraint)
    load(tmp_path / "take")
    assert notes_of(job_state) == []
    character.pose.bones["left_elbow"].driver_add("rotation_quaternion", 1)
    before = snapshot()
    with pytest.raises(RuntimeError, match="Drivers move left_elbow"):
        bpy.ops.mambatalk.load_take(folder=str(tmp_path / "take"))
    assert snapshot() == before


@pytest.mark.parametrize("overridden", [False, True])
def test_a_linked_rig_is_refused_an_overridden_one_performs(scene, tmp_path, take_folder, overridden):
    build("unreal4", Style(), seed=2)
    path = tmp_path / "library.blend"
    bpy.data.libraries.write(str(path), set(bpy.data.objects), fake_user=True)
    empty_file()
    with bpy.data.libraries.load(str(path), link=True) as (there, here):
        here.objects = list(there.objects)
    scene = bpy.context.scene
    scene.render.fps = 30
    armature = here.objects[0]
    scene.collection.objects.link(armature)
    if overridden:
        armature = armature.override_create(remap_local_usages=True)
    scene.mambatalk.character = armature
    if overridden:
        load(take_folder)
        assert len(curves_of(armature)) > 200
        with pytest.raises(RuntimeError, match="change its mapping there"):
            bpy.ops.mambatalk.detect_rig()
        return
    before = snapshot()
    with pytest.raises(RuntimeError, match="another file"):
        bpy.ops.mambatalk.load_take(folder=str(take_folder))
    assert snapshot() == before


def test_a_rig_of_unknown_names_and_counts_takes_a_take(scene, take_folder):
    scene.render.fps = 30
    built = build("unreal4", Style(arms=60), parent=unreal_like(spine=1, neck=0, fingers=0, toes=False))
    scene.mambatalk.character = built.armature
    load(take_folder)
    assert len(curves_of(built.armature)) > 60
