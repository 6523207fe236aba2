"""The bundled character stands, moves and talks: rig, weights, shapes, and the pose it is given."""

import bpy
import numpy as np
import pytest
from mathutils import Euler
from mathutils.bvhtree import BVHTree

from ..conftest import snapshot

# Blender's axes (Z up, facing -Y) from SMPL-X's (Y up, facing +Z).
TO_BLENDER = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])
ARMS_DOWN = {"left_shoulder": (0, 0, -np.radians(75)), "right_shoulder": (0, 0, np.radians(75))}
HANDS_IN_FRONT = {
    **{"left_shoulder": (0, 0, -np.radians(65)), "right_shoulder": (0, 0, np.radians(65))},
    **{"left_elbow": (0, -np.radians(90), 0), "right_elbow": (0, np.radians(90), 0)},
}


def face_of(armature):
    from mambatalk_ext.addon.face.channels import find_face_mesh

    return find_face_mesh(armature)


def motion_of(rotations, translation=None, **more):
    from mambatalk_ext.core.body.motion import Motion

    count = len(rotations)
    if translation is None:
        translation = np.zeros((count, 3))
    return Motion(rotations=rotations, translation=translation, expression=np.zeros((count, 52)), **more)


def posed(turns: dict):
    from mambatalk_ext.core.body.skeleton import JOINT

    rotations = np.zeros((1, 55, 3))
    for name, turn in turns.items():
        rotations[0, JOINT[name]] = turn
    return motion_of(rotations)


def strike(armature, motion, frame=0):
    """Set the pose bones to one frame of a motion."""
    from mambatalk_ext.addon.character.bone_space import RestSpace
    from mambatalk_ext.core.body.skeleton import JOINT_NAMES

    space = RestSpace.of(armature)
    quaternions, location = space.quaternions(motion.rotations), space.root_location(motion)
    for joint, name in enumerate(JOINT_NAMES):
        armature.pose.bones[name].rotation_quaternion = quaternions[frame, joint]
    armature.pose.bones["pelvis"].location = location[frame]
    bpy.context.view_layer.update()


def points_of(mesh):
    """Vertices (V, 3) of the evaluated mesh, in the world."""
    evaluated = mesh.evaluated_get(bpy.context.evaluated_depsgraph_get())
    points = np.empty(3 * len(evaluated.data.vertices), np.float32)
    evaluated.data.vertices.foreach_get("co", points)
    world = np.array(evaluated.matrix_world)
    return points.reshape(-1, 3).astype(np.float64) @ world[:3, :3].T + world[:3, 3]


def material_vertices(mesh, name):
    """Vertices of the faces with a material."""
    slot = next(i for i, material in enumerate(mesh.data.materials) if material.name.split(".")[0] == name)
    return np.unique([v for face in mesh.data.polygons if face.material_index == slot for v in face.vertices])


def shaped(mesh, **values):
    """Vertices with some shapes on."""
    blocks = mesh.data.shape_keys.key_blocks
    for name, value in values.items():
        blocks[name].value = value
    bpy.context.view_layer.update()
    points = points_of(mesh)
    for name in values:
        blocks[name].value = 0.0
    bpy.context.view_layer.update()
    return points


def test_the_rig_has_the_smplx_bones_and_parents_and_turns_by_quaternions(character):
    from mambatalk_ext.core.body.skeleton import JOINT_NAMES, PARENTS, default_rest_joints

    bones = character.data.bones
    assert set(bones.keys()) == set(JOINT_NAMES)
    for joint, name in enumerate(JOINT_NAMES):
        parent = bones[name].parent
        assert (parent.name if parent else None) == (JOINT_NAMES[PARENTS[joint]] if PARENTS[joint] >= 0 else None)
        assert np.allclose(bones[name].head_local, TO_BLENDER @ default_rest_joints()[joint], atol=1e-5)
        assert bones[name].length > 0.01
        assert character.pose.bones[name].rotation_mode == "QUATERNION"


def test_bones_point_at_the_next_joint(character):
    bones = character.data.bones
    for name, child in (("left_hip", "left_knee"), ("right_elbow", "right_wrist"), ("neck", "head")):
        assert np.allclose(bones[name].tail_local, bones[child].head_local, atol=1e-5)


