"""One command line in a process of its own, with limits, and what became of it.

The processes are forked from one that has loaded the program, so that hundreds of trials take minutes; this needs Linux
or macOS.
"""

import os
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

WORKS, REFUSED, EITHER = "works", "refused", "either"
GOOD, CLEAR = "worked", "refused clearly"
DOUBTFUL, TRACEBACK, UNBOUND, UNTRUE = (
    "accepted though wrong",
    "traceback",
    "hung or without bound",
    "left something behind",
)
OUTCOMES = (GOOD, CLEAR, DOUBTFUL, TRACEBACK, UNBOUND, UNTRUE)
# What a computer may lack: room on the disk, handles, memory; or what is printed goes nowhere.
SURROUNDINGS = (
    *(_FULL_DISK := "full disk", _FEW_FILES := "few open files", _LITTLE_MEMORY := "little memory"),
    *(_FULL_OUTPUT := "full output", _NO_READER := "output without a reader", _NO_OUTPUT := "no output"),
)
# Where a program runs from: what it may do without.
MISPLACED = (
    *(_NO_PLACE := "no working folder", _NO_TEMPORARY := "no folder for temporary files", _NO_HOME := "no home"),
    *(_ASCII := "letters of ASCII alone", _NO_INPUT := "no input", _CLOSED_ERRORS := "no place for errors"),
)
_DISK_BYTES, _HANDLES, _MEMORY_BYTES = 20_000, 12, 60 << 20
# What a refusal may take, and what any trial may take at most.
REFUSAL_S, REFUSAL_BYTES = 2.0, 300 << 20
_MOST_S, _MOST_WALL_S, _MOST_BYTES = 40, 200, 6 << 30
# Who uses less of the processor in that time waits for something.
_AT_WORK_S = 1.0
_BROKEN, _NOBODY_READS = 70, 130


@dataclass(frozen=True)
class Case:
    """A command line, in which `OUT` stands for a new place.

    Attributes:
        command: the command's name.
        arguments: what follows it.
        expected: `WORKS`, `REFUSED`, or `EITHER` where both are right.
        title: what is hostile about it.
        surroundings: what the computer lacks: one of `SURROUNDINGS`; empty for nothing.
    """

    command: str
    arguments: tuple[str, ...]
    expected: str
    title: str
    surroundings: str = ""


@dataclass(frozen=True)
class Result:
    """What became of a case: one of `OUTCOMES`, processor seconds, bytes of memory, and what the program said."""

    case: Case
    outcome: str
    seconds: float
    size: int
    said: str


def run(case: Case, run_program: Callable[[list[str]], int], check: Callable[[Path], None]) -> Result:
    """Try one case.

    Args:
        case: the command line.
        run_program: the program's main function.
        check: raises where what the program wrote into a folder cannot be used.
    """
    with tempfile.TemporaryDirectory(prefix="hostile-") as folder:
        place = Path(folder) / "work"
        place.mkdir()
        log = Path(folder) / "log"
        arguments = [each.replace("OUT", str(place / "out")) for each in case.arguments]
        base = _resident()
        child = os.fork()
        if child == 0:
            _be_the_program(log, run_program, [case.command, *arguments], case.surroundings)
        code, seconds, size = _wait(child)
        said = log.read_text(errors="replace") if log.exists() else ""
        outcome = _outcome(case, code, said, seconds, max(0, size - base), place, check)
        shutil.rmtree(place, ignore_errors=True)
    return Result(case, outcome, seconds, max(0, size - base), said)


def _outcome(case, code: int | None, said: str, seconds: float, size: int, place: Path, check) -> str:
    if code is None or code < 0:
        return UNBOUND
    if code == _BROKEN or "Traceback" in said:
        return TRACEBACK
    if code == 0:
        if case.expected == REFUSED:
            return DOUBTFUL
        try:
            check(place)
        except Exception:  # whatever cannot be read was written wrongly
            return DOUBTFUL
        return GOOD
    # Whoever read what is printed has gone, so that nothing is left to say.
    if case.surroundings == _NO_READER and code == _NOBODY_READS:
        return CLEAR
    says = case.surroundings == _CLOSED_ERRORS or any(word in said for word in _SAYS)
    if case.expected == WORKS or code not in (1, 2) or not says:
        return UNTRUE
    if seconds > REFUSAL_S + _SLOW_START.get(case.command, 0.0) or size > REFUSAL_BYTES:
        return UNBOUND
    # What cannot be printed may be written all the same.
    left = any(place.iterdir()) and case.command not in _GO_ON and case.surroundings != _FULL_OUTPUT
    return UNTRUE if left else CLEAR


