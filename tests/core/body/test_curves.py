"""Curves in time agree with scipy, and envelopes lie nowhere below their values."""

import numpy as np
from scipy.ndimage import gaussian_filter1d

from core.body.curves import envelope, gaussian


def test_smoothing_curves_agree_with_scipy():
    values = np.random.default_rng(1).normal(size=(50, 3))
    for sigma in (0.5, 2.0, 7.3):
        scipys = gaussian_filter1d(values, sigma, axis=0, mode="nearest", radius=int(np.ceil(3 * sigma)))
        assert np.allclose(gaussian(values, sigma), scipys)
    curve = np.abs(values[:, 0])
    assert (envelope(curve, 6) >= curve - 1e-12).all()
