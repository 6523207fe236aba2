"""Levels of a take change keys at once and change nothing when they are set back; on any character, at any rate."""

import json
import shutil
import subprocess
import sys

import bpy
import numpy as np
import pytest

from ..conftest import FPS, ROOT, curves_of, first_on_each, keys_of
from ..directing import ELBOW, START, all_keys, areas_of, bend, differing, face_of, load, own, values
from ..rigs import build

SLIDERS = {
    "upper": 0.4,
    "hands": 0.2,
    "face": 0.5,
    "lower": 0.3,
    "head": 1.4,
    "gaze": 0.2,
    "blink_rate": 0.0,
    "stillness": 1.0,
    "smoothing": 0.8,
    "mirror": True,
}


@pytest.fixture
def take(character, spoken_takes, tmp_path):
    """A spoken take that blinks, on the character."""
    from mambatalk_ext.core.body.motion import load_motion, save_motion

    folder = tmp_path / "blinking"
    shutil.copytree(spoken_takes[0], folder)
    for name in ("motion.npz", "motion_raw.npz"):
        motion = load_motion(folder / name)
        expression = motion.expression.copy()
        for start in (40, 110, 190):
            expression[start : start + 7, [0, 7]] = np.sin(np.arange(1, 8) * np.pi / 8)[:, None]
        save_motion(motion.replace(expression=expression), folder / name)
    # Takes of earlier versions have no checksum over their files.
    facts = json.loads((folder / "take.json").read_text())
    del facts["checksum"]
    (folder / "take.json").write_text(json.dumps(facts))
    load(folder)
    return character


@first_on_each("name", SLIDERS)
def test_a_slider_changes_its_own_and_set_back_every_key_is_as_before(take, name):
    before = all_keys(take)
    neutral = getattr(own(take), name)
    setattr(own(take), name, SLIDERS[name])
    changed = differing(before, all_keys(take))
    assert changed
    touched = {
        "hands": {"hands", "left_hand", "right_hand"},
        "face": {"face"},
        "gaze": {"face"},
        "blink_rate": {"face"},
    }.get(name)
    if touched is not None:
        eyes = {path for path, _ in changed if "eye_smplhf" in path}
        assert areas_of({key: None for key in changed if key[0] not in eyes}) <= touched
    setattr(own(take), name, neutral)
    assert not differing(before, all_keys(take))


@pytest.mark.any_blender
def test_random_ways_of_the_sliders_lead_to_the_same_keys(take):
    from mambatalk_ext.core.direct.levels import LEVELS

    ranges = {level.name: (level.least, level.most) for level in LEVELS}
    draw = np.random.default_rng(1)
    before = all_keys(take)
    for _ in range(5):
        name = str(draw.choice([name for name in SLIDERS if name != "mirror"]))
        setattr(own(take), name, float(draw.uniform(*ranges[name])))
    own(take).upper = 0.7
    here, sliders = all_keys(take), {name: getattr(own(take), name) for name in SLIDERS}
    bpy.ops.mambatalk.reset_levels()
    assert not differing(before, all_keys(take))
    bpy.ops.mambatalk.set_levels(**sliders)
    assert not differing(here, all_keys(take))


@pytest.mark.any_blender
def test_a_calm_take_moves_less(take):
    path = 'pose.bones["left_shoulder"].rotation_quaternion'
    spread = lambda: np.ptp(values(take, path), axis=0).sum()  # noqa: E731
    lively = spread()
    bpy.ops.mambatalk.set_levels(upper=0.3)
    assert spread() < 0.6 * lively


@pytest.mark.any_blender
def test_edits_and_locks_win_over_levels(take):
    bend(take, 101, 120)
    before = all_keys(take)
    own(take).upper = 0.2
    changed = differing(before, all_keys(take))
    assert not set(changed[ELBOW, 1]) & set(range(101, 121))
    own(take).upper = 1.0
    assert not differing(before, all_keys(take))
    own(take).locked = {"left_arm"}
    own(take).upper = 0.2
    assert "left_arm" not in areas_of(differing(before, all_keys(take)))
    own(take).locked = set()
    assert "left_arm" in areas_of(differing(before, all_keys(take)))
    bpy.ops.mambatalk.reset_levels()
    assert not differing(before, all_keys(take))
    bpy.ops.mambatalk.drop_edits()


@pytest.mark.any_blender
def test_resampling_a_levelled_take_keeps_its_levels_and_everything_else(character, spoken_takes):
    load(spoken_takes[0])
    bpy.ops.mambatalk.set_levels(upper=0.6, hands=0.5, mirror=True)
    before = all_keys(character)
    assert bpy.ops.mambatalk.resample(parts={"left_arm"}, start=100, end=140, seed=3) == {"FINISHED"}
    changed = differing(before, all_keys(character))
    assert areas_of(changed) == {"left_arm", "upper"}
    frames = np.concatenate(list(changed.values()))
    assert 92 <= frames.min() <= frames.max() <= 148
    resampled = all_keys(character)
    own(character).hands = 0.1
    own(character).hands = 0.5
    assert areas_of(differing(resampled, all_keys(character))) <= {"hands", "left_hand", "right_hand"}


