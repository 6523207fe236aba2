"""The smoothing system is solved as scipy's band solver does it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import solveh_banded

from core.whittaker import solve_third_differences

DIFFERENCE = np.array([-1.0, 3.0, -3.0, 1.0])


def scipys(values: np.ndarray, fidelity: float, penalty: np.ndarray) -> np.ndarray:
    """One track (T, C) by the band solver."""
    frames = len(values)
    bands = np.zeros((4, frames))
    for i in range(4):
        for j in range(i, 4):
            bands[3 - (j - i), j : frames - 3 + j] += penalty * (DIFFERENCE[i] * DIFFERENCE[j])
    bands[3] += fidelity
    return solveh_banded(bands, fidelity * values)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10**6), st.integers(4, 700), st.integers(1, 4), st.integers(1, 4))
def test_tracks_side_by_side_are_those_of_the_band_solver(seed, frames, tracks, channels):
    rng = np.random.default_rng(seed)
    values = rng.normal(0, 1, (tracks, frames, channels))
    fidelity = 10.0 ** rng.uniform(-4, 0, tracks)
    penalty = 10.0 ** rng.uniform(-1, 1, (tracks, frames - 3))
    found = solve_third_differences(values, fidelity, penalty)
    for track in range(tracks):
        wanted = scipys(values[track], fidelity[track], penalty[track])
        assert np.abs(found[track] - wanted).max() < 1e-8


@pytest.mark.parametrize("frames", [4, 5, 6, 7, 8, 9, 10, 17, 18, 19, 20])
def test_short_tracks_are_solved_at_every_length(frames):
    values = np.random.default_rng(frames).normal(0, 1, (2, frames, 3))
    penalty = np.full((2, frames - 3), 2.0)
    found = solve_third_differences(values, np.array([0.3, 0.01]), penalty)
    for track, fidelity in enumerate((0.3, 0.01)):
        assert np.allclose(found[track], scipys(values[track], fidelity, penalty[track]), atol=1e-10)


def test_parabolas_stay_as_they_are():
    time = np.linspace(0, 1, 200)
    values = np.stack([time, time**2, 1 + time - 3 * time**2], axis=1)[None]
    found = solve_third_differences(values, np.array([1e-3]), np.ones((1, 197)))
    assert np.abs(found - values).max() < 1e-9
