"""The watch over a process that may hang: how long it has been silent, in seconds of running time.

A worker says every few seconds that it works (`core.worker.progress`), however slow it is. One that says nothing for a
minute hangs, or was stopped from outside. A computer that sleeps, and a Blender that renders, do not look meanwhile:
between two looks at most a second counts.
"""

import time
from collections.abc import Callable

# Seconds of silence after which a worker is ended; one that was just started loads its modules first.
SILENT_S, STARTING_S = 60.0, 120.0
# The most that counts between two looks, seconds.
_LOOK_S = 1.0


class Silence:
    """Counts the running time since a process was heard.

    Args:
        clock: seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self._clock = clock
        self._limit_s = STARTING_S
        self.begin()

    def begin(self) -> None:
        """Count from now on, because the process was asked something."""
        self._silent_s, self._looked = 0.0, self._clock()

    def heard(self) -> None:
        """Count from now on, because the process said something."""
        self._limit_s = SILENT_S
        self.begin()

    def is_too_long(self) -> bool:
        """Look: return whether the process has been silent for too long; call it at least every second."""
        now = self._clock()
        self._silent_s += min(now - self._looked, _LOOK_S)
        self._looked = now
        return self._silent_s > self._limit_s
