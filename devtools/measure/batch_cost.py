"""What a million lines cost, from measured rates: `python -m devtools.measure.batch_cost [--lines 1000000] [--write]`.

Three batches of pieces of the bundled recording, with their words, are made by one process each: one line, many short
lines, and a few long ones. Their processor seconds give three rates: for the start of a process, for a line, and for a
second of speech. Storage is read off the takes. `--write` puts the tables into docs/batch.md.
"""

import argparse
import csv
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.audio.load import load_audio
from core.clock import SAMPLE_RATE
from core.text.align import align

from ..marked_parts import with_part
from ..shell import ROOT, clean_environ

DEMO = ROOT / "addon" / "assets" / "demo"
PAGE = ROOT / "docs" / "batch.md"
# Seconds of speech of a line in the tables, and cores of a machine with how many machines there are.
LENGTHS_S = (3, 6, 12)
CLUSTERS = ((1, 16), (10, 16), (100, 16))
_SHORT_S, _LONG_S = 3.0, 14.0
_SHORT_LINES, _LONG_LINES = 9, 2
_START = "<!-- cost: made by `python -m devtools.measure.batch_cost --write`; do not edit up to the end -->\n"
_END = "<!-- end of cost -->\n"


@dataclass(frozen=True)
class Batch:
    """What one batch took.

    Attributes:
        lines: number of lines.
        speech_s: seconds of speech of all lines.
        cpu_s: processor seconds of all its processes.
        size: bytes of all takes.
    """

    lines: int
    speech_s: float
    cpu_s: float
    size: int


@dataclass(frozen=True)
class Rates:
    """Processor seconds for the start of a process, for a line, and for a second of speech; bytes for the last two."""

    start_s: float
    line_s: float
    speech_s: float
    line_bytes: float
    speech_bytes: float


def pieces(seconds: float, count: int) -> list[tuple[np.ndarray, str]]:
    """Cut pieces of about so many seconds out of the bundled recording, between words; each with its text."""
    samples = load_audio(DEMO / "speech.flac").samples
    words = align(samples, (DEMO / "transcript.txt").read_text(encoding="utf-8")).words
    found, first = [], 0
    for number, word in enumerate(words):
        if word.end_s - words[first].start_s >= seconds or number == len(words) - 1:
            start, end = words[first].start_s, word.end_s
            text = " ".join(each.word for each in words[first : number + 1])
            found.append((samples[int(start * SAMPLE_RATE) : int(end * SAMPLE_RATE)], text))
            first = number + 1
    return found[:count]


def measure(parts: Sequence[tuple[np.ndarray, str]]) -> Batch:
    """Make a batch of these recordings and texts with one process, and measure it."""
    import soundfile

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number, (samples, text) in enumerate(parts):
            soundfile.write(folder / f"line_{number:02d}.wav", samples, SAMPLE_RATE)
            (folder / f"line_{number:02d}.txt").write_text(text, encoding="utf-8")
        out = folder / "takes"
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = [sys.executable, "-m", "core", "batch", folder, "--out", out, "--processes", "1"]
        subprocess.run([*command, "--allow-no-words"], cwd=ROOT, env=clean_environ(), check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        with (out / "summary.csv").open(encoding="utf-8", newline="") as file:
            lengths = [float(row["length_s"]) for row in csv.DictReader(file)]
        size = sum(path.stat().st_size for path in out.glob("line_*/*"))
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Batch(len(parts), sum(lengths), cpu_s, size)


def rates_of(batches: Sequence[Batch]) -> Rates:
    """Solve for the rates; of storage by least squares."""
    cpu = np.array([(1, each.lines, each.speech_s) for each in batches])
    start, line, speech = np.linalg.lstsq(cpu, np.array([each.cpu_s for each in batches]), rcond=None)[0]
    sizes = np.array([each.size for each in batches])
    line_bytes, speech_bytes = np.linalg.lstsq(cpu[:, 1:], sizes, rcond=None)[0]
    return Rates(*(max(0.0, float(value)) for value in (start, line, speech, line_bytes, speech_bytes)))


def table(rates: Rates, lines: int) -> str:
    """Return the tables for so many lines, as Markdown."""
    rows = ["| | |", "|---|---|"]
    rows += [f"| start of a process | {rates.start_s:.1f} processor seconds |"]
    rows += [f"| a line | {rates.line_s:.2f} processor seconds, {rates.line_bytes / 1e3:.0f} KB |"]
    rows += [f"| a second of speech | {rates.speech_s:.3f} processor seconds, {rates.speech_bytes / 1e3:.0f} KB |", ""]
    names = [f"{count} × {cores} cores" if count > 1 else f"{cores} cores" for count, cores in CLUSTERS]
    rows += [
        f"| {lines:,} lines of | speech | core hours | storage | {' | '.join(f'hours on {name}' for name in names)} |",
        f"|{'---|' * (4 + len(CLUSTERS))}",
    ]
    for length in LENGTHS_S:
        hours = lines * (rates.line_s + length * rates.speech_s) / 3600
        size = lines * (rates.line_bytes + length * rates.speech_bytes) / 1e12
        starts = [rates.start_s / 3600 for _ in CLUSTERS]
        spent = [hours / (count * cores) + start for (count, cores), start in zip(CLUSTERS, starts, strict=True)]
        cells = [f"{length} s", f"{lines * length / 3600:,.0f} h", f"{hours:,.0f}", f"{size:.2f} TB"]
        rows.append(f"| {' | '.join([*cells, *(f'{value:,.1f}' for value in spent)])} |")
    return "\n".join(rows)


def main(argv: list[str] | None = None) -> int:
    """Measure, and print or write the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--lines", type=int, default=1_000_000, help="(default 1,000,000)")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/batch.md")
    arguments = parser.parse_args(argv)
    short = pieces(_SHORT_S, _SHORT_LINES)
    rates = rates_of([measure(short[:1]), measure(short), measure(pieces(_LONG_S, _LONG_LINES))])
    command = "python -m devtools.measure.batch_cost --write"
    where = f"{_processor()}, {os.cpu_count()} cores, Python {platform.python_version()}, {time.strftime('%Y-%m-%d')}"
    text = f"`{command}`: {where}, NumPy engine, with words.\n\n{table(rates, arguments.lines)}"
    if arguments.write:
        PAGE.write_text(
            with_part(PAGE.read_text(encoding="utf-8"), _START, f"{text}\n", _END), encoding="utf-8", newline="\n"
        )
    print(text)
    return 0


def _processor() -> str:
    try:
        found = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
        return found[0].partition(":")[2].strip()
    except (OSError, IndexError):
        return platform.processor() or platform.machine()


if __name__ == "__main__":
    sys.exit(main())
