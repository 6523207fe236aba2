"""The filters agree with scipy's, to the bit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage, signal

from core.filters import find_peaks, gaussian_filter1d, maximum_filter1d

MODES = ("nearest", "constant", "reflect")


def curve(seed: int, shape: tuple[int, ...], kind: type) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 1, shape).astype(kind)


@settings(deadline=None, max_examples=120)
@given(
    st.integers(0, 10**6),
    st.integers(1, 300),
    st.floats(0.3, 40),
    st.sampled_from(MODES),
    st.sampled_from([np.float32, np.float64]),
)
def test_the_gaussian_is_scipys_to_the_bit(seed, length, sigma, mode, kind):
    values = curve(seed, (length, 3), kind)
    ours, theirs = (
        function(values, sigma, axis=0, mode=mode) for function in (gaussian_filter1d, ndimage.gaussian_filter1d)
    )
    assert ours.dtype == theirs.dtype
    assert np.array_equal(ours, theirs)


def test_the_gaussian_smooths_integers_and_any_axis():
    values = np.arange(24).reshape(4, 6) % 5
    assert np.array_equal(
        gaussian_filter1d(values.astype(float), 1.3), ndimage.gaussian_filter1d(values.astype(float), 1.3)
    )
    assert np.array_equal(
        gaussian_filter1d(curve(1, (9, 5), float), 2.0, axis=1, mode="nearest", radius=3),
        ndimage.gaussian_filter1d(curve(1, (9, 5), float), 2.0, axis=1, mode="nearest", radius=3),
    )


@settings(deadline=None, max_examples=120)
@given(st.integers(0, 10**6), st.integers(1, 200), st.integers(1, 64), st.sampled_from(MODES))
def test_the_maximum_is_scipys_to_the_bit(seed, length, size, mode):
    values = curve(seed, (length, 2), np.float32)
    for origin in (0, -(size // 2)):
        theirs = ndimage.maximum_filter1d(values, size, axis=0, mode=mode, origin=origin)
        assert np.array_equal(maximum_filter1d(values, size, axis=0, mode=mode, origin=origin), theirs)


@settings(deadline=None, max_examples=200)
@given(
    st.integers(0, 10**6),
    st.integers(0, 200),
    st.one_of(st.none(), st.floats(-1, 2)),
    st.one_of(st.none(), st.floats(1, 20)),
    st.one_of(st.none(), st.floats(0, 3)),
    st.booleans(),
)
def test_peaks_are_those_that_scipy_finds(seed, length, height, distance, prominence, with_plateaus):
    values = curve(seed, (length,), float)
    if with_plateaus:
        values = np.round(values)
    theirs, _ = signal.find_peaks(values, height=height, distance=distance, prominence=prominence)
    assert np.array_equal(find_peaks(values, height, distance, prominence), theirs)


@pytest.mark.parametrize("values", [[], [1.0], [1.0, 2.0], [2.0, 2.0, 2.0]])
def test_curves_too_short_or_flat_have_no_peak(values):
    assert not len(find_peaks(np.array(values)))
