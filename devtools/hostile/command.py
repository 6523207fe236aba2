"""`python -m devtools.hostile.command`: try all hostile command lines, and print or write the table of the outcomes.

python -m devtools.hostile.command                      prints the table, and what was not refused clearly
python -m devtools.hostile.command --write              also writes the table into docs/reliability.md
python -m devtools.hostile.command --only direct,mix    tries some commands; with --write only their rows are made anew
"""

import argparse
import os
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from devtools.hostile.cases import all_cases, check_outputs
from devtools.hostile.good import make_autoencoder, make_good
from devtools.hostile.server import serving
from devtools.hostile.trial import CLEAR, GOOD, OUTCOMES, Result, run
from devtools.marked_parts import with_part
from devtools.shell import ROOT

PAGE = ROOT / "docs" / "reliability.md"
START = "<!-- outcomes: made by `python -m devtools.hostile.command --write` -->"
END = "<!-- end of outcomes -->"
# They take seconds to load PyTorch, which is loaded once, before their trials.
_SLOW = ("evaluate", "import-weights", "parity", "train")


def main(arguments: Sequence[str] | None = None) -> int:
    """Try the command lines; the exit code is 1 where one was not refused clearly."""
    parser = argparse.ArgumentParser(prog="python -m devtools.hostile.command", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the table into docs/reliability.md")
    parser.add_argument("--add", action="store_true", help="with --write: add to the counts of the page")
    parser.add_argument("--only", default="", metavar="A,B", help="commands to try (default: all)")
    parser.add_argument("--match", default="", metavar="PATTERN", help="try the cases whose title contains this")
    parser.add_argument("--show", action="store_true", help="also list what worked")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="try every Nth case")
    options = parser.parse_args(arguments)
    results = try_all([name for name in options.only.split(",") if name], options.every, options.match)
    print(table(results))
    bad = [each for each in results if each.outcome not in (GOOD, CLEAR)]
    if options.show:
        print("\n".join(_in_words(each) for each in results if each.outcome == GOOD))
    if options.write:
        text = PAGE.read_text(encoding="utf-8")
        before, now = counts_in(text), counts_of(results)
        counts = before | {
            name: before[name] + row if options.add and name in before else row for name, row in now.items()
        }
        PAGE.write_text(with_part(text, START, f"\n{_rows(counts)}\n", END), encoding="utf-8")
    return 1 if bad else 0


def try_all(commands: Sequence[str], every: int = 1, match: str = "") -> list[Result]:
    """Try all cases of some commands, or of all where none is named, whose titles contain a pattern."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    from core.cli.parser import main as run_program

    results = []
    with tempfile.TemporaryDirectory(prefix="hostile-") as folder, serving() as address:
        os.environ["HF_ENDPOINT"] = address
        good = make_good(Path(folder), run_program)
        cases = [
            case
            for case in all_cases(good)
            if (not commands or case.command in commands) and re.search(match, case.title)
        ]
        cases = cases[::every]
        for case in sorted(cases, key=lambda case: case.command in _SLOW):
            if case.command in _SLOW and "torch" not in sys.modules:
                make_autoencoder(good)  # PyTorch is loaded before the processes are forked
            results.append(run(case, run_program, check_outputs))
            if results[-1].outcome not in (GOOD, CLEAR):
                print(_in_words(results[-1]), flush=True)
            if len(results) % 50 == 0:
                print(f"{len(results)} of {len(cases)}", file=sys.stderr, flush=True)
    return results


def _in_words(result: Result) -> str:
    took = f"{result.seconds:.1f} s, {result.size >> 20} MB"
    last = "" if result.outcome == GOOD else "\n  " + repr((result.said.strip().splitlines() or [""])[-1][:300])
    return f"{result.outcome}: {result.case.command}: {result.case.title} ({took}){last}"


def table(results: Sequence[Result]) -> str:
    """Return the outcomes by command as a table in markdown."""
    return _rows(counts_of(results))


def counts_of(results: Sequence[Result]) -> dict[str, Counter[str]]:
    """Count the outcomes of each command."""
    counts: dict[str, Counter[str]] = {}
    for each in results:
        counts.setdefault(each.case.command, Counter())[each.outcome] += 1
    return counts


def counts_in(text: str) -> dict[str, Counter[str]]:
    """Read the counts of each command in the table of the page."""
    found = re.findall(r"^\| `([\w-]+)` \|([ \d|]+)\|$", text[text.index(START) : text.index(END)], re.MULTILINE)
    numbers = {name: [int(cell) for cell in cells.split("|")] for name, cells in found}
    return {name: Counter(dict(zip(OUTCOMES, row[1:], strict=True))) for name, row in numbers.items()}


def _rows(counts: Mapping[str, Counter[str]]) -> str:
    lines = [f"| command | tried | {' | '.join(OUTCOMES)} |", "|---" * (len(OUTCOMES) + 2) + "|"]
    whole = {f"`{name}`": counts[name] for name in sorted(counts)}
    for name, row in (*whole.items(), ("all", sum(counts.values(), Counter()))):
        lines.append(f"| {name} | {row.total()} | {' | '.join(str(row[outcome]) for outcome in OUTCOMES)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    raise SystemExit(main())