# Every refusal says "error:"; a batch lists what failed, with the reason.
_SAYS = ("error: ", "failed")
# What these leave is continued by the next call; training also leaves its reasons there, as a table.
_GO_ON = ("fetch-weights", "train")
# These import PyTorch or compute before they can see what is wrong.
_SLOW_START = {"evaluate": 8.0, "train": 8.0, "parity": 8.0, "import-weights": 8.0}


def _be_the_program(log: Path, run_program: Callable[[list[str]], int], arguments: list[str], lacks: str) -> None:
    """Run the program in this process, which ends with it."""
    code = _BROKEN
    try:
        out = os.open(log, os.O_WRONLY | os.O_CREAT)
        os.dup2(out, 1)
        os.dup2(out, 2)
        sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w", errors="backslashreplace")
        resource.setrlimit(resource.RLIMIT_CPU, (_MOST_S, _MOST_S))
        resource.setrlimit(resource.RLIMIT_AS, (_MOST_BYTES, _MOST_BYTES))
        _take_away(lacks)
        code = run_program(arguments)
        if sys.stdout is not None:
            sys.stdout.flush()
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 1
    except BaseException:
        traceback.print_exc()
        code = _BROKEN
    finally:
        if sys.stderr is not None:
            sys.stderr.flush()
        os._exit(code)


def _take_away(lacks: str) -> None:
    """Let this process lack what one of `SURROUNDINGS` names."""
    if lacks == _FULL_DISK:
        resource.setrlimit(resource.RLIMIT_FSIZE, (_DISK_BYTES, _DISK_BYTES))
    elif lacks == _FEW_FILES:
        resource.setrlimit(resource.RLIMIT_NOFILE, (_HANDLES, _HANDLES))
    elif lacks == _LITTLE_MEMORY:
        size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize() + _MEMORY_BYTES
        resource.setrlimit(resource.RLIMIT_AS, (size, size))
    elif lacks == _FULL_OUTPUT:
        os.dup2(os.open("/dev/full", os.O_WRONLY), 1)
    elif lacks == _NO_READER:
        reading, writing = os.pipe()
        os.close(reading)
        sys.stdout.close()  # it would take what follows for a file
        os.dup2(writing, 1)
        sys.stdout = os.fdopen(1, "w")
    elif lacks == _NO_OUTPUT:
        sys.stdout = None  # which closes it
    else:
        _misplace(lacks)


def _misplace(lacks: str) -> None:
    """Let this process lack what one of `MISPLACED` names."""
    if lacks == _NO_PLACE:
        gone = tempfile.mkdtemp()
        os.chdir(gone)
        os.rmdir(gone)
    elif lacks == _NO_TEMPORARY:
        os.environ["TMPDIR"] = "/nowhere"
        tempfile.tempdir = "/nowhere"
    elif lacks == _NO_HOME:
        for name in ("HOME", "USER", "LOGNAME", "XDG_CACHE_HOME"):
            os.environ.pop(name, None)
    elif lacks == _ASCII:
        sys.stdout.reconfigure(encoding="ascii", errors="strict")
        sys.stderr.reconfigure(encoding="ascii", errors="strict")
    elif lacks == _NO_INPUT:
        os.close(0)
        sys.stdin = None
    elif lacks == _CLOSED_ERRORS:
        sys.stderr = None


def _wait(child: int) -> tuple[int | None, float, int]:
    """Wait for a process; return its exit code (None where it had to be ended), processor seconds and memory."""
    until, worked = time.monotonic() + _MOST_WALL_S, 0.0
    while True:
        found, status, used = os.wait4(child, os.WNOHANG)
        if found:
            break
        # One that works is ended by its limit of processor time, however slow a busy computer makes it.
        if time.monotonic() > until and (now := _worked(child)) > worked + _AT_WORK_S:
            until, worked = time.monotonic() + _MOST_WALL_S, now
        if time.monotonic() > until:
            os.kill(child, signal.SIGKILL)
            _, status, used = os.wait4(child, 0)
            break
        time.sleep(0.005)
    scale = 1 if sys.platform == "darwin" else 1024
    return os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, used.ru_maxrss * scale


def _worked(child: int) -> float:
    """Return the processor seconds of a process up to now; 0 where the system does not say it."""
    try:
        fields = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except OSError:
        return 0.0


def _resident() -> int:
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
    except OSError:
        return 0
