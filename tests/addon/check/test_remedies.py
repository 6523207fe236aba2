"""Every finding of Check the Take on a spoken take that was damaged, and the remedy of its button: it goes away."""

import json
from dataclasses import replace

import bpy
import numpy as np
import pytest

from devtools.measure.stand_in import dress

from ...damages import DAMAGES
from ..directing import START, load
from ..rigs import build

pytestmark = pytest.mark.slow


def dressed_rig(scene, kind):
    """A rig that wears the bundled character's mesh; it has no shape keys of a face."""
    from mambatalk_ext.addon.rig import performer
    from mambatalk_ext.addon.skin import body, mesh_surface

    armature = scene.mambatalk.character = build(kind).armature
    moves = body.moves_of(armature)
    dress(armature, moves, mesh_surface.rows_of(armature, moves), performer.of(armature).rest_joints())
    return armature


@pytest.fixture(params=["bundled", "rigify"])
def armature(request, scene):
    """The bundled character, and a rig that motion is retargeted to."""
    if request.param != "bundled":
        return dressed_rig(scene, request.param)
    bpy.ops.mambatalk.add_character()
    return scene.mambatalk.character


@pytest.fixture
def damaged(spoken_takes, tmp_path, armature):
    """A function that loads a spoken take after a change of its motion, raw and finished."""
    from mambatalk_ext.core.take.files import read_files, write_files

    def make(kind):
        folder, take = tmp_path / kind, read_files(spoken_takes[0]).undirected()
        words = take.words
        if kind == "early":
            words = [word for word in words if not 2.5 < word["start_s"] < 6.5]
        damage = DAMAGES[kind]
        write_files(replace(take, raw=damage(take.raw), finished=damage(take.finished), words=words), folder)
        load(folder)
        return armature

    return make


def rows(kind):
    assert bpy.ops.mambatalk.check_take() == {"FINISHED"}
    return [row for row in bpy.context.window_manager.mambatalk_findings.rows if row.kind == kind]


def press(row, armature):
    """Press the button that the panel draws for a row."""
    from mambatalk_ext.addon.check import remedy_buttons
    from mambatalk_ext.addon.take import info as take_info

    button = remedy_buttons.button_of(row, take_info.stored(armature.animation_data.action))
    if button.operator == "mambatalk.finish":
        bpy.context.scene.mambatalk.finish_feet = "replan"
    operator = getattr(bpy.ops.mambatalk, button.operator.partition(".")[2])
    assert operator("EXEC_DEFAULT", **button.values) == {"FINISHED"}
    return button.text


def assert_rows_jump(found):
    """Choosing a row goes to its first frame, within the take."""
    scene, list_of_rows = bpy.context.scene, bpy.context.window_manager.mambatalk_findings
    for number, row in enumerate(list_of_rows.rows):
        if row in found:
            scene.frame_set(1)
            list_of_rows.index = number
            assert scene.frame_current == row.start
            assert START <= row.start <= row.end <= START + 239


@pytest.mark.parametrize("kind", DAMAGES)
def test_the_button_of_a_finding_removes_it(damaged, kind, tmp_path, capsys):
    from mambatalk_ext.core.cli.parser import main

    armature = damaged(kind)
    is_bundled = "left_elbow" in armature.data.bones
    found = rows(kind)
    assert found
    assert_rows_jump(found)
    capsys.readouterr()
    assert main(["check", str(tmp_path / kind), "--json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)
    same = [(each["message"].partition(",")[0], each["start"]) for each in told["findings"] if each["kind"] == kind]
    shown = [(row.name.partition(",")[0], row.start - START) for row in found]
    if is_bundled or kind != "inside":
        assert [name for name, _ in same] == [name for name, _ in shown]
        # the shell knows the bundled body, Blender the meshes of the character
        apart = np.abs(np.subtract([at for _, at in same], [at for _, at in shown]))
        assert apart.max() <= (10 if kind == "inside" else 0)
    before = [(row.name, row.start, row.end) for row in found]
    pressed = []
    for _ in range(6):
        present = rows(kind)
        if not present:
            break
        pressed.append(press(present[0], armature))
    after = [(row.name, row.start, row.end) for row in rows(kind)]
    print(kind, len(before), before[:2], "->", pressed, "->", len(after), after[:2])
    assert len(after) < len(before) or not after


@pytest.mark.parametrize("armature", ["mixamo"], indirect=True)
def test_a_character_that_shows_no_lips_has_no_findings_about_them(damaged):
    damaged("lips")
    assert not rows("lips")


def test_a_pop_that_the_animator_keyed_stays_and_the_message_says_why(spoken_takes, character, job_state):
    from mambatalk_ext.core.check.finding import REMEDIES

    load(spoken_takes[0])
    bone = character.pose.bones["left_elbow"]
    bone.rotation_quaternion = (np.cos(0.9), 0, np.sin(0.9), 0)
    bone.keyframe_insert("rotation_quaternion", frame=121)
    (row,) = [row for row in rows("pop") if "elbow" in row.name]
    name = row.name
    press(row, character)
    assert "Kept what was changed by hand: left_elbow" in [str(note) for note in job_state.current.notes]
    assert [each.name for each in rows("pop")] == [name]
    assert "Drop Edits" in REMEDIES["smooth"]
