"""The windows of one or more takes, many at once: passes over them until their seeds stand still.

A window needs its seed, the last frames of the window before. On a processor, the windows of one take run one after
the other, beside those of the other takes. On a graphics card, windows of one take run together, too, with a guess for
their seeds; what they make gives better seeds, and the next pass begins with these:

    pass 1    seeds  0 0 0 0    every window begins in the take's first pose
    pass 2    seeds  0 a b c    those that pass 1 has made; window 2 now begins as in the loop
    pass 3    seeds  0 a B C    …

Pass n makes at least the first n windows as the loop does. When no seed changes, all are made like this, which takes
3 to 4 passes because what a window makes depends little on its seed. `windows` has the loop, which is the definition.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ..body.parts import Part
from ..take.files import compact
from .decode import GROUND, MOTION_WIDTH, SEEDED_PARTS, seeds_after
from .network import BatchConditions, BatchNetwork, WindowOutput
from .sample import Variation, pick_codes
from .steps import Step
from .window_inputs import Speech, WindowClock, window_inputs

Codes = dict[Part, np.ndarray]


@dataclass(frozen=True)
class TakeWindows:
    """The windows of one take.

    Attributes:
        speech: speech of the whole take. Takes with equal speech should have the same arrays: what depends on speech
            alone is then computed once for all of them.
        seed: (S, 337) motion input of the take's first frames.
        starts: the first frame of each window.
        origin: (3,) metres, where the root's path starts in every window.
        variation: how far to stray from the most likely codes; None for the most likely ones.
    """

    speech: Speech
    seed: np.ndarray
    starts: Sequence[int]
    origin: np.ndarray
    variation: Variation | None


@dataclass(frozen=True)
class Row:
    """One window of one take.

    Attributes:
        take: the take.
        start: the window's first frame.
        seed: (S, 337) its seed, where `is_first`, else a guess.
        is_first: whether the window before is made.
    """

    take: TakeWindows
    start: int
    seed: np.ndarray
    is_first: bool


def run_passes(
    network: BatchNetwork,
    takes: Sequence[TakeWindows],
    clock: WindowClock,
    step: Step,
    goes_on: Callable[[Sequence[Sequence[Codes]]], bool] = lambda made: True,
) -> list[list[Codes]]:
    """Predict the codes of all windows of takes, with windows of all takes in every pass.

    Args:
        network: the generator.
        takes: the windows of each take; takes may have different lengths.
        clock: where windows lie in the sound.
        step: reports after every group of windows, and is asked before every pass whether to stop.
        goes_on: is given what is made up to now after every group of windows, and returns False to end there.

    Returns:
        for each take, for each of its windows: codes (T,) per part.

    Raises:
        Cancelled: the work was cancelled.
    """
    codes: list[list[Codes]] = [[] for _ in takes]
    seeds, total = [take.seed for take in takes], sum(len(take.starts) for take in takes)
    while left := [number for number, take in enumerate(takes) if len(codes[number]) < len(take.starts)]:
        each = max(1, network.most_at_once // len(left)) if network.ahead else 1
        starts = {number: takes[number].starts[len(codes[number]) :][:each] for number in left}
        rows = [
            Row(takes[number], start, seeds[number], start == starts[number][0])
            for number in left
            for start in starts[number]
        ]
        made, following = _settled(network, rows, clock, step)
        first = 0
        for number in left:
            last = first + len(starts[number])
            codes[number] += made[first:last]
            seeds[number], first = following[last - 1], last
        step.report(sum(map(len, codes)) / total)
        if not goes_on(codes):
            break
    return codes


def _settled(
    network: BatchNetwork, rows: Sequence[Row], clock: WindowClock, step: Step
) -> tuple[list[Codes], np.ndarray]:
    """Make passes until no seed changes; return the codes of each window, and the seeds (B, S, 337) after them."""
    conditions = conditions_of_rows(network, rows, clock)
    known, is_first = np.stack([row.seed for row in rows]), np.array([row.is_first for row in rows])
    origins = np.stack([row.take.origin for row in rows])
    if network.ahead and not any(_varies(row.take.variation) for row in rows):
        step.check()
        settled = network.settle(conditions, known, is_first, origins, clock.recentre)
        if settled is not None:
            picked, following = settled
            return [{part: compact(values[n]) for part, values in picked.items()} for n in range(len(rows))], following
    seeds = known
    while True:  # every pass makes one more window of each take as the loop does, so this ends
        step.check()
        codes, following = predicted(network, conditions, seeds, rows, clock)
        before, seeds = seeds, np.where(is_first[:, None, None], known, np.roll(following, 1, 0))
        if np.array_equal(before, seeds):
            return codes, following


def predicted(
    network: BatchNetwork, conditions: BatchConditions, seeds: np.ndarray, rows: Sequence[Row], clock: WindowClock
) -> tuple[list[Codes], np.ndarray]:
    """Predict windows with seeds (B, S, 337); return the codes of each, and the seeds (B, S, 337) after them."""
    output = network.windows(conditions, *_given(seeds, network.info.window, clock.recentre))
    codes, seed = _codes(network, output, rows), seeds.shape[1]
    # Only the lower body's path depends on all frames of a window.
    channels = {
        part: network.decode_many(part, np.stack([c[part] for c in codes]), None if part is Part.LOWER else seed)
        for part in SEEDED_PARTS
    }
    return codes, seeds_after(channels, np.stack([row.take.origin for row in rows]), seed)


def _varies(variation: Variation | None) -> bool:
    return variation is not None and variation.temperature > 0


def conditions_of_rows(network: BatchNetwork, rows: Sequence[Row], clock: WindowClock) -> BatchConditions:
    """Return the conditions of windows; those of windows with the same speech are computed once."""
    places: dict[tuple, int] = {}
    of_row: list[int] = []
    different: list[Row] = []
    for row in rows:
        speech = row.take.speech
        key = id(speech.audio), id(speech.words), speech.speaker, row.start
        if key not in places:
            places[key] = len(different)
            different.append(row)
        of_row.append(places[key])
    info = network.info
    pieces = [
        window_inputs(row.take.speech.audio, row.take.speech.words, row.start, info.window, clock, info.context)
        for row in different
    ]
    sounds, words = (np.stack(values) for values in zip(*pieces, strict=True))
    speakers = np.array([row.take.speech.speaker for row in different])
    conditions = network.conditions_of(sounds, words, speakers)
    if len(different) == len(rows):
        return conditions
    return {name: values[of_row] for name, values in conditions.items()}


def _given(seeds: np.ndarray, length: int, recentre: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return motion and mask (B, length, 337) of windows of which the seeds (B, S, 337) alone are known."""
    count, known = seeds.shape[:2]
    motion = np.zeros((count, length, MOTION_WIDTH), np.float32)
    motion[:, :known] = seeds
    if recentre:
        motion[:, :known, GROUND] -= seeds[:, :1, GROUND]
    mask = np.ones_like(motion)
    mask[:, :known] = 0
    return motion, mask


def _codes(network: BatchNetwork, output: WindowOutput, rows: Sequence[Row]) -> list[Codes]:
    """Choose the codes of windows from their output (B, T, ·)."""
    codebooks = {part: network.codebook(part) for part in network.info.by_latent}
    groups = network.info.code_groups
    return [
        pick_codes(output.row(number), codebooks, row.start, row.take.variation, groups)
        for number, row in enumerate(rows)
    ]
