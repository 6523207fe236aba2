"""Exported files hold the take at every frame, in every format; all takes at once, with sound; the scene stays."""

import csv
import wave

import bpy
import numpy as np
import pytest

from ..conftest import curves_of, empty_file, first_on_each, needs_sound, snapshot, wobble, write_take

FRAMES = 16
START = 5
FBX = ("UNREAL", "UNITY", "MAYA", "BLENDER")


@pytest.fixture
def take(character, tmp_path, recording):
    """A character away from the origin with a short take, sliding a little."""
    scene = bpy.context.scene
    scene.render.fps = 30
    scene.mambatalk.start_frame = START
    character.location = (1, 2, 0)
    character.rotation_euler = (0, 0, 0.5)
    bpy.ops.mambatalk.load_take(folder=str(write_take(tmp_path / "hello", wobble(FRAMES), recording)))
    return character


def sampled(armature, frames, names=None):
    """Return heads (T, B, 3) and rotations from rest (T, B, 3, 3) in the world, of the named or SMPL-X's bones."""
    from mambatalk_ext.core.body.skeleton import JOINT_NAMES

    names = names or JOINT_NAMES
    heads, turns = [], []
    for frame in frames:
        bpy.context.scene.frame_set(frame)
        posed = armature.evaluated_get(bpy.context.evaluated_depsgraph_get())
        world = [posed.matrix_world @ posed.pose.bones[name].matrix for name in names]
        rest = [posed.matrix_world @ posed.data.bones[name].matrix_local for name in names]
        heads.append([matrix.translation for matrix in world])
        turns.append(
            [
                a.to_quaternion().to_matrix() @ b.to_quaternion().to_matrix().inverted()
                for a, b in zip(world, rest, strict=True)
            ]
        )
    return np.array(heads), np.array(turns)


def angles(a, b):
    """Return degrees between rotation matrices; |R - S| (Frobenius) is 2 sqrt 2 sin(angle / 2)."""
    return np.degrees(2 * np.arcsin(np.clip(np.linalg.norm(a - b, axis=(-1, -2)) / np.sqrt(8), 0, 1)))


def slide(heads):
    """Return the mean horizontal speed of the toes, cm/s at 30 fps."""
    return 3000 * np.linalg.norm(np.diff(heads[:, 10:12, :2], axis=0), axis=-1).mean()


def export(tmp_path, kind, preset="UNREAL", **more):
    settings = bpy.context.scene.mambatalk_export
    settings.kind, settings.preset = kind, preset
    for name, value in more.items():
        setattr(settings, name, value)
    assert bpy.ops.mambatalk.export(folder=str(tmp_path / "out")) == {"FINISHED"}
    return sorted((tmp_path / "out").iterdir())


def jaw_of(key_owner, frames):
    """Return the value of the shape key jawOpen at some frames."""
    values = []
    for frame in frames:
        bpy.context.scene.frame_set(frame)
        values.append(key_owner.data.shape_keys.key_blocks["jawOpen"].value)
    return np.array(values)


def face_mesh():
    return next(o for o in bpy.data.objects if o.type == "MESH" and o.data.shape_keys)


IMPORTS = {
    "FBX": lambda path, preset: bpy.ops.import_scene.fbx(
        filepath=path,
        anim_offset=0,
        **({"primary_bone_axis": "X", "secondary_bone_axis": "Y"} if preset == "MAYA" else {}),
    ),
    "GLB": lambda path, preset: bpy.ops.import_scene.gltf(filepath=path),
    "BVH": lambda path, preset: bpy.ops.import_anim.bvh(
        filepath=path, global_scale=0.01, frame_start=START, rotate_mode="QUATERNION"
    ),
    "USD": lambda path, preset: bpy.ops.wm.usd_import(filepath=path),
}


