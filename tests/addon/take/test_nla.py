"""A take that was pushed down to the NLA is still the character's take; edits act on the action of its strip."""

import bpy
import numpy as np
import pytest

from ..conftest import keys_of
from ..directing import START, all_keys, differing, face_of, load
from ..layouts import draw

ELBOW = 'pose.bones["left_elbow"].rotation_quaternion'


def push_down(id_block):
    """Do what Push Down of the NLA editor does, which needs a window."""
    data = id_block.animation_data
    action, slot = data.action, getattr(data, "action_slot", None)
    strip = data.nla_tracks.new().strips.new(action.name, int(action.frame_range[0]), action)
    if slot is not None:
        strip.action_slot = slot
    data.action = None
    return strip


@pytest.fixture
def take(character, spoken_takes):
    """A character whose take was pushed down, body and face."""
    load(spoken_takes[0])
    for id_block in (face_of(character), character):
        push_down(id_block)
    return character


def strip_of(armature):
    return armature.animation_data.nla_tracks[0].strips[0]


def keys(armature):
    """Keys of the pushed-down take, body and face, by data path and index."""
    from mambatalk_ext.addon.blender import versions

    found = {}
    for id_block in (armature, face_of(armature)):
        action = id_block.animation_data.nla_tracks[0].strips[0].action
        found |= {(c.data_path, c.array_index): keys_of(c) for c in versions.curves_for(action, id_block)}
    return found


def shown(armature, frame):
    """The rotation of an elbow as the scene shows it."""
    bpy.context.scene.frame_set(frame)
    posed = armature.evaluated_get(bpy.context.evaluated_depsgraph_get())
    return np.array(posed.pose.bones["left_elbow"].matrix_basis.to_quaternion())


def is_shown(armature, frame=100):
    wanted = [keys(armature)[ELBOW, index][frame - START, 1] for index in range(4)]
    return abs(abs(np.dot(shown(armature, frame), wanted)) - 1) < 1e-5


def test_the_panels_find_a_take_that_was_pushed_down(take):
    name = strip_of(take).action.name
    assert name in " ".join(draw("MAMBATALK_PT_directing").drawn)
    assert draw("MAMBATALK_PT_levels").greyed == []
    assert len(draw("MAMBATALK_PT_takes").drawn) == 6


@pytest.mark.parametrize(
    "press",
    [
        lambda: bpy.ops.mambatalk.set_levels(upper=0.4),
        lambda: bpy.ops.mambatalk.resample(parts={"left_arm"}, start=80, end=150, seed=9),
        lambda: bpy.ops.mambatalk.accent_add(kind="hold", start=90, end=120),
    ],
    ids=["levels", "resample", "accent"],
)
def test_directing_writes_into_the_action_of_the_strip(take, press):
    before, count = keys(take), len(bpy.data.actions)
    assert press() == {"FINISHED"}
    assert differing(before, keys(take))
    assert take.animation_data.action is None
    assert face_of(take).animation_data.action is None
    assert len(bpy.data.actions) == count
    assert is_shown(take)


def test_sliders_and_finish_again_write_into_the_action_of_the_strip(take):
    before = keys(take)
    strip_of(take).action.mambatalk_take.upper = 0.4
    moved = keys(take)
    assert differing(before, moved)
    bpy.context.scene.mambatalk.finish_smoothing = 0.2
    assert bpy.ops.mambatalk.finish() == {"FINISHED"}
    assert differing(moved, keys(take))
    assert take.animation_data.action is None
    assert is_shown(take)


def test_hand_edits_of_a_pushed_down_take_are_found_spread_and_dropped(take, job_state):
    from mambatalk_ext.addon.blender import versions

    before = keys(take)
    curves = versions.curves_for(strip_of(take).action, take)
    curve = next(c for c in curves if (c.data_path, c.array_index) == (ELBOW, 1))
    curve.keyframe_points[89].co.y += 0.3
    curve.update()
    assert bpy.ops.mambatalk.show_edits() == {"FINISHED"}
    assert job_state.current.notes[0].startswith("left_elbow")
    assert bpy.ops.mambatalk.spread_edits() == {"FINISHED"}
    assert bpy.ops.mambatalk.drop_edits() == {"FINISHED"}
    assert not differing(before, keys(take))


