"""The exact SMPL-X body: joints and skin are where the model's definition puts them, in every frame of a take."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import bpy
import numpy as np
import pytest

from ..conftest import PACKAGE, ROOT, curves_of, empty_file, snapshot, wobble

TO_BLENDER = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])
FRAMES = 30
BETAS = np.random.default_rng(2).normal(0, 1, 16)


def stand_in():
    """The maker of stand-in model files, which the tests of `core` use too."""
    name = "smplx_model"
    if name not in sys.modules:
        # It imports `core` from the checkout; here that is the extension's.
        sys.modules.setdefault("core", sys.modules[f"{PACKAGE}.core"])
        sys.path.insert(0, str(ROOT))
        spec = importlib.util.spec_from_file_location(name, ROOT / "tests" / "core" / "smplx_model.py")
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
        sys.path.remove(str(ROOT))
    return sys.modules[name]


@pytest.fixture(params=[400, 20], ids=["300 + 100", "10 + 10"])
def arrays(request, tmp_path):
    return stand_in().write_person(tmp_path / "SMPLX_NEUTRAL.npz", coefficients=request.param)


def motion_of(arrays, frame_count=FRAMES, seed=4):
    """Everything moves, the face in the model's own coefficients."""
    rng = np.random.default_rng(seed)
    time = np.arange(frame_count)[:, None] / 30
    expression = 1.5 * np.sin(time * rng.uniform(1, 9, (1, 100)) + rng.uniform(0, 6, (1, 100)))
    body = stand_in().body_by_definition(arrays, BETAS)
    return wobble(frame_count, seed).replace(
        expression=expression, face_basis="flame100", betas=BETAS, rest_joints=body.rest_joints
    )


def build(arrays, betas=BETAS):
    from mambatalk_ext.addon.character import smplx_body

    return smplx_body.add_smplx_body(bpy.context, stand_in().body_by_definition(arrays, betas), "Person")


def mesh_of(armature):
    return next(o for o in bpy.data.objects if o.type == "MESH" and o.parent == armature)


def key(armature, motion):
    from mambatalk_ext.addon.take.keying import apply_motion

    bpy.context.scene.render.fps = 30
    return apply_motion(bpy.context.scene, armature, motion, "take", 1)


def seen(armature):
    """Joints (55, 3) and vertices (V, 3) as evaluated, metres, the model's axes."""
    from mambatalk_ext.core.body.skeleton import JOINT_NAMES

    graph = bpy.context.evaluated_depsgraph_get()
    posed, skin = armature.evaluated_get(graph), mesh_of(armature).evaluated_get(graph)
    joints = np.array([posed.matrix_world @ posed.pose.bones[name].head for name in JOINT_NAMES])
    points = np.empty(3 * len(skin.data.vertices), np.float32)
    skin.data.vertices.foreach_get("co", points)
    world = np.array(skin.matrix_world)
    return joints @ TO_BLENDER, (points.reshape(-1, 3) @ world[:3, :3].T + world[:3, 3]) @ TO_BLENDER


def error_mm(arrays, armature, motion, frame):
    from mambatalk_ext.core.body.rotation import rotvec_to_matrix

    bpy.context.scene.frame_set(1 + frame)
    joints, vertices = stand_in().posed_by_definition(
        arrays, motion.betas, motion.expression[frame], rotvec_to_matrix(motion.rotations[frame]),
        motion.translation[frame],
    )  # fmt: skip
    found = seen(armature)
    return 1000 * np.array(
        [np.linalg.norm(found[0] - joints, axis=1).max(), np.linalg.norm(found[1] - vertices, axis=1).max()]
    )


def test_joints_and_skin_are_where_the_model_puts_them_over_a_take(scene, arrays):
    armature, motion = build(arrays), motion_of(arrays)
    key(armature, motion)
    errors = np.array([error_mm(arrays, armature, motion, frame) for frame in range(FRAMES)])
    assert errors[:, 0].max() < 0.1
    assert errors[:, 1].max() < 1.0
    # The correctives do something: without them the skin is elsewhere.
    for block in mesh_of(armature).data.shape_keys.key_blocks:
        block.mute = block.name.startswith("Pose")
    assert error_mm(arrays, armature, motion, 10)[1] > 3.0


