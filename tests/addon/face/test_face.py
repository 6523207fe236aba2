"""Expressions reach faces of every naming; the table, gains, drivers, and bones of faces without shapes."""

import bpy
import numpy as np
import pytest

from ..conftest import curves_of, first_on_each, keys_of, linked_cast, notes_of, wobble
from .faces import FRAMES, arkit_names, perform, values


def spell(style, name):
    """An ARKit name as other programs write it."""
    import re

    words = re.findall(r"[A-Z]?[a-z]+", name)
    side = {"Left": "L", "Right": "R"}.get(words[-1])
    bare = words[:-1] if side else words
    return {
        "camel": name,
        "Pascal": name[0].upper() + name[1:],
        "snake": "_".join(words).lower(),
        "_L": "".join(bare) + (f"_{side}" if side else ""),
        ".L": "".join(bare) + (f".{side}" if side else ""),
        "Rocketbox": f"AK_{len(name):02d}_{name[0].upper()}{name[1:]}",
        "Maya": f"blendShape1.{name}",
        "Genesis 9": f"facs_bs_{name[0].upper()}{name[1:]}_div2",
    }[style]


@first_on_each("style", ["camel", "Pascal", "snake", "_L", ".L", "Rocketbox", "Maya", "Genesis 9"])
def test_every_spelling_of_arkit_is_played(rig, tmp_path, recording, style):
    names = [spell(style, name) for name in arkit_names()]
    keys = rig(names)
    perform(tmp_path, recording)
    wanted = wobble(FRAMES).expression
    assert len(curves_of(keys)) == 52
    for index, name in enumerate(names):
        assert np.allclose(values(keys, name), wanted[:, index], atol=1e-4), name


FACES = {
    "MetaHuman": {
        "CTRL_expressions_eyeBlinkL": "eyeBlinkLeft",
        "CTRL_expressions_mouthCornerPullR": "mouthSmileRight",
        "CTRL_expressions_eyeLookLeftR": "eyeLookInRight",
        "CTRL_expressions_jawOpen": "jawOpen",
        "CTRL_expressions_browRaiseInL": "browInnerUp",
        "CTRL_expressions_mouthFunnelUR": "mouthFunnel",
    },
    "Reallusion CC4": {
        "Eye_Blink_L": "eyeBlinkLeft",
        "Eye_L_Look_L": "eyeLookOutLeft",
        "Eye_R_Look_L": "eyeLookInRight",
        "Mouth_Smile_R": "mouthSmileRight",
        "Brow_Drop_L": "browDownLeft",
        "Jaw_Open": "jawOpen",
        "Mouth_Up_Upper_L": "mouthUpperUpLeft",
    },
    "Daz Genesis 8": {
        "eCTRLEyesClosedL": "eyeBlinkLeft",
        "eCTRLEyesClosedR": "eyeBlinkRight",
        "eCTRLBrowDownL": "browDownLeft",
        "eCTRLMouthOpen": "jawOpen",
        "eCTRLMouthFrownR": "mouthFrownRight",
    },
    "VRM": {"Fcl_EYE_Close_L": "eyeBlinkLeft", "Fcl_EYE_Close_R": "eyeBlinkRight"},
}


@first_on_each("kind", FACES)
def test_other_makers_faces_are_recognised_and_played(rig, tmp_path, recording, kind):
    extra = ["Fcl_MTH_A", "Fcl_MTH_I", "Fcl_MTH_U", "Fcl_MTH_E", "Fcl_MTH_O"] if kind == "VRM" else []
    keys = rig([*FACES[kind], *extra, "unrelated"])
    from mambatalk_ext.addon.face import names as face_names

    assert face_names.detect(tuple(keys.key_blocks.keys()))[0] == kind
    perform(tmp_path, recording)
    wanted = wobble(FRAMES).expression
    for name, source in FACES[kind].items():
        assert np.allclose(values(keys, name), wanted[:, arkit_names().index(source)], atol=1e-4), name
    assert ('key_blocks["unrelated"].value', 0) not in curves_of(keys)


