"""Every kind of rig performs the motion: limbs point where the motion's limbs point, whatever the rig rests like."""

import bpy
import numpy as np
import pytest
from mathutils import Euler, Matrix, Quaternion

from ..conftest import first_on_each, wobble
from ..rigs import STYLES, Style, build
from .retargeted import FRAMES, edit, errors, key, lively, posed_bones, unreal_like


@first_on_each("kind", STYLES, 2)
def test_limbs_point_where_the_motion_points_on_every_kind_of_rig(scene, kind):
    built = build(kind, seed=sum(map(ord, kind)))
    motion = lively()
    key(built.armature, motion)
    direction, twisted = errors(built, motion)
    if kind == "makehuman_cmu":
        # One finger is no palm: the hand goes along with the forearm.
        direction.pop("hand")
    for limb, values in direction.items():
        assert np.mean(values) <= 2.0, limb
    for limb, values in twisted.items():
        assert np.max(values) <= 10.0, limb


@pytest.mark.any_blender
@pytest.mark.parametrize("kind", ["unreal5", "mixamo", "makehuman", "biped", "rigify"])
def test_feet_are_where_the_motion_on_the_rigs_own_legs_has_them(scene, kind):
    from mambatalk_ext.addon.rig import mapped_performer
    from mambatalk_ext.addon.rig import mapping as rig_mapping
    from mambatalk_ext.core.body.kinematics import forward_kinematics
    from mambatalk_ext.core.body.proportions import put_on
    from mambatalk_ext.core.body.skeleton import JOINT

    built = build(kind, seed=3)
    alignment = mapped_performer.alignment_of(built.armature, rig_mapping.detected(built.armature).map)
    motion = put_on(lively(), alignment.rest_joints)
    key(built.armature, motion)
    positions, _ = forward_kinematics(motion.rotations, motion.translation, alignment.rest_joints)
    for frame in range(0, FRAMES, 4):
        bpy.context.scene.frame_set(frame + 1)
        for name in ("left_ankle", "right_ankle", "left_foot", "right_foot"):
            heads, _ = posed_bones(built.armature, [built.mapping[name][0]])
            place = heads[0] @ built.axes / alignment.scale
            assert np.linalg.norm(place - positions[frame, JOINT[name]]) < 0.001
    # Standing at rest, the soles are on the floor.
    assert alignment.rest_joints[JOINT["left_foot"], 1] == pytest.approx(0.03, abs=0.05)


@pytest.mark.any_blender
def test_a_figure_twice_as_tall_makes_steps_twice_as_long(scene):
    from mambatalk_ext.core.body.skeleton import default_rest_joints

    motion = lively()
    small, tall = build("mixamo", Style(), seed=1), build("mixamo", Style(unit=2.0), seed=1)
    paths = []
    for built in (small, tall):
        built.armature.scale = (1, 1, 1)
        paths.append(key(built.armature, motion.replace(rest_joints=default_rest_joints())).keys.location)
    np.testing.assert_allclose(paths[1], 2 * paths[0], atol=1e-4)
    assert np.ptp(paths[0], axis=0).max() > 0.1


@pytest.mark.any_blender
@pytest.mark.parametrize("mode", ["XYZ", "XZY", "YXZ", "YZX", "ZXY", "ZYX"])
def test_euler_keys_turn_like_quaternions_and_do_not_jump(mode):
    from mambatalk_ext.addon.rig.rotation_modes import euler

    time = np.linspace(0, 6, 200)
    steps = [Quaternion((np.sin(t), np.cos(1.3 * t), 0.4), 2.4 * np.sin(t)) for t in time]
    angles = euler(np.array([list(q) for q in steps]), mode)
    # Where the second angle is a right one, the first and third turn about the same axis.
    locked = [0.3, 0.4, 0.5]
    locked["XYZ".index(mode[1])] = np.pi / 2
    steps.append(Euler(locked, mode).to_quaternion())
    angles = np.concatenate([angles, euler(np.array([list(steps[-1])]), mode)])
    for wanted, found in zip(steps, angles, strict=True):
        assert abs(wanted.dot(Euler(found, mode).to_quaternion())) > 1 - 1e-6
    assert np.abs(np.diff(angles[:-1], axis=0)).max() < 1.5


@first_on_each("mode", ["XYZ", "YXZ", "AXIS_ANGLE"], 2)
def test_bones_keep_their_rotation_mode(scene, mode):
    built = build("unreal4")
    for bone in built.armature.pose.bones:
        bone.rotation_mode = mode
    key(built.armature, lively())
    direction, twisted = errors(built, lively())
    assert max(max(values) for values in direction.values()) < 0.1
    assert max(twisted["hand"]) < 0.1
    assert {bone.rotation_mode for bone in built.armature.pose.bones} == {mode}


@first_on_each(
    "counts",
    [
        {"spine": 1, "neck": 0},
        {"spine": 2, "neck": 2},
        {"spine": 4, "fingers": 2},
        {"spine": 6, "toes": False},
        {"fingers": 4},
        {"fingers": 0, "neck": 0},
        {"fingers": 1, "toes": False},
    ],
    ids=str,
)
def test_any_number_of_spine_neck_and_finger_bones_works(scene, counts):
    built = build("unreal4", Style(arms=30), parent=unreal_like(**counts))
    key(built.armature, lively())
    assert len(built.mapping["spine"]) == counts.get("spine", 3)
    direction, twisted = errors(built, lively())
    assert ("hand" in direction) == (counts.get("fingers", 3) > 0)
    for limb in direction:
        assert np.mean(direction[limb]) <= 2.0, limb
        assert np.max(twisted[limb]) <= 10.0, limb


