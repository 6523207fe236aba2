"""Least squares with weights from 0 to 1 for many right-hand sides at once; it translates a face into other shapes."""

import numpy as np


def bounded_least_squares(gram: np.ndarray, targets: np.ndarray, sweeps: int = 60) -> np.ndarray:
    """Find weights x from 0 to 1 that minimise xᵀGx − 2xᵀb for every row b, by cyclic coordinate descent.

    Args:
        gram: (K, K) G = AᵀA (and whatever makes it well conditioned), positive on the diagonal.
        targets: (T, K) rows b = Aᵀy.
        sweeps: passes over all coordinates.

    Returns:
        (T, K).
    """
    weights = np.clip(targets / np.diag(gram), 0, 1)
    for _ in range(sweeps):
        before = weights.copy()
        for index in range(len(gram)):
            rest = targets[:, index] - weights @ gram[index] + weights[:, index] * gram[index, index]
            weights[:, index] = np.clip(rest / gram[index, index], 0, 1)
        if np.abs(weights - before).max(initial=0.0) < 1e-7:
            break
    return weights