@pytest.mark.any_blender
def test_the_current_pose_becomes_the_rest_pose(take):
    take.pose.bones["left_shoulder"].rotation_quaternion = (0.9, 0.1, 0.4, 0.1)
    take.pose.bones["left_shoulder"].rotation_quaternion.normalize()
    wanted = np.array(take.pose.bones["left_shoulder"].rotation_quaternion)
    before = all_keys(take)
    assert bpy.ops.mambatalk.rest_pose() == {"FINISHED"}
    keyed = values(take, 'pose.bones["left_shoulder"].rotation_quaternion')
    assert np.abs(np.abs(keyed @ wanted) - 1).max() < 1e-3
    own(take).pose_amount = 0.0
    assert not differing(before, all_keys(take))


def test_levels_survive_the_file_and_undo(character, spoken_takes, tmp_path):
    load(spoken_takes[0])
    neutral = all_keys(character)
    name, path = character.name, tmp_path / "levels.blend"
    bpy.ops.ed.undo_push(message="before")
    bpy.ops.mambatalk.set_levels("EXEC_DEFAULT", True, upper=0.5)
    levelled = all_keys(bpy.data.objects[name])
    bpy.ops.ed.undo()
    assert own(bpy.data.objects[name]).upper == 1.0
    assert not differing(neutral, all_keys(bpy.data.objects[name]))
    bpy.ops.ed.redo()
    assert own(bpy.data.objects[name]).upper == 0.5
    assert not differing(levelled, all_keys(bpy.data.objects[name]))
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    bpy.ops.wm.open_mainfile(filepath=str(path))
    armature = bpy.data.objects[name]
    assert own(armature).upper == 0.5
    own(armature).upper = 1.0
    assert not differing(neutral, all_keys(armature))


def test_a_slider_undone_before_its_keys_were_written_has_the_right_ones(character, spoken_takes):
    from mambatalk_ext.addon.direct import directed_keys, sliders

    load(spoken_takes[0])
    neutral, name = all_keys(character), character.name
    sliders.put(character.animation_data.action, {"upper": 0.5})
    bpy.ops.ed.undo_push(message="a slider whose keys are still to come")
    directed_keys.write_keys(character)
    written = all_keys(character)
    bpy.ops.mambatalk.set_levels("EXEC_DEFAULT", True, upper=0.9)
    bpy.ops.ed.undo()
    armature = bpy.data.objects[name]
    assert own(armature).upper == 0.5
    assert not differing(written, all_keys(armature))
    assert differing(neutral, written)


def test_another_take_catches_up_when_it_is_performed(character, spoken_takes):
    for folder in spoken_takes[:2]:
        load(folder)
    first = next(action for action in bpy.data.actions if action.name.startswith("speech_0"))
    bpy.ops.mambatalk.switch_take(name=first.name)
    before = all_keys(character)
    bpy.ops.mambatalk.switch_take(name="speech_1")
    first.mambatalk_take.upper = 0.3
    bpy.ops.mambatalk.switch_take(name=first.name)
    assert differing(before, all_keys(character))


@first_on_each("fps", ["24", "29.97", "60"])
def test_levels_at_other_scene_rates(character, spoken_takes, fps):
    load(spoken_takes[0], fps)
    before = all_keys(character)
    bpy.ops.mambatalk.set_levels(upper=0.5, face=0.5)
    changed = differing(before, all_keys(character))
    assert {"upper", "face"} <= areas_of(changed)
    bpy.ops.mambatalk.reset_levels()
    assert not differing(before, all_keys(character))
    assert FPS[fps][0] == bpy.context.scene.render.fps


def test_levels_on_a_mapped_rig(scene, spoken_takes):
    armature = build("mixamo", seed=6).armature
    scene.mambatalk.character = armature
    load(spoken_takes[0])
    before = {name: keys_of(curve) for name, curve in curves_of(armature).items()}
    bpy.ops.mambatalk.set_levels(upper=0.5)
    after = {name: keys_of(curve) for name, curve in curves_of(armature).items()}
    changed = {name[0] for name in before if not np.array_equal(before[name], after[name])}
    assert any("Arm" in path for path in changed)
    assert not any("Leg" in path or "Hips" in path for path in changed)
    assert bpy.ops.mambatalk.resample(parts={"left_arm"}, start=100, end=140) == {"FINISHED"}
    later = {name: keys_of(curve) for name, curve in curves_of(armature).items()}
    for name, keys in after.items():
        rows = np.flatnonzero((keys != later[name]).any(1))
        if len(rows):
            assert "Left" in name[0], name
            assert 92 <= rows.min() + START <= rows.max() + START <= 148


