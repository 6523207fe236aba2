"""docs/messages.md: every error message of the program with its remedy, read from the code."""

import ast
from collections.abc import Iterator
from pathlib import Path

from ..shell import ROOT

PAGE = ROOT / "docs" / "messages.md"
INTRO = """# Every message, and what to do

This page is made from the code by `python build.py docs`, and a test fails when it is out of date. `…` stands for what
differs each time: a name, a number, a file. Search for a few words of the message that you see. *Show Details* beside a
message shows all of it, and *Open Log* what was printed.
"""
# Folders with the heading of their messages, in the order of the page.
ROOMS = {
    "addon/generate": "Generating",
    "core/audio": "Recordings",
    "core/text": "Transcripts and words",
    "core/generate": "Making and changing takes",
    "core/take": "Stored takes",
    "addon/take": "Takes in a .blend",
    "addon/direct": "Directing",
    "core/direct": "Levels and markers",
    "addon/finish": "Finishing",
    "core/finish": "Finishing: the motion itself",
    "addon/character": "Characters",
    "core/smplx": "SMPL-X files",
    "addon/rig": "Your own rig",
    "addon/face": "Faces",
    "addon/exchange": "Import and export",
    "core/formats": "Files of motions",
    "core/body": "Motions",
    "core/model": "Weights",
    "core/worker": "The worker",
    "addon/job": "Worker, preferences and messages",
    "addon/blender": "Blender",
    "core/cli": "The shell's commands",
    "core": "Files",
    "addon": "The extension",
}


def page() -> str:
    """Return the page."""
    rooms: dict[str, dict[tuple[str, str], None]] = {room: {} for room in ROOMS}
    for tree in ("addon", "core"):
        for path in sorted((ROOT / tree).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            room = next((room for room in ROOMS if name.startswith(f"{room}/")), tree)
            rooms[room] |= dict.fromkeys(messages(path))
    lines = [INTRO]
    for room, title in ROOMS.items():
        if rooms[room]:
            lines += [f"## {title}", "", "| you read | do |", "|---|---|"]
            lines += [f"| {_cell(message)} | {_cell(remedy)} |" for message, remedy in rooms[room]] + [""]
    return "\n".join(lines)


def messages(path: Path) -> Iterator[tuple[str, str]]:
    """Yield message and remedy of each `GestureError` in a module whose message is written there."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "GestureError":
            remedies = [word.value for word in node.keywords if word.arg == "remedy"] + node.args[1:2]
            message = _text(node.args[0]) if node.args else ""
            # What comes from a variable alone says nothing here.
            if message.strip("… ."):
                yield message, _text(remedies[0]) if remedies else ""


def _text(node: ast.expr) -> str:
    """Return a text as it is written, with "…" for what is put into it."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _text(node.left) + _text(node.right)
    if isinstance(node, ast.IfExp):
        return f"{_text(node.body)} / {_text(node.orelse)}"
    return "…"


def _cell(text: str) -> str:
    for plain, shown in (("|", "\\|"), ("<", "&lt;"), ("*", "\\*"), ("_", "\\_")):
        text = text.replace(plain, shown)
    return " ".join(text.split())
