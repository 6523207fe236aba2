"""The path of one foot: what it does between two contacts."""

import numpy as np

from core.body.curves import min_jerk
from core.finish.foot_paths import hold_foot


def test_a_foot_that_brushes_the_floor_on_its_way_goes_on():
    """Two steps in a row with a touch too short for a contact; the foot never jumps to where it will stand."""
    times = np.arange(26) / 25
    hump, across = 0.08 * np.sin(np.pi * times) ** 2, min_jerk(times)
    on_floor, touch = np.zeros(20), np.zeros(3)
    height = np.concatenate([on_floor, hump, touch, hump, on_floor])
    ahead = np.concatenate([on_floor, 0.15 * across, 0.15 + touch, 0.15 + 0.1 * across, 0.25 + on_floor])
    toe = np.stack([np.zeros(len(height)), height, ahead], 1)
    stands = np.ones(len(toe), bool)
    stands[20:-20] = False
    turn = np.tile(np.eye(3), (len(toe), 1, 1))
    held, _ = hold_foot(toe, turn, np.array([0.0, -0.05, 0.12]), stands, stands, 0.0, 30.0)
    assert np.abs(np.diff(held[:, 2])).max() <= 1.5 * np.abs(np.diff(ahead)).max()
    np.testing.assert_allclose(held[:20], toe[:20], atol=1e-9)
