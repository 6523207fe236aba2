"""Gestures of the animator's own: cut out of a motion, kept as text, and made in another one."""

import json

import numpy as np
import pytest

from core.body.joints import ARM_CHAINS, WRISTS
from core.body.kinematics import forward_kinematics
from core.body.motion import Motion
from core.body.rotation import rotvec_to_matrix
from core.body.skeleton import JOINT
from core.cli.direct import _gesture
from core.direct.applied_gestures import apply_gestures
from core.direct.markers import Kind, Marker
from core.errors import GestureError
from core.gestures.clip import OWN, Clip, as_text, cut, read
from core.gestures.placed import Setting


def standing(frames=150):
    rotations = np.zeros((frames, 55, 3))
    for side, sign in (("left", 1), ("right", -1)):
        rotations[:, JOINT[f"{side}_shoulder"], 2] = -1.2 * sign
        rotations[:, JOINT[f"{side}_elbow"], 1] = -0.35 * sign
    return Motion(rotations, np.zeros((frames, 3)), np.zeros((frames, 52)))


@pytest.fixture(scope="module")
def source():
    """A motion of two seconds in which the right hand makes the library's gesture of stopping."""
    return apply_gestures(standing(90), [Marker(Kind.GESTURE, 1.5, 1.5, Setting("stop"))])


@pytest.fixture(scope="module")
def clip(source):
    return Clip("My Stop", cut(source, 20, 70), 25, (1,), 1)


def made(clip, at_s=2.5, is_mirrored=False, end_s=None, **settings):
    setting = Setting(OWN, clip=as_text(clip), **settings)
    return apply_gestures(standing(), [Marker(Kind.GESTURE, at_s, end_s or at_s, setting)], is_mirrored)


def close(a, b, joints):
    return np.abs(rotvec_to_matrix(a[joints]) - rotvec_to_matrix(b[joints])).max() < 1e-3


def wrist(motion, frame, side=1):
    return forward_kinematics(motion.rotations, motion.translation, motion.skeleton)[0][frame, WRISTS[side]]


def test_the_pose_of_the_stroke_is_there_at_its_moment_and_the_rest_of_the_body_stays(source, clip):
    motion, still = made(clip), standing()
    assert close(motion.rotations[75], source.rotations[45], ARM_CHAINS[1])
    moved = {joint for joint in range(55) if (motion.rotations[:, joint] != still.rotations[:, joint]).any()}
    assert moved <= set(clip.joints(1))
    assert np.array_equal(motion.rotations[:20], still.rotations[:20])
    assert np.array_equal(motion.rotations[-10:], still.rotations[-10:])


def test_the_text_makes_the_same_clip_again(clip):
    again = read(as_text(clip))
    assert (again.label, again.stroke, again.sides, again.leads) == ("My Stop", 25, (1,), 1)
    assert np.abs(again.motion.rotations - clip.motion.rotations).max() < 1e-4
    assert read(as_text(again)) is read(as_text(again))


@pytest.mark.parametrize(("hand", "is_mirrored", "side"), [("left", False, 0), ("auto", True, 0), ("right", True, 1)])
def test_the_other_hand_makes_it_mirrored(clip, hand, is_mirrored, side):
    place, usual = wrist(made(clip, hand=hand, is_mirrored=is_mirrored), 75, side), wrist(made(clip), 75)
    assert np.abs(place - usual * [-1 if side == 0 else 1, 1, 1]).max() < 0.01


def test_size_height_speed_and_hold(clip):
    usual = wrist(made(clip), 75)
    assert wrist(made(clip, height_m=0.1), 75)[1] - usual[1] == pytest.approx(0.1, abs=0.02)
    assert wrist(made(clip, size=0.6), 75)[2] < usual[2] - 0.02
    assert np.abs(wrist(made(clip, speed=2.0), 75) - usual).max() < 0.02
    held = made(clip, end_s=4.0)
    assert np.abs(wrist(held, 115) - wrist(held, 119)).max() < 1e-3
    marker = Marker(Kind.GESTURE, 2.5, 2.5, Setting(OWN, clip=as_text(clip)))
    assert marker.stretch_s == pytest.approx((2.5, 2.5 + 25 / 30))
    assert Marker.from_dict(json.loads(json.dumps(marker.as_dict()))) == marker


def test_a_head_that_takes_part_turns_as_in_the_clip(source):
    rotations = source.rotations.copy()
    rotations[:, JOINT["head"], 1] = 0.4 * np.linspace(0, 1, len(rotations))
    clip = Clip("Look", cut(source.replace(rotations=rotations), 20, 70), 25, (1,), 1, head=True)
    turn = made(clip).rotations[75, [JOINT["neck"], JOINT["head"]]].sum(0)
    assert turn[1] == pytest.approx(0.4 * 25 / 89, abs=0.01)
    mirrored = made(clip, hand="left").rotations[75, [JOINT["neck"], JOINT["head"]]].sum(0)
    assert mirrored[1] == pytest.approx(-turn[1], abs=0.01)


@pytest.mark.parametrize(
    "change",
    [
        {"stroke": 51},
        {"stroke": -1},
        {"stroke": True},
        {"sides": []},
        {"sides": ["left"]},
        {"leads": "middle"},
        {"name": ""},
        {"name": "a\nb"},
        {"fingers": 1},
        {"motion": "AAAA"},
        {"motion": 3},
        {"kind": "other"},
        {"version": 2},
        {"picture": "?"},
    ],
)
def test_damaged_texts_are_refused(clip, change):
    values = json.loads(as_text(clip)) | change
    with pytest.raises(GestureError, match="cannot be read"):
        read(json.dumps(values))


def test_a_setting_needs_its_clip():
    with pytest.raises(GestureError, match="cannot be read"):
        Setting(OWN)
    with pytest.raises(GestureError, match="cannot be read"):
        read("[" * 200)


def test_the_shell_takes_the_file_of_a_gesture(clip, tmp_path):
    path = tmp_path / "my_stop.gesture.json"
    path.write_text(as_text(clip), encoding="utf-8")
    marker = _gesture(f"{path}[hand=left]@2:3", lambda: ())
    assert (marker.start_s, marker.end_s, marker.setting.hand) == (2.0, 3.0, "left")
    assert marker.setting.gesture.label == "My Stop"
    with pytest.raises(GestureError, match="cannot be read"):
        _gesture(f"{tmp_path}/none.gesture.json@2", lambda: ())
    (tmp_path / "folder.gesture.json").mkdir()
    with pytest.raises(GestureError, match="not a file"):
        _gesture(f"{tmp_path}/folder.gesture.json@2", lambda: ())