@pytest.mark.parametrize(("kind", "preset"), [*(("FBX", each) for each in FBX), ("GLB", ""), ("BVH", ""), ("USD", "")])
def test_the_take_comes_back_at_every_frame(take, tmp_path, kind, preset):
    frames = range(START, START + FRAMES)
    heads, turns = sampled(take, frames)
    jaw = jaw_of(face_mesh(), frames)
    before = snapshot()
    files = export(tmp_path, kind, preset or "UNREAL", sound=False)
    assert snapshot() == before
    assert len(files) == 1
    assert files[0].name.startswith("Character_hello.")
    empty_file()
    bpy.context.scene.render.fps = 30
    IMPORTS[kind](str(files[0]), preset)
    armature = next(o for o in bpy.data.objects if o.type == "ARMATURE")
    back, turned = sampled(armature, frames)
    assert np.linalg.norm(back - heads, axis=-1).max() < 1e-3
    assert angles(turned, turns).max() < 0.1
    assert slide(back) < slide(heads) + 0.05
    if kind != "BVH":
        assert np.abs(jaw_of(face_mesh(), frames) - jaw).max() < 1e-3


@pytest.mark.parametrize("kind", ["FBX", "GLB", "BVH", "USD"])
def test_a_file_holds_its_own_take_among_other_takes_and_characters(take, tmp_path, recording, kind):
    from mambatalk_ext.addon.character.building import add_character

    scene, frames = bpy.context.scene, range(START, START + FRAMES)
    heads, turns = sampled(take, frames)
    jaw = jaw_of(face_mesh(), frames)
    wanted = take.animation_data.action.name
    second = add_character(bpy.context, "Second")
    for seed, (name, armature) in enumerate((("again", take), ("zzz", take), ("other", second)), 1):
        scene.mambatalk.character = armature
        bpy.ops.mambatalk.load_take(folder=str(write_take(tmp_path / name, wobble(FRAMES, seed), recording)))
    scene.mambatalk.character = take
    assert bpy.ops.mambatalk.switch_take(name=wanted) == {"FINISHED"}
    (file,) = export(tmp_path, kind, sound=False)
    empty_file()
    bpy.context.scene.render.fps = 30
    IMPORTS[kind](str(file), "UNREAL")
    back, turned = sampled(next(o for o in bpy.data.objects if o.type == "ARMATURE"), frames)
    assert np.linalg.norm(back - heads, axis=-1).max() < 1e-3
    assert angles(turned, turns).max() < 0.1
    if kind != "BVH":
        assert np.abs(jaw_of(face_mesh(), frames) - jaw).max() < 1e-3


@pytest.mark.parametrize("kind", ["FBX", "GLB", "BVH", "USD"])
def test_another_rig_comes_back_too_its_hips_moving_below_a_root_bone(scene, tmp_path, recording, kind):
    from ..rigs import build

    scene.render.fps, scene.mambatalk.start_frame = 30, START
    built = build("unreal5", seed=4)
    bones = built.armature.data.bones
    data = bpy.data.meshes.new("Skin")
    data.from_pydata([tuple(bone.head_local) for bone in bones], [], [(0, 1, 2)])
    mesh = bpy.data.objects.new("Skin", data)
    scene.collection.objects.link(mesh)
    mesh.parent = built.armature
    mesh.modifiers.new("Armature", "ARMATURE").object = built.armature
    for index, bone in enumerate(bones):
        mesh.vertex_groups.new(name=bone.name).add([index], 1.0, "REPLACE")
    scene.mambatalk.character = built.armature
    bpy.ops.mambatalk.load_take(folder=str(write_take(tmp_path / "hello", wobble(FRAMES), recording)))
    frames, names = range(START, START + FRAMES), [name for each in built.mapping.values() for name in each]
    heads, turns = sampled(built.armature, frames, names)
    assert np.ptp(heads[:, names.index("pelvis")], axis=0).max() > 0.02
    (file,) = export(tmp_path, kind, sound=False)
    empty_file()
    bpy.context.scene.render.fps = 30
    IMPORTS[kind](str(file), "UNREAL")
    back, turned = sampled(next(o for o in bpy.data.objects if o.type == "ARMATURE"), frames, names)
    assert np.linalg.norm(back - heads, axis=-1).max() < 1e-3
    assert angles(turned, turns).max() < 0.1


