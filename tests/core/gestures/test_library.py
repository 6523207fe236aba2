"""The library of gestures: every gesture can be made by either hand, and leads smoothly into and out of a take."""

import json

import numpy as np
import pytest

from core.body.kinematics import forward_kinematics
from core.body.nods import face_down
from core.body.rotation import rotvec_to_quat
from core.body.skeleton import JOINT, default_rest_joints
from core.direct.applied_gestures import apply_gestures
from core.direct.markers import Kind, Marker, markers_from
from core.direct.mirror import mirror
from core.errors import GestureError
from core.gestures.arm_pose import ArmGoal, hand_turn, natural_swivel, own_side, solve_arm
from core.gestures.library import gestures
from core.gestures.placed import Setting
from devtools.measure.gesture_classes import in_class, read_features

from ..direct.speakers import gesturer

REST = default_rest_joints()
ARMS_AND_HEAD = [
    joint
    for name, joint in JOINT.items()
    if joint >= 25 or name.split("_")[-1] in ("collar", "shoulder", "elbow", "wrist", "neck", "head")
]


@pytest.fixture(scope="module")
def take():
    return gesturer(8, 1)


def put(take, name, at_s=4.0, **more):
    return apply_gestures(take, [Marker(Kind.GESTURE, at_s, at_s, Setting(name, **more))])


def wrists(motion):
    positions, _ = forward_kinematics(motion.rotations, motion.translation, motion.skeleton)
    return positions[:, [JOINT["left_wrist"], JOINT["right_wrist"]]]


def test_the_library_has_sixty_gestures_and_those_that_offend_say_where():
    assert len(gestures()) >= 60
    assert {"ok", "thumbs_up", "come_here"} <= {name for name, gesture in gestures().items() if gesture.offends}
    assert all(gesture.first_s <= 0 for gesture in gestures().values())


@pytest.mark.parametrize("name", gestures())
def test_every_gesture_is_smooth_and_changes_only_its_frames(take, name):
    made = put(take, name)
    changed = np.flatnonzero((made.rotations != take.rotations).any((1, 2)))
    assert np.isfinite(made.rotations).all()
    assert 10 < len(changed) < 7 * 30
    assert {*np.flatnonzero((made.rotations != take.rotations).any((0, 2)))} <= {*ARMS_AND_HEAD}
    turn = np.abs((rotvec_to_quat(made.rotations[1:]) * rotvec_to_quat(made.rotations[:-1])).sum(-1))
    assert np.degrees(2 * np.arccos(np.clip(turn, 0, 1))).max() < 45
    speed = np.linalg.norm(np.diff(wrists(made), axis=0), axis=-1) * 30
    assert speed.max() < 4.5


def test_wrists_do_not_jump_where_a_gesture_begins_or_ends(take):
    for name in ("thumbs_up", "big", "shrug"):
        made = put(take, name)
        jerk = np.linalg.norm(np.diff(wrists(made), 3, axis=0), axis=-1) * 30**3
        own = np.linalg.norm(np.diff(wrists(take), 3, axis=0), axis=-1) * 30**3
        assert jerk.max() < 1.5 * own.max()


def test_the_hand_points_where_the_library_says():
    goal = ArmGoal(
        np.array([[-0.2, 0.05, 0.4]]),
        hand_turn(np.array([[0.0, 0, 1]]), np.array([[0.0, -1, 0]]), REST, 1),
        np.zeros(1),
    )
    arm = solve_arm(goal, natural_swivel(goal, REST, 1), REST, 1)
    turn = arm.chain[0] @ arm.chain[1] @ arm.chain[2] @ arm.chain[3]
    along = REST[JOINT["right_middle1"]] - REST[JOINT["right_wrist"]]
    assert np.allclose((turn[0] @ along) / np.linalg.norm(along), [0, 0, 1], atol=1e-9)
    assert own_side(np.array([1.0, 2, 3]), 1).tolist() == [-1, 2, 3]


def test_a_mirrored_take_is_gestured_by_the_left_hand_and_sides_that_mean_something_stay(take):
    marker = [Marker(Kind.GESTURE, 4.0, 4.0, Setting("count_three"))]
    right, left = apply_gestures(take, marker), apply_gestures(mirror(take), marker, is_mirrored=True)
    assert np.allclose(wrists(right)[120, 1] * [-1, 1, 1], wrists(left)[120, 0], atol=2e-3)
    assert Setting("to_the_left").side(is_mirrored=True) == Setting("to_the_left").side(is_mirrored=False) == 0


def test_settings_change_a_gesture(take):
    small, usual, large = (wrists(put(take, "big", size=size))[120] for size in (0.6, 1.0, 1.4))
    assert (
        np.linalg.norm(small[0] - small[1]) < np.linalg.norm(usual[0] - usual[1]) < np.linalg.norm(large[0] - large[1])
    )
    assert wrists(put(take, "stop", height_m=0.1))[120, 1, 1] > wrists(put(take, "stop"))[120, 1, 1] + 0.05
    assert wrists(put(take, "stop", hand="left"))[120, 0, 1] > wrists(take)[120, 0, 1] + 0.1


