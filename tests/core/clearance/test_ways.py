"""How far arms move to part: as slow searches find it, and with the body in view."""

from itertools import product

import numpy as np

from core.body.skeleton import default_rest_joints
from core.clearance.body import default_body
from core.clearance.skin import FOREARM, HAND
from core.clearance.ways import WAYS, least_moves, sweeps

SHADOW_M = 0.03


def unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def test_the_last_ways_are_opposite_to_the_first_ones():
    assert np.array_equal(WAYS, -WAYS[::-1])
    assert len(np.unique(WAYS.round(6), axis=0)) == 26


def test_a_sweep_is_that_of_a_search_over_all_pairs_of_points():
    random = np.random.default_rng(3)
    left, right = random.normal(0, 0.05, (2, 4, 9, 3))
    expected = np.zeros((4, 26))
    for frame, number in product(range(4), range(26)):
        for own, other in product(left[frame], right[frame]):
            ahead = WAYS[number] @ (other - own)
            if np.linalg.norm(other - own - ahead * WAYS[number]) < SHADOW_M:
                expected[frame, number] = max(expected[frame, number], ahead)
    assert np.allclose(sweeps(left, right), expected)
    assert (expected > 0).mean() > 0.5


def least_of_all_active_sets(way: np.ndarray, length: float, outwards: np.ndarray, inside: np.ndarray) -> float:
    """The least |a|² + |b|², found by trying which of the three inequalities hold exactly."""
    rows = np.zeros((3, 6))
    rows[0, :3], rows[1, 3:], rows[2] = outwards[0], outwards[1], np.concatenate([way, -way])
    wanted, least = np.array([*inside, length]), np.inf
    for active in product([False, True], repeat=3):
        chosen = np.flatnonzero(active)
        moves = np.linalg.pinv(rows[chosen]) @ wanted[chosen] if len(chosen) else np.zeros(6)
        if (rows @ moves >= wanted - 1e-9).all():
            least = min(least, float((moves**2).sum()))
    return least


def test_the_least_moves_are_those_of_a_search_over_all_active_sets():
    random = np.random.default_rng(5)
    outwards, lengths = unit(random.normal(size=(40, 2, 3))), random.uniform(0, 0.2, (40, 26))
    inside = random.uniform(-0.05, 0.1, (40, 2))
    moves, compared = least_moves(lengths, outwards, inside), 0
    for frame, number in product(range(40), range(0, 26, 3)):
        # Where both arms lean on the body, in opposite directions, there is hardly a solution.
        way = WAYS[number]
        if way @ outwards[frame, 0] > -0.8 or way @ outwards[frame, 1] < 0.8:
            least = least_of_all_active_sets(way, lengths[frame, number], outwards[frame], inside[frame])
            assert moves[frame, number] <= np.sqrt(2 * least) + 1e-9
            assert moves[frame, number] > 0.97 * np.sqrt(2 * least) - 1e-3
            compared += 1
    assert compared > 300


def test_without_a_body_a_length_stays_and_between_two_walls_it_exceeds_all_bounds():
    lengths, out = np.full((1, 26), 0.05), np.zeros((1, 2, 3))
    assert np.allclose(least_moves(lengths, out, np.full((1, 2), -1.0)), 0.05)
    out[0, 0, 1], out[0, 1, 1] = 1.0, -1.0
    down = int(np.flatnonzero((WAYS == (0, -1, 0)).all(1))[0])
    walls = least_moves(lengths, out, np.full((1, 2), 0.02))[0]
    assert walls[down] == walls.max()
    assert walls[down] > 0.2
    assert walls[25 - down] < 0.06


def test_an_arm_in_front_of_one_that_comes_out_of_the_body_gives_way_forwards():
    lengths, out, inside = np.full((1, 26), 0.3), np.tile([0.0, 0.0, 1.0], (1, 2, 1)), np.array([[0.07, 0.0]])
    forwards, backwards = (int(np.flatnonzero(((0, 0, sign) == WAYS).all(1))[0]) for sign in (1, -1))
    lengths[0, forwards], lengths[0, backwards] = 0.14, 0.02
    moves = least_moves(lengths, out, inside)[0]
    # The left arm, which is behind the right one, stays behind it: 7 cm forwards, the right one 9 cm.
    assert moves.argmin() == backwards
    assert np.isclose(moves[backwards], np.sqrt(2) * np.hypot(0.07, 0.09), atol=2e-3)
    assert np.isclose(moves[forwards], np.sqrt(2) * 0.14, atol=2e-3)


def test_the_outline_of_an_arm_has_points_of_its_hand_and_its_forearm():
    body = default_body(default_rest_joints())
    for side in (0, 1):
        regions = body.region[side, body.outline[side]].tolist()
        assert regions.count(HAND[side]) == 16
        assert regions.count(FOREARM[side]) == 32