def test_the_fbx_take_has_its_name_and_unreals_skeleton_no_extra_root(take, tmp_path):
    other = bpy.data.objects.new("Armature", None)
    path = export(tmp_path, "FBX", "UNREAL", sound=False)[0]
    assert (take.name, other.name) == ("Character", "Armature")
    empty_file()
    bpy.ops.import_scene.fbx(filepath=str(path))
    armature = next(o for o in bpy.data.objects if o.type == "ARMATURE")
    assert armature.name == "Armature"
    assert len(armature.data.bones) == 55
    assert any("hello" in action.name for action in bpy.data.actions)


def test_meshes_can_stay_out(take, tmp_path):
    path = export(tmp_path, "FBX", "UNITY", sound=False, mesh=False)[0]
    empty_file()
    bpy.ops.import_scene.fbx(filepath=str(path))
    assert [o.type for o in bpy.data.objects] == ["ARMATURE"]


def test_an_npz_is_the_take_itself(take, tmp_path):
    from mambatalk_ext.core.body.motion import load_motion
    from mambatalk_ext.core.formats.foreign import read_foreign

    path = export(tmp_path, "NPZ", sound=False)[0]
    motion, wanted = load_motion(path), wobble(FRAMES)
    assert motion.fps == 30
    assert np.abs(motion.rotations - wanted.rotations).max() < 1e-4
    assert np.abs(motion.translation - wanted.translation).max() < 1e-4
    assert np.abs(motion.expression - wanted.expression).max() < 1e-4
    archive = export(tmp_path, "SMPL", sound=False)[-1]
    assert archive.suffix == ".smpl"
    assert np.abs(read_foreign(archive).motion.rotations[:, 1:] - wanted.rotations[:, 1:]).max() < 1e-4


def test_a_csv_holds_the_face_and_the_head(take, tmp_path):
    path = export(tmp_path, "CSV", sound=False)[0]
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == FRAMES
    assert rows[0]["Timecode"] == "00:00:00:05.000"
    wanted = wobble(FRAMES).expression
    assert np.allclose([float(row["JawOpen"]) for row in rows], wanted[:, 17], atol=1e-4)
    assert np.allclose([float(row["MouthRight"]) for row in rows], wanted[:, 22], atol=1e-4)
    assert max(abs(float(row["HeadYaw"])) for row in rows) > 0.05


@needs_sound
def test_the_sound_is_as_long_as_the_take_and_starts_with_it(take, tmp_path, recording):
    files = export(tmp_path, "BVH", sound=True)
    assert [path.suffix for path in files] == [".bvh", ".wav"]
    with wave.open(str(files[1]), "rb") as file:
        assert file.getframerate() == 16000
        assert abs(file.getnframes() - FRAMES / 30 * 16000) <= 1
        written = np.frombuffer(file.readframes(2000), "<i2")
    with wave.open(str(recording), "rb") as file:
        original = np.frombuffer(file.readframes(2000), "<i2")
    assert np.abs(written.astype(int) - original).max() <= 2


