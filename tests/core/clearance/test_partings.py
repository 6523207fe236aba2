"""Two arms that run into each other part on one way in a whole meeting."""

import numpy as np

from core.clearance.gaps import Nearness
from core.clearance.partings import partings
from core.clearance.skin import HAND
from core.clearance.ways import WAYS, way_lengths

FRAMES = 30


def meeting(side_m: np.ndarray, height_m: np.ndarray) -> Nearness:
    """Two flat hands along X, 2 cm thick, in each other.

    Args:
        side_m: (T,) how far the left one is beside the right one.
        height_m: (T,) how far it is above the right one.
    """
    hand = np.array(
        [[x, y, z] for x in np.linspace(-0.06, 0.06, 7) for y in (-0.01, 0.01) for z in np.linspace(-0.04, 0.04, 5)]
    )
    seen = Nearness.nowhere(np.arange(5, 5 + FRAMES), len(hand))
    upper = np.where(height_m < 0, -1.0, 1.0)[:, None]
    for side, sign in ((0, 1.0), (1, -1.0)):
        seen.points[:, side] = hand
        seen.points[:, side, :, 0] += sign * side_m[:, None] / 2
        seen.points[:, side, :, 1] += sign * height_m[:, None] / 2
        # The way out is up for the hand that is above, down for the hand below.
        out = sign * upper
        face = -sign * height_m[:, None] / 2 + out * 0.01
        seen.outwards[:, side, :, 1] = out
        seen.gaps[:, side] = out * (seen.points[:, side, :, 1] - face)
    seen.touched[:, 0], seen.touched[:, 1] = HAND[1], HAND[0]
    return seen


def ways_of(seen: Nearness) -> np.ndarray:
    """The ways on which the arms part in 40 frames of one stretch."""
    meet, lengths = np.zeros(40, bool), np.zeros((40, len(WAYS)))
    found, own = way_lengths(seen, 0.02, np.tile(np.arange(seen.gaps.shape[2]), (2, 1)))
    meet[seen.rows[found]], lengths[seen.rows[found]] = True, own
    return partings(meet, lengths, np.zeros(40, int), 3)


def test_the_way_is_the_shortest_one_not_the_line_between_both_middles():
    ways = ways_of(meeting(np.full(FRAMES, 0.05), np.full(FRAMES, 0.004)))
    assert (ways[5:35, 1] > 0.5).all()
    assert not ways[:2].any()
    assert not ways[-2:].any()


def test_the_way_does_not_turn_where_the_hands_change_sides_for_some_frames():
    height = np.full(FRAMES, 0.006)
    height[12:15] = -0.002
    ways = ways_of(meeting(np.zeros(FRAMES), height))
    assert len(np.unique(ways[5:35], axis=0)) == 1
    assert ways[13, 1] > 0.5


def test_a_way_that_leads_a_hand_into_the_body_is_left_for_one_that_is_hardly_longer():
    seen = meeting(np.zeros(FRAMES), np.full(FRAMES, 0.001))
    assert (ways_of(seen)[5:35, 1] > 0.5).all()
    # One point of the left hand lies on the body, whose way out is down.
    seen.touched[:, 0, 0], seen.outwards[:, 0, 0], seen.gaps[:, 0, 0] = 0, (0.0, -1.0, 0.0), 0.001
    assert (ways_of(seen)[5:35, 1] < 0.5).all()


def test_arms_that_do_not_meet_have_no_way():
    assert not ways_of(Nearness.nowhere(np.arange(4), 9)).any()
