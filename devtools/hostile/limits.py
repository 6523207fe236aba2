"""`python -m devtools.hostile.limits`: what is at the limits of what is legal works; what is just beyond is refused.

python -m devtools.hostile.limits                   prints a table: processor seconds and memory of each command
python -m devtools.hostile.limits --write           also writes it into docs/reliability.md
python -m devtools.hostile.limits --only beyond     leaves out the hour of sound, which takes minutes

Each command line is a process of its own, from its start on.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from core.model.card import STARTER_FOLDER
from core.take.files import CHECKSUM
from devtools.hostile.command import PAGE
from devtools.hostile.files import linked
from devtools.hostile.good import DEMO
from devtools.marked_parts import with_part
from devtools.shell import ROOT

START = "<!-- limits: made by `python -m devtools.hostile.limits --write` -->"
END = "<!-- end of limits -->"
MOST_S, MOST_BYTES, MOST_OF_HOUR = 2.0, 300 << 20, 1_500_000_000


@dataclass(frozen=True)
class Line:
    """A command line: `title` says what is in it, and `works` whether it must work, with at most `most_bytes`."""

    title: str
    arguments: tuple[str, ...]
    works: bool
    most_bytes: int = MOST_BYTES


@dataclass(frozen=True)
class Found:
    """What became of a line: its exit code, processor seconds, bytes of memory, and the last but one line it said."""

    line: Line
    code: int
    seconds: float
    size: int
    said: str

    @property
    def is_good(self) -> bool:
        """Whether it worked, or was refused, as it must be."""
        if self.line.works:
            return self.code == 0 and self.size <= self.line.most_bytes
        return self.code == 2 and self.seconds <= MOST_S and self.size <= self.line.most_bytes


def lines(folder: Path, only: str) -> Iterator[Line]:
    """Make the files in a folder and give the command lines."""
    take, speech = _take(folder), folder / "speech.wav"
    out = ("--out", str(folder / "out"), "--device", "cpu")
    layers = _with_layers(take, folder / "layers_999", 999)
    resample = (str(layers), "--part", "hands", "--frames", "20:60", *out)
    if only != "beyond":
        hour = _sound(folder / "hour.wav", 3600.0)
        text = _written(folder / "hour.txt", _words(12_000))
        yield Line(
            "an hour of sound with 12,000 words",
            ("generate", str(hour), "--transcript", str(text), *out),
            True,
            MOST_OF_HOUR,
        )
    yield Line("the 1,000th layer of a take", ("resample", *resample), True)
    for title, (name, text) in _texts().items():
        aligned = (str(_written(folder / name, text)), "--out", str(folder / "aligned"))
        yield Line(title, ("align", str(speech), *aligned), False)
    more, made = _sound(folder / "more.wav", 3600.1), folder / "out.npz"
    beyond: dict[str, tuple[object, ...]] = {
        "an hour and 1/10 s of sound": ("generate", more, *out),
        "10,001 layers": ("direct", _with_layers(take, folder / "layers_10001", 10_001), *out[:2]),
        "100,000 layers": ("direct", _with_layers(take, folder / "layers_100000", 100_000), *out[:2]),
        "weights that say they are 100,000 wide": ("generate", speech, "--weights", _wide(folder / "wide"), *out),
        "arrays that unpack to 3 GB": ("import", _bomb(folder / "bomb.npz"), made),
        "5 TB of nothing behind a sound": ("generate", _sparse(folder / "sparse.wav", speech), *out),
        "5 TB of nothing behind a motion": ("import", _sparse(folder / "sparse.npz", take / "motion.npz"), made),
    }
    for title, arguments in beyond.items():
        yield Line(title, tuple(map(str, arguments)), False)


def _texts() -> dict[str, tuple[str, str]]:
    return {
        "20,001 words": ("words.txt", _words(20_001)),
        "4.9 MB of text for 3 s": ("long.txt", "so it is here " * 350_000),
        "a number of 1,000,000 digits": ("digits.txt", "7" * 1_000_000),
        "100,000 numbers between commas": ("commas.txt", "1," * 100_000),
        "a word of 100,000 letters": ("word.txt", "a" * 100_000),
        "200,000 quotes in subtitles": ("quotes.srt", "\u2039" * 200_000),
        "JSON of 100,000 levels": ("deep.json", '{"words": ' + "[" * 100_000),
    }


def _take(folder: Path) -> Path:
    speech, take = _sound(folder / "speech.wav", 3.0), folder / "take"
    command = [sys.executable, "-m", "core", "generate", speech, "--out", take, "--device", "cpu"]
    subprocess.run([str(each) for each in command], cwd=ROOT, check=True, capture_output=True)
    return take


def _with_layers(take: Path, folder: Path, count: int) -> Path:
    """Copy a take and give it this many layers, of which all but the first change a few frames of the hands."""
    linked(take, folder)
    description = json.loads((take / "take.json").read_text(encoding="utf-8"))
    description.pop(CHECKSUM)
    frames = description["frames"]
    for number in range(len(description["layers"]), count):
        start = number % (frames - 4)
        layer = {"joints": "hands", "frames": [start, start + 4], "margin": 0, "codes": f"layer_{number}"}
        description["layers"].append({**layer, "codes_start": 0, "seed": number, "variation": 1.0})
    with np.load(take / "codes.npz") as file:
        codes = dict(file)
    # More names than layers are allowed to have would take longer to write than to refuse.
    codes |= {f"layer_{number}": codes["hands"] for number in range(1, min(count, 2000))}
    (folder / "codes.npz").unlink()
    np.savez_compressed(folder / "codes.npz", **codes)
    (folder / "take.json").write_text(json.dumps(description), encoding="utf-8")
    return folder


def _sound(path: Path, seconds: float) -> Path:
    samples, rate = soundfile.read(DEMO / "speech.flac", dtype="int16")
    wanted = round(seconds * rate)
    soundfile.write(path, np.resize(samples, wanted), rate)
    return path


def _words(count: int) -> str:
    said = (DEMO / "transcript.txt").read_text(encoding="utf-8").split()
    return " ".join((said * (count // len(said) + 1))[:count])


def _written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def _wide(folder: Path) -> Path:
    linked(STARTER_FOLDER, folder)
    card = json.loads((STARTER_FOLDER / "model.json").read_text(encoding="utf-8"))
    card["architecture"]["hidden"] = 100_000
    (folder / "model.json").write_text(json.dumps(card), encoding="utf-8")
    return folder


def _bomb(path: Path) -> Path:
    np.savez_compressed(path, poses=np.zeros((4_500_000, 165), np.float32))
    return path


def _sparse(path: Path, good: Path) -> Path:
    path.write_bytes(good.read_bytes())
    os.truncate(path, 5 << 40)
    return path


def run(line: Line) -> Found:
    """Run one line in a new process, and wait for it."""
    environ = {**os.environ, "OMP_NUM_THREADS": "1"}
    with tempfile.TemporaryFile("w+") as said:
        command = [sys.executable, "-m", "core", *line.arguments]
        process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=said, stderr=said)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        errors = [each for each in said.read().splitlines() if each.startswith("error: ")]
    scale = 1 if sys.platform == "darwin" else 1024
    spent = used.ru_utime + used.ru_stime
    return Found(line, process.returncode, spent, used.ru_maxrss * scale, errors[-1] if errors else "")


def table(found: Sequence[Found]) -> str:
    """Return the results as a table in markdown."""
    rows = ["| what | command | what became of it | processor s | memory, MB |", "|---|---|---|---|---|"]
    for each in found:
        became = ("works" if each.line.works else "refused") if each.is_good else f"**not as it must be** ({each.code})"
        numbers = f"{each.seconds:.1f} | {each.size / 1e6:,.0f}"
        rows.append(f"| {each.line.title} | `{each.line.arguments[0]}` | {became} | {numbers} |")
    return "\n".join(rows)


def main(arguments: Sequence[str] | None = None) -> int:
    """Try all lines; the exit code is 1 where one did not do what it must."""
    parser = argparse.ArgumentParser(prog="python -m devtools.hostile.limits", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the table into docs/reliability.md")
    parser.add_argument("--only", default="", choices=("", "beyond"), help="leave out the hour of sound")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="limits-") as folder:
        found = []
        for line in lines(Path(folder), options.only):
            found.append(run(line))
            print(f"{line.title}: {found[-1].seconds:.1f} s, {found[-1].size >> 20} MB {found[-1].said}", flush=True)
    print(table(found))
    if options.write:
        text = PAGE.read_text(encoding="utf-8")
        PAGE.write_text(with_part(text, START, f"\n{table(found)}\n", END), encoding="utf-8")
    return 0 if all(each.is_good for each in found) else 1


if __name__ == "__main__":
    raise SystemExit(main())