def test_the_character_stands_on_the_floor_and_faces_the_viewer(character):
    from mambatalk_ext.core.body.skeleton import JOINT

    points = points_of(face_of(character))
    assert abs(points[:, 2].min()) < 1e-3
    assert 1.6 < points[:, 2].max() < 1.8
    assert abs(points[:, 0].max() + points[:, 0].min()) < 1e-3
    assert points[material_vertices(face_of(character), "Iris"), 1].max() < -0.1
    assert character.data.bones["left_wrist"].head_local.x > 0.5
    assert JOINT["left_wrist"] == 20


@pytest.mark.any_blender
def test_the_skeleton_is_symmetric():
    from mambatalk_ext.core.body.skeleton import JOINT, default_rest_joints

    joints = default_rest_joints()
    for name, index in JOINT.items():
        if name.startswith("left"):
            assert np.array_equal(joints[index] * [-1, 1, 1], joints[JOINT["right" + name[4:]]])
        elif not name.startswith("right"):
            assert joints[index, 0] == 0


def test_the_face_has_the_52_arkit_shapes_in_order(character):
    from mambatalk_ext.core.body.parts import ARKIT_NAMES

    blocks = face_of(character).data.shape_keys.key_blocks
    assert [block.name for block in blocks] == ["Basis", *ARKIT_NAMES]
    basis = np.empty(3 * len(blocks["Basis"].data), np.float32)
    blocks["Basis"].data.foreach_get("co", basis)
    for block in list(blocks)[1:]:
        points = np.empty_like(basis)
        block.data.foreach_get("co", points)
        assert np.isfinite(points).all()
        moved = np.abs(points - basis).max()
        assert 0.001 < moved < 0.06, block.name
        assert block.value == 0


def test_every_vertex_hangs_on_one_to_four_bones_with_weights_that_sum_to_one(character):
    mesh = face_of(character)
    for vertex in mesh.data.vertices:
        weights = [group.weight for group in vertex.groups if group.weight > 0]
        assert 1 <= len(weights) <= 4
        assert abs(sum(weights) - 1) < 1e-4
    assert len(mesh.vertex_groups) == 55


def test_the_mesh_is_sound(character):
    mesh = face_of(character).data
    points = np.empty(3 * len(mesh.vertices), np.float32)
    mesh.vertices.foreach_get("co", points)
    assert np.isfinite(points).all()
    assert not mesh.validate(verbose=False)
    assert len(mesh.vertices) < 13720
    assert all(face.use_smooth for face in mesh.polygons)


@pytest.mark.parametrize("moved", [False, True])
def test_the_armature_repeats_smplx_forward_kinematics(character, moved):
    from mambatalk_ext.core.body.kinematics import forward_kinematics
    from mambatalk_ext.core.body.skeleton import JOINT_NAMES, default_rest_joints

    rng = np.random.default_rng(1)
    motion = motion_of(rng.normal(0, 0.9, (5, 55, 3)), rng.normal(0, 1, (5, 3)))
    positions, turns = forward_kinematics(motion.rotations, motion.translation, default_rest_joints())
    if moved:
        character.location = (3, -2, 1)
        character.rotation_euler = Euler((0.3, -0.8, 2.0))
    for frame in range(motion.frame_count):
        strike(character, motion, frame)
        evaluated = character.evaluated_get(bpy.context.evaluated_depsgraph_get())
        for joint, name in enumerate(JOINT_NAMES):
            bone = evaluated.pose.bones[name]
            assert np.abs(np.array(bone.head) - TO_BLENDER @ positions[frame, joint]).max() < 1e-3
            turned = np.array(bone.matrix.to_3x3() @ bone.bone.matrix_local.to_3x3().inverted())
            wanted = TO_BLENDER @ turns[frame, joint] @ TO_BLENDER.T
            # |R - S| (Frobenius) is 2 sqrt 2 sin(angle / 2)
            assert np.degrees(2 * np.arcsin(np.linalg.norm(turned - wanted) / np.sqrt(8))) < 0.05


