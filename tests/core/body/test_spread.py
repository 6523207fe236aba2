"""Spread of edits over the frames beside them: no pop, the edit stays, turns take the shorter arc."""

import numpy as np
import pytest

from core.body.curves import min_jerk
from core.body.rotation import quat_conjugate, quat_multiply, quat_to_rotvec, rotvec_to_quat
from core.body.spread import sides_of, spread_quats, spread_values

FRAMES = 40
TURN = np.radians(30)


def flags(*frames):
    mask = np.zeros(FRAMES, bool)
    mask[list(frames)] = True
    return mask


def wave():
    """A smooth motion."""
    return np.sin(np.arange(FRAMES) / 5)[:, None] * [1.0, 0.5, -0.3]


def angles(quats):
    """Angles between neighbouring rotations."""
    return np.linalg.norm(quat_to_rotvec(quat_multiply(quats[1:], quat_conjugate(quats[:-1]))), axis=-1)


@pytest.mark.parametrize("is_eased", [True, False])
def test_a_popping_rotation_is_led_over_to_and_stays(is_eased):
    base = rotvec_to_quat(wave())
    edited = base.copy()
    edited[20] = quat_multiply(rotvec_to_quat(np.array([TURN, 0, 0])), base[20])
    # q and -q are one rotation.
    edited[20] *= -1
    assert angles(edited).max() > TURN - 0.3
    out = spread_quats(edited, base, sides_of(flags(20), flags(20), 8, is_eased))
    np.testing.assert_array_equal(out[20], edited[20])
    np.testing.assert_array_equal(out[:12], edited[:12])
    np.testing.assert_array_equal(out[29:], edited[29:])
    np.testing.assert_allclose(np.linalg.norm(out, axis=1), 1, atol=1e-12)
    # The steepest share of minimum jerk is 15/8 of an even one.
    assert angles(out).max() < angles(base).max() + TURN / 9 * (15 / 8 if is_eased else 1) + 1e-6


def test_each_neighbour_gets_its_share_of_the_change():
    base = np.zeros((FRAMES, 1))
    edited = base.copy()
    edited[20] = 1.0
    out = spread_values(edited, base, sides_of(flags(20), flags(20), 3))[:, 0]
    shares = 1 - min_jerk(np.array([1, 2, 3]) / 4)
    np.testing.assert_allclose(out[21:24], shares, atol=1e-12)
    np.testing.assert_allclose(out[17:20], shares[::-1], atol=1e-12)
    assert not out[:17].any()
    assert not out[24:].any()


def test_neighbours_that_are_not_the_unedited_motion_lead_over_too():
    base, offset = wave(), 0.4
    edited = base + offset
    edited[20] += 1.0
    out = spread_values(edited, base, sides_of(flags(20), flags(20), 8))
    jumps = np.abs(np.diff(out - base, axis=0)).max()
    assert jumps < 1.0 / 9 * 15 / 8 + 1e-6


def test_between_two_edits_the_frames_lead_from_one_to_the_other():
    base = np.zeros((FRAMES, 1))
    edited = base.copy()
    edited[18], edited[22] = 1.0, -1.0
    both = flags(18, 22)
    out = spread_values(edited, base, sides_of(both, both, 8))[:, 0]
    assert (out[18], out[22]) == (1.0, -1.0)
    assert (np.diff(out[18:23]) < 0).all()
    assert np.abs(np.diff(out)).max() < 1.0


def test_an_edit_that_stays_is_not_changed_and_ends_the_spread():
    base = np.zeros((FRAMES, 1))
    edited = base.copy()
    edited[20], edited[24:30] = 1.0, 0.5
    kept = flags(20, *range(24, 30))
    out = spread_values(edited, base, sides_of(flags(20), kept, 8))[:, 0]
    np.testing.assert_array_equal(out[24:], edited[24:, 0])
    assert (out[21:24] > 0).all()
    assert not sides_of(flags(20), np.ones(FRAMES, bool), 8)


def test_angles_change_by_at_most_half_a_turn():
    base = np.zeros((FRAMES, 3))
    edited = base.copy()
    edited[20] = 2 * np.pi - 0.1
    out = spread_values(edited, base, sides_of(flags(20), flags(20), 4), are_angles=True)
    assert np.abs(np.delete(out, 20, axis=0)).max() < 0.1