def test_an_export_of_a_pushed_down_take_is_the_same_file(character, spoken_takes, tmp_path):
    load(spoken_takes[0])
    bpy.context.scene.mambatalk_export.kind = "NPZ"
    bpy.context.scene.mambatalk_export.sound = False
    found = []
    for name in ("before", "after"):
        assert bpy.ops.mambatalk.export(folder=str(tmp_path / name)) == {"FINISHED"}
        (path,) = (tmp_path / name).glob("*.npz")
        with np.load(path) as file:
            found.append({key: file[key] for key in file.files})
        if name == "before":
            push_down(face_of(character))
            push_down(character)
    assert found[0].keys() == found[1].keys()
    assert all(np.array_equal(found[0][key], found[1][key]) for key in found[0])


def test_a_take_below_a_layer_of_the_animators_own_is_found(take):
    layer = bpy.data.actions.new("Layer")
    take.animation_data.action = layer
    before = keys(take)
    assert bpy.ops.mambatalk.set_levels(upper=0.4) == {"FINISHED"}
    assert differing(before, keys(take))
    assert take.animation_data.action == layer


def _scaled(strip):
    strip.scale = 2.0


def _moved(strip):
    strip.frame_end += 25
    strip.frame_start += 25


def _reversed(strip):
    strip.use_reverse = True


@pytest.mark.parametrize("change", [_scaled, _moved, _reversed])
def test_a_strip_that_was_scaled_or_moved_is_named_and_edits_are_refused(take, job_state, change):
    strip, before = strip_of(take), keys(take)
    kept = strip.scale, strip.frame_start, strip.frame_end
    change(strip)
    said = " ".join(draw("MAMBATALK_PT_directing").drawn)
    assert strip.name in said
    assert "can change its keys" in said
    assert "Drop Edits" in draw("MAMBATALK_PT_edits").greyed
    assert "Lock Bones" in draw("MAMBATALK_PT_locks").greyed
    for press in (bpy.ops.mambatalk.set_levels, bpy.ops.mambatalk.finish, bpy.ops.mambatalk.resample):
        with pytest.raises(RuntimeError, match="The NLA strip"):
            press()
    strip.action.mambatalk_take.upper = 0.4
    assert "The NLA strip" in job_state.shown_error().message
    assert not differing(before, keys(take))
    strip.use_reverse = False
    strip.scale = kept[0]
    strip.frame_start, strip.frame_end = kept[1:]
    assert job_state.shown_error() is None
    assert bpy.ops.mambatalk.set_levels(upper=0.5) == {"FINISHED"}
    assert differing(before, keys(take))


def test_discarding_a_pushed_down_take_removes_its_strip(take, spoken_takes):
    name = strip_of(take).action.name
    assert bpy.ops.mambatalk.discard_take() == {"FINISHED"}
    assert name not in bpy.data.actions
    assert [len(track.strips) for track in take.animation_data.nla_tracks] == [0]


def test_a_take_in_the_nla_of_another_take_is_not_discarded_with_the_others(take, spoken_takes):
    pushed = strip_of(take).action
    load(spoken_takes[1])
    with pytest.raises(RuntimeError, match="a character performs them"):
        bpy.ops.mambatalk.discard_others()
    assert strip_of(take).action == pushed


def test_while_a_strip_is_tweaked_no_other_take_is_assigned(take, spoken_takes):
    take.animation_data.nla_tracks.active = take.animation_data.nla_tracks[0]
    strip_of(take).select = True
    take.animation_data.use_tweak_mode = True
    assert take.animation_data.use_tweak_mode
    with pytest.raises(RuntimeError, match="is being tweaked"):
        bpy.ops.mambatalk.load_take(folder=str(spoken_takes[1]))
    before = keys(take)
    assert bpy.ops.mambatalk.set_levels(upper=0.4) == {"FINISHED"}
    assert differing(before, keys(take))


