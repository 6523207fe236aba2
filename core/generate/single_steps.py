"""A foot that would step twice in a row rests between its steps; where there is no time for that, it steps once.

Chance lets a free foot step twice before the weight is back on it, and the second step mostly leads back. People leave
a foot alone for a second. Seen from the side, a foot as decoded, and as it becomes while the other leg carries the
weight for long, or not for long:

        ╭──────╮  ╭──────╮                    ╭──────╮             ╭──────╮
    ────╯      ╰──╯      ╰───────         ────╯      ╰─────────────╯      ╰────
                                          ───────────────╭──────╮
                                                         ╯      ╰──────────────
"""

from dataclasses import dataclass

import numpy as np

from ..body.curves import min_jerk
from ..body.rotation import matrix_to_rotvec, rotvec_to_matrix

# Frames that a foot stands between two steps: at least, and if the other leg carries the weight so long.
_STANDS, _RESTS = 13, 21
# Metres: a second step that leads so near to where the foot was is no step.
_BACK_M = 0.02
# Shares of a step's time between which the foot goes its way.
_GOES = (0.18, 0.85)


@dataclass(frozen=True)
class FootPath:
    """The path of one foot over T frames.

    Attributes:
        place: (T, 2) x and z of the toe joint, metres.
        height: (T,) metres.
        turn: (T, 3, 3) rotations of the foot.
        steps: the frames between which it is in the air, first and last, ascending.
    """

    place: np.ndarray
    height: np.ndarray
    turn: np.ndarray
    steps: list[tuple[int, int]]


def with_rests(path: FootPath, may_lift: np.ndarray) -> FootPath:
    """Return the path of a foot that stands between any two of its steps.

    Args:
        path: as decoded.
        may_lift: (T,) bool, frames in which the foot carries no weight, and the other one stands.
    """
    made, steps, number = path, list(path.steps), 1
    while number < len(steps):
        (first, last), (start, end) = steps[number - 1 : number + 1]
        if start - last >= _STANDS:
            number += 1
            continue
        if made is path:
            made = FootPath(path.place.copy(), path.height.copy(), path.turn.copy(), [])
        until = steps[number + 1][0] - _STANDS if number + 1 < len(steps) else len(may_lift)
        later = _room(may_lift, end, min(until, end + _RESTS - (start - last)))
        back = float(np.linalg.norm(path.place[end] - path.place[first])) < _BACK_M
        if start + later - last >= _STANDS and not back:
            _delay(made, start, end, later)
            steps[number] = start + later, end + later
            number += 1
        else:
            _join(made, first, start, end)
            del steps[number - 1]
    return FootPath(made.place, made.height, made.turn, steps)


def _room(may_lift: np.ndarray, end: int, until: int) -> int:
    """Return by how many frames a step that ends at `end` may be later."""
    stops = np.flatnonzero(~may_lift[end : max(until, end)])
    return int(stops[0]) if len(stops) else max(min(until, len(may_lift) - 1) - end, 0)


def _delay(path: FootPath, start: int, end: int, later: int) -> None:
    """Let a step come later, in place."""
    frames = np.arange(start, end + later + 1)
    source = np.maximum(frames - later, start)
    for values in (path.place, path.height, path.turn):
        values[frames] = values[source]


def _join(path: FootPath, first: int, start: int, end: int) -> None:
    """Let a foot stand from the start of one step until the start of the next, which leads from there, in place."""
    place, height, turn = path.place, path.height, path.turn
    stands, steps = slice(first, start), slice(start, end + 1)
    way, turned = place[first] - place[start], turn[first] @ turn[start].T
    left = 1 - gone(end - start + 1)
    place[stands], turn[stands] = place[first], turn[first]
    place[steps] += left[:, None] * way
    turn[steps] = rotvec_to_matrix(left[:, None] * matrix_to_rotvec(turned)) @ turn[steps]
    height[stands] = np.interp(np.arange(first, start), (first, start), height[[first, start]])


def gone(count: int) -> np.ndarray:
    """Return the share of a step's way that a foot has gone in each of its frames (count,)."""
    phase = np.arange(count) / max(count - 1, 1)
    return min_jerk((phase - _GOES[0]) / (_GOES[1] - _GOES[0]))
