"""Runs in Blender: docs/controls.md, every control and every command of the extension, as they are registered.

.venv-bpy-5.0/bin/python -m devtools.docs.controls FILE
"""

import importlib
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import bpy

from devtools.extension import PACKAGE, registered_extension

# Rooms of the add-on with what an animator does there, in the order of the page.
ROOMS = {
    "generate": "Generate",
    "take": "Takes",
    "direct": "Direct a take",
    "finish": "Finish",
    "character": "Characters",
    "rig": "Your own rig",
    "face": "Face",
    "exchange": "Import and export",
    "batch": "Batch",
    "weights": "Weights",
    "job": "Preferences, worker and messages",
}
INTRO = """# Every control

This page is made from the extension itself by `python build.py docs`, and a test fails when it is out of date. In
Blender each control shows the same text when the mouse rests on it. F3 finds commands by their names. From Python a
command is `bpy.ops.` with the name in brackets.
"""
UNITS = {"LENGTH": "metres", "ROTATION": "radians", "TIME": "frames", "TIME_ABSOLUTE": "seconds"}
UNLIMITED = 1e9
# What Blender itself adds to every operator that opens a file browser.
BLENDERS_OWN = {"rna_type", "name", "bl_idname"}


def page() -> str:
    """Return the page; the extension must be registered."""
    rooms: dict[str, list[str]] = {room: [] for room in ROOMS}
    addon = importlib.import_module(f"{PACKAGE}.addon")
    for name in addon._MODULES:
        module, room = importlib.import_module(f"{PACKAGE}.addon.{name}"), name.partition(".")[0]
        for entry in getattr(module, "CLASSES", ()):
            rooms.get(room, []).extend(_section(entry))
    return "\n".join([INTRO, *(line for room, title in ROOMS.items() for line in (f"## {title}", "", *rooms[room]))])


def _section(entry: type) -> Iterator[str]:
    """Yield what the page says about a registered class: an operator, or a group of settings."""
    if issubclass(entry, bpy.types.Operator):
        if "INTERNAL" in entry.bl_options:
            return
        yield from (
            f"### {entry.bl_label} (`{entry.bl_idname}`)",
            "",
            _sentence(getattr(entry, "bl_description", "") or entry.__doc__ or ""),
            "",
        )
    elif issubclass(entry, bpy.types.PropertyGroup | bpy.types.AddonPreferences):
        if not list(_shown(entry)):
            return
        yield from (f"### {_sentence(entry.__doc__ or '').rstrip('.')}", "")
    else:
        return
    rows = [_row(control) for control in _shown(entry)]
    if rows:
        yield from ("| control | what it does | default | range | unit |", "|---|---|---|---|---|", *rows, "")


def _shown(entry: type) -> Iterator[bpy.types.Property]:
    """Yield the properties that an animator sees: those with a text, of a kind that is one value."""
    rna = entry.bl_rna
    if issubclass(entry, bpy.types.Operator):
        rna = getattr(bpy.ops.mambatalk, entry.bl_idname.partition(".")[2]).get_rna_type()
    for control in rna.properties:
        own = control.identifier in getattr(entry, "__annotations__", {}) or any(
            control.identifier in getattr(base, "__annotations__", {}) for base in entry.__mro__
        )
        kind = control.type in ("BOOLEAN", "INT", "FLOAT", "ENUM", "STRING", "POINTER")
        # What a program keeps in a text is no control.
        seen = own and not control.is_hidden and "JSON" not in control.description
        if seen and kind and control.description and control.identifier not in BLENDERS_OWN:
            yield control


def _row(control: bpy.types.Property) -> str:
    said = control.name or control.identifier, _sentence(control.description)
    cells = (*said, _default(control), _range(control), _unit(control))
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _sentence(text: str) -> str:
    first = " ".join(text.partition("\n\n")[0].split())
    return first if not first or first.endswith((".", "?", "…")) else f"{first}."


def _default(control: bpy.types.Property) -> str:
    if control.type == "BOOLEAN":
        values = control.default_array if control.is_array else [control.default]
        return "on" if all(values) else "off"
    if control.type in ("INT", "FLOAT"):
        values = tuple(control.default_array) if control.is_array else (control.default,)
        # A value that is computed from others has a default outside of its range.
        return ", ".join(map(_number, values)) if all(value >= control.hard_min for value in values) else ""
    if control.type == "ENUM":
        chosen = control.default_flag if control.is_enum_flag else {control.default}
        return ", ".join(item.name for item in control.enum_items_static if item.identifier in chosen)
    return f"`{control.default}`" if control.type == "STRING" and control.default else ""


def _range(control: bpy.types.Property) -> str:
    if control.type == "ENUM":
        return ", ".join(item.name for item in control.enum_items_static)
    if control.type not in ("INT", "FLOAT"):
        return ""
    low, high = (None if abs(value) >= UNLIMITED else _number(value) for value in (control.hard_min, control.hard_max))
    return f"{low} to {high}" if low and high else f"from {low}" if low else f"up to {high}" if high else ""


def _unit(control: bpy.types.Property) -> str:
    """Return the unit that Blender knows, else the one that the control's text names."""
    if control.type not in ("INT", "FLOAT") or control.subtype == "PERCENTAGE":
        return "per cent" if control.subtype == "PERCENTAGE" else ""
    named = re.search(r"\b(second|frame|metre|degree)s?\b", control.description, re.IGNORECASE)
    return UNITS.get(control.unit, "") or (f"{named[1].lower()}s" if named else "")


def _number(value: float) -> str:
    return f"{value:.6g}" if abs(value) < 1e6 else str(int(value))


def main() -> None:
    """Write the page to the path that is the argument."""
    with registered_extension():
        Path(sys.argv[1]).write_text(page(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
    # The module of Blender 4.2 crashes while it ends.
    os._exit(0)
