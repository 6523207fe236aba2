"""Draws of single curves of chance: choices that hold for seconds, and smooth moves between them."""

import math
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import TypeVar
from zlib import crc32

import numpy as np

from ..body.curves import runs, steps
from ..clock import FPS

# How long a free choice is held, and how long the move to the next one takes.
HOLD_S = (2.0, 6.0)
MOVE_S = 0.7
# Like strokes, moves end this many seconds before the vowel of an accent is loudest.
LEAD_S = 0.02
# A take begins on both feet, in the neutral pose.
STILL_S = 2.0

# From this temperature on, chance that is either the seed's or common to all seeds is the seed's.
OWN_FROM = 0.5

# Even values have turns in so many parts of their range.
QUARTERS = 4

# One move of a curve: when it starts, how long it takes, and the value that it ends at.
Move = tuple[float, float, float]

T = TypeVar("T")


def followed_seed(seed: int, temperature: float) -> int:
    """Return the seed that chance follows: the take's own one, or at low temperatures 0, which all takes share."""
    return seed if temperature >= OWN_FROM else 0


def choices(
    frame_count: int,
    rng: np.random.Generator,
    moments_s: Sequence[float],
    values: Iterator[float],
    hold_s: tuple[float, float] = HOLD_S,
    move_s: float = MOVE_S,
) -> np.ndarray:
    """Draw a curve (T,) of values that each hold for a few seconds and move smoothly to the next one."""
    times = changes(frame_count, rng, moments_s, values, hold_s, move_s, still=(0.3, 1))
    return curve(frame_count, [(start, move_s, value) for start, _, value in times])


def changes(
    frame_count: int,
    rng: np.random.Generator,
    moments_s: Sequence[float],
    values: Iterator[T],
    hold_s: tuple[float, float],
    move_s: float,
    still: tuple[float, float] = (0.2, 0.6),
    wait_s: float = math.inf,
) -> Iterator[tuple[float, float, T]]:
    """Draw moves from value to value: when each starts and ends, in seconds, and its value.

    Args:
        frame_count: of the take.
        rng: decides how long values hold.
        moments_s: moments of the accents, ascending seconds; a move ends just before one.
        values: the values, one after the other.
        hold_s: how long a value is held, least and most.
        move_s: how long a move takes.
        still: when the first move begins at the earliest, as shares of `STILL_S`.
        wait_s: how long a move waits for an accent; it is made without one where none is so near.
    """
    time = STILL_S * rng.uniform(*still)
    while time < frame_count / FPS:
        end = time + move_s
        later = bisect_left(moments_s, end)
        if later < len(moments_s) and moments_s[later] - end < wait_s:
            end = moments_s[later] - LEAD_S
        yield end - move_s, end, next(values)
        time = end + rng.uniform(*hold_s)


def uniform(rng: np.random.Generator) -> Iterator[float]:
    """Draw values from -1 to 1, all equally likely."""
    while True:
        yield rng.uniform(-1, 1)


def evenly(rng: np.random.Generator, seed: int, name: str) -> Iterator[float]:
    """Draw values from -1 to 1 of which every four in a row, from the first on, lie in the four quarters of the range.

    Of free values (`uniform`), a minute has so few that the takes of some seeds are high throughout, and others low.
    The first value lies in one of the inner quarters, so that a short take is as its style usually is.

    Args:
        rng: decides the order of the quarters, and the values in them.
        seed: of the take; the first value of every other one is below the middle.
        name: of the curve; with it other curves have their first value on either side.
    """
    above = (seed + crc32(name.encode())) % 2
    first = QUARTERS // 2 - 1 + above
    order = [first, *rng.permutation([quarter for quarter in range(QUARTERS) if quarter != first])]
    while True:
        for quarter in order:
            yield 2 * (quarter + rng.uniform()) / QUARTERS - 1
        order = list(rng.permutation(QUARTERS))


def curve(frame_count: int, moves: list[Move]) -> np.ndarray:
    """Return the curve (T,) that starts at 0, makes every move with minimum jerk, and holds between moves."""
    times = np.arange(frame_count) / FPS
    return steps(times, [0.0], [(start, start + length, [value]) for start, length, value in moves])[:, 0]


def in_the_air(place: np.ndarray) -> np.ndarray:
    """Return a hump (T,) of height 1 over every stretch of frames in which a foot's curve (T,) moves."""
    lift = np.zeros(len(place))
    for start, end in runs(np.abs(np.diff(place)) > 1e-4):
        way = place[start : end + 1]
        travelled = np.concatenate([[0], np.cumsum(np.abs(np.diff(way)))])
        lift[start : end + 1] = np.maximum(np.sin(np.pi * travelled / travelled[-1]), 0) ** 1.5
    return lift
