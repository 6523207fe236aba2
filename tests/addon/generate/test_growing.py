"""Keys of a long take appear while the rest of it is made, and go without a trace."""

from types import SimpleNamespace

import bpy
import numpy as np
import pytest

from ..conftest import curves_of, keys_of, snapshot, wobble


@pytest.fixture
def growing(scene, character):
    """The keys of a take that begins at frame 11."""
    from mambatalk_ext.addon.blender import session_ids
    from mambatalk_ext.addon.generate.growing import Growing

    scene.render.fps = 30
    return Growing(session_ids.of(scene), session_ids.of(character), 11)


@pytest.fixture
def pieces(tmp_path):
    """Two pieces of a motion, of 40 frames and of 30: paths with their first frames."""
    from mambatalk_ext.core.body.motion import save_motion

    whole, found = wobble(70), []
    for number, (first, stop) in enumerate(((0, 40), (40, 70))):
        values = {name: getattr(whole, name)[first:stop] for name in ("rotations", "translation", "expression")}
        contacts = None if whole.contacts is None else whole.contacts[first:stop]
        save_motion(whole.replace(**values, contacts=contacts), tmp_path / f"{number}.npz")
        found.append((tmp_path / f"{number}.npz", first))
    return found


def pose(character):
    return np.array([bone.matrix_basis for bone in character.pose.bones])


def test_pieces_lie_one_behind_the_other_and_leave_nothing_behind(scene, character, growing, pieces):
    character.pose.bones["left_elbow"].rotation_mode = "XYZ"
    character.pose.bones["left_elbow"].rotation_euler = (0.1, 0.2, 0.3)
    bpy.context.view_layer.update()
    before, posed, end = snapshot(), pose(character), scene.frame_end
    growing.add(*pieces[0])
    path = 'pose.bones["right_elbow"].rotation_quaternion', 0
    assert keys_of(curves_of(character)[path])[:, 0].tolist() == list(range(11, 51))
    growing.add(*pieces[1])
    assert keys_of(curves_of(character)[path])[:, 0].tolist() == list(range(11, 81))
    scene.frame_set(60)
    assert np.abs(pose(character) - posed).max() > 0.01
    growing.remove()
    scene.frame_set(1)
    assert snapshot() == before
    assert np.allclose(pose(character), posed, atol=1e-6)
    assert character.pose.bones["left_elbow"].rotation_mode == "XYZ"
    assert scene.frame_end == end
    assert not any(action.name.startswith("In Progress") for action in bpy.data.actions)


def test_an_earlier_take_plays_again_when_the_pieces_go(character, growing, pieces):
    earlier = bpy.data.actions.new("earlier")
    from mambatalk_ext.addon.blender import versions

    versions.channelbag(earlier, character)
    versions.assign_action(character, earlier)
    growing.add(*pieces[0])
    assert character.animation_data.action != earlier
    growing.remove()
    assert character.animation_data.action == earlier


def test_a_file_that_was_saved_meanwhile_has_the_earlier_take(character, growing, pieces, tmp_path):
    from mambatalk_ext.addon.blender import versions

    earlier, name = bpy.data.actions.new("earlier"), character.name
    versions.channelbag(earlier, character)
    versions.assign_action(character, earlier)
    growing.add(*pieces[0])
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "saved.blend"), copy=True)
    growing.remove()
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "saved.blend"))
    character = bpy.data.objects[name]
    assert versions.assigned_action(character).name == "earlier"
    assert [action.name for action in bpy.data.actions] == ["earlier"]


def test_pieces_of_a_character_that_was_removed_are_left_out(character, growing, pieces):
    bpy.data.objects.remove(character)
    growing.add(*pieces[0])
    growing.remove()
    assert not any(action.name.startswith("In Progress") for action in bpy.data.actions)


def test_an_undone_piece_is_followed_by_new_keys(character, growing, pieces):
    growing.add(*pieces[0])
    bpy.data.actions.remove(character.animation_data.action)  # as undo does
    growing.add(*pieces[1])
    path = 'pose.bones["right_elbow"].rotation_quaternion', 0
    assert keys_of(curves_of(character)[path])[:, 0].tolist() == list(range(51, 81))
    growing.remove()


def test_a_job_keys_its_pieces_and_can_be_ended_with_what_is_made(extension, job_state):
    from mambatalk_ext.addon.job.job_mixin import JobOperator
    from mambatalk_ext.core.worker import protocol

    shown, asked = [], []

    class Operator(JobOperator):
        def show_piece(self, context, piece):
            shown.append(piece.first)

    client = SimpleNamespace(
        poll=lambda timeout_s: [protocol.Progress(1, 0.5, "Generating"), protocol.Piece(1, "a.npz", 240)],
        end=lambda: asked.append("end"),
    )
    operator = Operator()
    operator._job = job_state.current.job = job_state.Job("Generating", client)
    workspace = SimpleNamespace(status_text_set=lambda text: None)
    context = SimpleNamespace(window_manager=SimpleNamespace(windows=[]), workspace=workspace)
    try:
        assert not bpy.ops.mambatalk.keep_so_far.poll()
        assert operator._tick(context) == {"PASS_THROUGH"}
        assert shown == [240]
        assert bpy.ops.mambatalk.keep_so_far() == {"FINISHED"}
        assert asked == ["end"]
        assert not bpy.ops.mambatalk.keep_so_far.poll()
    finally:
        job_state.current.job = None
