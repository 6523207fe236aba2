"""The user's own pronunciations: lists of words and what they sound like, in the preferences and in the .blend file."""

import json
from collections.abc import Callable

import bpy
from bpy.props import StringProperty

# The lists that there are: in the scene, and in the preferences.
SCENE, PREFERENCES = "SCENE", "PREFERENCES"
# Called after a list was changed; `job.preferences` adds the function that keeps the list of the preferences.
changed: list[Callable[[], None]] = []


def _changed(entry, context) -> None:
    for call in changed:
        call()


class MambaTalkPronunciation(bpy.types.PropertyGroup):
    """One word and what it sounds like."""

    name: StringProperty(name="Word", description="The word as the transcript writes it", update=_changed)
    sound: StringProperty(
        name="Sounds Like",
        description="How the word is said: other words (Siobhan: shivawn), or English phones in capitals (W IH N)",
        update=_changed,
    )


def draw(layout: bpy.types.UILayout, entries, where: str) -> None:
    """Draw a list with a button that adds a word, and buttons that remove one."""
    column = layout.column(align=True)
    column.use_property_split = False
    for index, entry in enumerate(entries):
        row = column.row(align=True)
        row.prop(entry, "name", text="", placeholder="Word")
        row.prop(entry, "sound", text="", placeholder="Sounds like")
        button = row.operator("mambatalk.remove_pronunciation", text="", icon="X")
        button.where, button.index = where, index
    column.operator("mambatalk.add_pronunciation", icon="ADD").where = where


def as_dict(*lists) -> dict[str, str]:
    """Return the filled entries of lists; those of later lists win."""
    return {
        entry.name.strip(): entry.sound.strip()
        for entries in lists
        for entry in entries
        if entry.name.strip() and entry.sound.strip()
    }


def as_json(entries) -> str:
    """Return a list as a text; "" where it is empty."""
    rows = [[entry.name, entry.sound] for entry in entries]
    return json.dumps(rows, ensure_ascii=False) if rows else ""


def fill(entries, text: str) -> None:
    """Make a list what `as_json` returned; another text leaves it as it is."""
    try:
        rows = [(str(name), str(sound)) for name, sound in json.loads(text)]
    except (ValueError, TypeError):
        return
    entries.clear()
    for name, sound in rows:
        entry = entries.add()
        # Not through the properties: filling a list is no change of it.
        entry["name"], entry["sound"] = name, sound


def unregister() -> None:
    """Forget who is called."""
    changed.clear()


CLASSES = (MambaTalkPronunciation,)