@pytest.mark.any_blender
def test_quaternions_never_jump_to_the_other_hemisphere(character):
    from mambatalk_ext.addon.character.bone_space import RestSpace

    turn = np.zeros((90, 55, 3))
    turn[:, :, 1] = np.linspace(0, 3 * np.pi, 90)[:, None]
    quaternions = RestSpace.of(character).quaternions(turn)
    assert np.allclose(np.linalg.norm(quaternions, axis=-1), 1)
    assert (quaternions[1:] * quaternions[:-1]).sum(-1).min() > 0.99


@pytest.mark.any_blender
def test_a_motion_of_a_taller_skeleton_keeps_its_feet_on_the_floor(character):
    from mambatalk_ext.core.body.skeleton import default_rest_joints

    taller = motion_of(np.zeros((1, 55, 3)), np.array([[0.5, 0.0, 1.0]]), rest_joints=default_rest_joints() * 1.25)
    strike(character, taller)
    pelvis = np.array(character.pose.bones["pelvis"].head)
    assert np.allclose(pelvis, TO_BLENDER @ (default_rest_joints()[0] + [0.4, 0, 0.8]), atol=1e-4)


def test_smplx_armatures_are_told_from_others(character):
    from mambatalk_ext.addon.character.armature import is_smplx_armature

    assert is_smplx_armature(character)
    assert not is_smplx_armature(None)
    assert not is_smplx_armature(face_of(character))
    other = bpy.data.objects.new("Other", bpy.data.armatures.new("Other"))
    assert not is_smplx_armature(other)


@pytest.mark.parametrize("mode", ["OBJECT", "EDIT"])
def test_adding_a_character_leaves_mode_active_object_and_selection_alone(scene, mode):
    from mambatalk_ext.addon.character.building import add_character

    chosen = [bpy.data.objects.new(name, bpy.data.meshes.new(name)) for name in ("A", "B")]
    for each in chosen:
        scene.collection.objects.link(each)
        each.select_set(True)
    bpy.context.view_layer.objects.active = chosen[1]
    bpy.ops.object.mode_set(mode=mode)
    hidden = bpy.data.collections.new("Hidden")
    hidden.hide_viewport = True
    scene.collection.children.link(hidden)
    armature = add_character(bpy.context, "Someone", hidden)
    assert bpy.context.mode == ("OBJECT" if mode == "OBJECT" else "EDIT_MESH")
    assert bpy.context.view_layer.objects.active == chosen[1]
    assert set(bpy.context.view_layer.objects.selected) == set(chosen)
    assert list(armature.users_collection) == [hidden]
    assert len(armature.data.bones) == 55
    bpy.ops.object.mode_set(mode="OBJECT")


def test_two_characters_do_not_share_a_face(character):
    from mambatalk_ext.addon.character.building import add_character

    second = add_character(bpy.context)
    assert second != character
    assert face_of(second) != face_of(character)
    assert face_of(second).data != face_of(character).data


def test_a_damaged_asset_says_so_and_leaves_the_file_as_it_was(scene, monkeypatch, tmp_path):
    from mambatalk_ext.addon.character import mesh as character_mesh
    from mambatalk_ext.core.errors import GestureError

    broken = tmp_path / "character.npz"
    broken.write_bytes(b"PK not a zip")
    before = snapshot()
    with pytest.raises(GestureError, match="damaged"):
        character_mesh.load_asset(broken)
    with pytest.raises(GestureError, match="missing"):
        character_mesh.load_asset(tmp_path / "nothing.npz")
    assert snapshot() == before


def skin_in_front(mesh, points, targets) -> np.ndarray:
    """Which targets (K, 3) a viewer in front cannot see for skin."""
    slot = next(i for i, material in enumerate(mesh.data.materials) if material.name.split(".")[0] == "Skin")
    faces = [face.vertices[:] for face in mesh.data.polygons if face.material_index == slot]
    tree = BVHTree.FromPolygons(points.tolist(), faces)
    return np.array([tree.ray_cast(target, (0, -1, 0))[0] is not None for target in targets.tolist()])


