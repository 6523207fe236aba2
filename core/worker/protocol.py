"""The worker's language: requests and replies as frozen dataclasses, one JSON object per line."""

import json
from dataclasses import asdict, dataclass, field, fields
from typing import Any, ClassVar

VERSION = 1


class ProtocolError(ValueError):
    """A line that is not a request or a reply; the text says why."""


@dataclass(frozen=True)
class Hello:
    """Ask for versions, devices and, when `weights` names a model folder, what it declares."""

    type: ClassVar[str] = "hello"
    weights: str | None = None


@dataclass(frozen=True)
class Align:
    """Find the times of a transcript's words and write them to `out` (words.json)."""

    type: ClassVar[str] = "align"
    audio: str
    out: str
    transcript: str | None = None
    transcript_text: str | None = None


@dataclass(frozen=True)
class Generate:
    """Make a take in the folder `out`; fields as in `core.generate.pipeline.GenerateRequest`, paths as text."""

    type: ClassVar[str] = "generate"
    audio: str
    out: str
    weights: str | None = None
    transcript: str | None = None
    transcript_text: str | None = None
    speaker: int = 0
    seed: int = 0
    variation: float | None = None
    device: str = "auto"
    finish: bool = True
    allow_no_words: bool = False
    offset_s: float = 0.0
    duration_s: float | None = None
    skeleton: str | None = None


@dataclass(frozen=True)
class Resample:
    """Make body parts of the take in the folder `take` anew over the frames `start` to `end` (one after the last).

    Fields as in `core.generate.pipeline.ResampleRequest`, paths as text; `settings` are those of the kept motion's
    finishing that differ from the defaults. The new take appears in `out`, which may be the same folder.
    """

    type: ClassVar[str] = "resample"
    take: str
    out: str
    areas: list[str]
    start: int
    end: int
    seed: int = 0
    variation: float | None = None
    margin: int = 8
    finish: bool = True
    settings: dict = field(default_factory=dict)
    weights: str | None = None
    audio: str | None = None
    device: str = "auto"


@dataclass(frozen=True)
class Mix:
    """Lay parts of other takes over the take in the folder `take`, and write the new one to `out`.

    `picks` are laid in turn: {"take": folder, "areas": ["upper", ...] or ["all"], "start": frame, "end": one after the
    last}, where frames left out are the take's own. `settings` as in `Resample`.
    """

    type: ClassVar[str] = "mix"
    take: str
    out: str
    picks: list[dict]
    margin: int = 8
    finish: bool = True
    settings: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Finish:
    """Finish the motion file `motion` and write the result to `out` (npz).

    `settings` are those of `core.finish.FinishSettings` that differ from the defaults; `skeleton` is a file whose
    `rest_joints` the motion is put on first. The result holds the numbers `before` and `after`.
    """

    type: ClassVar[str] = "finish"
    motion: str
    out: str
    settings: dict = field(default_factory=dict)
    skeleton: str | None = None


@dataclass(frozen=True)
class Body:
    """Read the body with shape coefficients `betas` from the SMPL-X file `model` and write it to `out` (npz).

    The result says how many of the coefficients the file knows, and the file's `gender`.
    """

    type: ClassVar[str] = "body"
    model: str
    out: str
    betas: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Cancel:
    """Stop the request `target`, or everything asked so far; answered at once, even during work."""

    type: ClassVar[str] = "cancel"
    target: int | None = None


@dataclass(frozen=True)
class Shutdown:
    """End the process after the work that was asked before."""

    type: ClassVar[str] = "shutdown"


Task = Hello | Align | Generate | Resample | Mix | Finish | Body | Cancel | Shutdown
_TASKS = {task.type: task for task in (Hello, Align, Generate, Resample, Mix, Finish, Body, Cancel, Shutdown)}


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
class Result:
    """A request's outcome."""

    type: ClassVar[str] = "result"
    id: int
    values: dict = field(default_factory=dict)


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


Reply = Progress | Result | Cancelled | Failure
_REPLIES = {reply.type: reply for reply in (Progress, Cancelled, Failure)}


def encode_request(request: Request) -> str:
    """One line, without its end."""
    return json.dumps({"id": request.id, "type": request.task.type, **asdict(request.task)})


def decode_request(line: str) -> Request:
    """Read one line.

    Raises:
        ProtocolError: not a JSON object, no number, no such type, or missing or unknown parameters.
    """
    message = _object(line)
    number, kind = message.pop("id", None), message.pop("type", None)
    if not isinstance(number, int):
        raise ProtocolError("a request needs a whole number as `id`")
    if not isinstance(kind, str) or kind not in _TASKS:
        raise ProtocolError(f"there is no request of type {kind!r}; known: {', '.join(_TASKS)}")
    return Request(number, _build(_TASKS[kind], message))


def encode_reply(reply: Reply) -> str:
    """One line, without its end; a result's values stand beside its id."""
    content = {"id": reply.id, **reply.values} if isinstance(reply, Result) else asdict(reply)
    return json.dumps({"type": reply.type, **content})


def decode_reply(line: str) -> Reply:
    """Read one line.

    Raises:
        ProtocolError: not a reply.
    """
    message = _object(line)
    kind = message.pop("type", None)
    if kind == Result.type and isinstance(message.get("id"), int):
        return Result(message.pop("id"), message)
    if kind not in _REPLIES:
        raise ProtocolError(f"there is no reply of type {kind!r}")
    return _build(_REPLIES[kind], message)


def _object(line: str) -> dict:
    try:
        message = json.loads(line)
    except ValueError as error:
        raise ProtocolError(f"not JSON: {error}") from error
    if not isinstance(message, dict):
        raise ProtocolError("not a JSON object")
    return message


def _build(kind: type[Any], values: dict):
    unknown = values.keys() - {entry.name for entry in fields(kind)}
    if unknown:
        raise ProtocolError(f"{kind.type} has no {', '.join(sorted(unknown))}")
    try:
        return kind(**values)
    except TypeError as error:
        raise ProtocolError(f"{kind.type}: {error}") from error
