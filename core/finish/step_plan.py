"""Where feet that slide should stand instead: the cheapest sequence of places per foot, by dynamic programming.

A foot that slides from 0 to 30 cm in six seconds could stand anywhere in between. Two costs decide:

    no step      ▁▁▂▂▃▃▄▄▅▅  one place at 15 cm, far from where the motion has the foot: high cost of places
                 ──────────
    one step     ▁▁▂▂▃▃▄▄▅▅  places at 7 and 22 cm, nearer to it, and the cost of a step
                 ─────╱─────
    many steps   never far from the motion, but each step has its cost

The cheapest sum is found exactly, on a grid of 0.1 s. Let best(k) be the cost of the cheapest plan for the frames
before knot k. Then

    best(end) = min over start of  best(start) + price of a step at start + cost of one place from start to end

The cost of one place is a weighted variance. It is computed from running sums, so no loop over frames is needed.
"""

from dataclasses import dataclass

import numpy as np

from ..stops import check_stop

# Metres. The unit of cost is a foot that stands this far from where the motion has it, for a second.
_PLACE_M = 0.05
# Metres that cost as much as turning the foot by one radian: about the length from ankle to toe.
_YAW_M = 0.18
# Cost of a step where the motion keeps the foot still. With lower costs there were twice as many steps as people make.
STEP_COST = 12.0
# Share by which a step costs less where the motion lifts or quickly moves the foot, because a step is meant there.
_DISCOUNT = 0.6
# Seconds between the knots at which a foot may step. A finer grid looks the same and takes longer.
_GRID_S = 0.1
# Seconds that a foot stands at least, and at most; the latter limits the work.
_SHORTEST_S = 1.0
_LONGEST_S = 60.0
# Least seconds between a step and either end of the planned frames: a little more than half of the longest step.
_MARGIN_S = 0.6
# Least seconds between the steps of the two feet, from middle to middle, so that never both are in the air.
_APART_S = 0.9


@dataclass(frozen=True)
class Track:
    """One foot over the frames that are planned.

    Attributes:
        places: (T, 3) x and z of the foot's middle, metres, and heading, radians, continuous.
        weights: (T,) how surely the foot stands, above zero.
        restless: (T,) 0-1, how much the motion lifts or moves the foot.
        steady: (T,) bool, frames in which it may not step; None: it may in any frame.
    """

    places: np.ndarray
    weights: np.ndarray
    restless: np.ndarray
    steady: np.ndarray | None = None

    def between(self, start: int, end: int) -> "Track":
        """Cut out the frames from start to before end."""
        steady = None if self.steady is None else self.steady[start:end]
        return Track(self.places[start:end], self.weights[start:end], self.restless[start:end], steady)


def plan_both(tracks: list[Track], spans: list[list[tuple[int, int]]], fps: float) -> list[list[list[int]]]:
    """Return the frames at which each foot steps, left and right; never both at once.

    The foot with more to do is planned first; the other one keeps away from its steps.

    Args:
        tracks: tracks of the left and of the right foot.
        spans: per foot the ranges of frames, half-open, in which it is planned; between them it flies.
        fps: frames per second.

    Returns:
        per foot and span, the frames of its steps.
    """
    planned: list[list[list[int]]] = [[], []]
    other: list[int] = []
    first = int(_unrest(tracks[1]) > _unrest(tracks[0]))
    for side in (first, 1 - first):
        for start, end in spans[side]:
            near = [step - start for step in other if start - fps < step < end + fps]
            inside = plan_steps(tracks[side].between(start, end), fps, near)
            planned[side].append([start + step for step in inside])
        other = [step for steps in planned[side] for step in steps]
    return planned


def _unrest(track: Track) -> float:
    """Return the cost of standing in one place all the time."""
    scaled = _scaled(track.places)
    return float((track.weights[:, None] * (scaled - scaled.mean(axis=0)) ** 2).sum())


def _scaled(places: np.ndarray) -> np.ndarray:
    """Return places (T, 3), x, z and heading, in the unit of the costs."""
    return places * np.array([1.0, 1.0, _YAW_M]) / _PLACE_M


def plan_steps(track: Track, fps: float, other: list[int], step_cost: float = STEP_COST) -> list[int]:
    """Return the frames (ascending) at which a foot changes its place.

    Every interval between steps costs the weighted squared distance from its mean place, in units of 5 cm for one
    second; every step costs a constant, less where the motion itself moves the foot.

    Args:
        track: the foot.
        fps: frames per second.
        other: frames of the steps of the other foot; this foot does not step near them.
        step_cost: what a step costs where the motion keeps the foot still.
    """
    frames = len(track.places)
    stride = max(1, round(_GRID_S * fps))
    knots = np.append(np.arange(0, frames, stride), frames)
    if len(knots) > 2 and knots[-1] - knots[-2] < stride:
        knots = np.delete(knots, -2)
    sums = _running_sums(track, knots, fps)
    price = _prices(track, knots, fps, other, step_cost)
    shortest = max(1, round(_SHORTEST_S / _GRID_S))
    longest = round(_LONGEST_S / _GRID_S)
    count = len(knots)
    best = np.full(count, np.inf)
    best[0] = 0.0
    came_from = np.zeros(count, int)
    for end in range(1, count):
        check_stop()
        starts = np.arange(max(0, end - longest), max(end - shortest, 0) + 1)
        total = best[starts] + price[starts] + _place_costs(sums, starts, end)
        choice = int(np.argmin(total))
        best[end], came_from[end] = total[choice], starts[choice]
    steps, end = [], count - 1
    while came_from[end] > 0:
        end = came_from[end]
        steps.append(int(knots[end]))
    return steps[::-1]


def _prices(track: Track, knots: np.ndarray, fps: float, other: list[int], step_cost: float) -> np.ndarray:
    """Return the cost (K,) of a step at each knot: infinite where none is allowed, 0 at the first, which is none."""
    frames = len(track.places)
    price = step_cost * (1 - _DISCOUNT * track.restless[np.minimum(knots, frames - 1)])
    apart = _APART_S * fps
    for step in other:
        price[np.abs(knots - step) < apart] = np.inf
    margin = _MARGIN_S * fps
    price[(knots < margin) | (knots > frames - margin)] = np.inf
    if track.steady is not None:
        price[track.steady[np.minimum(knots, frames - 1)]] = np.inf
    price[0] = 0.0
    return price


def _running_sums(track: Track, knots: np.ndarray, fps: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return sums of weight (K,), weighted place (K, 3) and weighted square (K,) over the frames before each knot."""
    places = _scaled(track.places)
    places = places - places.mean(axis=0)
    weight = track.weights / fps
    running = [
        np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)])[knots]
        for values in (weight[:, None], weight[:, None] * places, (weight[:, None] * places**2).sum(1, keepdims=True))
    ]
    return running[0][:, 0], running[1], running[2][:, 0]


def _place_costs(sums: tuple[np.ndarray, np.ndarray, np.ndarray], starts: np.ndarray, end: int) -> np.ndarray:
    """Return the costs of standing from each of the knots `starts` to the knot `end`, always in the mean place.

    Σ w |p - mean|² = Σ w |p|² - |Σ w p|² / Σ w
    """
    weight, place, square = (total[end] - total[starts] for total in sums)
    return np.maximum(square - (place**2).sum(-1) / np.maximum(weight, 1e-9), 0.0)
