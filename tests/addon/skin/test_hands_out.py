"""Hands stay out of a character's own mesh, whatever its rig; measured on the mesh that Blender poses."""

import importlib
import re
import subprocess
import sys

import bpy
import numpy as np
import pytest
from mathutils import Vector

from core.body.curves import min_jerk
from devtools.extension import ROOT
from devtools.measure.mesh_depth import DepthMeter, posed_vertices
from devtools.measure.stand_in import body_of_asset, dress

from ..conftest import curves_of, keys_of
from ..directing import FRAMES, START, every_frame, load
from ..rigs import build

HANGING = {"shoulder": (0.0, 0.0, -1.25), "elbow": (0.0, -0.3, 0.0)}
IN_THE_BELLY = {"shoulder": (0.28, -0.91, -1.5), "elbow": (0.0, -1.6, 0.0)}
DEEP = 25


def ext(name):
    return importlib.import_module(f"mambatalk_ext.{name}")


def visit(frames=50):
    """The left hand goes into the belly and back; it is deepest in frame `DEEP`."""
    from mambatalk_ext.core.body.motion import Motion
    from mambatalk_ext.core.body.skeleton import JOINT

    there = (min_jerk(np.linspace(0, 2, frames)) * min_jerk(np.linspace(2, 0, frames)))[:, None]
    rotations = np.zeros((frames, 55, 3))
    for joint, away in HANGING.items():
        rotations[:, JOINT[f"left_{joint}"]] = away + there * (np.array(IN_THE_BELLY[joint]) - away)
        rotations[:, JOINT[f"right_{joint}"]] = np.array(away) * [1, -1, -1]
    return Motion(rotations, np.zeros((frames, 3)), np.zeros((frames, 52)))


def dressed(armature):
    """Give a rig the bundled character's mesh."""
    surface, body, performer = (ext(f"addon.{name}") for name in ("skin.mesh_surface", "skin.body", "rig.performer"))
    moves = body.moves_of(armature)
    return dress(armature, moves, surface.rows_of(armature, moves), performer.of(armature).rest_joints())


def depths(armature, body, motion):
    """Depth, metres, in the deepest frame, with the motion as it is and with hands pushed out."""
    skin, triangles = body_of_asset()
    meter, found = DepthMeter(skin, triangles, every=2), []
    bpy.context.scene.render.fps = 30
    pushed = ext("addon.skin.body").out_of(armature, motion)
    for each in (motion, pushed):
        ext("addon.take.keying").apply_motion(bpy.context.scene, armature, each, "visit", 1)
        bpy.context.scene.frame_set(DEEP + 1)
        found.append(meter.depth(posed_vertices([body])))
    return found


def test_a_hand_of_the_bundled_character_stops_at_its_clothes(character):
    body = ext("addon.character.armature").meshes_of(character)[0]
    before, after = depths(character, body, visit())
    assert before > 0.02
    assert after < 0.01
    assert ext("addon.skin.body").take_notes(character)[0].startswith("Hands were inside the body in ")
    assert ext("addon.skin.body").take_notes(character) == []


@pytest.mark.any_blender
@pytest.mark.parametrize("kind", ["vroid", "smpl"])
def test_a_hand_stops_at_the_mesh_of_any_rig(scene, kind):
    armature = build(kind).armature
    before, after = depths(armature, dressed(armature), visit())
    assert after < 0.01
    assert after <= before


def wear_a_barrel(armature, spine, radius=0.25):
    """Hang a ball before the belly, an object of its own, on a bone of the spine."""
    middle = armature.matrix_world @ armature.data.bones[spine].head_local + Vector((0.0, -0.15, 0.0))
    bpy.ops.mesh.primitive_uv_sphere_add(segments=24, ring_count=16, radius=radius, location=middle)
    barrel = bpy.context.object
    barrel.vertex_groups.new(name=spine).add(list(range(len(barrel.data.vertices))), 1.0, "ADD")
    barrel.modifiers.new("Armature", "ARMATURE").object = armature
    return barrel


