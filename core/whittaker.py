"""Whittaker's smoothing system, solved in NumPy for many tracks at once.

Smoothing a track `values` with a weight on its third differences means to minimise over x

    Σ fidelity · |x - values|²  +  Σ penalty · |Δ³x|²

which is a symmetric positive system with three diagonals on either side of the main one. A band solver walks along the
frames, and a walk of T steps in Python is slow. So the frames are divided (nested dissection, George 1973):

    frames    [ stretch 0 ] s s s [ stretch 1 ] s s s [ stretch 2 ] s s s
                                ↑ three separating frames: no equation reaches across them

1. All stretches are eliminated side by side: one walk of a few steps for every stretch of every track.
2. What remains is a system of the separating frames, block by block (3 × 3). Every second block is eliminated at once,
   then every second one of those that are left, and so on (cyclic reduction, Hockney 1965).
3. The frames inside each stretch follow from the separating frames on its two sides.

The result is exact but for rounding. The tests compare it with scipy's band solver.
"""

import numpy as np

from .stops import check_stop

REACH = 3  # frames that one equation reaches to either side
# Frames of a stretch; more take more steps, fewer leave more for the separating frames.
SHORTEST_STRETCH, _STRETCH = 6, 16
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
    inner = max(SHORTEST_STRETCH, min(frames, _STRETCH))
    stretches = max(1, -(-(frames + REACH) // (inner + REACH)))
    size = inner + REACH
    bands = _bands(fidelity, penalty, frames, stretches * size).reshape(4, stretches, size, tracks)
    right = np.zeros((stretches * size, channels, tracks))
    right[:frames] = (values * fidelity[:, None, None]).transpose(1, 2, 0)
    right = right.reshape(stretches, size, channels, tracks).transpose(1, 2, 0, 3)

    before, after = _couplings(bands, inner)
    # The right sides of a stretch: its own, then one for each separating frame before it and after it.
    sides = np.zeros((inner, channels + 2 * REACH, stretches, tracks))
    sides[:, :channels] = right[:inner]
    sides[:REACH, channels : channels + REACH] = before
    sides[-REACH:, channels + REACH :] = after
    inside = np.ascontiguousarray(bands[:, :, :inner].transpose(0, 2, 1, 3)).reshape(4, inner, -1)
    _solve_bands(inside, sides.reshape(inner, channels + 2 * REACH, -1))
    own, by_before, by_after = np.split(sides, [channels, channels + REACH], axis=1)

    separating = _solve_separating(bands, right[inner:], before, after, own, by_before, by_after)
    own -= np.einsum("rjst,jcst->rcst", by_after, separating)
    own[:, :, 1:] -= np.einsum("rjst,jcst->rcst", by_before[:, :, 1:], separating[:, :, :-1])
    x = np.empty((tracks, stretches, size, channels))
    x[:, :, :inner], x[:, :, inner:] = (part.transpose(3, 2, 0, 1) for part in (own, separating))
    return x.reshape(tracks, stretches * size, channels)[:, :frames]


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
        two arrays (3, 3, S, B): entry [i, j, s, b] couples the i-th of the stretch's first (or last) three frames with
        the j-th separating frame before (or after) it.
    """
    _, stretches, _, tracks = bands.shape
    before, after = np.zeros((2, REACH, REACH, stretches, tracks))
    for row in range(REACH):
        for column in range(REACH):
            if row <= column:
                before[row, column, 1:] = bands[row + REACH - column, :-1, inner + column]
            if column <= row:
                after[row, column] = bands[column + REACH - row, :, inner - REACH + row]
    return before, after


def _solve_bands(bands: np.ndarray, sides: np.ndarray) -> None:
    """Solve N systems of one size in place: `sides` (K, R, N) becomes the solution.

    Args:
        bands: (4, K, N), the lower half of each system; it is used up.
        sides: (K, R, N), the right sides.
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
        sides[t + 1 : t + 1 + below] -= factors[:, None] * sides[t]
    sides /= diagonal[:, None]
    for t in range(last - 1, -1, -1):
        check_stop()
        for row in range(min(REACH, last - t)):
            sides[t] -= lower[row, t] * sides[t + 1 + row]


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
        right: (3, C, S, B), right sides of the separating frames.
        before: (3, 3, S, B), see `_couplings`.
        after: (3, 3, S, B), see `_couplings`.
        own: (K, C, S, B), the stretches solved for their own right sides.
        by_before: (K, 3, S, B), the stretches solved for one unit of each separating frame before them.
        by_after: (K, 3, S, B), the stretches solved for one unit of each separating frame after them.

    Returns:
        (3, C, S, B), the separating frames behind each stretch.
    """
    inner = len(own)
    stretches, tracks = own.shape[2:]
    blocks = np.empty((REACH, REACH, stretches, tracks))
    for row in range(REACH):
        for column in range(row + 1):
            blocks[row, column] = blocks[column, row] = bands[row - column, :, inner + column]
    rest = right.copy()
    blocks -= np.einsum("rist,rjst->ijst", after, by_after[-REACH:])
    rest -= np.einsum("rist,rcst->icst", after, own[-REACH:])
    blocks[:, :, :-1] -= np.einsum("rist,rjst->ijst", before[:, :, 1:], by_before[:REACH, :, 1:])
    rest[:, :, :-1] -= np.einsum("rist,rcst->icst", before[:, :, 1:], own[:REACH, :, 1:])
    links = -np.einsum("rist,rjst->ijst", after, by_before[-REACH:])  # frames behind stretch s with those before it
    return _solve_chain(blocks, links, rest)


def _solve_chain(blocks: np.ndarray, links: np.ndarray, rest: np.ndarray) -> np.ndarray:
    """Solve a system that is tridiagonal in blocks of three, for every track.

    Args:
        blocks: (3, 3, S, B), symmetric: each place with itself.
        links: (3, 3, S, B): each place with the one before it; the first one has none.
        rest: (3, C, S, B), the right sides.

    Returns:
        (3, C, S, B).
    """
    check_stop()
    places = blocks.shape[2]
    if places == 1:
        return _solve_blocks(blocks, rest)
    kept, gone = slice(0, None, 2), slice(1, None, 2)
    # Of each place that goes: what the place before it, the one behind it, and its right side make of it.
    following = np.zeros_like(links[:, :, gone])
    following[:, :, : (places - 1) // 2] = links[:, :, 2::2].transpose(1, 0, 2, 3)
    sides = np.concatenate([links[:, :, gone], following, rest[:, :, gone]], 1)
    sides = _solve_blocks(blocks[:, :, gone], sides)
    by_kept_before, by_kept_behind, own = sides[:, :REACH], sides[:, REACH : 2 * REACH], sides[:, 2 * REACH :]
    # Every kept place but the last has one that goes behind it; every kept place but the first has one before it.
    behind, before = slice(0, own.shape[2]), slice(0, (places - 1) // 2)
    to_next, to_last = links[:, :, gone], links[:, :, 2::2]
    fewer, rest_kept = blocks[:, :, kept].copy(), rest[:, :, kept].copy()
    fewer[:, :, behind] -= np.einsum("jist,jkst->ikst", to_next, by_kept_before)
    rest_kept[:, :, behind] -= np.einsum("jist,jcst->icst", to_next, own)
    fewer[:, :, 1:] -= np.einsum("ijst,jkst->ikst", to_last, by_kept_behind[:, :, before])
    rest_kept[:, :, 1:] -= np.einsum("ijst,jcst->icst", to_last, own[:, :, before])
    fewer_links = np.zeros_like(fewer)
    fewer_links[:, :, 1:] = -np.einsum("ijst,jkst->ikst", to_last, by_kept_before[:, :, before])
    out = np.empty_like(rest)
    out[:, :, kept] = found = _solve_chain(fewer, fewer_links, rest_kept)
    own -= np.einsum("ijst,jcst->icst", by_kept_before, found[:, :, behind])
    own[:, :, before] -= np.einsum("ijst,jcst->icst", by_kept_behind[:, :, before], found[:, :, 1:])
    out[:, :, gone] = own
    return out


def _solve_blocks(blocks: np.ndarray, sides: np.ndarray) -> np.ndarray:
    """Solve systems of three: symmetric positive blocks (3, 3, ...) and right sides (3, R, ...) give (3, R, ...)."""
    upper, out = list(map(list, blocks)), list(sides)
    for column in range(REACH):
        for row in range(column + 1, REACH):
            factor = upper[column][row] / upper[column][column]
            for place in range(row, REACH):
                upper[row][place] = upper[row][place] - factor * upper[column][place]
            out[row] = out[row] - factor * out[column]
    for row in reversed(range(REACH)):
        for place in range(row + 1, REACH):
            out[row] = out[row] - upper[row][place] * out[place]
        out[row] = out[row] / upper[row][row]
    return np.stack(out)