@pytest.mark.any_blender
def test_without_expression_the_skin_is_exact(scene, arrays):
    armature, motion = build(arrays), motion_of(arrays)
    motion = motion.replace(expression=np.zeros((FRAMES, 100)))
    key(armature, motion)
    errors = np.array([error_mm(arrays, armature, motion, frame) for frame in range(0, FRAMES, 5)])
    assert errors.max() < 0.05


def test_the_correctives_follow_a_bone_that_is_turned_by_hand(scene, arrays):
    from mathutils import Quaternion

    armature = build(arrays, np.zeros(0))
    bone = armature.pose.bones["left_elbow"]
    # Not of length one, as between two keys.
    bone.rotation_quaternion = 0.7 * Quaternion((0.3, -1.0, 0.4), 1.1)
    bpy.context.view_layer.update()
    rest = np.array(bone.bone.matrix_local.to_3x3())
    turn = TO_BLENDER.T @ rest @ np.array(Quaternion((0.3, -1.0, 0.4), 1.1).to_matrix()) @ rest.T @ TO_BLENDER
    keys = mesh_of(armature).data.shape_keys.evaluated_get(bpy.context.evaluated_depsgraph_get())
    first = 9 * (18 - 1)
    found = [keys.key_blocks[f"Pose{first + index:03d}"].value for index in range(9)]
    assert np.allclose(found, (turn - np.eye(3)).reshape(-1), atol=1e-5)
    assert keys.key_blocks["Pose000"].value == pytest.approx(0, abs=1e-6)


def test_shapes_texture_and_sliders_are_the_files(scene, arrays):
    armature = build(arrays)
    mesh = mesh_of(armature).data
    names = mesh.shape_keys.key_blocks.keys()
    full = arrays["shapedirs"].shape[2] == 400
    assert sum(name.startswith("Pose") for name in names) == 486
    assert sum(name.startswith("Exp") for name in names) == (100 if full else 10)
    shapes = [block.value for block in mesh.shape_keys.key_blocks if block.name.startswith("Shape")]
    assert np.allclose(shapes, BETAS if full else BETAS[:10])
    assert len(mesh.polygons) == len(arrays["f"])
    uv = np.array([loop.uv for loop in mesh.uv_layers[0].data])
    assert np.allclose(uv, arrays["vt"][arrays["ft"].astype(int)].reshape(-1, 2), atol=1e-6)
    # Not yet animated, it stands on the floor.
    bpy.context.view_layer.update()
    assert seen(armature)[1][:, 1].min() == pytest.approx(0, abs=1e-4)


@pytest.mark.any_blender
def test_coefficients_beyond_any_person_change_nothing(scene, arrays):
    from mambatalk_ext.core.errors import GestureError

    before = snapshot()
    with pytest.raises(GestureError, match="no person"):
        build(arrays, np.array([0.0, 30.0]))
    assert snapshot() == before


def test_a_take_with_arkit_weights_opens_the_jaw(scene, arrays, tmp_path, monkeypatch):
    from mambatalk_ext.addon.face import channels as face_channels
    from mambatalk_ext.addon.face import flame as face_flame
    from mambatalk_ext.core.face.flame import FlameArkit

    # The true solution needs a face; here every coefficient is one weight.
    same = FlameArkit(np.eye(52), np.eye(52, 100), np.eye(100))
    monkeypatch.setattr(face_flame, "_translation", lambda: same)
    armature = build(arrays)
    motion = wobble(FRAMES).replace(rotations=np.zeros((FRAMES, 55, 3)))
    assert face_channels.notes(armature, motion) == []
    key(armature, motion)
    scene.frame_set(9)
    jaw = armature.pose.bones["jaw"].rotation_quaternion.angle
    from mambatalk_ext.core.face.jaw_and_eyes import JAW_OPEN

    weight = motion.expression[8]
    assert jaw == pytest.approx(abs(JAW_OPEN * (weight[17] - weight[18])), abs=0.2)
    assert "jaw" in {path.split('"')[1] for path, _ in curves_of(armature) if path.endswith("location")}


