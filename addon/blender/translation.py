"""Texts of the add-on in the language of Blender's interface.

Blender looks up by itself what it draws from labels, names and tooltips; it only needs the catalogs, which `register`
gives it. Messages have values inside, so they have no entry of their own. The catalogs hold them with numbers in place
of the values:

    "The take has no part {0}."   →   "Die Aufnahme hat kein Teil {0}."

`translated` finds the entry that a message was made from and puts the values of the message into its translation:

    translated("The take has no part tail.")   =   "Die Aufnahme hat kein Teil tail."
"""

import functools
import json
import re
from pathlib import Path

import bpy

FOLDER = Path(__file__).resolve().parents[1] / "translations"
PLACE = re.compile(r"\{(\d+)\}")
# Names of panels, operators and properties are looked up in a context of our own (`blender.registration`). In the usual
# one Blender's own catalog comes first, and its words mean other things: its "Face" is a surface.
CONTEXT = "MambaTalk"
CONTEXTS = ("*", "Operator", CONTEXT)
_REMEMBERED = 500
# Kinds of data-blocks that messages name.
_NAMED = ("actions", "armatures", "collections", "meshes", "objects", "scenes", "sounds", "texts")
_SENTENCES = re.compile(r"(?<=[.!?])\s+")


def languages() -> tuple[str, ...]:
    """Return the languages that have a catalog, by their short names, such as "de"."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.json")))


@functools.cache
def catalog(language: str) -> dict[str, str]:
    """Return the texts of a language by the English text; empty where the language has no catalog."""
    path = FOLDER / f"{language}.json"
    return json.loads(path.read_text(encoding="utf-8"))["texts"] if path.is_file() else {}


def translated(text: str) -> str:
    """Return a text or message in the language of the interface; in English where that has no catalog."""
    view = bpy.context.preferences.view
    language = bpy.app.translations.locale.partition("_")[0]
    return translate(text, language) if view.use_translate_interface else text


@functools.lru_cache(_REMEMBERED)
def translate(text: str, language: str) -> str:
    """Return a text in a language; whatever has no entry in its catalog stays English.

    A text is an entry, an entry with values, one of these with a full stop, or several sentences of these kinds.
    """
    texts = catalog(language)
    if not texts or not text:
        return text
    found = _entry(text, language)
    if found is None and text.endswith("."):
        found = _entry(text[:-1], language)
        found = None if found is None else f"{found}."
    if found is not None:
        return found
    sentences = _SENTENCES.split(text)
    return " ".join(translate(sentence, language) for sentence in sentences) if len(sentences) > 1 else text


def _entry(text: str, language: str) -> str | None:
    """Return the translation of an entry, or of an entry with values; None where neither is in the catalog."""
    found = catalog(language).get(text)
    if found is not None:
        return found
    for pattern, wanted in _patterns(language):
        match = pattern.fullmatch(text)
        if match:
            found = match.groupdict().items()
            values = {name[1:]: value if _is_name(value) else translate(value, language) for name, value in found}
            return PLACE.sub(lambda place, values=values: values.get(place[1], place[0]), wanted)
    return None


def _is_name(value: str) -> bool:
    """Return whether a value is what the user called something in the file: such names are not translated."""
    return any(value in getattr(bpy.data, kind) for kind in _NAMED)


@functools.cache
def _patterns(language: str) -> list[tuple[re.Pattern, str]]:
    """Return the entries with places for values, those with the most letters first."""
    entries = [(text, wanted) for text, wanted in catalog(language).items() if PLACE.search(text)]
    entries.sort(key=lambda entry: -len(PLACE.sub("", entry[0])))
    return [(_pattern(text), wanted) for text, wanted in entries]


def _pattern(text: str) -> re.Pattern:
    """Return the pattern of a message that was made from an entry; value 0 is the group "v0"."""
    pieces = PLACE.split(text)
    fixed, numbers = pieces[::2], pieces[1::2]
    groups = [f"(?P<v{number}>.*?)" for number in numbers]
    joined = [re.escape(fixed[0])]
    for group, piece in zip(groups, fixed[1:], strict=True):
        joined += [group, re.escape(piece)]
    return re.compile("".join(joined), re.DOTALL)


def register() -> None:
    """Give Blender the catalogs."""
    tables = {
        language: {(context, text): wanted for text, wanted in catalog(language).items() for context in CONTEXTS}
        for language in languages()
    }
    bpy.app.translations.register(__package__, tables)


def unregister() -> None:
    """Take the catalogs back."""
    bpy.app.translations.unregister(__package__)
