"""Time Stretching of a scene: the panel says that sound and keys do not fit, and what looks at keys leaves it out."""

import sys

import bpy
import numpy as np
import pytest

from ..conftest import PACKAGE, wobble, write_take
from ..layouts import draw


@pytest.fixture
def timeline(extension):
    return sys.modules[f"{PACKAGE}.addon.blender.timeline"]


@pytest.fixture
def stretched(scene):
    scene.render.frame_map_old, scene.render.frame_map_new = 100, 50
    return scene


def test_the_panel_and_the_notes_of_a_take_say_so_until_it_is_removed(
    stretched, timeline, tmp_path, recording, job_state
):
    bpy.ops.mambatalk.add_character()
    folder = write_take(tmp_path / "take", wobble(30), recording)
    assert bpy.ops.mambatalk.load_take(folder=str(folder)) == {"FINISHED"}
    assert timeline.STRETCHED in job_state.current.notes
    shown = draw("MAMBATALK_PT_main").drawn
    assert "Time Stretching is on" in " ".join(shown)
    assert "Remove Time Stretching" in shown
    assert bpy.ops.mambatalk.remove_stretching() == {"FINISHED"}
    assert not timeline.is_stretched(stretched)
    assert not bpy.ops.mambatalk.remove_stretching.poll()
    assert "Remove Time Stretching" not in draw("MAMBATALK_PT_main").drawn
    assert bpy.ops.mambatalk.load_take(folder=str(folder)) == {"FINISHED"}
    assert timeline.STRETCHED not in job_state.current.notes


def test_poses_are_looked_at_without_it_and_it_comes_back(stretched, timeline):
    thing = bpy.data.objects.new("thing", None)
    stretched.collection.objects.link(thing)
    for frame in (0, 100):
        thing.location.x = frame
        thing.keyframe_insert("location", frame=frame)
    places = sys.modules[f"{PACKAGE}.addon.gestures.places"]
    stretched.frame_set(7, subframe=0.5)
    for frame in (0, 100):
        assert np.allclose(places.place_of(thing, stretched, frame)[0], frame)
    render = stretched.render
    assert (stretched.frame_current, stretched.frame_subframe) == (7, 0.5)
    assert (render.frame_map_old, render.frame_map_new) == (100, 50)