@pytest.mark.any_blender
def test_a_bad_request_is_told_and_changes_nothing(scene, tmp_path):
    before = snapshot()
    for given, said in (
        ({}, "No SMPL-X model"),
        ({"model": str(tmp_path / "SMPLX_NEUTRAL.npz")}, "no model file"),
        ({"model": __file__}, "not an SMPL-X model"),
        ({"model": __file__, "betas": "tall"}, "no list of numbers"),
        ({"model": __file__, "betas": "nan"}, "not numbers"),
        ({"model": __file__, "motion": str(tmp_path / "no.npz")}, "no motion file"),
    ):
        with pytest.raises(RuntimeError, match=said):
            bpy.ops.mambatalk.add_smplx_body(**given)
        assert snapshot() == before


@pytest.fixture
def worker_with_smplx(monkeypatch):
    """A worker that has the package: the one of the variable GESTURE_SMPLX_PYTHON, else this checkout's."""
    python = os.environ.get("GESTURE_SMPLX_PYTHON") or ROOT / ".venv" / "bin" / "python"
    code = "import importlib.util as i, sys; sys.exit(i.find_spec('smplx') is None)"
    if not Path(python).exists() or subprocess.run([python, "-c", code], check=False).returncode:
        pytest.skip("the package of the extra `smplx` is not installed for the worker")
    monkeypatch.setenv("MAMBATALK_PYTHON", str(python))


def test_the_operator_builds_and_keys_it_in_one_undo_step(scene, arrays, tmp_path, worker_with_smplx):
    from mambatalk_ext.core.body.motion import save_motion

    motion = motion_of(arrays)
    upright = motion.rotations.copy()
    upright[:, 0] = [0, 0.4, 0]
    motion = motion.replace(rotations=upright)
    save_motion(motion, tmp_path / "talk.npz")
    scene.render.fps = 30
    bpy.ops.ed.undo_push(message="before")
    before = snapshot()
    # The panel's person, since nothing else is said.
    scene.mambatalk_smplx.motion = str(tmp_path / "talk.npz")
    before = snapshot()
    bpy.ops.ed.undo_push(message="chosen")
    given = {"model": str(tmp_path / "SMPLX_NEUTRAL.npz")}
    assert bpy.ops.mambatalk.add_smplx_body("EXEC_DEFAULT", True, **given) == {"FINISHED"}
    scene = bpy.context.scene
    armature = scene.mambatalk.character
    assert armature.name == "SMPL-X Neutral"
    assert bpy.context.object == armature
    assert armature.animation_data.action.name == "talk"
    # The import moved it to the floor as a whole.
    scene.frame_set(1)
    first = seen(armature)[0]
    for frame in (0, 7, 29):
        scene.frame_set(1 + frame)
        found = seen(armature)[0]
        from mambatalk_ext.core.body.rotation import rotvec_to_matrix

        wanted, start = (
            stand_in().posed_by_definition(
                arrays, BETAS, motion.expression[f], rotvec_to_matrix(motion.rotations[f]), motion.translation[f]
            )[0]
            for f in (frame, 0)
        )
        assert np.abs((found - first[0]) - (wanted - start[0])).max() < 1e-4
    bpy.ops.ed.undo()
    assert snapshot() == before