def tracks(armature):
    """Name of each track with the actions of its strips, body and face."""
    found = []
    for id_block in (armature, face_of(armature)):
        data = id_block.animation_data
        found.append([(track.name, [strip.action.name for strip in track.strips]) for track in data.nla_tracks])
    return found


@pytest.fixture
def performed(character, spoken_takes):
    """A character whose take is assigned to it."""
    load(spoken_takes[0])
    return character


def test_a_take_goes_into_the_nla_on_tracks_with_its_name_at_its_place(performed):
    name = performed.animation_data.action.name
    assert bpy.ops.mambatalk.push_take_to_nla() == {"FINISHED"}
    assert performed.animation_data.action is None
    assert face_of(performed).animation_data.action is None
    assert [[track for track, _ in each] for each in tracks(performed)] == [[name], [name]]
    strip = strip_of(performed)
    assert (strip.frame_start, strip.frame_end, strip.scale, strip.mute) == (START, START + 239, 1.0, False)
    assert is_shown(performed)
    before = keys(performed)
    assert bpy.ops.mambatalk.set_levels(upper=0.4) == {"FINISHED"}
    assert differing(before, keys(performed))
    with pytest.raises(RuntimeError, match="is in the NLA already"):
        bpy.ops.mambatalk.push_take_to_nla()


def test_a_take_comes_back_from_the_nla_with_its_keys(performed):
    before, name = all_keys(performed), performed.animation_data.action.name
    with pytest.raises(RuntimeError, match="is not in the NLA"):
        bpy.ops.mambatalk.take_from_nla()
    bpy.ops.mambatalk.push_take_to_nla()
    assert bpy.ops.mambatalk.take_from_nla() == {"FINISHED"}
    assert performed.animation_data.action.name == name
    assert tracks(performed) == [[], []]
    assert not differing(before, all_keys(performed))


def test_a_strip_that_was_moved_is_taken_back_to_the_frames_of_the_keys(performed, job_state):
    before = all_keys(performed)
    bpy.ops.mambatalk.push_take_to_nla()
    _moved(strip_of(performed))
    assert bpy.ops.mambatalk.take_from_nla() == {"FINISHED"}
    assert "moved by +25 frames" in job_state.current.notes[0]
    assert not differing(before, all_keys(performed))


def test_other_tracks_and_a_layer_of_the_animators_own_stay(performed, spoken_takes):
    first = performed.animation_data.action.name
    bpy.ops.mambatalk.push_take_to_nla()
    load(spoken_takes[1])
    second = performed.animation_data.action.name
    bpy.ops.mambatalk.push_take_to_nla()
    assert [track for track, _ in tracks(performed)[0]] == [first, second]
    assert bpy.ops.mambatalk.take_from_nla() == {"FINISHED"}
    assert [track for track, _ in tracks(performed)[0]] == [first]
    bpy.ops.mambatalk.push_take_to_nla()
    performed.animation_data.action = bpy.data.actions.new("Layer")
    with pytest.raises(RuntimeError, match="Layer plays above the NLA"):
        bpy.ops.mambatalk.take_from_nla()


def test_pushing_and_taking_back_are_one_undo_step_each(performed):
    name, take = performed.name, performed.animation_data.action.name
    bpy.ops.ed.undo_push(message="before")
    bpy.ops.mambatalk.push_take_to_nla("EXEC_DEFAULT", True)
    bpy.ops.mambatalk.take_from_nla("EXEC_DEFAULT", True)
    bpy.ops.ed.undo()
    assert bpy.data.objects[name].animation_data.action is None
    assert bpy.data.objects[name].animation_data.nla_tracks[0].name == take
    bpy.ops.ed.undo()
    assert bpy.data.objects[name].animation_data.action.name == take
    assert len(bpy.data.objects[name].animation_data.nla_tracks) == 0
