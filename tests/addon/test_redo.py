"""The redo panel (F9) is offered where it works, and another value there gives what the value gives at once."""

import bpy
import numpy as np
import pytest

from .conftest import curves_of, keys_of, wobble, write_take
from .directing import face_of

# Operators with options, each with two choices of them.
CHANGES = {
    "set_levels": ({"upper": 0.4}, {"upper": 1.2, "face": 0.5}),
    "accent_add": ({"where": "FRAME", "kind": "hold"}, {"start": 5, "end": 30, "kind": "not_here"}),
    "spread_edits": ({"frames": 4}, {"frames": 12, "easing": "LINEAR"}),
    "drop_edits": ({"parts": {"upper"}}, {"parts": {"lower"}}),
    "lock_bones": ({"bone": "left_elbow"}, {"bone": "head"}),
    "import_motion": ({"start_frame": 1}, {"start_frame": 30, "on_floor": False}),
    "keep_take": ({"keep": True}, {"keep": False}),
}


def operators():
    names = [name for name in dir(bpy.ops.mambatalk) if not name.startswith("_")]
    return {name: getattr(bpy.types, f"MAMBATALK_OT_{name}") for name in names}


def test_no_job_offers_the_redo_panel_and_every_other_change_does(extension):
    from mambatalk_ext.addon.job.job_mixin import JobOperator

    jobs = {name for name, kind in operators().items() if issubclass(kind, JobOperator)}
    assert {"generate", "resample", "mix", "finish", "retarget"} <= jobs
    assert [name for name in jobs if "REGISTER" in operators()[name].bl_options] == []
    quick = {name: kind for name, kind in operators().items() if name not in jobs}
    offered = {name for name, kind in quick.items() if {"REGISTER", "UNDO"} <= set(kind.bl_options)}
    assert set(CHANGES) <= offered
    undone = {name for name, kind in quick.items() if "UNDO" in kind.bl_options}
    # One starts a job, the other one follows the mouse.
    assert undone - offered == {"try_example", "drag_word"}


@pytest.fixture
def take(character, tmp_path, recording):
    bpy.context.scene.render.fps = 30
    folder = write_take(tmp_path / "take", wobble(60), recording)
    assert bpy.ops.mambatalk.load_take(folder=str(folder)) == {"FINISHED"}
    for bone in ("left_elbow", "left_knee"):
        curve = curves_of(character)[f'pose.bones["{bone}"].rotation_quaternion', 1]
        for point in curve.keyframe_points[20:24]:
            point.co.y += 0.3
        curve.update()
    return character.name


def result(name):
    """Keys, markers and locks of the take that a character performs."""
    armature = bpy.data.objects[name]
    own = armature.animation_data.action.mambatalk_take
    keys = {}
    for id_block in (armature, face_of(armature)):
        keys |= {entry: keys_of(curve) for entry, curve in curves_of(id_block).items()}
    markers = [(marker.kind, marker.start_s, marker.end_s) for marker in own.markers]
    return keys, (markers, [bone.name for bone in own.locked_bones], own.kept, own.upper)


@pytest.mark.parametrize("name", CHANGES)
def test_another_value_in_the_redo_panel_gives_what_it_gives_at_once(take, tmp_path, name):
    first, second = CHANGES[name]
    more = {"filepath": str(tmp_path / "take" / "motion.npz")} if name == "import_motion" else {}
    operator, found = getattr(bpy.ops.mambatalk, name), []
    bpy.ops.ed.undo_push(message="before")
    # The redo panel undoes the operator and executes it with other values.
    for values in (second, first, second):
        assert operator("EXEC_DEFAULT", True, **values, **more) == {"FINISHED"}
        found.append(result(take))
        bpy.ops.ed.undo()
    assert found[0][1] == found[2][1]
    assert found[0][0].keys() == found[2][0].keys()
    assert all(np.array_equal(keys, found[2][0][entry]) for entry, keys in found[0][0].items())
    others = found[1][0]
    same = others.keys() == found[0][0].keys() and all(np.array_equal(found[0][0][e], others[e]) for e in others)
    assert not (same and found[0][1] == found[1][1])
