"""Messages between the add-on and the worker: numbered requests and replies to them, one JSON object per line.

    -> {"id": 1, "type": "finish", "motion": "in.npz", "out": "out.npz", "settings": {}, "skeleton": null}
    <- {"type": "progress", "id": 1, "fraction": 0.0, "stage": "Finishing"}
    <- {"type": "result", "id": 1, "motion": "out.npz", "before": {...}, "after": {...}}

Every request gets any number of `progress` lines, and then exactly one of `result`, `cancelled` or `error`. A request
that asks for pieces also gets `piece` lines in between.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields
from typing import Any, ClassVar

from ..inputs import parse_json
from ..plain_values import is_whole
from ..request_json import RequestError, from_json, to_json
from ..requests import PROTOCOL, Task

VERSION = PROTOCOL
_MOST_ID = 2**53


class ProtocolError(ValueError):
    """A line that is not a request or a reply; the text says why.

    Args:
        reason: what is wrong with the line.
        id: the request's number, where the line has one.
    """

    def __init__(self, reason: str, id: int | None = None):
        super().__init__(reason)
        self.id = id


@dataclass(frozen=True)
class Request:
    """A task with the number that its replies carry."""

    id: int
    task: Task


@dataclass(frozen=True)
class Progress:
    """How far a request is: `fraction` 0-1 and the step's name."""

    type: ClassVar[str] = "progress"
    id: int
    fraction: float
    stage: str


@dataclass(frozen=True)
class Piece:
    """The motion of frames that are made while later ones are computed.

    Attributes:
        motion: path of the npz.
        first: number of its first frame in the take.
    """

    type: ClassVar[str] = "piece"
    id: int
    motion: str
    first: int


@dataclass(frozen=True)
class Result:
    """A request's outcome."""

    type: ClassVar[str] = "result"
    id: int
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Cancelled:
    """A request that was stopped as asked; it has written nothing."""

    type: ClassVar[str] = "cancelled"
    id: int


@dataclass(frozen=True)
class Failure:
    """A request that failed: what is wrong, what to do, and text for the log. `id` is None for an unreadable line."""

    type: ClassVar[str] = "error"
    id: int | None
    message: str
    remedy: str
    detail: str = ""


Reply = Progress | Piece | Result | Cancelled | Failure
# Replies after which more replies to the same request follow.
UNDERWAY = (Progress, Piece)
_REPLIES = {reply.type: reply for reply in (Progress, Piece, Cancelled, Failure)}


def encode_request(request: Request) -> str:
    """Return a request as one line, without the line's end."""
    return json.dumps({"id": request.id, **to_json(request.task)})


def decode_request(line: str) -> Request:
    """Read a request from one line.

    Raises:
        ProtocolError: not a JSON object, no number, no such type, or missing, unknown or wrong parameters.
    """
    message = _object(line, parse_json)
    number = message.pop("id", None)
    if not is_whole(number, -_MOST_ID, _MOST_ID):
        raise ProtocolError("a request needs a whole number as `id`")
    try:
        return Request(number, from_json(message))
    except RequestError as error:
        raise ProtocolError(str(error), number) from error


def encode_reply(reply: Reply) -> str:
    """Return a reply as one line, without the line's end; a result's values stand beside its id."""
    content = {"id": reply.id, **reply.values} if isinstance(reply, Result) else asdict(reply)
    return json.dumps({"type": reply.type, **content})


def decode_reply(line: str) -> Reply:
    """Read a reply from one line.

    Raises:
        ProtocolError: not a reply.
    """
    message = _object(line, json.loads)
    kind = message.pop("type", None)
    if kind == Result.type and isinstance(message.get("id"), int):
        return Result(message.pop("id"), message)
    if kind not in _REPLIES:
        raise ProtocolError(f"there is no reply of type {kind!r}")
    unknown = message.keys() - {entry.name for entry in fields(_REPLIES[kind])}
    if unknown:
        raise ProtocolError(f"{kind} has no {', '.join(sorted(unknown))}")
    try:
        return _REPLIES[kind](**message)
    except TypeError as error:
        raise ProtocolError(f"{kind}: {error}") from error


def _object(line: str, read: Callable[[str], Any]) -> dict[str, Any]:
    try:
        message = read(line)
    except (ValueError, RecursionError) as error:
        raise ProtocolError(f"not JSON: {error}") from error
    if not isinstance(message, dict):
        raise ProtocolError("not a JSON object")
    return message
