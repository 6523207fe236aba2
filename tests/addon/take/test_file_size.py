"""How large a .blend with takes is: the take itself is small, and its keys compress well."""

import bpy
import pytest

from ..conftest import curves_of, wobble, write_take
from ..directing import face_of

FRAMES = 900


@pytest.fixture
def take(character, tmp_path, recording):
    bpy.context.scene.render.fps = 30
    folder = write_take(tmp_path / "take", wobble(FRAMES), recording)
    assert bpy.ops.mambatalk.load_take(folder=str(folder)) == {"FINISHED"}
    return character


def bytes_a_key(armature, tmp_path) -> float:
    """The bytes by which the keys of a take enlarge a compressed file."""
    sizes, path = [], tmp_path / "size.blend"
    count = 0
    for _ in range(2):
        bpy.ops.wm.save_as_mainfile(filepath=str(path), compress=True, check_existing=False)
        sizes.append(path.stat().st_size)
        for id_block in (armature, face_of(armature)):
            for curve in curves_of(id_block).values():
                count += len(curve.keyframe_points)
                curve.keyframe_points.clear()
    return (sizes[0] - sizes[1]) / count


def test_a_key_takes_few_bytes_of_a_compressed_file_even_after_levels_changed(take, tmp_path):
    assert bpy.ops.mambatalk.set_levels(upper=0.5, hands=1.2) == {"FINISHED"}
    # Handles as Blender computes them take 14 bytes more.
    assert bytes_a_key(take, tmp_path) < 9


def test_what_is_stored_of_a_take_beside_its_keys_is_small(take):
    action = take.animation_data.action
    stored = sum(len(value) for _, value in action.items() if isinstance(value, bytes))
    # The wobble moves every joint, so it is larger than speech: 0.6 MB a minute.
    assert stored / (FRAMES / 30) * 60 < 3e6


def test_handles_that_an_animator_placed_stay(take):
    curve = curves_of(take)['pose.bones["left_elbow"].rotation_quaternion', 1]
    point = curve.keyframe_points[30]
    point.interpolation, point.handle_right_type, point.handle_left_type = "BEZIER", "FREE", "FREE"
    point.handle_right = (point.co.x + 0.4, point.co.y + 0.3)
    curve.update()
    placed = tuple(point.handle_right)
    assert bpy.ops.mambatalk.set_levels(upper=0.5) == {"FINISHED"}
    assert tuple(curve.keyframe_points[30].handle_right) == placed
