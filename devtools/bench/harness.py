"""Parts of every benchmark: a stopwatch, a table, a process for each row, and a recording of any length.

A benchmark is a module with a `main` that prints one table. Where peak memory or a cold start counts, each row is
measured in a process of its own:

    def measure(minutes: int) -> dict[str, float]: ...          # runs in the row's process

    def main() -> None:
        table = Table(("minutes", "8"), ("s", "8.2f"))
        for minutes, row in rows_in_processes(__spec__.name, [(1,), (5,)]):
            table.row(minutes, row["s"])

    if __name__ == "__main__":
        run(main, measure)

A row that this machine cannot measure raises `CannotRunError` with the reason. The table shows the reason, and the
benchmark goes on with its next row. A row whose process fails is shown, too, and the benchmark ends with exit code 1.
"""

import json
import subprocess
import sys
import time
import wave
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "addon" / "assets" / "demo"
TRIES = 3
# A measure that takes longer is stopped, so that all benchmarks end: an hour of speech needs some minutes.
MOST_S = 1800
# The first argument of a process that measures one row; the second one is the row's arguments as JSON.
ROW = "--row"
CANNOT_RUN = "cannot_run"


class CannotRunError(Exception):
    """This machine cannot measure a row, for the reason that is the message."""


def seconds(work: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """Return the seconds that `work` takes once; `clock` may be `time.process_time` for processor seconds."""
    start = clock()
    work()
    return clock() - start


def fastest(work: Callable[[], object], tries: int = TRIES, clock: Callable[[], float] = time.perf_counter) -> float:
    """Return the seconds of the fastest of several tries; the other programs of a machine only slow a try down."""
    return min(seconds(work, clock) for _ in range(tries))


class Table:
    """A table of aligned columns whose rows appear as they are measured.

    Columns are pairs of a title and a format: `("s", "8.2f")` is 8 characters wide and has two decimals.
    """

    def __init__(self, *columns: tuple[str, str]):
        """Print the titles."""
        self._formats = [form for _, form in columns]
        self._widths = [int(form.partition(".")[0].rstrip("f%")) for form in self._formats]
        self._print(title for title, _ in columns)

    def row(self, *values: object) -> None:
        """Print one row; a value that is None is a dash, and text is printed as it is."""
        self._print(
            "-" if value is None else value if isinstance(value, str) else format(value, form)
            for value, form in zip(values, self._formats, strict=False)
        )

    def _print(self, cells) -> None:
        print("".join(f"{cell:>{width}}" for cell, width in zip(cells, self._widths, strict=False)), flush=True)


def rows_in_processes(module: str, rows: Sequence[tuple]) -> Iterator[tuple[tuple, dict[str, float]]]:
    """Measure each row in a process of its own, and yield its arguments and measures.

    Args:
        module: name of the benchmark; its `measure` is called with the row's arguments.
        rows: arguments of each row, of types that JSON has.

    A row that cannot run or fails is printed with its reason, and left out. After the last row, the benchmark ends with
    exit code 1 if a row failed.
    """
    failed = False
    for arguments in rows:
        command = [sys.executable, "-m", module, ROW, json.dumps(arguments)]
        name = ", ".join(map(str, arguments))
        try:
            done = finished(command, ROOT)
        except CannotRunError as reason:
            print(f"{name}: cannot run here: {reason}", flush=True)
            continue
        if done.returncode:
            failed = True
            print(f"{name}: failed\n{done.stderr}", flush=True)
            continue
        measures = json.loads(done.stdout.splitlines()[-1])
        if CANNOT_RUN in measures:
            print(f"{name}: cannot run here: {measures[CANNOT_RUN]}", flush=True)
            continue
        yield arguments, measures
    if failed:
        sys.exit(1)


def finished(
    command: Sequence[str], folder: Path, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end and return what it wrote.

    Raises:
        CannotRunError: it takes too long, and was stopped.
    """
    try:
        return subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=MOST_S
        )
    except subprocess.TimeoutExpired as error:
        raise CannotRunError(f"it took more than {MOST_S // 60} minutes") from error


def run(main: Callable[[], None], measure: Callable[..., dict[str, float]]) -> None:
    """Run a benchmark whose rows have processes of their own: `measure` in a row's process, else `main`."""
    if sys.argv[1:2] != [ROW]:
        main()
        return
    try:
        measures = measure(*json.loads(sys.argv[2]))
    except CannotRunError as reason:
        measures = {CANNOT_RUN: str(reason)}
    print(json.dumps(measures))


def peak_mb() -> float:
    """Return the most memory that this process has used, in megabytes; not a number on Windows."""
    if sys.platform == "win32":
        return float("nan")
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak / 1e3


def demo_speech(path: Path, length_s: int) -> Path:
    """Write the bundled recording, repeated to a length in seconds, as a WAV file (16 bits, one channel)."""
    samples, rate = _demo_samples()
    once, left = (np.clip(samples, -1, 1) * 32767).astype("<i2"), length_s * rate
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        # Piece by piece: a recording of 20 minutes must not decide the peak memory of this process.
        while left > 0:
            file.writeframes(once[:left].tobytes())
            left -= len(once)
    return path


def _demo_samples() -> tuple[np.ndarray, int]:
    """Return the bundled recording's samples (N,) and their rate, in the worker's Python or in Blender's."""
    try:
        import soundfile
    except ImportError:
        import aud

        rate = 16000
        return aud.Sound.file(str(DEMO / "speech.flac")).resample(rate, 1).rechannel(1).data()[:, 0], rate
    return soundfile.read(DEMO / "speech.flac")
