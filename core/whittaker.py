"""Whittaker's smoothing system, solved in NumPy for many tracks at once.

Smoothing a track `values` with a weight on its third differences means to minimise over x

    Σ fidelity · |x - values|²  +  Σ penalty · |Δ³x|²

which is a symmetric positive system with three diagonals on either side of the main one. A band solver walks along the
frames, and a walk of T steps in Python is slow. So the frames are divided (nested dissection, George 1973):

    frames    [ stretch 0 ] s s s [ stretch 1 ] s s s [ stretch 2 ] s s s
                                ↑ three separating frames: no equation reaches across them

1. All stretches are eliminated side by side: one walk of about √(2T) steps for every stretch of every track.
2. What remains is a small system of the separating frames, block by block (3 × 3).
3. The frames inside each stretch follow from the separating frames on its two sides.

The result is exact but for rounding. The tests compare it with scipy's band solver.
"""

import numpy as np

from .stops import check_stop

REACH = 3  # frames that one equation reaches to either side
SHORTEST_STRETCH = 6
_DIFFERENCE = (-1.0, 3.0, -3.0, 1.0)


def solve_third_differences(values: np.ndarray, fidelity: np.ndarray, penalty: np.ndarray) -> np.ndarray:
    """Minimise Σ fidelity |x - values|² + Σ penalty |Δ³x|² for B tracks at once.

    Args:
        values: (B, T, C) float64, T at least 4.
        fidelity: (B,) positive.
        penalty: (B, T - 3), not negative.

    Returns:
        x: (B, T, C).
    """
    tracks, frames, channels = values.shape
    inner = max(SHORTEST_STRETCH, round((2 * frames) ** 0.5))
    stretches = max(1, -(-(frames + REACH) // (inner + REACH)))
    size = inner + REACH
    bands = _bands(fidelity, penalty, frames, stretches * size).reshape(4, stretches, size, tracks)
    right = np.zeros((stretches * size, tracks, channels))
    right[:frames] = np.moveaxis(values * fidelity[:, None, None], 1, 0)
    right = right.reshape(stretches, size, tracks, channels)

    before, after = _couplings(bands, inner)
    # The right sides of a stretch: its own, then one for each separating frame before it and after it.
    sides = np.zeros((inner, stretches, tracks, channels + 2 * REACH))
    sides[..., :channels] = right[:, :inner].transpose(1, 0, 2, 3)
    sides[:REACH, ..., channels : channels + REACH] = before
    sides[-REACH:, ..., channels + REACH :] = after
    inside = np.ascontiguousarray(bands[:, :, :inner].transpose(0, 2, 1, 3)).reshape(4, inner, -1)
    _solve_bands(inside, sides.reshape(inner, stretches * tracks, -1))
    own, by_before, by_after = np.split(sides, [channels, channels + REACH], axis=-1)

    separating = _solve_separating(bands, right[:, inner:], before, after, own, by_before, by_after)
    x = np.empty((stretches, size, tracks, channels))
    x[:, inner:] = separating.transpose(0, 2, 1, 3)
    own = own - np.einsum("rstj,stjc->rstc", by_after, separating)
    own[:, 1:] -= np.einsum("rstj,stjc->rstc", by_before[:, 1:], separating[:-1])
    x[:, :inner] = own.transpose(1, 0, 2, 3)
    return np.moveaxis(x.reshape(stretches * size, tracks, channels)[:frames], 0, 1)


def _bands(fidelity: np.ndarray, penalty: np.ndarray, frames: int, total: int) -> np.ndarray:
    """Return the lower half of the system: bands[k, t] (4, total, B) couples the frames t + k and t.

    Frames past the track's end, which fill the last stretch, are coupled with nothing.
    """
    bands = np.zeros((4, total, len(fidelity)))
    weights = np.ascontiguousarray(penalty.T)  # (T - 3, B)
    for column in range(4):
        for row in range(column, 4):
            share = _DIFFERENCE[column] * _DIFFERENCE[row]
            bands[row - column, column : frames - REACH + column] += weights * share
    bands[0, :frames] += fidelity
    bands[0, frames:] = 1.0
    return bands


def _couplings(bands: np.ndarray, inner: int) -> tuple[np.ndarray, np.ndarray]:
    """Return what couples the ends of each stretch with the separating frames before and after it.

    Returns:
        two arrays (3, S, B, 3): entry [i, s, b, j] couples the i-th of the stretch's first (or last) three frames with
        the j-th separating frame before (or after) it.
    """
    _, stretches, _, tracks = bands.shape
    before, after = np.zeros((2, REACH, stretches, tracks, REACH))
    for row in range(REACH):
        for column in range(REACH):
            if row <= column:
                before[row, 1:, :, column] = bands[row + REACH - column, :-1, inner + column]
            if column <= row:
                after[row, :, :, column] = bands[column + REACH - row, :, inner - REACH + row]
    return before, after


def _solve_bands(bands: np.ndarray, sides: np.ndarray) -> None:
    """Solve N systems of one size in place: `sides` (K, N, R) becomes the solution.

    Args:
        bands: (4, K, N), the lower half of each system; it is used up.
        sides: (K, N, R), the right sides.
    """
    diagonal, lower = bands[0], bands[1:]
    last = len(sides) - 1
    for t in range(last):
        check_stop()
        below = min(REACH, last - t)  # rows that still hold frame t
        raw = lower[:below, t].copy()
        factors = raw / diagonal[t]
        lower[:below, t] = factors
        for column in range(below):
            diagonal[t + 1 + column] -= factors[column] * raw[column]
            for row in range(column + 1, below):
                lower[row - column - 1, t + 1 + column] -= factors[column] * raw[row]
        sides[t + 1 : t + 1 + below] -= factors[:, :, None] * sides[t]
    sides /= diagonal[:, :, None]
    for t in range(last - 1, -1, -1):
        check_stop()
        for row in range(min(REACH, last - t)):
            sides[t] -= lower[row, t, :, None] * sides[t + 1 + row]


def _solve_separating(
    bands: np.ndarray,
    right: np.ndarray,
    before: np.ndarray,
    after: np.ndarray,
    own: np.ndarray,
    by_before: np.ndarray,
    by_after: np.ndarray,
) -> np.ndarray:
    """Solve the system of the separating frames, which is tridiagonal in blocks of three.

    Args:
        bands: (4, S, K + 3, B), the whole system by stretch.
        right: (S, 3, B, C), right sides of the separating frames.
        before: (3, S, B, 3), see `_couplings`.
        after: (3, S, B, 3), see `_couplings`.
        own: (K, S, B, C), the stretches solved for their own right sides.
        by_before: (K, S, B, 3), the stretches solved for one unit of each separating frame before them.
        by_after: (K, S, B, 3), the stretches solved for one unit of each separating frame after them.

    Returns:
        (S, B, 3, C), the separating frames behind each stretch.
    """
    inner = len(own)
    stretches, tracks = own.shape[1:3]
    blocks = np.zeros((stretches, tracks, REACH, REACH))
    for row in range(REACH):
        for column in range(row + 1):
            blocks[:, :, row, column] = blocks[:, :, column, row] = bands[row - column, :, inner + column]
    rest = right.transpose(0, 2, 1, 3).copy()
    blocks -= np.einsum("rsti,rstj->stij", after, by_after[-REACH:])
    rest -= np.einsum("rsti,rstc->stic", after, own[-REACH:])
    blocks[:-1] -= np.einsum("rsti,rstj->stij", before[:, 1:], by_before[:REACH, 1:])
    rest[:-1] -= np.einsum("rsti,rstc->stic", before[:, 1:], own[:REACH, 1:])
    links = -np.einsum("rsti,rstj->stij", after, by_before[-REACH:])  # frames behind stretch s with those before it
    for number in range(1, stretches):
        factor = np.linalg.solve(blocks[number - 1], links[number].transpose(0, 2, 1)).transpose(0, 2, 1)
        blocks[number] -= np.einsum("tij,tkj->tik", factor, links[number])
        rest[number] -= np.einsum("tij,tjc->tic", factor, rest[number - 1])
    out = np.zeros_like(rest)
    out[-1] = np.linalg.solve(blocks[-1], rest[-1])
    for number in range(stretches - 2, -1, -1):
        known = np.einsum("tji,tjc->tic", links[number + 1], out[number + 1])
        out[number] = np.linalg.solve(blocks[number], rest[number] - known)
    return out
