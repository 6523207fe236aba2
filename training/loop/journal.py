"""The journal of a run: lines on standard output, curves for TensorBoard."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path


def say(line: str) -> None:
    """Print one line with the time of day."""
    print(time.strftime("%H:%M:%S"), line, flush=True)


class Journal:
    """The lines and curves of one stage.

    Args:
        name: name of the stage.
        folder: for TensorBoard's files; none are written where it is None or TensorBoard is not installed.
        log: function that gets each line; None in processes that do not lead.
        first: step at which the run goes on; later parts of the curves, from a run that was killed, are removed.
    """

    def __init__(self, name: str, folder: Path | None = None, log: Callable[[str], None] | None = say, first: int = 0):
        self.name = name
        self._log = log
        self._writer = _writer(folder / name, first) if folder is not None and log is not None else None

    def note(self, line: str) -> None:
        """Write a line of text."""
        if self._log is not None:
            self._log(f"{self.name} {line}")

    def curves(self, step: int, values: Mapping[str, float], group: str = "train") -> None:
        """Write the numbers of one step."""
        if self._writer is not None:
            for key, value in values.items():
                self._writer.add_scalar(f"{group}/{key}", value, step)

    def close(self) -> None:
        """Write the curves that are still in memory."""
        if self._writer is not None:
            self._writer.close()


def _writer(folder: Path, first: int):
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        return None
    return SummaryWriter(str(folder), purge_step=first or None)


def shown(values: Mapping[str, float]) -> str:
    """Format numbers for a log line."""
    return " ".join(f"{key} {value:.4g}" for key, value in values.items())
