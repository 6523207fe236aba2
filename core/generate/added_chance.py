"""Curves of chance that were added after the first weights: one row for one channel, or for several.

Weights name in their model.json (`chance`) the channels that they were trained with, so rows may be added here at any
time, but a row that bundled weights name may not change. The first 20 seconds of one seed:

    seconds      0           4           8           12          16
                              ╭──────╮               ╭──────╮            the left leg carries the weight
    weight       ──────╮     │      │              │      ╰─
                       ╰──────╯      ╰──────────────╯                    the right leg

    left_place   ────────────╭──────────────────────────────────────     steps ahead, while the right leg carries
    left_step    ____________∩______________________________________     in the air
"""

from collections.abc import Callable, Iterator, Sequence
from zlib import crc32

import numpy as np

from ..clock import FPS
from ..filters import gaussian_filter1d
from .chance_moves import STILL_S, Move, changes, choices, curve, evenly, in_the_air, uniform

# Draws a curve (T,), or several (T, C), from the number of frames, a generator of random numbers that is the row's own,
# the moments of the accents (ascending seconds), and values from -1 to 1, which curves that hold for seconds have.
Draw = Callable[[int, np.random.Generator, Sequence[float], Iterator[float]], np.ndarray]

NO_VALUES: Iterator[float] = iter(())
# How long a change that happens often waits for an accent.
WAIT_S = 0.6
# How long the weight stays on a leg after the last step, and how long it takes to shift to the other one.
STAND_S = (0.4, 1.8)
SHIFT_S = (0.9, 1.5)
# Shares of the shifts that are followed by no step, one and two steps of the free foot, and how long a step takes.
STEPS = (0.06, 0.56, 0.38)
STEP_S = 0.85
# Share of the steps that put the foot ahead where the other one is behind, or behind where it is ahead.
STRIDE_SHARE = 0.8


def held(hold_s: tuple[float, float], move_s: float) -> Draw:
    """Return a draw of values from -1 to 1 that hold for a while, and change so that they arrive on accents."""

    def draw(
        frame_count: int, rng: np.random.Generator, moments_s: Sequence[float], values: Iterator[float]
    ) -> np.ndarray:
        return choices(frame_count, rng, moments_s, values, hold_s, move_s)

    return draw


def changing(hold_s: tuple[float, float], move_s: float) -> Draw:
    """Return a draw of values from -1 to 1 that change often, on an accent where one is near, and in pauses as well.

    Args:
        hold_s: how long a value is held.
        move_s: how long a change takes.
    """

    def draw(
        frame_count: int, rng: np.random.Generator, moments_s: Sequence[float], _: Iterator[float] = NO_VALUES
    ) -> np.ndarray:
        times = changes(frame_count, rng, moments_s, uniform(rng), hold_s, move_s, wait_s=WAIT_S)
        return curve(frame_count, [(start, move_s, value) for start, _, value in times])

    return draw


def wandering(slow_s: float) -> Draw:
    """Return a draw of noise with a standard deviation of about 0.5, without changes faster than about `slow_s`."""

    def draw(frame_count: int, rng: np.random.Generator, _: Sequence[float], __: Iterator[float]) -> np.ndarray:
        sigma = slow_s * FPS
        reach = int(4 * sigma)
        noise = gaussian_filter1d(rng.standard_normal(frame_count + 2 * reach), sigma)[reach : reach + frame_count]
        rising = np.minimum(np.arange(frame_count) / FPS / STILL_S, 1)
        return np.tanh(0.5 * noise * (2 * sigma * np.pi**0.5) ** 0.5) * rising**2 * (3 - 2 * rising)

    return draw