@pytest.mark.any_blender
def test_bad_levels_change_nothing(take, job_state):
    before = all_keys(take)
    own(take).pose = "[[1, 2, 3]]"
    with pytest.raises(RuntimeError, match="not a pose"):
        bpy.ops.mambatalk.set_levels(upper=0.5)
    assert own(take).upper == 1.0
    own(take).pose = ""
    assert not differing(before, all_keys(take))
    assert job_state.current.error.remedy


@pytest.mark.any_blender
def test_the_face_follows_its_levels(take):
    blinks = curves_of(face_of(take))['key_blocks["eyeBlinkLeft"].value', 0]
    assert keys_of(blinks)[:, 1].max() > 0.3
    own(take).blink_rate = 0.0
    assert keys_of(blinks)[:, 1].max() < 0.3


@pytest.mark.any_blender
def test_the_pose_of_a_mapped_rig_becomes_its_rest_pose(scene, spoken_takes):
    from mathutils import Quaternion

    built = build("mixamo", seed=6)
    armature = built.armature
    scene.mambatalk.character = armature
    load(spoken_takes[0])
    bone = armature.pose.bones[built.mapping["left_elbow"][0]]
    scene.frame_set(START + 100)
    bone.rotation_quaternion = bone.rotation_quaternion @ Quaternion((0, 0, 1), 0.5)
    bpy.context.view_layer.update()
    wanted = {name: each.matrix.to_quaternion() for name, each in armature.pose.bones.items()}
    assert bpy.ops.mambatalk.rest_pose() == {"FINISHED"}
    scene.frame_set(START + 100)
    for part in ("left_shoulder", "left_elbow", "left_wrist", "head", "right_index"):
        for name in built.mapping[part]:
            turned = armature.pose.bones[name].matrix.to_quaternion()
            assert turned.rotation_difference(wanted[name]).angle % (2 * np.pi) < 0.03, part


@pytest.mark.any_blender
def test_a_take_directed_from_a_shell_comes_with_its_levels_and_can_be_set_back(character, spoken_takes, tmp_path):
    from mambatalk_ext.core.body.motion import load_motion

    options = ("--upper", "0.5", "--accent", "3.2", "--keep", "right_arm", "--no-hands-out")
    command = [sys.executable, "-m", "core", "direct", spoken_takes[0], *options]
    subprocess.run([*map(str, command), "--out", str(tmp_path / "directed")], cwd=ROOT, check=True, capture_output=True)
    load(spoken_takes[0])
    plain = all_keys(character)
    load(tmp_path / "directed")
    assert own(character).upper == 0.5
    assert own(character).locked == {"right_arm"}
    assert [(marker.kind, round(marker.start_s, 3)) for marker in own(character).markers] == [("accent", 3.2)]
    wanted = load_motion(tmp_path / "directed" / "motion.npz")
    angle = 2 * np.arccos(np.clip(np.abs(values(character, ELBOW)[:, 0]), 0, 1))
    turned = np.linalg.norm(wanted.rotations[:, 18], axis=-1)
    assert np.abs(angle - np.minimum(turned, 2 * np.pi - turned)).max() < 1e-3
    own(character).locked = set()
    bpy.ops.mambatalk.reset_levels()
    bpy.ops.mambatalk.accents_clear()
    assert not differing(plain, all_keys(character))


@pytest.mark.any_blender
def test_a_take_at_rest_is_not_keyed_again_when_it_is_performed(character, spoken_takes):
    from mambatalk_ext.addon.direct import directed_keys
    from mambatalk_ext.addon.take import performed

    load(spoken_takes[0])
    stamp = performed.of(character).record.stamp
    directed_keys.catch_up(character)
    assert performed.of(character).record.stamp == stamp


@pytest.mark.any_blender
def test_seams_are_smooth_on_a_levelled_take_with_accents_too(character, spoken_takes):
    load(spoken_takes[0])
    bpy.ops.mambatalk.set_levels(upper=0.5, stillness=0.5)
    assert bpy.ops.mambatalk.accent_add(kind="accent", start=START + 105) == {"FINISHED"}
    path = 'pose.bones["{}"].rotation_quaternion'.format
    joints = ("left_shoulder", "left_elbow", "right_shoulder", "right_elbow", "spine3")
    usual = {name: np.linalg.norm(np.diff(values(character, path(name)), 2, axis=0), axis=1) for name in joints}
    before = all_keys(character)
    assert bpy.ops.mambatalk.resample(parts={"upper"}, start=START + 60, end=START + 100, seed=5) == {"FINISHED"}
    assert differing(before, all_keys(character))
    for name in joints:
        bends = np.linalg.norm(np.diff(values(character, path(name)), 2, axis=0), axis=1)
        assert max(bends[48:54].max(), bends[105:112].max()) < 1.5 * usual[name].max() + 1e-3, name