@pytest.mark.any_blender
def test_a_spine_bends_evenly_along_its_bones(scene):
    from mambatalk_ext.core.body.skeleton import JOINT

    built = build("unreal4", Style(), parent=unreal_like(spine=6))
    motion = wobble(2)
    rotations = np.zeros_like(motion.rotations)
    for name in ("spine1", "spine2", "spine3"):
        rotations[:, JOINT[name], 0] = np.radians(20)
    performance = key(built.armature, motion.replace(rotations=rotations))
    local = performance.keys.quaternions[0, [performance.rig.names.index(f"spine_{n:02d}") for n in range(1, 7)]]
    np.testing.assert_allclose(np.degrees(2 * np.arccos(np.abs(local[:, 0]))), 10.0, atol=0.1)


@pytest.mark.any_blender
def test_twist_bones_share_the_turn(scene):
    from mambatalk_ext.core.body.skeleton import JOINT

    built = build("unreal4", Style())
    motion = wobble(2)
    rotations = np.zeros_like(motion.rotations)
    rotations[:, JOINT["left_shoulder"], 0] = np.radians(40)
    rotations[:, JOINT["left_wrist"], 0] = np.radians(60)
    performance = key(built.armature, motion.replace(rotations=rotations))
    names, turns = performance.rig.names, performance.keys.turns[0]

    def turned(name):
        return np.degrees(2 * np.arccos(abs(turns[names.index(name), 0])))

    assert turned("upperarm_l") == pytest.approx(40, abs=0.1)
    assert turned("upperarm_twist_01_l") == pytest.approx(20, abs=0.1)
    assert turned("lowerarm_twist_01_l") == pytest.approx(70, abs=0.1)
    assert turned("hand_l") == pytest.approx(100, abs=0.1)


@pytest.mark.any_blender
def test_limbs_of_two_bones_share_the_turn(scene):
    from mambatalk_ext.core.body.skeleton import JOINT

    built = build("makehuman", Style())
    motion = wobble(2)
    rotations = np.zeros_like(motion.rotations)
    rotations[:, JOINT["left_shoulder"], 0] = np.radians(40)
    performance = key(built.armature, motion.replace(rotations=rotations))
    turns = dict(
        zip(performance.rig.names, np.degrees(2 * np.arccos(np.abs(performance.keys.turns[0, :, 0]))), strict=True)
    )
    assert turns["upperarm01.L"] == pytest.approx(20, abs=0.1)
    assert turns["upperarm02.L"] == pytest.approx(40, abs=0.1)


def no_inheritance(bones):
    bones["head"].use_inherit_rotation = False
    bones["upperarm_l"].use_inherit_rotation = False


def connected_pelvis(bones):
    bones["root"].head, bones["root"].tail = (
        bones["pelvis"].head - (bones["pelvis"].tail - bones["pelvis"].head),
        bones["pelvis"].head,
    )
    bones["pelvis"].use_connect = True


def location_in_parent_axes(bones):
    bones["pelvis"].use_local_location = False


@pytest.mark.parametrize("change", [no_inheritance, connected_pelvis, location_in_parent_axes])
def test_blenders_switches_on_bones_are_respected(scene, change):
    built = build("unreal4", seed=2)
    plain = build("unreal4", seed=2)
    edit(built.armature, change)
    for each in (built, plain):
        key(each.armature, lively())
    direction, _ = errors(built, lively())
    assert max(max(values) for values in direction.values()) < 0.1
    scene.frame_set(9)
    names = list(built.mapping["left_ankle"] + built.mapping["pelvis"])
    heads = [posed_bones(each.armature, names)[0] for each in (built, plain)]
    np.testing.assert_allclose(*heads, atol=0.01)


@pytest.mark.any_blender
def test_a_posed_bone_between_mapped_ones_is_taken_out(scene):
    from mambatalk_ext.addon.rig import mapping as rig_mapping
    from mambatalk_ext.addon.rig.presets import BoneMap

    built = build("unreal4", seed=2)
    found = rig_mapping.detected(built.armature).map
    bones = {part: names for part, names in found.bones.items() if "collar" not in part}
    bones["spine"] = bones["spine"][1:]
    for name in ("spine_01", "clavicle_l"):
        built.armature.pose.bones[name].rotation_quaternion = Quaternion((1, 1, 0), 0.5)
    key(built.armature, lively(), BoneMap("half", bones))
    direction, _ = errors(built, lively())
    assert max(max(values) for values in direction.values()) < 0.1


@first_on_each("scale", [(1, 1, 1), (-1, 1, 1), (0.3, 0.3, 0.3)])
def test_a_moved_turned_scaled_or_mirrored_object_takes_the_performance_with_it(scene, scale):
    built = build("unreal5", seed=4)
    built.armature.location, built.armature.rotation_euler = (3, 1, 0), (0.2, 0.5, 2.0)
    built.armature.scale = scale
    key(built.armature, lively())
    direction, _ = errors(built, lively())
    assert max(max(values) for values in direction.values()) < 0.1


@pytest.mark.any_blender
def test_a_rest_pose_turned_in_armature_space_faces_where_it_faces(scene):
    built = build("mixamo", Style(arms=20), seed=5)
    turn = Matrix.Rotation(0.7, 4, "Z")
    edit(built.armature, lambda bones: [bone.transform(turn) for bone in bones])
    built = type(built)(built.armature, built.mapping, built.rest_turn, np.array(turn.to_3x3()) @ built.axes)
    key(built.armature, lively())
    direction, _ = errors(built, lively())
    assert max(max(values) for values in direction.values()) < 0.1
