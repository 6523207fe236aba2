"""Requests as JSON objects, and the only place where the types of what arrives as a request are checked.

    Mix(Path("a"), Path("b"), (Pick(Path("c"), ("upper",)),))
    {"type": "mix", "take": "a", "out": "b", "picks": [{"take": "c", "areas": ["upper"], "start": null, "end": null}],
     "margin": 8, "finish": true, "settings": {}}

Blender's process writes requests, so this module needs only the standard library and NumPy.
"""

import json
import types
import typing
from dataclasses import Field, fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any

from .plain_values import is_number, is_whole
from .requests import Task

_MOST_WHOLE = 2**63 - 1
_MOST_NUMBER = 1e300
_TASKS: dict[str, type] = {kind.type: kind for kind in typing.get_args(Task)}


class RequestError(ValueError):
    """JSON that is no request; the text says why."""


def to_json(task: Task) -> dict[str, Any]:
    """Return a request as plain values that `json.dumps` can write: `type` first, then every field."""
    return {"type": task.type, **_plain(task)}


def from_json(values: dict[str, Any]) -> Task:
    """Make a request from plain values, as `json.loads` gives them.

    Args:
        values: the key `type`, and the fields of that request; fields with a default may be left out.

    Raises:
        RequestError: there is no such type; a field is missing, unknown or of the wrong type; a text cannot be written.
    """
    kind = values.get("type")
    if not isinstance(kind, str) or kind not in _TASKS:
        raise RequestError(f"there is no request of type {kind!r}; known: {', '.join(_TASKS)}")
    _check_letters(values)
    return _record(_TASKS[kind], {name: value for name, value in values.items() if name != "type"}, kind)


def _check_letters(values: dict[str, Any]) -> None:
    """Make sure that every text can be written; JSON can state half of a letter (a lone surrogate) as an escape."""
    try:
        # Names of files that are no UTF-8 are such halves, too; those name bytes, and can be written.
        json.dumps(values, ensure_ascii=False).encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as error:
        raise RequestError(f"{error.object[error.start]!a} is half of a letter") from error


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {_key_of(entry): _plain(getattr(value, entry.name)) for entry in fields(value)}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return str(value) if isinstance(value, Path) else value


def _key_of(entry: Field) -> str:
    """Return the key of a field in JSON; a field that was renamed keeps its key."""
    return entry.metadata.get("key", entry.name)


@cache
def _fields_of(kind: type) -> dict[str, tuple[str, Any]]:
    """Return name and type of each field, by its key."""
    hints = typing.get_type_hints(kind)
    return {_key_of(entry): (entry.name, hints[entry.name]) for entry in fields(kind)}


def _record(kind: type, values: dict[str, Any], where: str) -> Any:
    """Make a dataclass from a JSON object; `where` names it in messages."""
    wanted = _fields_of(kind)
    if unknown := values.keys() - wanted.keys():
        raise RequestError(f"{where} has no {', '.join(sorted(unknown))}")
    checked = {}
    for key, value in values.items():
        name, own_kind = wanted[key]
        checked[name] = _checked(own_kind, value, f"{where}: {key}")
    try:
        return kind(**checked)
    except TypeError as error:  # a field without a default is missing; Python names it
        raise RequestError(f"{where}: {error}") from error


def _checked(kind: Any, value: Any, where: str) -> Any:
    """Return a JSON value as the type that a field has.

    Args:
        kind: the field's annotation: Path, str, bool, int, float, dict[...], tuple[X, ...], a dataclass, or X | None.
        value: as `json.loads` gives it.
        where: names the field in messages.

    Raises:
        RequestError: the value has another type.
    """
    if isinstance(kind, types.UnionType):
        return None if value is None else _checked(typing.get_args(kind)[0], value, where)
    container = typing.get_origin(kind) or kind
    if container is tuple and isinstance(value, list):
        item = typing.get_args(kind)[0]
        return tuple(_checked(item, each, f"{where}[{number}]") for number, each in enumerate(value))
    if is_dataclass(kind) and isinstance(value, dict):
        return _record(typing.cast(type, kind), value, where)
    # An empty path would be the working folder, and no path has a zero in it.
    if container is Path and isinstance(value, str) and value and "\0" not in value:
        return Path(value)
    # Python counts True and False as whole numbers; a request does not.
    fits: dict[Any, bool] = {
        int: is_whole(value, -_MOST_WHOLE, _MOST_WHOLE),
        float: is_number(value, -_MOST_NUMBER, _MOST_NUMBER),
        **{plain: isinstance(value, plain) for plain in (str, bool, dict)},
    }
    if fits.get(container, False):
        return value
    raise RequestError(f"{where} cannot be {repr(value)[:80]}")
