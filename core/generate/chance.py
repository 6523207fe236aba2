"""What speech does not decide: slow seeded curves for handedness, place of the hands, weight, feet and gaze.

Weights that were trained with these curves as an input turn every seed into a different take that is as smooth as
the corpus: chance is drawn once per take, not per frame.
"""

import itertools
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from ..audio.prosody import Accent, Prosody
from ..body.curves import min_jerk, steps
from ..body.parts import AREAS, Part
from ..clock import FPS
from ..filters import gaussian_filter1d
from ..text import lexicon

CHANNELS = (
    *("lead", "out", "up", "stance", "forward", "left_foot", "right_foot", "look", "tilt", "breath"),
    *("left_lift", "right_lift"),
)
WIDTH = len(CHANNELS)
HOLD_S = (2.0, 6.0)  # a gesture choice lasts this long
MOVE_S = 0.7
GOLDEN = (5**0.5 - 1) / 2
FREE = ("lead", "out", "up", "look", "tilt")  # choices that nothing else depends on
# By which curves an area moves most; others by all of them. Which hand leads changes the arms more than their place.
MOVED_BY = {
    **dict.fromkeys(("upper", "left_arm", "right_arm"), ("lead",)),
    "head": ("look", "tilt"),
    "lower": ("stance", "left_foot", "right_foot"),
}
LEAD_S = 0.02  # before the vowel is loudest, as strokes
STANCE_S = (2.5, 6.0)
SHIFT_S = (1.3, 2.0)
STEP_S = 0.6
PLACES = (-1.0, -0.4, 0.0, 0.4, 1.0)
STEP_SHARE = 0.7  # of weight shifts that are followed by a step of the free foot
BREATHS_PER_S = 0.25
# Classes of words whose hand shapes suit any accent and look unlike each other: flat, spread, pinching and pointing.
HAND_KINDS = (lexicon.NEGATION, lexicon.LARGE, lexicon.SMALL, lexicon.NUMBER)
# Classes that hands show by their shape; what the others mean lies in the arms.
SHAPED = frozenset({*HAND_KINDS, lexicon.SELF, lexicon.YOU, lexicon.LIST})
LEAST_PROMINENCE = 0.4
STILL_S = 2.0  # a take begins on both feet, in the neutral pose


def draw_chance(frame_count: int, seed: int, moments_s: Sequence[float] = (), temperature: float = 1.0) -> np.ndarray:
    """Draw the curves of a take.

    Args:
        frame_count: T.
        moments_s: when hands strike (accents, ascending seconds); choices of the hands and the gaze change so that they
            arrive at one of them.
        seed: another seed, another take.
        temperature: 0 gives the same curves for every seed, 1 the seed's own.

    Returns:
        (T, WIDTH) float32, within about -1 to 1, second derivative continuous. `stance` is 1 with the weight on the
        left leg and -1 on the right; a foot's curve says where it stands (0: where the neutral pose has it), and moves
        only while the other leg carries the weight; its lift is a hump over every move.
    """
    own, common = (np.random.default_rng(key) for key in ([seed % 2**32, 1], [0, 0]))
    rng = own if temperature >= 0.5 else common
    columns: dict[str, np.ndarray] = {}
    for number, name in enumerate(FREE):
        sides = np.random.default_rng([seed % 2**32, 3, number])
        values = _between(_spread(number), _even(own), temperature, sides)
        columns[name] = _choices(frame_count, rng, moments_s, values)
    columns["forward"] = 0.6 * _choices(frame_count, rng, (), _even(rng))
    columns["breath"] = _breath(frame_count, rng)
    columns["stance"], columns["left_foot"], columns["right_foot"] = _standing(frame_count, rng)
    for side in ("left", "right"):
        columns[f"{side}_lift"] = _in_the_air(columns[f"{side}_foot"])
    return np.stack([columns[name] for name in CHANNELS], 1).astype(np.float32)


def columns_of(area: str, width: int) -> np.ndarray:
    """Columns of the features (T, width) of a take, which end with chance, by which an area moves.

    Args:
        area: row of `core.body.parts.AREAS`.
        width: of all features.
    """
    speech = width - WIDTH
    if AREAS[area].part is Part.HANDS:
        return np.arange(speech)
    return np.array([speech + CHANNELS.index(name) for name in MOVED_BY.get(area, CHANNELS)])


def redraw_hands(prosody: Prosody, seed: int, temperature: float = 1.0) -> Prosody:
    """The prosody that hands hear to take other shapes: accents whose class needs no shape may be given one that does.

    Speech decides when hands strike, and words of some classes what they show; the other shapes are free. They are
    dealt like cards, so that even a few in a row differ.

    Args:
        prosody: of the whole recording.
        seed: another seed, other shapes.
        temperature: 0 changes nothing; from 0.5 on every free accent gets a class.
    """
    rng = np.random.default_rng([seed % 2**32, 2])
    accents: list[Accent] = []
    hand: list[int] = []
    for accent in prosody.accents:
        hand = hand or list(rng.permutation(len(HAND_KINDS)))
        free, kind, prominence = rng.random(), hand.pop(), rng.uniform(LEAST_PROMINENCE, 1)
        if accent.kind not in SHAPED and free < 2 * temperature:
            mixed = (1 - temperature) * accent.prominence + temperature * prominence
            accent = replace(accent, kind=HAND_KINDS[kind], prominence=mixed)
        accents.append(accent)
    return replace(prosody, accents=tuple(accents))


