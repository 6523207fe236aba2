"""The steps of a long piece of work: each reports its share of the whole, and stops when the work is cancelled.

steps = Steps(progress, cancelled)
steps.begin(0.0, 0.1, "Reading")              progress(0.0, "Reading")
step = steps.begin(0.1, 0.9, "Generating")    progress(0.1, "Generating")
step.report(0.5)                              progress(0.5, "Generating")
step.check()                                  raises Cancelled if cancelled()
"""

from collections.abc import Callable
from dataclasses import dataclass

from ..errors import Cancelled

Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class Step:
    """One step of the work.

    Attributes:
        low, high: where the step begins and ends in the whole work, 0 to 1.
        name: shown to the user.
        progress: called with the fraction of the whole work and the name.
        cancelled: returns True when the work is to stop.
    """

    low: float
    high: float
    name: str
    progress: Progress
    cancelled: Callable[[], bool]

    def report(self, fraction: float) -> None:
        """Report that this fraction of the step is done, 0 to 1."""
        self.progress(self.low + (self.high - self.low) * fraction, self.name)

    def check(self) -> None:
        """Stop here if the work is to stop.

        Raises:
            Cancelled: the work is to stop.
        """
        if self.cancelled():
            raise Cancelled


# For callers that need no reports and never stop the work.
SILENT = Step(0.0, 1.0, "", lambda fraction, name: None, lambda: False)


@dataclass(frozen=True)
class Steps:
    """A piece of work that is done step by step.

    Attributes:
        progress, cancelled: as in `Step`.
    """

    progress: Progress
    cancelled: Callable[[], bool]

    def part(self, low: float, high: float) -> "Steps":
        """Return the steps of a part of this work, whose own fractions are from 0 to 1."""
        return Steps(lambda fraction, name: self.progress(low + (high - low) * fraction, name), self.cancelled)

    def begin(self, low: float, high: float, name: str) -> Step:
        """Begin the next step, and report its start.

        Raises:
            Cancelled: the work is to stop.
        """
        step = Step(low, high, name, self.progress, self.cancelled)
        step.check()
        self.progress(low, name)
        return step