@pytest.mark.any_blender
def test_a_hand_stops_at_a_garment_that_is_an_object_of_its_own(scene):
    built = build("vroid")
    body, barrel = dressed(built.armature), wear_a_barrel(built.armature, built.mapping["spine"][-1])
    skin, _ = body_of_asset()
    left_hand, found = skin.region == 3, []
    scene.render.fps = 30
    for motion in (visit(), ext("addon.skin.body").out_of(built.armature, visit())):
        ext("addon.take.keying").apply_motion(scene, built.armature, motion, "visit", 1)
        found.append([])
        for frame in range(DEEP - 8, DEEP + 9, 4):
            scene.frame_set(frame + 1)
            ball = posed_vertices([barrel])
            away = np.linalg.norm(posed_vertices([body])[left_hand] - ball.mean(0), axis=1)
            found[-1].append(np.linalg.norm(ball - ball.mean(0), axis=1).min() - away.min())
    before, after = (max(depths) for depths in found)
    assert before > 0.05
    assert after < 0.01


@pytest.mark.slow
@pytest.mark.any_blender
@pytest.mark.parametrize("rig", ["vrm", "stout", "child", "slim"])
def test_the_command_finds_no_frame_with_a_hand_in_the_body(spoken_takes, rig):
    """Every frame of a take, on a rig of other proportions and on characters with meshes of their own."""
    command = [sys.executable, "-m", "devtools.measure.hands", *map(str, spoken_takes[:2]), "--rigs", rig]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=1200)
    lines = [line for line in done.stdout.splitlines() if line.startswith(rig)]
    assert len(lines) == 2
    for line in lines:
        print(line)
        before, after, least = re.search(r"1 cm +(\d+) → +(\d+).*range ([.\d]+)-", line).groups()
        assert int(after) == 0
        assert float(least) >= 0.9
        assert int(before) >= 0


@pytest.mark.any_blender
@pytest.mark.parametrize("kind", ["rigify", "makehuman", "unreal5"])
def test_a_torso_of_other_bones_carries_the_arms_where_they_are_taken_to_be(scene, kind):
    """Shoulders, as seen from the pelvis, of a bent body: Blender's, and those of the joints that clearance poses."""
    from mambatalk_ext.core.body.kinematics import forward_kinematics
    from mambatalk_ext.core.body.motion import Motion
    from mambatalk_ext.core.body.skeleton import JOINT

    built, surface = build(kind), ext("addon.skin.mesh_surface")
    alignment = ext("addon.rig.mapped_performer").alignment_of(
        built.armature, ext("addon.rig.performer").of(built.armature).mapping
    )
    rotations = np.zeros((2, 55, 3))
    for number, joint in enumerate(("spine1", "spine2", "spine3")):
        rotations[1, JOINT[joint]] = np.array([0.25, 0.15, -0.1]) / (number + 1)
    motion = Motion(rotations, np.zeros((2, 3)), np.zeros((2, 52)))
    bpy.context.scene.render.fps = 30
    ext("addon.take.keying").apply_motion(bpy.context.scene, built.armature, motion, "bent", 1)
    shoulders = [built.mapping[f"{side}_shoulder"][0] for side in ("left", "right")]
    places = []
    for frame in (1, 2):
        bpy.context.scene.frame_set(frame)
        bones = built.armature.pose.bones
        here = np.array([bones[name].head - bones[built.mapping["pelvis"][0]].head for name in shoulders])
        places.append(here @ alignment.facing.T / alignment.scale)

    def error(joints):
        posed, _ = forward_kinematics(rotations, np.zeros((2, 3)), joints)
        moved = (posed - posed[:, :1])[:, [JOINT["left_shoulder"], JOINT["right_shoulder"]]]
        return np.abs((moved[1] - moved[0]) - (places[1] - places[0])).max()

    assert error(surface.pivots_of(alignment)) < 0.004
    assert error(surface.pivots_of(alignment)) < error(alignment.rest_joints)


def test_a_rig_without_a_mesh_has_the_bundled_body(scene):
    armature = build("mixamo").armature
    moved = ext("addon.skin.body").out_of(armature, visit())
    assert not np.array_equal(moved.rotations, visit().rotations)


