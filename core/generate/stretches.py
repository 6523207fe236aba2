"""The windows of one take, predicted in several stretches at once, on all cores.

A window needs its seed, the last frames of the window before, so windows run one after the other. But what a window
makes depends little on its seed. So every stretch but the first begins with a guess, and its first windows are made
again, with the right seed, until they make what they made with the guess:

    core 1    windows  1 2 3 4 5 6 7 8                               as in the loop
    core 2                                9 10 11 12 13 14 15 16     with the take's first pose as the seed of window 9
    then                                  9 10 11                    with the seed that window 8 has made; the seed for
                                                                     window 12 is the same as before, so all are right

A core may predict several stretches in step, their first windows together, then their second ones, and so on: small
networks take much less time for several windows at once, and cores then wait less for each other.

This gives the codes of the loop for any number of stretches. `windows` has the loop, which is the definition. Bundled
weights make 2 or 3 windows again at each seam, seldom 4.
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import pairwise

import numpy as np

from ..parallel import at_once
from .network import BatchConditions, BatchNetwork
from .steps import Step
from .window_inputs import WindowClock
from .window_passes import Codes, Row, TakeWindows, conditions_of_rows, predicted

# Windows of a stretch at least: of a shorter one, almost all windows would be made twice.
_LEAST = 4
# Windows of a stretch in the first chunk of a long take, whose first frames are to come soon, and the most in those of
# the others: after each chunk, what is made up to now is shown.
_FIRST, _MOST = 4, 20
# Seeds that differ by less are equal: other windows beside a window change its numbers by rounding.
_ROUNDING = 1e-5


def run_in_stretches(
    network: BatchNetwork,
    take: TakeWindows,
    clock: WindowClock,
    step: Step,
    goes_on: Callable[[Sequence[Codes]], bool] = lambda made: True,
) -> list[Codes]:
    """Predict the codes of all windows of a take.

    Args:
        network: the generator.
        take: its windows.
        clock: where windows lie in the sound.
        step: reports after windows, and is asked before every window whether to stop.
        goes_on: is given what is made up to now after every chunk of stretches but the last, and returns False to end
            there.

    Returns:
        for each window: codes (T,) per part.

    Raises:
        Cancelled: the work was cancelled.
    """
    codes: list[Codes] = []
    seed = take.seed
    for chunk in _chunks(len(take.starts), network.side_by_side, network.in_step):
        made, seed = _Chunk(network, take, clock, step, chunk).made(seed)
        codes += made
        if len(codes) < len(take.starts) and not goes_on(codes):
            break
    return codes


def _chunks(windows: int, cores: int, in_step: int) -> Iterator[list[list[range]]]:
    """Yield chunks of a take: for each core the stretches that it predicts in step, which are ranges of windows."""
    first, most = 0, cores * in_step
    while first < windows:
        left = windows - first
        longest = most * (_MOST if first or left <= most * _MOST else _FIRST)
        length = -(-left // -(-left // longest))
        count = min(most, max(1, length // _LEAST))
        # The first stretches are the longer ones: the very first one is not made again.
        bounds = [first - (-length * number // count) for number in range(count + 1)]
        stretches = [range(low, high) for low, high in pairwise(bounds)]
        shares = [count * number // cores for number in range(cores + 1)]
        yield [stretches[low:high] for low, high in pairwise(shares) if low < high]
        first += length


class _Chunk:
    """Stretches of a take that follow each other.

    Args:
        network, take, clock, step: as in `run_in_stretches`.
        groups: for each core its stretches.
    """

    def __init__(
        self,
        network: BatchNetwork,
        take: TakeWindows,
        clock: WindowClock,
        step: Step,
        groups: Sequence[Sequence[range]],
    ):
        self._network, self._take, self._clock, self._step, self._groups = network, take, clock, step, groups
        self._stretches = [stretch for group in groups for stretch in group]
        self._conditions: dict[int, BatchConditions] = {}  # of the windows of each group
        self._made: dict[int, tuple[Codes, np.ndarray]] = {}  # codes of each window, and the seed (S, 337) after it
        self._caller = threading.get_ident()

    def made(self, seed: np.ndarray) -> tuple[list[Codes], np.ndarray]:
        """Return the codes of each window, and the seed (S, 337) after the last one, for the seed of the first one."""
        used = {stretch.start: self._take.seed for stretch in self._stretches} | {self._stretches[0].start: seed}
        wrong = used
        while wrong:
            tasks = [
                partial(self._run, number, wrong)
                for number, group in enumerate(self._groups)
                if any(stretch.start in wrong for stretch in group)
            ]
            at_once(tasks)
            right = {after.start: self._made[before[-1]][1] for before, after in pairwise(self._stretches)}
            wrong = {first: value for first, value in right.items() if not _are_equal(value, used[first])}
            used |= wrong
        every = range(self._stretches[0].start, self._stretches[-1].stop)
        return [self._made[number][0] for number in every], self._made[every[-1]][1]

    def _run(self, group: int, seeds: Mapping[int, np.ndarray]) -> None:
        """Make the windows of a group's stretches in step, of those whose first window has a seed here.

        A stretch ends with a window that makes the seed that it has made before, which then holds for all later ones.
        """
        take, stretches = self._take, self._groups[group]
        first, last = stretches[0].start, stretches[-1].stop
        if group not in self._conditions:
            rows = [Row(take, start, take.seed, True) for start in take.starts[first:last]]
            self._conditions[group] = conditions_of_rows(self._network, rows, self._clock)
        left = [(each.start, each.stop, seeds[each.start]) for each in stretches if each.start in seeds]
        while left:
            self._step.check()
            places = [number - first for number, _, _ in left]
            conditions = {name: values[places] for name, values in self._conditions[group].items()}
            rows = [Row(take, take.starts[number], seed, True) for number, _, seed in left]
            given = np.stack([seed for _, _, seed in left])
            made = predicted(self._network, conditions, given, rows, self._clock)
            going = []
            for (number, stop, _), codes, following in zip(left, *made, strict=True):
                before = self._made.get(number)
                if before is not None and _are_equal(before[1], following):
                    self._made[number] = codes, before[1]
                    continue
                self._made[number] = codes, following
                if number + 1 < stop:
                    going.append((number + 1, stop, following))
            left = going
            if threading.get_ident() == self._caller:
                self._step.report((self._stretches[0].start + len(self._made)) / len(take.starts))


def _are_equal(seed: np.ndarray, other: np.ndarray) -> bool:
    """Return whether seeds (S, 337) are the same but for rounding."""
    return bool(np.abs(seed - other).max() <= _ROUNDING)
