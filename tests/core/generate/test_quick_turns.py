"""Quick turns of a group of joints grow or shrink by the share that weights name; slow turns and other joints stay."""

import numpy as np
import pytest

from core.body.motion import Motion
from core.body.skeleton import JOINT, JOINT_COUNT
from core.generate.quick_turns import GROUPS, is_quick_turns, with_quick_turns

FRAMES = np.arange(300)


def nodding(group: str, hz: float) -> Motion:
    """Return 10 s in which the last joint of a group turns to and fro by 0.1 radians."""
    motion = Motion(np.zeros((300, JOINT_COUNT, 3)), np.zeros((300, 3)), np.zeros((300, 52)))
    motion.rotations[:, GROUPS[group][-1], 1] = 0.1 * np.sin(2 * np.pi * hz / 30 * FRAMES)
    return motion


def grown(motion: Motion, shown: Motion, joint: int) -> float:
    """Return how much larger a joint's turn has become."""
    rows = slice(40, -40)
    return float(np.std(shown.rotations[rows, joint, 1]) / np.std(motion.rotations[rows, joint, 1]))


@pytest.mark.parametrize(
    ("hz", "least", "most"), [(0.5, 1.0, 1.001), (2.0, 1.0, 1.01), (5.0, 1.08, 1.14), (10.0, 1.4, 1.6)]
)
def test_a_head_gets_its_quick_turns_back_and_keeps_its_slow_ones(hz, least, most):
    motion = nodding("head", hz)
    shown = with_quick_turns(motion, {"head": (0.6, 1.0)})
    assert least <= grown(motion, shown, JOINT["head"]) < most
    others = [joint for joint in range(JOINT_COUNT) if joint not in GROUPS["head"]]
    assert not shown.rotations[:, others].any()


@pytest.mark.parametrize("group", GROUPS)
def test_each_group_turns_as_far_as_the_gaussian_says(group):
    sigma, share = 2.0, -0.4
    for hz in (0.5, 1.0, 3.0, 4.5):
        motion = nodding(group, hz)
        kept = np.exp(-0.5 * (2 * np.pi * hz / 30 * sigma) ** 2)
        shown = with_quick_turns(motion, {group: (share, sigma)})
        # the Gaussian is cut off at three sigma, so that its share is not exact
        assert abs(grown(motion, shown, GROUPS[group][-1]) - (1 + share * (1 - kept) ** 2)) < 0.015


def test_where_nothing_is_asked_for_the_motion_stays():
    motion = nodding("arms", 3.0)
    assert with_quick_turns(motion, {}) is motion
    assert with_quick_turns(motion, {"arms": (0.0, 2.0)}) is motion


def test_only_tables_of_known_groups_with_share_and_frames_are_read():
    assert is_quick_turns({})
    assert is_quick_turns({"head": [0.6, 1], "collars": [-0.4, 2.0]})
    for wrong in ([], {"tail": [0.1, 1]}, {"head": 0.6}, {"head": [0.6]}, {"head": [9, 1]}, {"head": [0.6, 0]}):
        assert not is_quick_turns(wrong)
    assert not is_quick_turns({"head": [float("nan"), 1]})
