"""Tables inside pages that are otherwise written by hand: rigs, faces, and the bundled weights."""

import json
from pathlib import Path

from ..marked_parts import with_part
from ..shell import ROOT

PRESETS = {"rigs": ROOT / "addon" / "rig" / "presets", "faces": ROOT / "addon" / "face" / "presets"}
PAGE = ROOT / "docs" / "rigs-and-faces.md"
WEIGHTS = ROOT / "weights" / "starter" / "model.json"
WEIGHTS_PAGE = ROOT / "docs" / "engines-and-weights.md"


def _start(name: str) -> str:
    return f"<!-- {name}: made by `python build.py docs`; do not edit up to the end -->\n"


def _end(name: str) -> str:
    return f"<!-- end of {name} -->\n"


def with_table(page: str, name: str, table: str) -> str:
    """Return a page with one of its tables made again; the page has the marks of the table's start and end."""
    return with_part(page, _start(name), table, _end(name))


def rigs() -> str:
    """Return the kinds of rigs, with the number of body parts that their preset names."""
    rows = []
    for preset in _presets(PRESETS["rigs"]):
        bones = preset["bones"]
        has = [name for name in ("jaw", "eye", "foot", "thumb") if any(name in part for part in bones)]
        said = {"jaw": "jaw", "eye": "eyes", "foot": "toes", "thumb": "fingers"}
        rows.append(f"| {preset['label']} | {', '.join(said[name] for name in has)} |")
    return "\n".join(["| rig | besides torso, arms, legs and head |", "|---|---|", *sorted(rows, key=str.casefold), ""])


def faces() -> str:
    """Return the kinds of faces besides ARKit's, with how many names of shape keys are known."""
    rows = [f"| {preset['label']} | {len(preset.get('keys', ()))} |" for preset in _presets(PRESETS["faces"])]
    return "\n".join(["| face | known names |", "|---|---|", *sorted(rows, key=str.casefold), ""])


def styles() -> str:
    """Return the bundled weights' name, styles and licence."""
    card = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    size = sum(path.stat().st_size for path in WEIGHTS.parent.iterdir()) / 1e6
    rows = {"name": card["name"], "styles": ", ".join(card["speakers"]), "licence": card["license"]}
    rows["size"] = f"{size:.0f} MB"
    return "\n".join(
        ["| bundled weights | |", "|---|---|", *(f"| {key} | {value} |" for key, value in rows.items()), ""]
    )


def pages() -> dict[Path, str]:
    """Return the pages with tables, as they should be."""
    page = PAGE.read_text(encoding="utf-8")
    page = with_table(with_table(page, "rigs", rigs()), "faces", faces())
    return {PAGE: page, WEIGHTS_PAGE: with_table(WEIGHTS_PAGE.read_text(encoding="utf-8"), "weights", styles())}


def write() -> None:
    """Write the tables into their pages."""
    for path, page in pages().items():
        path.write_text(page, encoding="utf-8", newline="\n")


def _presets(folder: Path) -> list[dict]:
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]
