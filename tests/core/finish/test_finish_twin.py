"""The fast foot lock and its slow twin agree to a micrometre and a microradian, on made-up and on random input."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from core.body.joints import ANKLES, HIPS, KNEES
from core.body.kinematics import forward_kinematics
from core.body.legs import Feet, Legs, solve_legs
from core.body.rotation import matrix_to_rotvec, rotvec_to_matrix
from core.finish.cutoffs import cutoffs_of
from core.finish.foot_paths import hold_foot
from core.finish.footlock import lock_feet
from core.finish.knees import near_bend
from core.finish.pelvis import balance, ride, sink_and_tip, way_to_hull
from core.finish.settings import FinishSettings
from core.finish.smoothing import smooth_motion

from ..talkers import talker, walker
from . import feet_twin, legs_twin
from . import finish_twin as twin

SAME = 1e-6  # metres, radians


def angles_between(a, b):
    """Between rotation vectors (..., 3), radians."""
    difference = np.swapaxes(rotvec_to_matrix(a), -1, -2) @ rotvec_to_matrix(b)
    return np.linalg.norm(matrix_to_rotvec(difference), axis=-1)


def agree(fast, slow):
    """Whether two motions are the same, and the joints that follow from them."""
    assert np.array_equal(fast.contacts, slow.contacts)
    assert angles_between(fast.rotations, slow.rotations).max() < SAME
    assert np.abs(fast.translation - slow.translation).max() < SAME
    places = [forward_kinematics(m.rotations, m.translation, m.skeleton)[0] for m in (fast, slow)]
    assert np.abs(places[0] - places[1]).max() < SAME


def jumper():
    motion = talker(3, drift_m_s=0.03)
    flight = np.clip((np.arange(90) - 30) / 24, 0, 1)
    return motion.replace(translation=motion.translation + (1.2 * flight * (1 - flight))[:, None] * [0, 1, 0])


def rolling():
    """A walker whose feet pitch, up on the toes and back on the heels, and whose knees come to straight."""
    motion = walker(3, turn_rad_s=0.3)
    rotations, time = motion.rotations.copy(), np.arange(motion.frame_count) / motion.fps
    rotations[:, ANKLES, 0] += 0.25 * np.sin(2 * np.pi * np.stack([0.9 * time, 0.9 * time + 0.5], 1))
    rotations[:, KNEES, 0] -= 0.45 * np.clip(np.sin(2 * np.pi * 0.7 * time), 0, 1)[:, None]
    return motion.replace(rotations=rotations)


def noisy(seed):
    """A talker with random smooth turns, about 15 degrees, on every joint below the pelvis, and a random path."""
    rng, motion = np.random.default_rng(seed), talker(3, seed=seed, turn=0.3)
    time = np.arange(motion.frame_count) / motion.fps
    phases, rates = rng.uniform(0, 6, (9, 3)), rng.uniform(0.5, 5, (9, 3))
    waves = np.sin(phases + rates * time[:, None, None])
    rotations = motion.rotations.copy()
    rotations[:, [0, *HIPS, *KNEES, *ANKLES]] += 0.25 * waves[:, :7]
    path = motion.translation + 0.06 * waves[:, 7] * [1, 0.3, 1]
    return motion.replace(rotations=rotations, translation=path)


INPUTS = {
    "sliding": lambda: talker(4, drift_m_s=0.05, turn=0.4, shake=0.005),
    "standing": lambda: talker(2, sway_m=0.01),
    "walking": lambda: walker(3, turn_rad_s=0.4),
    "rolling": rolling,
    "jumping": jumper,
    "random": lambda: noisy(1),
    "random too": lambda: noisy(2),
}


@pytest.mark.parametrize(
    ("root", "feet"), [("in_place", "auto"), ("in_place", "replan"), ("free", "correct"), ("stand_still", "auto")]
)
@pytest.mark.parametrize("name", INPUTS)
def test_the_whole_lock_agrees(name, feet, root):
    before, settings = INPUTS[name](), FinishSettings(root=root, feet=feet)
    motion = smooth_motion(before, settings, cutoffs_of(before))
    agree(lock_feet(motion, before, settings), twin.lock(motion, before, settings))


@pytest.mark.parametrize("feet", ["replan", "correct"])
def test_given_contacts_of_toes_and_heels_alone_agree(feet):
    before = rolling()
    contacts = np.zeros((before.frame_count, 4))
    contacts[5:30, 0] = contacts[15:45, 2] = 1  # left: heel, flat, toes
    contacts[20:40, 3] = contacts[55:80, 1] = 1  # right: toes alone, then the heel alone
    before = before.replace(contacts=contacts)
    settings = FinishSettings(root="path", feet=feet, use_contacts=True)
    fast = lock_feet(before, before, settings)
    assert np.array_equal(fast.contacts, contacts)
    agree(fast, twin.lock(before, before, settings))


@pytest.mark.parametrize("frames", [1, 2, 3, 10])
def test_very_short_motions_agree(frames):
    before = talker(frames / 30, shake=0.01)
    for root in ("in_place", "stand_still"):
        agree(*(lock(before, before, FinishSettings(root=root)) for lock in (lock_feet, twin.lock)))


def legs_and_targets(seed, reach_m):
    """Random legs, and feet moved from where they are by up to `reach_m` metres and turned by up to 40 degrees."""
    rng, motion = np.random.default_rng(seed), noisy(seed)
    legs = Legs.of(motion)
    move = rng.uniform(-reach_m, reach_m, legs.feet.toe.shape)
    turn = rotvec_to_matrix(rng.uniform(-0.4, 0.4, legs.feet.toe.shape))
    feet = Feet(legs.feet.toe + move, turn @ legs.feet.turn)
    poses = [legs_twin.pose_of(motion, frame, legs.skeleton) for frame in range(motion.frame_count)]
    return legs, feet, poses, in_pairs(feet)


def in_pairs(feet):
    return [
        tuple(feet_twin.Foot(feet.toe[frame, side], feet.turn[frame, side]) for side in range(2))
        for frame in range(len(feet.toe))
    ]


@pytest.mark.parametrize("kept", [False, True])
@pytest.mark.parametrize("reach_m", [0.02, 0.3])
def test_single_legs_agree_within_and_out_of_reach(reach_m, kept):
    legs, feet, poses, pairs = legs_and_targets(3, reach_m)
    fast = solve_legs(legs, feet, partial(near_bend, fps=30.0) if kept else None)
    slow = legs_twin.solve(poses, pairs, legs.skeleton, kept, 30.0)
    for joint in range(3):
        assert angles_between(fast[joint], np.array([frame[joint] for frame in slow])).max() < SAME


@pytest.mark.parametrize("kept", [False, True])
def test_the_longest_leg_agrees(kept):
    skeleton = Legs.of(talker(0.1)).skeleton
    aside = np.array([0.03, 0.0, 0.05])
    skeleton = replace(skeleton, thigh=skeleton.thigh + aside, shin=skeleton.shin - aside / 2)
    slow = [legs_twin.reach(skeleton, side, kept) for side in range(2)]
    assert np.allclose(skeleton.reach(kept), slow, rtol=0, atol=1e-12)


@pytest.mark.parametrize("reach_m", [0.03, 0.25])
def test_the_pelvis_goes_the_same_way(reach_m):
    legs, feet, poses, pairs = legs_and_targets(4, reach_m)
    for fast, slow in ((ride, twin.ride), (balance, twin.balance)):
        expected = [pose.pelvis for pose in slow(poses, pairs, legs.skeleton, 30.0)]
        assert np.abs(fast(legs, feet, 30.0).pelvis - expected).max() < SAME
    reach = legs.skeleton.reach(False)
    sunk, tipped = sink_and_tip(legs, feet, reach, 0.08, 30.0)
    poses, pairs = twin.sink_and_tip(poses, pairs, legs.skeleton, reach, 0.08, 30.0)
    slow = twin.as_arrays(pairs)
    assert np.abs(sunk.pelvis - [pose.pelvis for pose in poses]).max() < SAME
    assert angles_between(matrix_to_rotvec(tipped.turn), matrix_to_rotvec(slow.turn)).max() < SAME
    assert np.abs(sunk.pelvis - legs.pelvis).max() > 1e-3
    assert np.abs(tipped.turn - feet.turn).max() > 1e-2


def test_ways_into_random_hulls_agree():
    rng = np.random.default_rng(5)
    points, corners = rng.normal(0, 1, (500, 2)), rng.normal(0, 1, (500, 4, 2))
    fast = way_to_hull(points, corners)
    slow = [twin.way_to_hull(point, list(four)) for point, four in zip(points, corners, strict=True)]
    assert np.abs(fast - slow).max() < SAME
    assert 50 < (fast == 0).all(axis=1).sum() < 450


@pytest.mark.parametrize("seed", range(4))
def test_one_foot_in_random_contacts_agrees(seed):
    rng, motion = np.random.default_rng(seed), noisy(seed)
    legs = Legs.of(motion)
    on_toe, on_heel = np.repeat(rng.random((2, 15)) < 0.5, 6, axis=1)
    toe, turn, bone = legs.feet.toe[:, 0], legs.feet.turn[:, 0], legs.skeleton.foot[0]
    level = float(np.median(toe[:, 1]))
    fast = hold_foot(toe, turn, bone, on_toe, on_heel, level, 30.0)
    feet = [feet_twin.Foot(*foot) for foot in zip(toe, turn, strict=True)]
    slow = feet_twin.hold_foot(feet, bone, on_toe, on_heel, level, 30.0)
    assert np.abs(fast[0] - [foot.toe for foot in slow]).max() < SAME
    assert (
        angles_between(*(matrix_to_rotvec(np.array(t)) for t in (fast[1], [foot.turn for foot in slow]))).max() < SAME
    )