def test_all_takes_of_all_characters_are_written_and_the_scene_stays(take, tmp_path, recording):
    from mambatalk_ext.addon.character.building import add_character

    scene = bpy.context.scene
    second = add_character(bpy.context, "Second")
    for name, armature in (("again", take), ("hello_2", second)):
        scene.mambatalk.character = armature
        bpy.ops.mambatalk.load_take(folder=str(write_take(tmp_path / name, wobble(6, seed=3), recording)))
    take.name = "Renamed"
    take.hide_viewport = True
    second.hide_set(True)
    before = snapshot()
    scene_name, hidden = scene.name, (take.hide_viewport, second.hide_get())
    playing = [each.animation_data.action.name for each in (take, second)]
    files = export(tmp_path, "BVH", scope="ALL", sound=False)
    assert [f.name for f in files] == ["Renamed_again.bvh", "Renamed_hello.bvh", "Second_hello_2.bvh"]
    lengths = [f.read_text().split("Frames: ")[1].split()[0] for f in files]
    assert lengths == ["6", str(FRAMES), "6"]
    assert snapshot() == before
    assert (scene.name, hidden) == (scene.name, (take.hide_viewport, second.hide_get()))
    assert scene.name == scene_name
    assert [each.animation_data.action.name for each in (take, second)] == playing
    assert curves_of(take)


def test_settings_are_remembered_in_the_file(take, tmp_path):
    export(tmp_path, "GLB", "MAYA", sound=False, mesh=False)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    empty_file()
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "scene.blend"))
    settings = bpy.context.scene.mambatalk_export
    assert (settings.kind, settings.preset, settings.mesh, settings.sound) == ("GLB", "MAYA", False, False)


def test_failures_say_what_to_do_and_leave_no_file(take, tmp_path):
    from mambatalk_ext.addon.exchange import formats
    from mambatalk_ext.core.errors import GestureError

    settings = bpy.context.scene.mambatalk_export
    settings.kind, settings.sound = "FBX", False
    with pytest.raises(RuntimeError, match="never saved"):
        bpy.ops.mambatalk.export()
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(RuntimeError, match="could not be written"):
        bpy.ops.mambatalk.export(folder=str(blocked / "inside"))
    left_out = bpy.data.collections.new("Left Out")
    bpy.context.scene.collection.children.link(left_out)
    take.users_collection[0].objects.unlink(take)
    left_out.objects.link(take)
    bpy.context.view_layer.layer_collection.children["Left Out"].exclude = True
    with pytest.raises(RuntimeError, match="view layer"):
        bpy.ops.mambatalk.export(folder=str(tmp_path / "out"))
    assert list((tmp_path / "out").iterdir()) == []
    gone = formats.Format("FBX", "", ".fbx", "export_scene.nothing", "io_scene_fbx")
    with pytest.raises(GestureError, match="no exporter") as error:
        formats.exporter(gone)
    assert "io_scene_fbx" in error.value.remedy


@first_on_each("kind", ["FBX", "GLB", "BVH"])
def test_keys_before_frame_0_are_refused_where_they_would_be_lost(character, tmp_path, recording, kind):
    scene = bpy.context.scene
    scene.render.fps, scene.mambatalk.start_frame = 30, -5
    bpy.ops.mambatalk.load_take(folder=str(write_take(tmp_path / "hello", wobble(FRAMES), recording)))
    scene.mambatalk_export.kind = kind
    if kind == "BVH":
        assert f"Frames: {FRAMES}\n" in export(tmp_path, kind, sound=False)[0].read_text()
        return
    with pytest.raises(RuntimeError, match="begins at frame -5"):
        bpy.ops.mambatalk.export(folder=str(tmp_path / "out"))
    assert not list((tmp_path / "out").iterdir())


@pytest.mark.parametrize("cause", ["missing", "no sound"])
def test_a_take_without_a_readable_recording_is_written_and_the_note_says_what_is_left_out(
    take, tmp_path, recording, job_state, cause
):
    if cause == "missing":
        recording.unlink()
    else:
        recording.write_bytes(b"no sound at all")
    settings = bpy.context.scene.mambatalk_export
    settings.kind, settings.sound = "FBX", True
    assert bpy.ops.mambatalk.export(folder=str(tmp_path / "out")) == {"FINISHED"}
    (file,) = (tmp_path / "out").iterdir()
    assert file.suffix == ".fbx"
    assert [note for note in job_state.current.notes if "without its sound" in note and file.stem in note]
