"""Check the Take: rows at their frames, each with a button that helps; a take without faults has no row."""

import bpy
import numpy as np
import pytest

from ..conftest import wobble, write_take
from ..directing import load


def checked():
    assert bpy.ops.mambatalk.check_take() == {"FINISHED"}
    return bpy.context.window_manager.mambatalk_findings


def test_hands_that_the_switch_lets_in_are_found_and_the_remedy_removes_them(character, spoken_takes):
    for take in spoken_takes:
        load(take)
        found = checked()
        inside = [row for row in found.rows if row.kind == "inside"]
        if inside:
            break
    assert inside
    assert found.action == character.animation_data.action.name
    found.index = list(found.rows).index(inside[0])
    assert bpy.context.scene.frame_current == inside[0].start
    assert inside[0].name.startswith("Hand in body: ")
    bpy.ops.mambatalk.set_levels("EXEC_DEFAULT", hands_out=True)
    assert not [row for row in checked().rows if row.kind == "inside"]


@pytest.mark.any_blender
def test_a_key_that_was_moved_by_hand_is_found_at_its_frame(character, tmp_path, recording):
    still = wobble(120)
    still = still.replace(rotations=0.05 * still.rotations, translation=0.05 * still.translation)
    load(write_take(tmp_path / "take", still, recording))
    assert not [row for row in checked().rows if row.kind == "pop"]
    bone = character.pose.bones["left_elbow"]
    bone.rotation_quaternion = (np.cos(0.4), 0, np.sin(0.4), 0)
    bone.keyframe_insert("rotation_quaternion", frame=61)
    (row,) = [row for row in checked().rows if row.kind == "pop" and "elbow" in row.name]
    assert 59 <= row.start <= 61 <= row.end <= 63
    assert row.area == "left_arm"


def test_without_a_take_the_button_is_grey(character):
    assert not bpy.ops.mambatalk.check_take.poll()


@pytest.mark.any_blender
def test_every_remedy_has_a_button(extension):
    from mambatalk_ext.addon.check.remedy_buttons import BUTTONS
    from mambatalk_ext.core.check.finding import KINDS, REMEDIES

    assert list(BUTTONS) == list(REMEDIES)
    assert {kind.remedy for kind in KINDS.values()} == set(REMEDIES)