@pytest.mark.any_blender
def test_a_body_is_read_once_until_its_mesh_changes(character):
    body = ext("addon.skin.body")
    first = body.of(character)
    assert body.of(character) is first
    mesh = ext("addon.character.armature").meshes_of(character)[0]
    bpy.data.objects.remove(mesh)
    assert body.of(character) is not first


def test_the_switch_of_a_take_pushes_hands_out_and_back(character, spoken_takes):
    deep = ext("core.clearance.push").depths

    def inside():
        space, source = ext("addon.character.bone_space").RestSpace.of(character), ext("addon.finish.source")
        read = source.read_action(bpy.context.scene, character, character.animation_data.action)
        assert space.rest_joints.shape == (55, 3)
        assert read.motion.frame_count == FRAMES
        return int((deep(read.motion.rotations, ext("addon.skin.body").of(character)) > 0.01).sum())

    found = []
    for take in spoken_takes:
        load(take, hands_out=True)
        own = character.animation_data.action.mambatalk_take
        assert inside() == 0
        own.hands_out = False
        found.append(inside())
        own.hands_out = True
        assert inside() == 0
    assert max(found) > 0


def test_a_hidden_mesh_is_where_it_was_after_the_file_was_opened(extension, tmp_path):
    body = ext("addon.skin.body")
    bpy.context.scene.cursor.location = (1.3, -0.7, 0)
    bpy.ops.mambatalk.add_character()
    before = body.of(bpy.context.scene.mambatalk.character).skin.places
    for mesh in bpy.context.scene.mambatalk.character.children:
        mesh.hide_viewport = True
    path = str(tmp_path / "hidden.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path)
    body.forget()
    after = body.of(bpy.context.scene.mambatalk.character).skin.places
    assert np.array_equal(before, after)


def body_keys(armature):
    """Keys (K, 2) of the bones by (path, index)."""
    return {
        name: every_frame(keys_of(curve)) for name, curve in curves_of(armature).items() if "Contact" not in name[0]
    }


@pytest.mark.parametrize(("kind", "rounding"), [("bundled", 0.0), ("vroid", 1e-15)])
def test_a_level_that_is_set_back_gives_the_keys_of_before(scene, spoken_takes, kind, rounding):
    """Hands are pushed out of the character's own mesh once, from the finished motion, whatever the worker did."""
    if kind == "bundled":
        bpy.ops.mambatalk.add_character()
        character = scene.mambatalk.character
    else:
        character = scene.mambatalk.character = build(kind).armature
        dressed(character)
    scene.render.fps, scene.mambatalk.start_frame = 24, START
    take = next(take for take in spoken_takes if ext("core.take.files").read_files(take).directed is not None)
    assert bpy.ops.mambatalk.load_take(folder=str(take)) == {"FINISHED"}
    own, before = character.animation_data.action.mambatalk_take, body_keys(character)
    own.upper = 1.3
    wide = body_keys(character)
    assert any(not np.array_equal(keys, wide[name]) for name, keys in before.items())
    own.upper = 1.0
    after = body_keys(character)
    assert before.keys() == after.keys()
    assert all(np.allclose(keys, after[name], rtol=0, atol=rounding) for name, keys in before.items())


@pytest.mark.any_blender
@pytest.mark.parametrize("kind", ["vroid", "makehuman", "unreal5"])
def test_the_joints_lead_every_vertex_from_where_the_rig_rests(scene, kind):
    """Each joint takes its share of a vertex along; together they put it where it is in SMPL-X's rest pose."""
    armature = build(kind).armature
    dressed(armature)
    surface = ext("addon.skin.mesh_surface").read_surface(armature, ext("addon.skin.body").moves_of(armature))
    resting = surface.resting
    by_joint = np.einsum("jxy,vy->vjx", resting.turns, resting.vertices) + resting.shifts
    away = (surface.weights[..., None] * by_joint).sum(1) - surface.vertices
    assert np.abs(away).max() < 1e-3
    skin = ext("addon.skin.body").of(armature).skin
    assert np.abs((skin.weights[..., None] * skin.held.places).sum(1) - skin.places).max() < 0.01