@pytest.mark.any_blender
def test_vowels_speak_where_there_are_only_vowels(rig, tmp_path, recording):
    from mambatalk_ext.core.face.visemes import TEMPLATES, VISEMES

    keys = rig(["A", "I", "U", "E", "O", "Blink"])
    expression = np.zeros((3, 52))
    expression[1] = TEMPLATES[VISEMES.index("aa")]
    expression[2] = TEMPLATES[VISEMES.index("ou")]
    expression[2, 0] = 0.8
    perform(tmp_path, recording, wobble(3).replace(expression=expression))
    mouth = np.array([values(keys, name) for name in "AIUEO"])
    assert not mouth[:, 0].any()
    assert mouth[:, 1].argmax() == 0
    assert mouth[:, 2].argmax() == 2
    assert mouth[[0, 2], [1, 2]].min() > 0.6
    # One key for both eyes closes half when one eye is closed.
    assert values(keys, "Blink")[2] == pytest.approx(0.4, abs=1e-4)


@pytest.mark.any_blender
def test_teeth_and_head_move_together_and_names_of_no_face_stay(rig, tmp_path, recording):
    head, teeth = rig(arkit_names()), rig(["jawOpen", "mouthClose", "jawLeft", "jawRight"], "Teeth")
    fat = rig(["fat", "thin"], "Shirt")
    perform(tmp_path, recording)
    assert np.array_equal(values(head, "jawOpen"), values(teeth, "jawOpen"))
    # Before slots, all faces of a character share the action of its face.
    assert len(curves_of(teeth)) == (4 if "slots" in bpy.types.Action.bl_rna.properties else 52)
    assert fat.animation_data is None


def test_a_face_without_keys_moves_its_jaw_and_eye_bones(character, tmp_path, recording):
    from mambatalk_ext.addon.face.channels import find_face_mesh

    bpy.data.objects.remove(find_face_mesh(character))
    motion = wobble(FRAMES)
    rotations = motion.rotations.copy()
    rotations[:, 22:25] = 0
    bpy.context.scene.render.fps = 30
    perform(tmp_path, recording, motion.replace(rotations=rotations))
    from mambatalk_ext.core.face.jaw_and_eyes import with_face_joints

    wanted = with_face_joints(motion.replace(rotations=rotations), True, True).rotations
    for joint, name in ((22, "jaw"), (23, "left_eye_smplhf")):
        for frame in (1, 7):
            bpy.context.scene.frame_set(frame)
            turned = character.pose.bones[name].rotation_quaternion.angle
            assert turned == pytest.approx(np.linalg.norm(wanted[frame - 1, joint]), abs=1e-4)


def test_the_table_changes_what_keys_play_how_strongly_and_whether(rig, tmp_path, recording):
    keys = rig([*arkit_names(), "Special"])
    perform(tmp_path, recording)
    assert bpy.ops.mambatalk.face_table() == {"FINISHED"}
    table = {row.key: row for row in keys.mambatalk_face}
    assert len(table) == 53
    assert (table["jawOpen"].source, table["jawOpen"].use, table["Special"].use) == ("jawOpen", True, False)
    table["jawOpen"].gain, table["jawOpen"].offset = 0.5, 0.1
    table["mouthClose"].use = False
    table["Special"].source, table["Special"].use = "jawOpen*0.5 + mouthFunnel*-0.25", True
    before = values(keys, "mouthClose")
    assert bpy.ops.mambatalk.key_face(amount=0.0) == {"FINISHED"}
    wanted = wobble(FRAMES).expression
    assert np.allclose(values(keys, "jawOpen"), 0.5 * wanted[:, 17] + 0.1, atol=1e-4)
    assert np.array_equal(values(keys, "mouthClose"), before)
    mixed = 0.5 * wanted[:, 17] - 0.25 * wanted[:, arkit_names().index("mouthFunnel")]
    assert np.allclose(values(keys, "Special"), np.clip(mixed, 0, 1), atol=1e-4)
    table["Special"].source = "smirk"
    with pytest.raises(RuntimeError, match="no expression"):
        bpy.ops.mambatalk.key_face(amount=0.0)
    assert bpy.ops.mambatalk.face_automatic() == {"FINISHED"}
    assert len(keys.mambatalk_face) == 0