def test_gestures_that_follow_at_once_lead_into_each_other(take):
    markers = [Marker(Kind.GESTURE, at, at, Setting(name)) for at, name in ((3.0, "one_hand"), (4.0, "count_two"))]
    made = apply_gestures(take, markers)
    jerk = np.linalg.norm(np.diff(wrists(made), 3, axis=0), axis=-1) * 30**3
    assert jerk.max() < 1.6 * (np.linalg.norm(np.diff(wrists(take), 3, axis=0), axis=-1) * 30**3).max()


def test_gestures_survive_json_and_say_what_is_wrong():
    marker = Marker(Kind.GESTURE, 2.0, 3.0, Setting("wave", "left", 1.2, 0.1, 0.8, True))
    assert markers_from(json.loads(json.dumps([marker.as_dict()]))) == (marker,)
    for wrong in ({"gesture": "moo"}, {"gesture": "wave", "hand": "third"}, {"gesture": "wave", "size": 9}, {}):
        with pytest.raises(GestureError):
            Marker.from_dict({"kind": "gesture", "start_s": 1.0, **wrong})
    with pytest.raises(GestureError, match="outside of the take"):
        apply_gestures(gesturer(2, 1), [Marker(Kind.GESTURE, 5.0, 5.0, Setting("wave"))])


def test_two_hands_show_two_gestures_at_once_and_not_three(take):
    two = [Marker(Kind.GESTURE, 2.0, 2.0, Setting("wave", side)) for side in ("left", "right")]
    apply_gestures(take, two)
    with pytest.raises(GestureError, match="two hands"):
        apply_gestures(take, [*two, Marker(Kind.GESTURE, 2.05, 2.05, Setting("stop", "left"))])


@pytest.mark.parametrize(
    ("place", "side"), [((2.0, 1.2, 3.0), "left"), ((-3.0, 2.0, 1.0), "right"), ((-0.4, 0.2, 2.0), "right")]
)
def test_arm_head_and_eyes_lead_to_a_place(take, place, side):
    marker = Marker(Kind.GESTURE, 3.0, 5.0, Setting("point_at", place=place))
    made = apply_gestures(take, [marker])
    positions, world = forward_kinematics(made.rotations, made.translation, made.skeleton)
    shown = slice(92, 148)
    tip, base = (positions[shown, JOINT[f"{side}_{joint}"]] for joint in ("index3", "shoulder"))
    towards = np.array(place) - base
    cosine = ((tip - base) * towards).sum(-1) / np.linalg.norm(tip - base, axis=-1) / np.linalg.norm(towards, axis=-1)
    assert np.degrees(np.arccos(cosine.min())) < 8
    before = forward_kinematics(take.rotations, take.translation, take.skeleton)[1][shown, JOINT["head"]]
    there = np.array(place) - positions[shown, JOINT["head"]]
    there /= np.linalg.norm(there, axis=-1, keepdims=True)
    assert ((world[shown, JOINT["head"]][..., 2] * there).sum(-1) > (before[..., 2] * there).sum(-1)).all()
    assert (made.expression[shown] != take.expression[shown]).any()
    assert markers_from([marker.as_dict()]) == (marker,)


def test_both_hands_of_an_uneven_gesture_differ_and_those_that_touch_stay_together(take):
    level, uneven = (wrists(put(take, "big", uneven=amount))[122] for amount in (0.0, 1.0))
    moved = np.linalg.norm(uneven - level, axis=-1)
    assert moved[1] < 0.002  # the right hand leads
    assert 0.03 < moved[0] < 0.08
    for name in ("plea", "point_there"):
        assert np.array_equal(put(take, name, uneven=1.0).rotations, put(take, name).rotations)
    (marker,) = markers_from([Marker(Kind.GESTURE, 4.0, 4.0, Setting("big", uneven=-0.5)).as_dict()])
    assert marker.setting.uneven == -0.5


@pytest.mark.slow
@pytest.mark.parametrize("name", [each.name for each in gestures().values() if each.other == each.main])
def test_an_uneven_gesture_stays_in_its_class(take, name):
    for amount in (-1.0, 0.0, 1.0):
        made = put(take, name, uneven=amount)
        positions, _ = forward_kinematics(made.rotations, made.translation, made.skeleton)
        assert in_class(name, read_features(positions, made.skeleton, made.fps))[111:150].any()


def test_a_gesture_nods_less_where_the_head_is_down_already(take):
    rotations = take.rotations.copy()
    rotations[:, [JOINT["neck"], JOINT["head"]]] = 0
    upright = take.replace(rotations=rotations)
    rotations = rotations.copy()
    rotations[:, [JOINT["neck"], JOINT["head"]], 0] = np.radians(16)
    hanging = take.replace(rotations=rotations)
    ways = []
    for each in (upright, hanging):
        before, after = (np.degrees(face_down(motion.rotations, REST))[120] for motion in (each, put(each, "thanks")))
        ways.append(after - before)
    assert ways[0] > 8
    assert 0 <= ways[1] < 5
