"""Curves of chance: choices of a take that do not depend on speech, drawn once from the take's seed.

Speech decides when the hands strike and what the mouth does. It does not decide which hand leads, where the hands are
held, which leg carries the weight, or where the head looks. Weights that were trained with curves for these choices as
an input turn every seed into another take. Each take is as smooth as the corpus, because a choice is held for seconds
and is not drawn again in every frame. The first 20 seconds of seed 4:

    seconds      0           4           8           12          16
    accents               ↑     ↑        ↑   ↑       ↑        ↑
                 ──────────────────────╮                                   both hands
    lead                               ╰─────────────────────────────      the left hand

                                               ╭────────────────────╮      the left leg carries the weight
    stance       ─────────╮                    │                    │      both
                          ╰────────────────────╯                    ╰      the right leg

    left_foot    ────────────╭───────────────────────────────────────      steps ahead, while the right leg stands
    left_lift    ____________∩_______________________________________      in the air

    right_foot   ────────────────────────────────────╭───────────────
    right_lift   ____________________________________∩_______________

    breath       ∿∿∿∿∿∿∿∿∿∿∿∿∿∿∿∿∿∿∿∿∿∿∿∿∿∿∿∿∿∿∿∿∿∿∿∿∿∿∿∿∿∿∿∿∿∿∿∿∿∿∿∿∿      about one in four seconds

Choices of the hands and of the gaze (`FREE`) change on an accent, since people change their posture with a stroke.
Every change is a minimum-jerk move.
"""

import itertools
from collections.abc import Iterator, Sequence

import numpy as np

from ..body.curves import min_jerk
from ..body.parts import AREAS, Part
from ..clock import FPS
from ..filters import gaussian_filter1d
from .added_chance import ADDED, draw_added
from .chance_moves import OWN_FROM, STILL_S, Move, choices, curve, evenly, followed_seed, in_the_air, uniform

# The channels of weights whose model.json names none. Their curves may never change.
FIRST_CHANNELS = (
    *("lead", "out", "up", "stance", "forward", "left_foot", "right_foot", "look", "tilt", "breath"),
    *("left_lift", "right_lift"),
)
# The channels that the gesture grammar uses, and with which new weights are trained.
CHANNELS = ("lead", "out", "up", "forward", "look", "tilt", "breath", *ADDED)
KNOWN = (*FIRST_CHANNELS, *ADDED)
WIDTH = len(CHANNELS)
# Choices on which no other choice depends: the hand that leads, how far out and up the hands are held, the head's
# direction.
FREE = ("lead", "out", "up", "look", "tilt")
# Curves by which an area moves most; an area without an entry moves by all of them. Which hand leads changes the arms
# more than where the hands are held.
MOVED_BY = {
    **dict.fromkeys(("upper", "left_arm", "right_arm"), ("lead",)),
    "head": ("look", "tilt", "beat_side", "beat_tilt"),
    "lower": ("stance", "left_foot", "right_foot", "weight", "left_place", "right_place"),
}
# How long the weight stays on a leg, and how long it takes to shift to the other one.
STANCE_S = (2.5, 6.0)
SHIFT_S = (1.3, 2.0)
# Share of the shifts that are followed by a step of the free foot, how long the step takes, and where it may end.
STEP_SHARE = 0.7
STEP_S = 0.6
PLACES = (-1.0, -0.4, 0.0, 0.4, 1.0)
BREATHS_PER_S = 0.25
GOLDEN = (5**0.5 - 1) / 2


def draw_chance(
    frame_count: int,
    seed: int,
    moments_s: Sequence[float] = (),
    temperature: float = 1.0,
    channels: Sequence[str] = CHANNELS,
    even: bool = False,
) -> np.ndarray:
    """Draw the curves of a take.

    Args:
        frame_count: T.
        moments_s: when hands strike (accents, ascending seconds); free choices change so that they arrive at one of
            these moments.
        seed: another seed gives another take.
        temperature: 0 gives the same curves for every seed, 1 gives the seed's own.
        channels: which channels, of `KNOWN`; each has the same curve whichever others are drawn.
        even: whether the values that free choices and other held curves have cover their range evenly
            (`chance_moves.evenly`).

    Returns:
        (T, channels) float32, within about -1 to 1, second derivative continuous. `lead` is 1 when the right hand
        leads, -1 when the left hand does. `stance` is 1 with the weight on the left leg and -1 on the right. A foot's
        curve says where the foot stands (0: where the neutral pose has it), and moves only while the other leg carries
        the weight; its lift is a hump over every move.
    """
    columns: dict[str, np.ndarray] = {}
    if set(channels) & set(FIRST_CHANNELS):
        columns |= _first_columns(frame_count, seed, moments_s, temperature, even)
    columns |= draw_added(channels, frame_count, followed_seed(seed, temperature) % 2**32, moments_s, even)
    return np.stack([columns[name] for name in channels], 1).astype(np.float32)


