"""The windows of one take, predicted in several stretches at once, each on a core of its own.

A window needs its seed, the last frames of the window before, so windows run one after the other. But what a window
makes depends little on its seed. So every stretch but the first begins with a guess, and its first windows are made
again, with the right seed, until they make what they made with the guess:

    core 1    windows  1 2 3 4 5 6 7 8                               as in the loop
    core 2                                9 10 11 12 13 14 15 16     with the take's first pose as the seed of window 9
    then                                  9 10 11                    with the seed that window 8 has made; the seed for
                                                                     window 12 is the same as before, so all are right

This gives the codes of the loop, to the bit, for any number of stretches. `windows` has the loop, which is the
definition. Bundled weights make 2 or 3 windows again at each seam, seldom 4.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import pairwise

import numpy as np

from ..parallel import at_once
from .network import BatchConditions, BatchNetwork
from .steps import Step
from .window_inputs import WindowClock
from .window_passes import Codes, Row, TakeWindows, conditions_of_rows, predicted

# Windows whose conditions are computed together. More save little, and work can be cancelled only between them.
CONDITIONS_AT_ONCE = 4
# Groups of so many windows in the stretches of the first chunk of a long take, whose first frames are to come soon, and
# the most in those of the others: after each chunk, what is made up to now is shown.
_FIRST_GROUPS, _MOST_GROUPS = 1, 5


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
    for chunk in _chunks(-(-len(take.starts) // CONDITIONS_AT_ONCE), network.side_by_side):
        made, seed = _Stretches(network, take, clock, step, chunk).made(seed)
        codes += made
        if len(codes) < len(take.starts) and not goes_on(codes):
            break
    return codes


def _chunks(groups: int, count: int) -> Iterator[list[range]]:
    """Yield chunks of a take, each divided into at most `count` stretches, which are ranges of groups of windows."""
    first = 0
    while first < groups:
        left = groups - first
        most = count * (_MOST_GROUPS if first or left <= count * _MOST_GROUPS else _FIRST_GROUPS)
        length = -(-left // -(-left // most))
        stretches = max(1, min(count, length // 2)) if length > count else 1
        bounds = [first + length * number // stretches for number in range(stretches + 1)]
        yield [range(low, high) for low, high in pairwise(bounds)]
        first += length


class _Stretches:
    """Stretches of a take that follow each other.

    Args:
        network, take, clock, step: as in `run_in_stretches`.
        stretches: the groups of windows of each.
    """

    def __init__(
        self, network: BatchNetwork, take: TakeWindows, clock: WindowClock, step: Step, stretches: Sequence[range]
    ):
        self._network, self._take, self._clock, self._step = network, take, clock, step
        count = len(take.starts)
        self._windows = [
            range(each.start * CONDITIONS_AT_ONCE, min(count, each.stop * CONDITIONS_AT_ONCE)) for each in stretches
        ]
        self._conditions: dict[int, BatchConditions] = {}  # of groups of windows
        self._made: dict[int, tuple[Codes, np.ndarray]] = {}  # codes of each window, and the seed (S, 337) after it
        self._caller = threading.get_ident()

    def made(self, seed: np.ndarray) -> tuple[list[Codes], np.ndarray]:
        """Return the codes of each window, and the seed (S, 337) after the last one, for the seed of the first one."""
        used = [seed, *[self._take.seed] * (len(self._windows) - 1)]
        at_once([partial(self._run, windows, given) for windows, given in zip(self._windows, used, strict=True)])
        while wrong := [n for n, right in enumerate(self._right_seeds(), 1) if not np.array_equal(used[n], right)]:
            right = [seed, *self._right_seeds()]
            at_once([partial(self._run, self._windows[number], right[number]) for number in wrong])
            used = right
        every = range(self._windows[0].start, self._windows[-1].stop)
        return [self._made[number][0] for number in every], self._made[every[-1]][1]

    def _right_seeds(self) -> list[np.ndarray]:
        """Return the seeds that the stretches before have made for all stretches but the first."""
        return [self._made[windows[-1]][1] for windows in self._windows[:-1]]

    def _run(self, windows: range, seed: np.ndarray) -> None:
        """Make windows until one makes the seed that it has made before, which then holds for all later ones."""
        network, take = self._network, self._take
        for number in windows:
            self._step.check()
            group, row = divmod(number, CONDITIONS_AT_ONCE)
            if group not in self._conditions:
                starts = take.starts[number - row :][:CONDITIONS_AT_ONCE]
                rows = [Row(take, start, take.seed, True) for start in starts]
                self._conditions[group] = conditions_of_rows(network, rows, self._clock)
            conditions = {name: values[row : row + 1] for name, values in self._conditions[group].items()}
            rows = [Row(take, take.starts[number], seed, True)]
            (codes,), (following,) = predicted(network, conditions, seed[None], rows, self._clock)
            before, self._made[number] = self._made.get(number), (codes, following)
            if threading.get_ident() == self._caller:
                self._step.report((self._windows[0].start + len(self._made)) / len(take.starts))
            if before is not None and np.array_equal(before[1], following):
                return
            seed = following
