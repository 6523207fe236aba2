"""Gestures of the library are never held dead: hands keep a share of what the take does there."""

import numpy as np

from core.body.joints import ELBOWS, SHOULDERS, WRISTS
from core.body.rotation import quat_conjugate, quat_multiply, quat_to_rotvec, rotvec_to_quat
from core.body.skeleton import JOINT
from core.direct.applied_gestures import apply_gestures
from core.direct.gesture_life import enliven
from core.direct.markers import Kind, Marker
from core.gestures.placed import Setting

from .speakers import gesturer

FPS = 30.0
FINGER = JOINT["right_index1"]


def turns(rotvecs):
    return rotvec_to_quat(np.asarray(rotvecs, float))


def angle(a, b):
    """Degrees (N, J) between quaternions (N, J, 4)."""
    return np.degrees(np.linalg.norm(quat_to_rotvec(quat_multiply(quat_conjugate(a), b)), axis=-1))


def test_quick_turns_are_kept_by_a_share_and_slow_ones_are_not():
    time = np.arange(240) / FPS
    joints = np.array([FINGER, WRISTS[1], ELBOWS[1], SHOULDERS[1]])
    quick = 0.2 * np.sin(2 * np.pi * 2.5 * time)
    slow = 0.5 * np.sin(2 * np.pi * 0.1 * time)
    gesture = turns(np.broadcast_to([0.3, -0.1, 0.2], (240, 4, 3)))
    own = turns(np.stack([quick + slow, 0 * time, 0 * time], 1)[:, None].repeat(4, 1))
    away, fingers = (
        angle(gesture, enliven(gesture, own, joints, FPS, with_arms))[60:-60].max(0) for with_arms in (True, False)
    )
    np.testing.assert_allclose(away[:3], np.degrees(0.2) * np.array([0.5, 0.2, 0.1]), rtol=0.15)
    assert away[3] < 1e-9
    assert fingers[0] == away[0]
    assert fingers[1:].max() < 1e-9


def test_a_take_that_does_nothing_quick_leaves_the_gesture_as_it_is():
    gesture = turns(np.broadcast_to([0.3, -0.1, 0.2], (90, 1, 3)))
    own = turns(np.broadcast_to([0.0, 0.4, 0.0], (90, 1, 3)))
    assert angle(gesture, enliven(gesture, own, np.array([FINGER]), FPS, with_arms=True)).max() < 1e-5


def test_fingers_of_a_held_gesture_move_and_keep_their_shape():
    take = gesturer(8, 1)
    time = np.arange(take.frame_count) / take.fps
    rotations = take.rotations.copy()
    rotations[:, FINGER, 2] += 0.15 * np.sin(2 * np.pi * 2 * time)
    marker = Marker(Kind.GESTURE, 3.0, 6.0, Setting("stop"))
    made, still = (
        apply_gestures(take.replace(rotations=each), [marker]).rotations[100:160, FINGER]
        for each in (rotations, np.where(np.arange(55)[:, None] == FINGER, 0, rotations))
    )
    away = np.degrees(np.linalg.norm(made - still, axis=-1))
    assert 3 < away.max() < 7
