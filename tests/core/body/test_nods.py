"""Faces that look down too far, or for too long, are lifted; others stay as they are."""

import numpy as np
import pytest

from core.body.curves import min_jerk
from core.body.kinematics import forward_kinematics
from core.body.motion import Motion
from core.body.nods import bound_nods, face_down, lift_faces
from core.body.skeleton import JOINT, JOINT_COUNT

FRAMES = 240


def nodding(down_deg: np.ndarray) -> Motion:
    """A figure that leans and nods by (T,) degrees, turned away and with its head tilted."""
    motion = Motion(
        np.zeros((len(down_deg), JOINT_COUNT, 3)), np.zeros((len(down_deg), 3)), np.zeros((len(down_deg), 52))
    )
    for joint, share in (("spine3", 0.45), ("neck", 0.35), ("head", 0.2)):
        motion.rotations[:, JOINT[joint], 0] = share * np.radians(down_deg)
    motion.rotations[:, JOINT["pelvis"], 1] = 1.2
    motion.rotations[:, JOINT["head"], 2] = 0.2
    return motion


def down(motion: Motion) -> np.ndarray:
    world = forward_kinematics(motion.rotations, motion.translation, motion.skeleton)[1]
    return np.degrees(np.arcsin(-world[:, JOINT["head"], 1, 2]))


def nod(depth_deg: float, length_s: float) -> np.ndarray:
    time = np.abs(np.arange(FRAMES) / 30 - 4)
    return depth_deg * (1 - min_jerk((time - length_s / 2) / 0.3))


def test_the_way_down_is_that_of_the_face():
    motion = nodding(np.linspace(-20, 70, FRAMES))
    np.testing.assert_allclose(np.degrees(face_down(motion.rotations, motion.skeleton)), down(motion), atol=1e-9)


def test_a_deep_nod_is_bounded_and_only_neck_and_head_turn():
    motion = nodding(nod(60, 0.2))
    bounded = bound_nods(motion)
    assert down(motion).max() > 55
    assert 28 < down(bounded).max() < 33
    others = [joint for joint in range(JOINT_COUNT) if joint not in (JOINT["neck"], JOINT["head"])]
    assert np.array_equal(bounded.rotations[:, others], motion.rotations[:, others])
    far = np.abs(np.arange(FRAMES) - 120) > 75
    assert np.array_equal(bounded.rotations[far], motion.rotations[far])


def test_a_head_that_hangs_comes_up_and_a_nod_as_deep_does_not():
    hanging, nodded = (bound_nods(nodding(nod(24, length_s))) for length_s in (4.0, 0.1))
    assert down(hanging)[120] < 21.5
    assert down(nodded)[120] > 23


def test_a_face_that_looks_ahead_stays_to_the_bit():
    motion = nodding(nod(14, 3.0))
    assert bound_nods(motion) is motion


@pytest.mark.parametrize("lift_deg", [3.0, 12.0])
def test_a_face_is_lifted_by_the_angle(lift_deg):
    motion = nodding(np.linspace(-10, 50, FRAMES))
    lifted = lift_faces(motion.rotations, motion.skeleton, np.full(FRAMES, np.radians(lift_deg)))
    np.testing.assert_allclose(down(motion) - down(motion.replace(rotations=lifted)), lift_deg, atol=0.3)


def test_a_face_that_looks_straight_down_stays():
    motion = nodding(np.full(3, 90.0))
    motion.rotations[:, JOINT["head"], 2] = 0
    assert np.isfinite(lift_faces(motion.rotations, motion.skeleton, np.ones(3))).all()