def columns_of(area: str, width: int, channels: Sequence[str] = CHANNELS) -> np.ndarray:
    """Return the columns of features (T, width), which end with the curves of chance, by which an area moves most.

    Fingers move by the shapes of the hands, which are columns of the speech's features (`core.generate.hand_shapes`).

    Args:
        area: row of `core.body.parts.AREAS`.
        width: width of all features.
        channels: the curves' channels.
    """
    speech = width - len(channels)
    if AREAS[area].part is Part.HANDS:
        return np.arange(speech)
    moving = [name for name in MOVED_BY.get(area, channels) if name in channels]
    return np.array([speech + channels.index(name) for name in moving or channels])


def _first_columns(
    frame_count: int, seed: int, moments_s: Sequence[float], temperature: float, even: bool
) -> dict[str, np.ndarray]:
    """Draw the curves (T,) of `FIRST_CHANNELS` by name; not even, as all earlier versions of this program drew them."""
    own, common = (np.random.default_rng(key) for key in ([seed % 2**32, 1], [0, 0]))
    rng = own if temperature >= OWN_FROM else common
    columns: dict[str, np.ndarray] = {}
    for number, name in enumerate(FREE):
        sides = np.random.default_rng([seed % 2**32, 3, number])
        drawn = evenly(own, seed, name) if even else uniform(own)
        values = _between(_spread(number), drawn, temperature, sides)
        columns[name] = choices(frame_count, rng, moments_s, values)
    columns["forward"] = 0.6 * choices(frame_count, rng, (), uniform(rng))
    columns["breath"] = _breath(frame_count, rng)
    columns["stance"], columns["left_foot"], columns["right_foot"] = _standing(frame_count, rng)
    for side in ("left", "right"):
        columns[f"{side}_lift"] = in_the_air(columns[f"{side}_foot"])
    return columns


def _spread(number: int) -> Iterator[float]:
    """Return values from -1 to 1 of which any few in a row cover the range evenly.

    They are multiples of the golden ratio, modulo 1 (Weyl): 0.24, -0.53, 0.71, -0.06, -0.82, ... for the first curve.
    At temperature 0 all takes have these values. A few drawn ones could all be near 0 by accident, and the take would
    be calmer than those of other seeds.

    Args:
        number: number of the curve; each curve begins at another value.
    """
    return (2 * ((count + number / len(FREE)) * GOLDEN % 1) - 1 for count in itertools.count(1))


def _between(
    common: Iterator[float], own: Iterator[float], share: float, sides: np.random.Generator
) -> Iterator[float]:
    """Return values from -1 to 1 that lie a share of the way from common values to a seed's own ones.

    Plain means of two values would often be near 0, where, for `lead`, both hands strike. So the way leads around
    a circle of length 4 on which every value has two places, and all places stay equally likely:

        place    -1    0    1    2    3 (= -1)
        value    -1    0    1    0   -1

    Args:
        common: values that all seeds have.
        own: values of the seed.
        share: 0 for the common value, 1 for the own one.
        sides: decides which of its two places an own value takes.
    """
    while True:
        start, end = next(common), next(own)
        place = end if sides.random() < 0.5 else 2 - end
        place = start + share * ((place - start + 2) % 4 - 2)
        yield 1 - abs((place + 1) % 4 - 2)


def _standing(frame_count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw which leg carries the weight, and the places of the left and the right foot; (T,) each.

    After a shift of the weight the free foot may step to another place. A slow wobble is added to the weight.
    """
    shifts: list[Move] = []
    steps_of: tuple[list[Move], list[Move]] = ([], [])
    places = [0.0, 0.0]
    side, time = rng.choice([-1.0, 1.0]), STILL_S
    while time < frame_count / FPS:
        length = rng.uniform(*SHIFT_S)
        shifts.append((time, length, side * rng.uniform(0.65, 1.0)))
        time += length
        if rng.random() < STEP_SHARE:
            free = 1 if side > 0 else 0
            places[free] = rng.choice([place for place in PLACES if place != places[free]])
            steps_of[free].append((time + 0.1, STEP_S, places[free]))
            time += STEP_S + 0.2
        time += rng.uniform(*STANCE_S)
        side = -side
    wobble = gaussian_filter1d(rng.standard_normal(frame_count + 360), 45)[180 : 180 + frame_count]
    wobble *= min_jerk(np.arange(frame_count) / FPS / STILL_S)
    left, right = (curve(frame_count, moves) for moves in steps_of)
    return curve(frame_count, shifts) + 0.5 * wobble, left, right


def _breath(frame_count: int, rng: np.random.Generator) -> np.ndarray:
    """Draw a sine (T,) of about a quarter of a hertz whose rate changes slowly."""
    rate = BREATHS_PER_S * (1 + 0.15 * np.sin(2 * np.pi * np.arange(frame_count) / FPS / 17 + rng.uniform(0, 6)))
    return np.sin(2 * np.pi * np.cumsum(rate) / FPS)
