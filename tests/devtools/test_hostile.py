"""The attack on the command line: its outcomes are told apart, and what it tries is refused clearly."""

import os
import sys
import time

import pytest

from core.errors import GestureError
from devtools.hostile import trial
from devtools.hostile.command import PAGE, START, table, try_all
from devtools.hostile.trial import CLEAR, DOUBTFUL, EITHER, GOOD, REFUSED, TRACEBACK, UNBOUND, UNTRUE, WORKS, Case

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")


def program(arguments: list[str]) -> int:
    """A program with every fault."""
    _, fault, out = arguments
    if fault == "traceback":
        raise TypeError("five")
    if fault == "hangs":
        while True:
            time.process_time()
    if fault == "leaves":
        open(out, "w").close()
    if fault == "writes":
        open(out, "w").close()
        return 0
    if fault == "exits":
        sys.exit(2)
    if fault != "silent":
        print("error: no.\nChoose another.", file=sys.stderr)
    return 0 if fault == "accepts" else 2


@pytest.mark.parametrize(
    ("fault", "expected", "outcome"),
    [
        *(("refuses", REFUSED, CLEAR), ("refuses", WORKS, UNTRUE), ("accepts", REFUSED, DOUBTFUL)),
        *(("traceback", EITHER, TRACEBACK), ("exits", EITHER, UNTRUE), ("silent", REFUSED, UNTRUE)),
        *(("leaves", REFUSED, UNTRUE), ("writes", WORKS, GOOD)),
        ("hangs", EITHER, UNBOUND),
    ],
)
def test_outcomes_are_told_apart(fault, expected, outcome, monkeypatch):
    monkeypatch.setattr(trial, "_MOST_S", 1)

    def check(place):
        if expected == REFUSED:
            raise GestureError("no", "no")

    result = trial.run(Case("do", (fault, "OUT"), expected, fault), program, check)
    assert result.outcome == outcome
    assert "| `do` | 1 |" in table([result])


@pytest.mark.slow
def test_a_share_of_the_hostile_command_lines_is_refused_clearly():
    bad = [each for each in try_all((), every=20) if each.outcome not in (GOOD, CLEAR)]
    assert not bad, table(bad)


def test_the_page_has_the_table_of_outcomes():
    assert START in PAGE.read_text(encoding="utf-8")