def _choices(
    frame_count: int, rng: np.random.Generator, moments_s: Sequence[float], values: Iterator[float]
) -> np.ndarray:
    """Values that hold for a few seconds and move smoothly to the next; (T,)."""
    moves, time = [], STILL_S * rng.uniform(0.3, 1)
    while time < frame_count / FPS:
        later = bisect_left(moments_s, time + MOVE_S)
        end = moments_s[later] - LEAD_S if later < len(moments_s) else time + MOVE_S
        moves.append((end - MOVE_S, MOVE_S, next(values)))
        time = end + rng.uniform(*HOLD_S)
    return _moves(frame_count, moves)


def _even(rng: np.random.Generator) -> Iterator[float]:
    """Values from -1 to 1, all as likely."""
    while True:
        yield rng.uniform(-1, 1)


def _spread(number: int) -> Iterator[float]:
    """Values from -1 to 1 of which any few in a row cover the range evenly: multiples of the golden ratio (Weyl).

    So the take that all seeds stray from has its part of left, right and both hands, and is no calmer than they are.

    Args:
        number: of the curve; each begins elsewhere.
    """
    return (2 * ((count + number / len(FREE)) * GOLDEN % 1) - 1 for count in itertools.count(1))


def _between(
    common: Iterator[float], own: Iterator[float], share: float, sides: np.random.Generator
) -> Iterator[float]:
    """Values from -1 to 1 a share of the way from common ones to own ones, as evenly spread at every share.

    Means of two values crowd in the middle, which for the hands is where both strike. So the way leads around a circle
    of length 4, on which every value has two places.
    """
    while True:
        start, end = next(common), next(own)
        place = end if sides.random() < 0.5 else 2 - end
        place = start + share * ((place - start + 2) % 4 - 2)
        yield 1 - abs((place + 1) % 4 - 2)


def _standing(frame_count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weight and the places of both feet; (T,) each."""
    shifts: list[tuple[float, float, float]] = []
    placed: tuple[list, list] = ([], [])
    side, time = rng.choice([-1.0, 1.0]), STILL_S
    stands = [0.0, 0.0]
    while time < frame_count / FPS:
        length = rng.uniform(*SHIFT_S)
        shifts.append((time, length, side * rng.uniform(0.65, 1.0)))
        time += length
        if rng.random() < STEP_SHARE:
            free = 1 if side > 0 else 0
            stands[free] = rng.choice([place for place in PLACES if place != stands[free]])
            placed[free].append((time + 0.1, STEP_S, stands[free]))
            time += STEP_S + 0.2
        time += rng.uniform(*STANCE_S)
        side = -side
    wobble = gaussian_filter1d(rng.standard_normal(frame_count + 360), 45)[180 : 180 + frame_count]
    wobble *= min_jerk(np.arange(frame_count) / FPS / STILL_S)
    return _moves(frame_count, shifts) + 0.5 * wobble, _moves(frame_count, placed[0]), _moves(frame_count, placed[1])


def _in_the_air(place: np.ndarray) -> np.ndarray:
    """A hump (T,) of height 1 over every stretch where a foot's curve moves."""
    lift = np.zeros(len(place))
    moving = np.concatenate([[False], np.abs(np.diff(place)) > 1e-4, [False]])
    edges = np.flatnonzero(np.diff(moving.astype(int))).reshape(-1, 2)
    for start, end in edges:
        way = place[start : end + 1]
        travelled = np.concatenate([[0], np.cumsum(np.abs(np.diff(way)))])
        lift[start : end + 1] = np.maximum(np.sin(np.pi * travelled / travelled[-1]), 0) ** 1.5
    return lift


def _breath(frame_count: int, rng: np.random.Generator) -> np.ndarray:
    """A sine of about a quarter of a hertz whose rate wanders; (T,)."""
    rate = BREATHS_PER_S * (1 + 0.15 * np.sin(2 * np.pi * np.arange(frame_count) / FPS / 17 + rng.uniform(0, 6)))
    return np.sin(2 * np.pi * np.cumsum(rate) / FPS)


def _moves(frame_count: int, moves: list[tuple[float, float, float]]) -> np.ndarray:
    """A curve (T,) from 0 through (start_s, length_s, value), minimum-jerk between holds."""
    times = np.arange(frame_count) / FPS
    return steps(times, [0.0], [(start, start + length, [value]) for start, length, value in moves])[:, 0]
