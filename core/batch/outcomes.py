"""What became of the lines of a batch: the table on the screen and summary.csv."""

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from ..files import saved_file
from ..worker import protocol

MADE, KEPT, FAILED, NOT_MADE = "made", "kept", "failed", "not made"
# The checks that the table on the screen shows; summary.csv has all of them.
SHOWN = ("foot_slide_cm_s", "drift_cm_min", "alignment_score")
CHECKS = (*SHOWN, "penetration_cm", "wrist_jerk_m_s3", "length_s")
_WIDEST = 40
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Outcome:
    """What became of one line.

    Attributes:
        name: of the take.
        audio: its recording.
        state: "made", "kept" from an earlier batch, "failed", or "not made".
        seconds: how long it took.
        checks: values by the names of `CHECKS`, and `words`: aligned, none, or left out, with the `reason`.
        error, remedy: what went wrong and what to do; empty where nothing did.
    """

    name: str
    audio: Path
    state: str
    seconds: float = 0.0
    checks: dict[str, Any] = field(default_factory=dict)
    error: str = ""
    remedy: str = ""


def checks_of(result: protocol.Result) -> dict[str, Any]:
    """Return the checks of a take that a worker has made."""
    after, take = result.values["after"], result.values["take"]
    alignment = take["alignment"]
    return {
        "foot_slide_cm_s": after["slide_mean_cm_s"],
        "drift_cm_min": after["drift_cm_min"],
        "alignment_score": alignment.get("score"),
        "penetration_cm": after["penetration_cm"],
        "wrist_jerk_m_s3": after["wrist_jerk_m_s3"],
        "length_s": round(take["frames"] / take["fps"], 3),
        "words": alignment["words"],
        "reason": alignment.get("reason"),
    }


def write_summary(outcomes: Iterable[Outcome], path: Path) -> None:
    """Write summary.csv, one line for each take.

    Raises:
        GestureError: the disk is full, or the file cannot be written.
    """
    with saved_file(path) as temporary, _opened(temporary) as file:
        writer = csv.writer(file)
        writer.writerow(["name", "audio", "state", "seconds", *CHECKS, "words", "reason", "error", "remedy"])
        for each in outcomes:
            checks = [each.checks.get(name) for name in (*CHECKS, "words", "reason")]
            row = [each.name, each.audio, each.state, f"{each.seconds:.1f}", *checks, each.error, each.remedy]
            writer.writerow([_plain(cell) for cell in row])


def _plain(cell: Any) -> Any:
    """Return a cell that a spreadsheet does not take for a formula: a text that begins like one gets a ' before it."""
    is_number = cell is None or isinstance(cell, (int, float))
    return f"'{cell}" if not is_number and str(cell).startswith(_FORMULAS) else cell


def _opened(path: Path) -> TextIO:
    # Names of files may have bytes that are no text.
    return path.open("w", encoding="utf-8", errors="backslashreplace", newline="")


def table(outcomes: Sequence[Outcome]) -> str:
    """Set the outcomes in lines for people, and count the states in the last line."""
    width = min(_WIDEST, max((len(each.name) for each in outcomes), default=4))
    lines = [f"{'name':{width}}  {'state':8} {'s':>7} {'slide cm/s':>10} {'drift cm/min':>12} {'score':>6}  error"]
    for each in outcomes:
        slide, drift, score = (_number(each.checks.get(name)) for name in SHOWN)
        name = each.name if len(each.name) <= width else each.name[: width - 1] + "…"
        values = f"{each.seconds:7.1f} {slide:>10} {drift:>12} {score:>6}"
        lines.append(f"{name:{width}}  {each.state:8} {values}  {each.error}".rstrip())
    lines.append(counts(outcomes))
    return "\n".join(lines).encode("utf-8", "backslashreplace").decode()


def counts(outcomes: Iterable[Outcome]) -> str:
    """Return how many lines have which state, such as "2 made, 1 failed"."""
    found = Counter(each.state for each in outcomes)
    return ", ".join(f"{found[state]} {state}" for state in (MADE, KEPT, FAILED, NOT_MADE) if found[state])


def _number(value: Any) -> str:
    return f"{value:.2f}" if isinstance(value, (int, float)) else "-"
