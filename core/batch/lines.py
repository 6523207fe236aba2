"""The lines of a batch: read from a table (csv) or from a folder of recordings, and checked before any work.

audio,transcript,style,mood,seed,name
hello.wav,hello.txt,lively,happy:0.6,3,hello_happy
"""

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..direct.mood import parse_mood
from ..errors import GestureError
from ..requests import Generate
from ..text.transcript import READERS

# `character` is for Blender, where a line may be spoken by one of several characters.
COLUMNS = ("audio", "transcript", "style", "mood", "seed", "name", "character")
RECORDINGS = (".wav", ".flac", ".ogg", ".opus", ".mp3", ".aif", ".aiff")
TEXTS = (".txt", *READERS)
# The table of results, which lies beside the takes.
SUMMARY = "summary.csv"
MOST_SHOWN = 10
_BAD_NAME = re.compile(r'^[.\s]|[\x00-\x1f<>:"/\\|?*]|[.\s]$')
_MOST_LETTERS = 120


@dataclass(frozen=True)
class Line:
    """One take to make.

    Attributes:
        name: of the take, and of its folder.
        request: what to make; its `out` is the folder.
    """

    name: str
    request: Generate


def read_lines(source: Path, template: Generate, styles: Sequence[str]) -> tuple[Line, ...]:
    """Read a table or a folder, and check every line.

    Args:
        source: a csv file, or a folder with recordings and texts of the same names.
        template: what all lines share; its `out` is the folder for all takes. Empty cells keep its values.
        styles: names of the weights' speakers.

    Raises:
        GestureError: the table cannot be read, or lines are wrong; each wrong line is named.
    """
    if source.is_dir():
        rows = _rows_of_folder(source)
    elif source.is_file():
        rows = _rows_of_table(source)
    else:
        raise GestureError(f"There is no file or folder {source}.", remedy="Choose a csv file or a folder.")
    lines, problems = [], []
    for where, row in rows:
        try:
            lines.append(_line(row, source if source.is_dir() else source.parent, template, styles))
        except GestureError as error:
            problems.append(f"{where}: {error.message} {error.remedy}")
    problems += _doubles(lines)
    if problems:
        more = len(problems) - MOST_SHOWN
        listed = "\n".join(problems[:MOST_SHOWN]) + (f"\nand {more} more" if more > 0 else "")
        raise GestureError(f"{source} has lines that cannot be made; nothing was started.", remedy=listed)
    if not lines:
        raise GestureError(f"{source} has no lines to make.", remedy="Choose a table or a folder with recordings.")
    return tuple(lines)


def style_number(text: str, styles: Sequence[str]) -> int:
    """Return the number of a style that was given by its name or its number.

    Raises:
        GestureError: there is no such style.
    """
    names = [name.casefold() for name in styles]
    if text.casefold() in names:
        return names.index(text.casefold())
    if text.isdecimal() and int(text) < len(names):
        return int(text)
    listed = ", ".join(f"{number} {name}" for number, name in enumerate(styles))
    raise GestureError(f"There is no style {text!r}.", remedy=f"Choose one of: {listed}.")


def _rows_of_table(path: Path) -> list[tuple[str, dict[str, str]]]:
    """Return the filled rows of a csv file, each with its place in the file for messages."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        # Excel separates by the sign that the user's language has for it.
        separator = max(",;\t", key=text.partition("\n")[0].count)
        rows = list(csv.reader(text.splitlines(keepends=True), delimiter=separator, strict=True))
    except (OSError, ValueError, csv.Error) as error:
        raise GestureError(
            f"{path} cannot be read as a table.", remedy="Save it as csv in UTF-8.", detail=str(error)
        ) from error
    names = [name.strip().lower() for name in rows[0]] if rows else []
    unknown = sorted(set(names) - set(COLUMNS))
    if "audio" not in names or unknown or len(set(names)) < len(names):
        problem = f"has the unknown column {unknown[0]!r}" if unknown else "lacks the column audio, or has one twice"
        raise GestureError(f"{path} {problem}.", remedy=f"Its first line may name: {', '.join(COLUMNS)}.")
    found = []
    for number, cells in enumerate(rows[1:], 2):
        values = [cell.strip() for cell in cells]
        if any(values):
            given = dict(zip(names, values, strict=False)) if len(values) <= len(names) else {"too many": ""}
            found.append((f"row {number}", given))
    return found


def _rows_of_folder(folder: Path) -> list[tuple[str, dict[str, str]]]:
    """Return a row for each recording of a folder; texts of the same name are its transcripts."""
    files = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    texts: dict[str, list[str]] = {}
    for path in files:
        if path.suffix.lower() in TEXTS:
            texts.setdefault(path.stem, []).append(path.name)
    rows = []
    for path in files:
        if path.suffix.lower() in RECORDINGS:
            beside = texts.get(path.stem, [""])
            transcript = {"transcript": beside[0]} if len(beside) == 1 else {"several": " ".join(beside)}
            rows.append((path.name, {"audio": path.name, **transcript}))
    return rows


def _line(row: Mapping[str, str], folder: Path, template: Generate, styles: Sequence[str]) -> Line:
    """Make a line of a row's cells; paths without a folder begin at `folder`."""
    if "too many" in row:
        raise GestureError("It has more cells than the first line.", "Put texts with a separator into quotes.")
    if "several" in row:
        raise GestureError(f"It has several texts: {row['several']}.", "Keep one of them beside the recording.")
    audio = _file(row.get("audio", ""), folder, "recording")
    request = replace(template, audio=audio)
    if text := row.get("transcript"):
        request = replace(request, transcript=_file(text, folder, "transcript"))
    if text := row.get("style"):
        request = replace(request, speaker=style_number(text, styles))
    if text := row.get("mood"):
        request = replace(request, mood=tuple(parse_mood(text.split()).as_list()))
    if text := row.get("seed"):
        if not text.isdecimal():
            raise GestureError(f"The seed {text!r} is no whole number.", "Write a number such as 7.")
        request = replace(request, seed=int(text))
    name = row.get("name") or audio.stem
    if _BAD_NAME.search(name) or name.casefold() == SUMMARY or len(name) > _MOST_LETTERS:
        raise GestureError(f"{name!r} cannot be the name of a folder.", "Write another name in the column name.")
    return Line(name, replace(request, out=template.out / name))


def _file(text: str, folder: Path, kind: str) -> Path:
    path = folder / Path(text).expanduser()
    if not text or not path.is_file():
        named = f"There is no {kind} {path}." if text else f"It names no {kind}."
        raise GestureError(named, f"Write the path of the {kind}, beginning at the folder of the table.")
    return path.absolute()


def _doubles(lines: Iterable[Line]) -> list[str]:
    """Return a sentence for each name that several lines have; Windows does not tell capital letters apart."""
    names: dict[str, list[str]] = {}
    for line in lines:
        names.setdefault(line.name.casefold(), []).append(line.request.audio.name)
    return [
        f"{len(found)} lines would make the take {name}, of {' and '.join(found[:3])}. "
        "Give each another name in the column name."
        for name, found in names.items()
        if len(found) > 1
    ]
