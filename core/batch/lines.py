"""The lines of a batch: read from a table (csv) or from a folder of recordings; each is checked before any work.

audio,transcript,style,mood,seed,name
hello.wav,hello.txt,lively,happy:0.6,3,hello_happy
"""

import csv
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..direct.mood import parse_mood
from ..errors import GestureError
from ..language.languages import code_of
from ..requests import Generate
from ..styles import style_number

# `character` is for Blender, where each line may have another character; elsewhere it is not used.
COLUMNS = ("audio", "transcript", "style", "mood", "seed", "name", "character", "language")
RECORDINGS = (".wav", ".flac", ".ogg", ".opus", ".mp3", ".aif", ".aiff")
# What `core.text.transcript` reads; Blender reads tables without that module.
TEXTS = (".txt", ".srt", ".vtt", ".textgrid", ".json")
# The table of results, which lies beside the takes.
SUMMARY = "summary.csv"
MOST_LINES = 1_000_000
_MOST_BYTES = 1 << 30
_MOST_SEED, _MOST_DIGITS = 2**63 - 1, 20
_BAD_NAME = re.compile(r'^[.\s]|[\x00-\x1f<>:"/\\|?*]|[.\s]$')
_MOST_NAME_BYTES = 120
# Signs that nobody sees, such as those that turn the direction of what follows; two that Persian and others need.
_NOT_SEEN, _NEEDED = ("Cc", "Cf", "Zl", "Zp"), "\u200c\u200d"
# Windows has devices of these names, with any ending.
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))}


@dataclass(frozen=True)
class Line:
    """One take to make.

    Attributes:
        number: place among the lines, from 0.
        name: of the take, and of its folder.
        request: what to make; its `out` is the folder.
        character: name of the character in Blender who speaks; empty for the one that is chosen there.
        problem: why it cannot be made; None where nothing is known against it.
    """

    number: int
    name: str
    request: Generate
    character: str = ""
    problem: GestureError | None = None


def read_lines(source: Path, template: Generate, styles: Sequence[str]) -> tuple[Line, ...]:
    """Read a table or a folder. A line that cannot be made says why; the others are made all the same.

    Args:
        source: a csv file, or a folder with recordings and texts of the same names.
        template: what all lines share; its `out` is the folder for all takes. Empty cells keep its values.
        styles: names of the weights' speakers.

    Raises:
        GestureError: the table or the folder cannot be read, or has no lines.
    """
    if source.is_dir():
        rows = _rows_of_folder(source)
    elif source.is_file():
        rows = _rows_of_table(source)
    else:
        raise GestureError(f"There is no file or folder {source}.", remedy="Choose a csv file or a folder.")
    folder = source if source.is_dir() else source.parent
    lines, names = [], set()
    for number, (where, row) in enumerate(rows):
        line = _checked_line(number, where, row, (folder, template, styles))
        if line.problem is None and _same(line.name) in names:
            problem = GestureError(
                f"{where}: an earlier line makes the take {line.name}, too.", "Write another name in the column name."
            )
            line = replace(line, problem=problem)
        names.add(_same(line.name))
        lines.append(line)
    if not lines:
        raise GestureError(f"{source} has no lines to make.", remedy="Choose a table or a folder with recordings.")
    return tuple(lines)


def _same(name: str) -> str:
    """Return the same text for names that some systems give to one folder: capitals, accents that stand apart."""
    return unicodedata.normalize("NFC", name).casefold()


def _checked_line(
    number: int, where: str, row: Mapping[str, str], around: tuple[Path, Generate, Sequence[str]]
) -> Line:
    """Return the line of a row; of a row that is wrong, a line with its problem."""
    try:
        return _line(number, row, *around)
    except GestureError as error:
        folder, template, _ = around
        audio = row.get("audio", "")
        name = row.get("name") or Path(audio).stem or where
        request = replace(template, audio=folder / audio, out=template.out / ".none")
        problem = GestureError(f"{where}: {error.message}", error.remedy)
        return Line(number, name, request, row.get("character", ""), problem)


def _rows_of_table(path: Path) -> list[tuple[str, dict[str, str]]]:
    """Return the filled rows of a csv file, each with its place in the file for messages."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ValueError("larger than 1 GB")
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
    if len(found) > MOST_LINES:
        raise GestureError(f"{path} has more than {MOST_LINES:,} lines.", remedy="Split it into several tables.")
    return found


def _rows_of_folder(folder: Path) -> list[tuple[str, dict[str, str]]]:
    """Return a row for each recording of a folder; texts of the same name are its transcripts."""
    try:
        files = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    except OSError as error:
        message = f"{folder} cannot be read."
        raise GestureError(message, remedy="Choose a folder that you may read.", detail=str(error)) from error
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


def _line(number: int, row: Mapping[str, str], folder: Path, template: Generate, styles: Sequence[str]) -> Line:
    """Make a line of a row's cells; paths without a folder begin at `folder`.

    Raises:
        GestureError: a cell is wrong, or names a file that is not there.
    """
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
    if text := row.get("language"):
        request = replace(request, language=code_of(text))
    if text := row.get("seed"):
        if not text.isdecimal() or len(text) > _MOST_DIGITS or int(text) > _MOST_SEED:
            raise GestureError(f"The seed {text[:40]!r} is no whole number from 0 on.", "Write a number such as 7.")
        request = replace(request, seed=int(text))
    name = row.get("name") or audio.stem
    is_taken = name.casefold() == SUMMARY or name.partition(".")[0].casefold() in _DEVICES
    is_hidden = any(unicodedata.category(sign) in _NOT_SEEN for sign in name if sign not in _NEEDED)
    if _BAD_NAME.search(name) or is_taken or is_hidden or len(name.encode("utf-8", "replace")) > _MOST_NAME_BYTES:
        raise GestureError(f"{name[:80]!r} cannot be the name of a folder.", "Write another name in the column name.")
    return Line(number, name, replace(request, out=template.out / name), row.get("character", ""))


def _file(text: str, folder: Path, kind: str) -> Path:
    try:
        path = folder / Path(text).expanduser()
        is_there = bool(text) and path.is_file()
    except (OSError, ValueError, RuntimeError):  # a name that is too long, a home of nobody
        path, is_there = folder / text[:80], False
    if not is_there:
        named = f"There is no {kind} {path}." if text else f"It names no {kind}."
        raise GestureError(named, f"Write the path of the {kind}, beginning at the folder of the table.")
    return path.absolute()