@pytest.mark.any_blender
def test_a_take_made_for_it_stands_on_its_own_legs(scene, tmp_path, recording, weights):
    from mambatalk_ext.addon.character.bone_space import rest_heads
    from mambatalk_ext.core.body.motion import load_motion

    arrays = stand_in().write_person(tmp_path / "SMPLX_NEUTRAL.npz")
    armature = build(arrays, np.zeros(0))
    scene.render.fps = 30
    scene.mambatalk.character = armature
    scene.mambatalk.audio_file, scene.mambatalk.transcript_source = str(recording), "NONE"
    assert bpy.ops.mambatalk.generate(folder=str(tmp_path / "take")) == {"FINISHED"}
    own = rest_heads(armature) @ TO_BLENDER
    assert np.allclose(load_motion(tmp_path / "take" / "motion.npz").rest_joints, own, atol=1e-5)


@pytest.mark.parametrize("kind", ["FBX", "GLB", "USD"])
def test_its_skin_leaves_blender_with_correctives_and_expression(scene, tmp_path, kind):
    arrays = stand_in().write_person(tmp_path / "SMPLX_NEUTRAL.npz", coefficients=20)
    armature, motion = build(arrays), motion_of(arrays, 6)
    key(armature, motion)
    scene.mambatalk.character = armature
    wanted = []
    for frame in range(6):
        scene.frame_set(1 + frame)
        wanted.append(seen(armature)[1])
    export = scene.mambatalk_export
    export.kind, export.preset, export.sound = kind, "BLENDER", False
    assert bpy.ops.mambatalk.export(folder=str(tmp_path / "out")) == {"FINISHED"}
    (file,) = (tmp_path / "out").iterdir()
    empty_file()
    bpy.context.scene.render.fps = 30
    if kind == "FBX":
        bpy.ops.import_scene.fbx(filepath=str(file), anim_offset=0)
    elif kind == "GLB":
        bpy.ops.import_scene.gltf(filepath=str(file))
    else:
        bpy.ops.wm.usd_import(filepath=str(file))
    mesh = next(o for o in bpy.data.objects if o.type == "MESH" and o.data.shape_keys)
    # Blender's importers leave sliders from 0 to 1, though the files know no such limits.
    for block in mesh.data.shape_keys.key_blocks:
        block.slider_min, block.slider_max = -10, 10
    for frame in range(6):
        bpy.context.scene.frame_set(1 + frame)
        skin = mesh.evaluated_get(bpy.context.evaluated_depsgraph_get())
        points = np.array([skin.matrix_world @ vertex.co for vertex in skin.data.vertices]) @ TO_BLENDER
        # Formats order vertices as they like.
        distance = np.linalg.norm(points[None] - wanted[frame][:, None], axis=2)
        used = np.unique(arrays["f"])
        assert distance.min(axis=1)[used].max() < 1e-3


def test_its_motion_is_exported_with_the_coefficients_of_its_face(scene, tmp_path):
    from mambatalk_ext.core.body.motion import load_motion

    arrays = stand_in().write_person(tmp_path / "SMPLX_NEUTRAL.npz")
    armature, motion = build(arrays), motion_of(arrays, 6)
    key(armature, motion)
    scene.mambatalk.character = armature
    scene.mambatalk_export.kind, scene.mambatalk_export.sound = "NPZ", False
    assert bpy.ops.mambatalk.export(folder=str(tmp_path / "out")) == {"FINISHED"}
    (file,) = (tmp_path / "out").iterdir()
    again = load_motion(file)
    assert again.face_basis == "flame100"
    assert np.allclose(again.expression, motion.expression, atol=1e-5)
    assert np.allclose(again.rotations, motion.rotations, atol=1e-4)


def test_a_saved_body_performs_as_before(scene, tmp_path):
    arrays = stand_in().write_person(tmp_path / "SMPLX_NEUTRAL.npz")
    armature, motion = build(arrays), motion_of(arrays, 12)
    armature.name = "Somebody else"
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "body.blend"))
    empty_file()
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "body.blend"))
    armature = bpy.data.objects["Somebody else"]
    key(armature, motion)
    errors = np.array([error_mm(arrays, armature, motion, frame) for frame in (0, 5, 11)])
    assert errors[:, 0].max() < 0.1
    assert errors[:, 1].max() < 1.0
