"""Running other programs: a clean environment, a log, one line of progress, an error with a remedy."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
THREADS = "2"


class BuildError(Exception):
    """A failure whose cause is known; `remedy` says what to do, `detail` is the end of a log."""

    def __init__(self, message: str, remedy: str, detail: str = ""):
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.detail = detail


def clean_environ(**extra: str) -> dict[str, str]:
    """Return the caller's variables without those of another Python's packages, and with a limit on threads."""
    environ = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP")}
    environ.setdefault("OMP_NUM_THREADS", THREADS)
    environ.update(PYTHONUTF8="1", PYTHONUNBUFFERED="1", PYTHONNOUSERSITE="1")
    environ.update(extra)
    return environ


def say(text: str) -> None:
    """Print one line, at once."""
    print(text, flush=True)


class Timer:
    """A stopwatch that starts when it is made, for lines such as `  12.3 s  Rendering`."""

    def __init__(self):
        self._start = time.perf_counter()

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return time.perf_counter() - self._start


def run_logged(
    command: Sequence[str | Path],
    log: Path,
    *,
    failed: str,
    remedy: str,
    on_line: Callable[[str], None] = lambda line: None,
    environ: dict[str, str] | None = None,
) -> None:
    """Run a program with its output in `log`; every line is also passed to `on_line`.

    Raises:
        BuildError: the program could not start or failed; the error has the program's own message, if it printed
            `error: …` and a remedy.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    lines: list[str] = []
    with log.open("a", encoding="utf-8") as file:
        file.write(f"$ {' '.join(map(str, command))}\n")
        try:
            process = subprocess.Popen(
                [str(part) for part in command],
                cwd=ROOT,
                env=environ or clean_environ(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                errors="replace",
            )
        except OSError as error:
            raise BuildError(failed, remedy, str(error)) from error
        try:
            for line in process.stdout:
                file.write(line)
                lines.append(line.rstrip())
                on_line(lines[-1])
            code = process.wait()
        except BaseException:
            process.kill()
            process.wait()
            raise
    if code != 0:
        for index, line in enumerate(lines):
            if line.startswith("error: "):
                # The program has said what is wrong and what to do about it.
                raise BuildError(line.removeprefix("error: "), " ".join(lines[index + 1 :]))
        tail = "\n".join(lines[-25:])
        raise BuildError(failed, remedy, f"{tail}\n(exit code {code}; whole log: {log})")


class StatusLine:
    """A line that is rewritten in a terminal, and printed only when it ends elsewhere (a log, CI)."""

    def __init__(self, label: str):
        self._label = label
        self._timer = Timer()
        self._live = sys.stdout.isatty()
        self._width = 0

    def show(self, text: str) -> None:
        """Replace the text after the label."""
        if self._live:
            line = f"{self._label}: {text}"[:110]
            print(f"\r{line:<{self._width}}", end="", flush=True)
            self._width = len(line)

    def end(self, text: str) -> None:
        """Finish the line, with the time it took."""
        line = f"{self._label}: {text} ({self._timer.seconds:.1f} s)"
        print((f"\r{line:<{self._width}}" if self._live else line), flush=True)


def run_shown(command: Sequence[str | Path], environ: dict[str, str] | None = None) -> int:
    """Run a program whose output goes straight to the terminal; returns its exit code."""
    return subprocess.run(
        [str(part) for part in command], cwd=ROOT, env=environ or clean_environ(), check=False
    ).returncode