def standing(frame_count: int, rng: np.random.Generator, _: Sequence[float], __: Iterator[float]) -> np.ndarray:
    """Draw how a figure stands and steps, (T, 5).

    The columns are which leg carries the weight; the places of the left and the right foot, from back to ahead; and how
    high the left and the right foot are in their steps, 0-1.
    """
    longer = frame_count + round(STEP_S * FPS) + 2  # no step is cut off where the take ends
    shifts: list[Move] = []
    steps_of: tuple[list[Move], list[Move]] = ([], [])
    places = [0.0, 0.0]
    side, time = rng.choice([-1.0, 1.0]), STILL_S * rng.uniform(0.5, 1)
    while time < longer / FPS:
        length = rng.uniform(*SHIFT_S)
        shifts.append((time, length, side * rng.uniform(0.6, 1.0)))
        time += length
        free = 1 if side > 0 else 0
        for _step in range(rng.choice(len(STEPS), p=STEPS)):
            across = -np.sign(places[1 - free] or rng.choice([-1.0, 1.0]))
            place = across * rng.uniform(0.25, 1.0) * (1 if rng.random() < STRIDE_SHARE else -1)
            if abs(place - places[free]) < 0.35:
                place = places[free] - np.sign(places[free] or 1.0) * rng.uniform(0.4, 0.9)
            places[free] = place
            steps_of[free].append((time + 0.05, STEP_S, places[free]))
            time += STEP_S + 0.15
        time += rng.uniform(*STAND_S)
        side = -side
    left, right = (curve(longer, moves) for moves in steps_of)
    lifts = [in_the_air(place) ** 0.35 for place in (left, right)]
    return np.stack([curve(longer, shifts), left, right, *lifts], 1)[:frame_count]


DRAWS: dict[tuple[str, ...], Draw] = {
    # How large strokes and beats are, from small to large.
    ("vigour",): held((3.0, 9.0), 0.8),
    # Which leg carries the weight (1: the left one), where each foot stands, and how high it is in its step.
    ("weight", "left_place", "right_place", "left_step", "right_step"): standing,
    # Where the hips face, from right to left.
    ("facing",): held((2.0, 6.0), 1.0),
    # How the trunk bows forward and bends to the side.
    ("bow",): held((2.5, 7.0), 1.1),
    ("bend",): held((2.0, 6.0), 1.0),
    # Which way the head and the trunk go on accents: to the side, and how they tilt.
    ("beat_side",): held((1.2, 4.0), 0.6),
    ("beat_tilt",): held((1.2, 4.0), 0.6),
    # Small shifts of balance that nobody makes on purpose.
    ("idle",): wandering(0.3),
    ("idle_side",): wandering(0.3),
    # Where strokes go (inwards to outwards), and from which side they come.
    ("aim",): changing((0.5, 2.0), 0.5),
    ("arc",): changing((0.5, 2.5), 0.5),
    # How the forearms are turned, from palms down to palms up.
    ("roll",): changing((0.4, 2.6), 1.2),
    # Shapes of the hands: all fingers bent, the outer ones bent more, fanned out, index finger straight, thumb across.
    ("grip",): changing((0.2, 1.8), 1.0),
    ("curl",): changing((0.2, 1.8), 1.0),
    ("fan",): changing((0.2, 1.8), 1.0),
    ("index",): changing((0.2, 1.8), 1.0),
    ("thumb",): changing((0.2, 1.8), 1.0),
    # What each hand does that the other one does not.
    ("left_hand",): changing((0.2, 1.8), 1.0),
    ("right_hand",): changing((0.2, 1.8), 1.0),
    # Small movements of each arm and hand that nobody makes on purpose.
    ("left_idle",): wandering(0.35),
    ("right_idle",): wandering(0.35),
}
ADDED = tuple(name for names in DRAWS for name in names)


def draw_added(
    channels: Sequence[str], frame_count: int, seed: int, moments_s: Sequence[float], even: bool = False
) -> dict[str, np.ndarray]:
    """Draw those of the channels that are in `ADDED`: curves (T,) by name, which depend on no other channel."""
    columns: dict[str, np.ndarray] = {}
    for names, draw in DRAWS.items():
        if set(names) & set(channels):
            rng = np.random.default_rng([seed if seed >= 0 else seed % 2**32, 7, crc32(names[0].encode())])
            values = evenly(rng, seed, names[0]) if even else uniform(rng)
            drawn = draw(frame_count, rng, moments_s, values)
            columns.update(zip(names, drawn.reshape(frame_count, -1).T, strict=True))
    return columns
