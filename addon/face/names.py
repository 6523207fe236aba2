"""Names of shape keys: which expression a key plays, for the spellings of ARKit's 52 shapes and other kinds of faces.

The name of a key is reduced to a canonical name, which is then looked up:

    AK_09_EyeBlink_L, blendShape1.eyeBlink_L, EyeBlinkLeft   ──▶  eyeblinkleft  ──▶  ARKit's eyeBlinkLeft

Other kinds of faces (VRM, Oculus, Daz, ...) are JSON files in the folder `presets`: canonical name → expression. A new
kind needs one more such file and no code.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from ...core.body.parts import ARKIT_NAMES
from ...core.errors import GestureError
from ...core.face.visemes import VISEMES

PRESETS = Path(__file__).with_name("presets")
VISEME, FLAME = "viseme_", "flame_"
# A face is recognised by at least so many keys, because meshes have keys for other things, too.
_LEAST = 4
_ENOUGH_ARKIT = 20
_PREFIX = re.compile(
    r"^(?:.*[.:](?=..)|AK_(?:\d+_)?|ARKit_|BS_|FACS_(?:BS|JNT|CTRL)_|CTRL_expressions_|blendShape\d*_|face_|head_)+",
    re.I,
)
_SUFFIX = re.compile(r"(?:_div\d+|_morph|_shape)$", re.I)
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_TERM = re.compile(r"^\s*([A-Za-z_][A-Za-z_0-9]*)\s*(?:\*\s*(-?\d+(?:\.\d*)?|-?\.\d+)\s*)?$")
_SIDES = {"l": "left", "left": "left", "r": "right", "right": "right"}


@dataclass(frozen=True)
class Row:
    """One shape key and the expression that it plays.

    Attributes:
        key: name of the shape key.
        source: a sum of signals, "jawOpen" or "eyeBlinkLeft*0.5 + eyeBlinkRight*0.5"; a signal is an ARKit shape, a
            mouth shape ("viseme_aa") or a FLAME coefficient ("flame_000").
        gain, offset: the key's value is gain · signal + offset.
    """

    key: str
    source: str
    gain: float = 1.0
    offset: float = 0.0


@dataclass(frozen=True)
class Preset:
    """A kind of face.

    Attributes:
        label: for the panel.
        keys: canonical key name → source.
        otherwise: canonical key name → source, for keys that are used only where no other key plays the source.
    """

    label: str
    keys: dict[str, str]
    otherwise: dict[str, str]


def canonical(name: str) -> str:
    """Reduce a key's name: no prefix, case or separators, and the side at the end."""
    if not name.isascii():
        return name.lower()
    bare = _SUFFIX.sub("", _PREFIX.sub("", name)) or name
    words = [word.lower() for word in _WORDS.findall(bare)]
    sides = [_SIDES[word] for word in words if word in _SIDES]
    return "".join([*(word for word in words if word not in _SIDES), *sides]) or name.lower()


_ARKIT = {canonical(name): name for name in ARKIT_NAMES}
# Some faces have two keys where ARKit has one.
_ARKIT |= {f"{canonical(name)}{side}": name for name in ("browInnerUp", "cheekPuff") for side in ("left", "right")}


@cache
def presets() -> tuple[Preset, ...]:
    """Return all presets, from the folder `presets`."""
    found = []
    for path in sorted(PRESETS.glob("*.json")):
        content = json.loads(path.read_text(encoding="utf-8"))
        tables = [{canonical(k): v for k, v in content.get(name, {}).items()} for name in ("keys", "otherwise")]
        found.append(Preset(content["label"], *tables))
    return tuple(found)


def rows_of(keys) -> tuple[Row, ...]:
    """Return what the keys of a mesh (`bpy.types.Key`) play, by the animator's table, else by their names."""
    if len(keys.mambatalk_face):
        return tuple(Row(row.key, row.source, row.gain, row.offset) for row in keys.mambatalk_face if row.use)
    return detect(tuple(keys.key_blocks.keys()))[1]


@lru_cache(maxsize=64)
def detect(names: tuple[str, ...]) -> tuple[str, tuple[Row, ...]]:
    """Return the kind of a face, and what each of its keys plays; ("", ()) where the kind is not known."""
    by_arkit = tuple(Row(name, _ARKIT[canonical(name)]) for name in names if canonical(name) in _ARKIT)
    if len({row.source for row in by_arkit}) >= _ENOUGH_ARKIT:
        return "ARKit", (*by_arkit, *_completing(by_arkit, names))
    candidates = [(preset.label, _match(preset, names)) for preset in presets()]
    label, rows = max(candidates, key=lambda each: len(each[1]), default=("", ()))
    if len(by_arkit) >= max(len(rows), _LEAST):
        return "ARKit", by_arkit
    if len(rows) < _LEAST:
        return "", ()
    played = {row.key for row in rows} | {signal for row in rows for signal in parse(row.source)}
    rest = [row for row in by_arkit if row.key not in played and row.source not in played]
    return label, (*rows, *rest)


def _completing(rows: tuple[Row, ...], names: Sequence[str]) -> list[Row]:
    """Find keys with names of other kinds of faces, for the ARKit shapes that `rows` do not play."""
    left = set(ARKIT_NAMES) - {row.source for row in rows}
    found = {row.key: row for preset in presets() for row in _match(preset, names) if set(parse(row.source)) <= left}
    return [row for key, row in found.items() if key not in {row.key for row in rows}]


def _match(preset: Preset, names: Sequence[str]) -> tuple[Row, ...]:
    """Return what the keys with some names play in a kind of face."""
    rows = [Row(name, preset.keys[canonical(name)]) for name in names if canonical(name) in preset.keys]
    played = {signal for row in rows for signal in parse(row.source)}
    for name in names:
        source = preset.otherwise.get(canonical(name))
        if source is not None and not played & set(parse(source)):
            rows.append(Row(name, source))
    return tuple(rows)


@cache
def parse(source: str) -> dict[str, float]:
    """Split a source into signals and their factors: "a*0.5 + b" is {"a": 0.5, "b": 1.0}.

    Raises:
        GestureError: the source is not a sum of known signals.
    """
    terms: dict[str, float] = {}
    for term in source.split("+"):
        match = _TERM.match(term)
        if match is None or not is_signal(match[1]):
            raise GestureError(
                f"“{term.strip()}” is no expression.",
                remedy="Write an ARKit shape (jawOpen), a mouth shape (viseme_aa), or a sum: a*0.5 + b*0.5.",
            )
        terms[match[1]] = terms.get(match[1], 0.0) + float(match[2] or 1.0)
    return terms


def is_signal(name: str) -> bool:
    """Return whether a name is an ARKit shape, a mouth shape or a FLAME coefficient."""
    if name.startswith(VISEME):
        return name[len(VISEME) :] in VISEMES
    if name.startswith(FLAME):
        return name[len(FLAME) :].isdigit() and int(name[len(FLAME) :]) < 100
    return name in ARKIT_NAMES
