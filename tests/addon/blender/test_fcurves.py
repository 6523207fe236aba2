"""Keys written in bulk are the keys that Blender's own keyframe_insert would make."""

import bpy
import numpy as np
import pytest

from ..conftest import curves_of, keys_of


def insert_slowly(armature, frames, channels):
    """Key as an animator would, frame by frame: pose the armature, and let Blender insert one key per channel."""
    for row, frame in enumerate(frames):
        for channel in channels:
            owner, _, name = channel.path.rpartition(".")
            target = armature.path_resolve(owner)
            setattr(target, name, channel.values[row])
            armature.keyframe_insert(channel.path, frame=frame, group=channel.group)
    for curve in curves_of(armature).values():
        for point in curve.keyframe_points:
            point.interpolation = "LINEAR"


@pytest.fixture
def armature(scene):
    data = bpy.data.armatures.new("rig")
    rig = bpy.data.objects.new("rig", data)
    scene.collection.objects.link(rig)
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    for name in ("pelvis", 'odd "name"'):
        bone = data.edit_bones.new(name)
        bone.tail = (0, 0, 1)
    bpy.ops.object.mode_set(mode="OBJECT")
    for bone in rig.pose.bones:
        bone.rotation_mode = "QUATERNION"
    return rig


@pytest.fixture
def channels(armature):
    from mambatalk_ext.addon.blender.fcurves import Channel

    rng = np.random.default_rng(3)
    name = bpy.utils.escape_identifier('odd "name"')
    return [
        Channel('pose.bones["pelvis"].location', rng.normal(size=(12, 3)), "pelvis"),
        Channel('pose.bones["pelvis"].rotation_quaternion', rng.normal(size=(12, 4)), "pelvis"),
        Channel(f'pose.bones["{name}"].rotation_quaternion', rng.normal(size=(12, 4)), "odd"),
    ]


FRAMES = np.arange(-3, 9)


def test_bulk_keys_equal_keyframe_insert(armature, channels):
    from mambatalk_ext.addon.blender import fcurves, versions

    insert_slowly(armature, FRAMES, channels)
    slow = {key: (keys_of(curve), curve.group.name) for key, curve in curves_of(armature).items()}
    armature.animation_data_clear()

    action = bpy.data.actions.new("bulk")
    fcurves.write(action, armature, FRAMES, channels)
    versions.assign_action(armature, action)
    bulk = curves_of(armature)

    assert bulk.keys() == slow.keys()
    for key, (points, group) in slow.items():
        np.testing.assert_array_equal(keys_of(bulk[key]), points)
        assert bulk[key].group.name == group
        assert {point.interpolation for point in bulk[key].keyframe_points} == {"LINEAR"}


def test_the_armature_takes_the_keyed_values(armature, channels):
    from mambatalk_ext.addon.blender import fcurves, versions

    action = bpy.data.actions.new("bulk")
    fcurves.write(action, armature, FRAMES, channels)
    versions.assign_action(armature, action)
    for row, frame in enumerate(FRAMES):
        bpy.context.scene.frame_set(int(frame))
        np.testing.assert_allclose(armature.pose.bones["pelvis"].location, channels[0].values[row], atol=1e-6)


def test_writing_again_replaces_the_keys(armature, channels):
    from mambatalk_ext.addon.blender import fcurves, versions

    action = bpy.data.actions.new("bulk")
    fcurves.write(action, armature, np.arange(100, 112), channels)
    fcurves.write(action, armature, FRAMES, channels)
    versions.assign_action(armature, action)
    for curve in curves_of(armature).values():
        np.testing.assert_array_equal(keys_of(curve)[:, 0], FRAMES)


def still_and_moving(count):
    """A channel that stands still, and one of which three columns do."""
    still = np.tile(np.float32([0.1, -0.0, 0.3, 0.9]), (count, 1))
    moving = still.copy()
    moving[:, 2] = np.linspace(0, 1, count)
    return still, moving


def test_a_channel_that_stands_still_has_two_keys_and_evaluates_the_same_between_and_beside_them(armature):
    from mambatalk_ext.addon.blender import fcurves, versions
    from mambatalk_ext.addon.blender.fcurves import Channel

    action = bpy.data.actions.new("bulk")
    versions.assign_action(armature, action) if not versions.has_slots() else None
    path = 'pose.bones["pelvis"].rotation_quaternion'
    still, moving = still_and_moving(len(FRAMES))
    for values, keys in ((still, 2), (moving, len(FRAMES)), (still, 2)):
        fcurves.write(action, armature, FRAMES, [Channel(path, values, "pelvis")])
        curves = fcurves.curves_of(action, armature, path, 4)
        assert {len(curve.keyframe_points) for curve in curves} == {keys}
        assert np.array_equal(fcurves.values_at(curves, FRAMES), values)
        for curve, column in zip(curves, values.T, strict=True):
            assert [curve.evaluate(frame) for frame in FRAMES] == list(column)
            if keys == 2:
                assert {curve.evaluate(frame) for frame in (-1000, -0.5, 3.25, 1000)} == {column[0]}


def test_some_rows_of_a_channel_that_stands_still_can_be_written_and_written_back(armature):
    from mambatalk_ext.addon.blender import fcurves
    from mambatalk_ext.addon.blender.fcurves import Channel

    action = bpy.data.actions.new("bulk")
    path = 'pose.bones["pelvis"].rotation_quaternion'
    still, moving = still_and_moving(len(FRAMES))
    fcurves.write(action, armature, FRAMES, [Channel(path, still, "pelvis")])
    rows = (FRAMES > 2) & (FRAMES < 6)
    fcurves.write_rows(action, armature, FRAMES, Channel(path, moving, "pelvis"), rows)
    curves = fcurves.curves_of(action, armature, path, 4)
    assert np.array_equal(fcurves.values_at(curves, FRAMES), np.where(rows[:, None], moving, still))
    assert {len(curve.keyframe_points) for curve in curves} == {len(FRAMES)}
    fcurves.write_rows(action, armature, FRAMES, Channel(path, still, "pelvis"), np.ones(len(FRAMES), bool))
    assert {len(curve.keyframe_points) for curve in curves} == {2}
    assert np.array_equal(fcurves.values_at(curves, FRAMES), still)
    curves[0].keyframe_points[0].interpolation = "BEZIER"
    curves[0].keyframe_points[0].handle_right_type = "FREE"
    curves[0].keyframe_points[0].handle_right = (2.0, 4.0)
    curves[0].update()
    assert np.ptp(fcurves.values_at(curves, FRAMES)[:, 0]) > 0.1
    fcurves.write_rows(action, armature, FRAMES, Channel(path, moving, "pelvis"), rows)
    assert np.array_equal(fcurves.values_at(curves, FRAMES)[rows], moving[rows])