@pytest.mark.any_blender
def test_rows_come_and_go(rig):
    keys = rig(arkit_names())
    assert not bpy.ops.mambatalk.face_row.poll()
    bpy.ops.mambatalk.face_table()
    bpy.ops.mambatalk.face_row(remove=False)
    assert len(keys.mambatalk_face) == 53
    bpy.ops.mambatalk.face_row(remove=True)
    assert len(keys.mambatalk_face) == 52


def test_driven_keys_are_left_alone_and_said(rig, tmp_path, recording):
    from mambatalk_ext.addon.face import channels as face_channels

    keys = rig(arkit_names())
    keys.key_blocks["jawOpen"].driver_add("value").driver.expression = "0.25"
    perform(tmp_path, recording)
    assert ('key_blocks["jawOpen"].value', 0) not in curves_of(keys)
    assert len(curves_of(keys)) == 51
    said = face_channels.notes(bpy.context.scene.mambatalk.character, wobble(FRAMES))
    assert "jawOpen" in said[0]
    assert "drivers" in said[0]


@pytest.mark.parametrize("with_mesh", [False, True])
def test_the_face_of_an_overridden_character_needs_its_mesh_overridden(scene, tmp_path, recording, with_mesh):
    from mambatalk_ext.addon.face.channels import find_face_mesh
    from mambatalk_ext.addon.job import state as job_state

    linked, scene = linked_cast(tmp_path), bpy.context.scene
    linked.override_hierarchy_create(scene, bpy.context.view_layer, do_fully_editable=True)
    armature = next(o for o in scene.objects if o.type == "ARMATURE" and o.library is None)
    scene.mambatalk.character = armature
    mesh = find_face_mesh(armature)
    if with_mesh:
        mesh.data.override_create(remap_local_usages=True)
    perform(tmp_path, recording)
    if with_mesh:
        assert notes_of(job_state) == []
        assert len(curves_of(mesh.data.shape_keys)) == 52
        with pytest.raises(RuntimeError, match="change its table there"):
            bpy.ops.mambatalk.face_table()
    else:
        assert "override the mesh's data" in job_state.current.notes[0]
        assert mesh.data.shape_keys.animation_data is None
        with pytest.raises(RuntimeError, match="override the mesh's data"):
            bpy.ops.mambatalk.face_table()


@pytest.mark.any_blender
def test_eye_bones_look_where_the_shapes_only_speak(scene, tmp_path, recording):
    from ..rigs import build

    built = build("ready_player_me", seed=3)
    data = bpy.data.meshes.new("Face")
    data.from_pydata([(0, 0, 0), (0, 0, 1), (0, 1, 0)], [], [(0, 1, 2)])
    mesh = bpy.data.objects.new("Face", data)
    scene.collection.objects.link(mesh)
    mesh.parent = built.armature
    for name in ("Basis", "A", "I", "U", "E", "O", "Blink"):
        mesh.shape_key_add(name=name)
    scene.mambatalk.character = built.armature
    motion = wobble(FRAMES)
    rotations = motion.rotations.copy()
    rotations[:, 22:25] = 0
    perform(tmp_path, recording, motion.replace(rotations=rotations))
    eye = built.mapping["left_eye"][0]
    turns = keys_of(curves_of(built.armature)[f'pose.bones["{eye}"].rotation_quaternion', 0])[:, 1]
    assert np.ptp(turns) > 1e-4
    assert np.ptp(values(mesh.data.shape_keys, "A")) > 0.05
