"""A gesture of the library does not cut into a stroke: the own motion comes to rest while the gesture sets in."""

import numpy as np

from core.body.rotation import quat_to_rotvec, rotvec_to_quat
from core.body.skeleton import JOINT
from core.direct.applied_gestures import apply_gestures
from core.direct.lead_in import resting, slowest
from core.direct.markers import Kind, Marker
from core.direct.posed_arms import Arms
from core.gestures.placed import Setting

from .speakers import gesturer

FPS = 30.0
ROWS = np.arange(100, 160)
BEFORE, AFTER = (105, 125), (135, 155)


def swing(frames):
    """One joint that turns to and fro about twice a second, (N, 1, 4)."""
    turns = np.zeros((len(frames), 1, 3))
    turns[:, 0, 1] = 0.6 * np.sin(np.asarray(frames) * 0.4)
    return rotvec_to_quat(turns)


def angles(turns):
    """Radians (N,) of the swing."""
    return quat_to_rotvec(turns)[:, 0, 1]


def test_the_own_motion_stands_still_within_a_gesture_and_is_itself_outside_of_the_blends():
    shown = angles(resting(swing(ROWS), ROWS, BEFORE, AFTER))
    own = angles(swing(ROWS))
    outside = (BEFORE[0] >= ROWS) | (AFTER[1] <= ROWS)
    np.testing.assert_allclose(shown[outside], own[outside], atol=1e-12)
    for start, end in ((120, 130), (131, 140)):
        still = shown[start - 100 : end - 100]
        assert np.ptp(still) < 1e-9
    assert np.abs(np.diff(own[20:30])).max() > 0.05


def test_the_own_motion_slows_down_and_never_runs_backwards():
    """A joint that turns evenly shows the pace: 1 at the outer end of a blend, 0 where the motion rests."""
    even = rotvec_to_quat(0.02 * ROWS[:, None, None] * [[[0.0, 1.0, 0.0]]])
    pace = np.diff(angles(resting(even, ROWS, BEFORE, AFTER))) / 0.02
    slowing, setting_out = pace[5:25], pace[36:55]
    assert slowing[0] > 0.99
    assert setting_out[-1] > 0.99
    assert (np.diff(slowing) < 1e-3).all()
    assert (np.diff(setting_out) > -1e-3).all()
    assert pace[5:25].min() > -1e-3
    assert np.abs(np.diff(pace[:24])).max() < 0.2


def test_a_blend_begins_where_the_hand_is_slow_unless_that_is_far_away():
    speeds = np.full(60, 1.0)
    assert slowest(speeds, 15, FPS) == 15
    speeds[22] = 0.1
    assert slowest(speeds, 15, FPS) == 22
    speeds[15] = 0.2
    assert slowest(speeds, 15, FPS) == 15
    assert slowest(np.where(np.arange(60) == 40, 0.0, 1.0), 15, FPS) == 15
    assert slowest(speeds[:10], 15, FPS) == 15


def beating(frames=180):
    """Someone whose forearm beats five times in three seconds, and comes to a stop between the beats."""
    take = gesturer(6, 1)
    rotations = np.repeat(take.rotations[:1], frames, axis=0)
    beat = np.sin(np.arange(frames) / FPS * 2 * np.pi * 1.6)
    rotations[:, JOINT["right_elbow"], 1] += 0.5 * beat
    rotations[:, JOINT["right_shoulder"], 1] += 0.3 * beat
    return take.replace(
        rotations=rotations, translation=take.translation[:frames], contacts=None, expression=take.expression[:frames]
    )


def test_hands_that_beat_are_taken_over_without_a_detour():
    """Wherever in a beat a gesture sets in, the hand goes straight to it: blended alone, it went up to 74 % farther."""
    take, setting = beating(), Setting("stop", "right")
    for late in range(0, 18, 2):
        at_s = 3.0 + late / FPS
        made = apply_gestures(take, [Marker(Kind.GESTURE, at_s, at_s, setting)])
        first = round((at_s + setting.gesture.first_s) * FPS)
        way = Arms.of(made.rotations[first - 13 : first + 1], made.skeleton).wrist[:, 1]
        straight = np.linalg.norm(way[-1] - way[0])
        assert straight > 0.1
        assert np.linalg.norm(np.diff(way, axis=0), axis=1).sum() < 1.1 * straight


def test_the_lead_into_a_second_gesture_leaves_the_first_one_as_it_is():
    take = beating()
    first = Marker(Kind.GESTURE, 2.0, 2.6, Setting("stop", "right"))
    second = Marker(Kind.GESTURE, 4.0, 4.0, Setting("me", "right"))
    alone, both = (apply_gestures(take, markers).rotations for markers in ([first], [first, second]))
    until = round(first.stretch_s[1] * FPS)
    np.testing.assert_array_equal(both[:until], alone[:until])
