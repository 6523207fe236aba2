"""The manner of a style shifts and widens curves of chance, and a take still begins in the same pose."""

import numpy as np

from core.generate.chance_curves import CHANNELS, draw_chance
from core.generate.manners import RISE_S, is_manners, with_manner

CURVES = draw_chance(900, 5, [float(second) for second in range(1, 30, 2)])


def test_a_manner_moves_and_widens_the_curves_that_it_names_and_no_other():
    made = with_manner(CURVES, CHANNELS, {"up": (0.5, 0.4), "weight": (0.0, 1.5)})
    up, weight = (CHANNELS.index(name) for name in ("up", "weight"))
    late = int(RISE_S[1] * 30) + 1
    np.testing.assert_allclose(made[late:, up], 0.5 + 0.4 * CURVES[late:, up], atol=1e-6)
    np.testing.assert_allclose(made[:, weight], 1.5 * CURVES[:, weight], atol=1e-6)
    others = [i for i in range(len(CHANNELS)) if i not in (up, weight)]
    assert np.array_equal(made[:, others], CURVES[:, others])


def test_moved_curves_begin_where_the_others_do_and_keep_their_limits():
    made = with_manner(CURVES, CHANNELS, {"up": (0.9, 1.0)})[:, CHANNELS.index("up")]
    assert made[0] == CURVES[0, CHANNELS.index("up")]
    assert np.abs(np.diff(made)).max() < 0.2
    assert np.abs(made).max() <= 1


def test_only_tables_of_known_channels_with_a_middle_and_a_spread_are_manners():
    assert is_manners({}, CHANNELS)
    assert is_manners({"calm": {"up": [-0.5, 0.4], "lead": [0, 1]}}, CHANNELS)
    for wrong in (
        [],
        {"calm": []},
        {"calm": {"colour": [0, 1]}},
        {"calm": {"up": [0.5]}},
        {"calm": {"up": [0.5, -1]}},
        {"calm": {"up": [float("nan"), 1]}},
        {"calm": {"up": [True, 1]}},
        {"calm": {"up": "ab"}},
        {"calm": {"up": [0, 9]}},
    ):
        assert not is_manners(wrong, CHANNELS)