def test_blinking_closes_the_eyes(character):
    mesh = face_of(character)
    iris = material_vertices(mesh, "Iris")
    for side, sign in (("Left", 1), ("Right", -1)):
        before, after = points_of(mesh), shaped(mesh, **{f"eyeBlink{side}": 1.0})
        own, other = (iris[before[iris, 0] * s > 0] for s in (sign, -sign))
        assert skin_in_front(mesh, before, before[own]).mean() < 0.5
        assert skin_in_front(mesh, after, after[own]).all()
        assert np.array_equal(skin_in_front(mesh, before, before[other]), skin_in_front(mesh, after, after[other]))


@pytest.mark.any_blender
def test_opening_the_jaw_lowers_chin_lower_teeth_and_tongue(character):
    mesh = face_of(character)
    before, after = points_of(mesh), shaped(mesh, jawOpen=1.0)
    drop = before[:, 2] - after[:, 2]
    teeth, tongue = material_vertices(mesh, "Teeth"), material_vertices(mesh, "Tongue")
    lower = drop[teeth] > 0.001
    assert drop.max() > 0.025
    assert lower.mean() == 0.5
    assert before[teeth[lower], 2].mean() < before[teeth[~lower], 2].mean() - 0.003
    assert drop[teeth[lower]].max() > 0.02
    assert np.abs(drop[teeth[~lower]]).max() < 1e-6
    assert drop[tongue].mean() > 0.01
    crown = before[:, 2] > 1.62
    assert abs(drop[crown]).max() < 0.004


@pytest.mark.any_blender
def test_the_jaw_joint_opens_the_mouth_like_the_shape(character):
    mesh = face_of(character)
    before, shape = points_of(mesh), shaped(mesh, jawOpen=1.0)
    strike(character, posed({"jaw": (np.radians(23), 0, 0)}))
    joint = points_of(mesh)
    teeth = material_vertices(mesh, "Teeth")
    assert np.linalg.norm(joint[teeth] - shape[teeth], axis=1).mean() < 0.002
    chin = before[:, 2] - shape[:, 2] > 0.02
    assert np.linalg.norm(joint[chin] - shape[chin], axis=1).mean() < 0.004


@pytest.mark.any_blender
def test_eyes_turn_about_their_centre(character):
    mesh = face_of(character)
    white = material_vertices(mesh, "Eye white")
    before = points_of(mesh)[white]
    strike(character, posed({"left_eye_smplhf": (0, 0.4, 0), "right_eye_smplhf": (0, 0.4, 0)}))
    after = points_of(mesh)[white]
    left = before[:, 0] > 0
    assert np.abs(after[left].mean(0) - before[left].mean(0)).max() < 0.002
    assert np.linalg.norm(after - before, axis=1).max() < 0.0075


@pytest.mark.parametrize("turns", [ARMS_DOWN, HANDS_IN_FRONT], ids=["arms down", "hands in front"])
def test_the_mesh_keeps_its_volume_and_edges_when_the_arms_are_lowered(character, turns):
    mesh = face_of(character)
    pairs = np.array([edge.vertices[:] for edge in mesh.data.edges])
    before = points_of(mesh)
    strike(character, posed(turns))
    after = points_of(mesh)
    lengths = [np.linalg.norm(points[pairs[:, 0]] - points[pairs[:, 1]], axis=1) for points in (before, after)]
    stretch = (lengths[1] / np.maximum(lengths[0], 1e-4))[lengths[0] > 0.004]
    assert np.percentile(stretch, 99.5) < 1.6
    assert np.percentile(stretch, 0.5) > 0.5
    assert stretch.max() < 3
    assert abs(volume(mesh, after) / volume(mesh, before) - 1) < 0.04


def volume(mesh, points) -> float:
    """Signed volume of the clothes, which wrap the body (their small openings cancel)."""
    mesh.data.calc_loop_triangles()
    cloth = {i for i, m in enumerate(mesh.data.materials) if m.name.split(".")[0] in ("Top", "Trousers", "Shoes")}
    corners = np.array([t.vertices[:] for t in mesh.data.loop_triangles if t.material_index in cloth])
    a, b, c = (points[corners[:, i]] - points.mean(0) for i in range(3))
    return float((a * np.cross(b, c)).sum() / 6)
