"""The steps of a long piece of work, told to whoever waits for it."""

from collections.abc import Callable

from ..errors import Cancelled

Progress = Callable[[float, str], None]


def stages(progress: Progress, cancelled: Callable[[], bool]) -> Callable[[float, float, str], Callable[[float], None]]:
    """A function that begins a step from `low` to `high` of the whole and gives what the step's progress is told.

    It raises Cancelled when `cancelled()` is true.
    """

    def stage(low: float, high: float, name: str) -> Callable[[float], None]:
        if cancelled():
            raise Cancelled
        progress(low, name)
        return lambda fraction: progress(low + (high - low) * fraction, name)

    return stage
