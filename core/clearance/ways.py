"""How far two arms have to move until they are apart on each of 26 ways, while both leave the body that they are in.

On a way, an arm is beyond the other one when no point of it is behind a point in whose shadow it is:

    way →     right ▐█▌ ← length → ▐█▌ left       points count that are less than a hand's thickness aside
                    of the way

Each arm is moved as a whole, the left one by a and the right one by b, metres. The least moves are those of a small
quadratic problem for every way, so that an arm in the body, which has to come out anyway, leaves the way to the other:

    minimise  |a|² + |b|²     so that     way · (a - b) ≥ length     and both arms come out of the body
"""

import numpy as np

from .gaps import CLEAR_M, Nearness

# The side of the arm that each region of a skin belongs to; -1 is the body.
SIDE_OF_REGION = np.array([-1, 0, 0, 0, 1, 1, 1])
_GRID = np.array(np.meshgrid(*[[-1, 0, 1]] * 3)).reshape(3, -1).T
# 26 ways of length 1; the last ones are opposite to the first ones, in reverse order.
WAYS = np.array([way / np.linalg.norm(way) for way in _GRID if way.any()])
_HALF = len(WAYS) // 2
# Metres aside of a way within which one point lies in the shadow of another.
_SHADOW_M = 0.03
# Metres by which the left arm passes above the right one where both ways are as long.
_UP_M = 0.002
# Rounds in which the moves are found. Where the body leaves no room, they grow with each round.
_ROUNDS = 20


def way_lengths(seen: Nearness, near_m: float, outline: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows (M,) of what was measured in which the arms meet, and how far they move to part (M, 26), metres.

    Where no arm is near the body, a length is that by which both arms together move on the way.

    Args:
        seen: what was measured.
        near_m: points meet something that are nearer than this to it, metres.
        outline: (2, S) the points of each arm that stand for all of it.
    """
    side, is_near = SIDE_OF_REGION[seen.touched], seen.gaps < near_m
    meets = (side == np.array([[1], [0]])) & is_near
    found = np.flatnonzero(meets.any((1, 2)))
    left, right = (seen.points[found, arm][:, outline[arm]] for arm in (0, 1))
    near = np.where(side[found] < 0, np.minimum(seen.gaps[found] - near_m, 0.0), 0.0)
    outwards = -np.einsum("map,mapd->mad", near, seen.outwards[found])
    outwards /= np.maximum(np.linalg.norm(outwards, axis=-1, keepdims=True), 1e-9)
    inside = np.where(near.any(-1), -near_m - near.min(-1, initial=0.0), -CLEAR_M)
    return found, least_moves(sweeps(left, right), outwards, inside) - _UP_M * WAYS[:, 1]


def sweeps(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return how far points go on each way until all of them are beyond others (M, 26), metres; 0 where they are.

    Args:
        left: (M, S, 3) the points that move.
        right: (M, S, 3) the others.
    """
    half = WAYS[:_HALF].T
    out = np.zeros((len(left), len(WAYS)))
    for frame, (own, other) in enumerate(zip(left.astype(np.float64), right.astype(np.float64), strict=True)):
        ahead = (other @ half)[None] - (own @ half)[:, None]  # (S, S, 13)
        squared = ((other[None] - own[:, None]) ** 2).sum(-1)
        is_aside = squared[..., None] - ahead**2 >= _SHADOW_M**2
        ahead[is_aside] = 0.0
        out[frame, :_HALF] = ahead.max((0, 1), initial=0.0)
        out[frame, _HALF:] = -ahead.min((0, 1), initial=0.0)[::-1]
    return out


def least_moves(lengths: np.ndarray, outwards: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Return √2 times the least moves (M, 26), metres, of the problem that the module states.

    It is solved by Hildreth's method (1957): the force of each of the three inequalities in turn becomes what it has to
    be for the others. What is returned is the value of the dual problem, which exceeds all bounds where there is no
    solution.

    Args:
        lengths: (M, 26) metres.
        outwards: (M, 2, 3) the way out of the body of each arm, of length 1.
        inside: (M, 2) how far each arm has to go on it, metres; negative where it is outside.
    """
    forces, wanted = np.zeros((3, *lengths.shape)), np.stack([*np.broadcast_arrays(*inside.T[..., None], lengths)])
    moves, out = np.zeros((2, *lengths.shape, 3)), outwards.transpose(1, 0, 2)[:, :, None]
    for _ in range(_ROUNDS):
        for arm in (0, 1):
            force = np.maximum(forces[arm] + wanted[arm] - (moves[arm] * out[arm]).sum(-1), 0.0)
            moves[arm] += (force - forces[arm])[..., None] * out[arm]
            forces[arm] = force
        force = np.maximum(forces[2] + (wanted[2] - ((moves[0] - moves[1]) * WAYS).sum(-1)) / 2, 0.0)
        change = (force - forces[2])[..., None] * WAYS
        moves[0], moves[1], forces[2] = moves[0] + change, moves[1] - change, force
    squared = 2 * (forces * wanted).sum(0) - (moves**2).sum((0, -1))
    return np.sqrt(2 * np.maximum(squared, 0.0))
