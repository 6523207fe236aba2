"""The requests that this program can handle: one frozen dataclass for each task, and its form as JSON.

The add-on and the shell make a request. The steps in `core.generate` take it as it is. Between the add-on and the
worker it travels as a JSON object (`core.worker.protocol`); `to_json` and `from_json` translate, and `from_json` is
the only place where the types of what arrives are checked:

    Mix(Path("a"), Path("b"), (Pick(Path("c"), ("upper",)),))
    {"type": "mix", "take": "a", "out": "b", "picks": [{"take": "c", "areas": ["upper"], "start": null, "end": null}],
     "margin": 8, "finish": true, "settings": {}}

Fields of the type dict hold what another class writes and checks: `settings` belong to `FinishSettings` in
`core.finish.settings`, `levels` to `Levels` in `core.direct.levels`, `markers` to `Marker` in `core.direct.markers`,
`mood` to `MoodKey` in `core.direct.mood`.

The add-on imports this module, so it needs only the standard library and NumPy.
"""

import types
import typing
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from .body.blend import DEFAULT_MARGIN
from .language.languages import AUTO, ENGLISH
from .plain_values import is_number, is_whole
from .weights_requests import Body, FetchWeights, ImportWeights, Transcribe

# Changes when a worker and an add-on of different versions would misunderstand each other.
PROTOCOL = 1
_MOST_WHOLE = 2**63 - 1
_MOST_NUMBER = 1e300


class RequestError(ValueError):
    """JSON that is no request; the text says why."""


@dataclass(frozen=True)
class Hello:
    """Ask for versions, devices and the engine.

    Attributes:
        weights: a model folder, whose model.json is then part of the answer; None for the bundled weights.
        device: "auto", "cpu" or "cuda".
        protocol: version of the form of requests and replies; a worker of another version refuses.
    """

    type: ClassVar[str] = "hello"
    weights: Path | None = None
    device: str = "auto"
    protocol: int = PROTOCOL


@dataclass(frozen=True)
class Align:
    """Find the times of a transcript's words.

    Attributes:
        audio: the recording.
        out: the file for the words (words.json).
        transcript: a file with the text: txt, srt, vtt, TextGrid or whisper json.
        transcript_text: the text itself; it wins over `transcript`.
        language: the language of the text, such as "de" (`core.language.languages`); "auto" finds it from the text.
        pronunciations: of the user's own words: word → what it sounds like (`core.text.reading`).
    """

    type: ClassVar[str] = "align"
    audio: Path
    out: Path
    transcript: Path | None = None
    transcript_text: str | None = None
    language: str = AUTO
    pronunciations: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Generate:
    """Make a take from a recording.

    Attributes:
        audio: the recording.
        out: the take folder.
        weights: the model folder; None for the bundled weights.
        transcript, transcript_text: as in `Align`; both may be None.
        speaker: index into the weights' speakers (for the starter weights: styles).
        seed: another seed gives another take, where there is variation; the same seed gives the same take.
        variation: 0 for the most likely take, up to 1; None for the value that suits the weights.
        device: "auto", "cpu" or "cuda".
        finish: False writes the decoder's raw motion as the result.
        settings: those of finishing that differ from the defaults.
        allow_no_words: go on without words when the transcript does not fit the recording.
        offset_s, duration_s: the part of the recording to use; None for all that follows the offset.
        skeleton: an npz whose `rest_joints` the motion is finished on; None for the bundled character's.
        decoded: a sound file with just this part of the recording, for recordings that the worker cannot read: Blender
            can decode the sound of a video. Everything but the samples comes from `audio`.
        mood: the mood over time: objects with `name`, `strength` and, where there are several, `start_s`; empty for a
            neutral take.
        language, pronunciations: as in `Align`.
        gestures: whether words that call for a gesture of the library get it; they are markers of the take then.
        pieces: a folder for the motion of the first frames of a long take, which replies of the type `piece` name
            while the later frames are computed; None for no such replies.
        hands_out: whether hands and forearms are pushed out of the body.
        directed: whether hands are pushed out here in a take that nothing directs. Blender does this itself, with the
            body of the character. A take that has gestures or a mood is always directed.
    """

    type: ClassVar[str] = "generate"
    audio: Path
    out: Path
    weights: Path | None = None
    transcript: Path | None = None
    transcript_text: str | None = None
    speaker: int = 0
    seed: int = 0
    variation: float | None = None
    device: str = "auto"
    finish: bool = True
    settings: dict[str, Any] = field(default_factory=dict)
    allow_no_words: bool = False
    offset_s: float = 0.0
    duration_s: float | None = None
    skeleton: Path | None = None
    decoded: Path | None = None
    mood: tuple[dict[str, Any], ...] = ()
    language: str = AUTO
    pronunciations: dict[str, Any] = field(default_factory=dict)
    gestures: bool = False
    pieces: Path | None = None
    hands_out: bool = True
    directed: bool = True


@dataclass(frozen=True)
class GenerateMany:
    """Make several takes together: seeds of one recording, or several recordings.

    Attributes:
        takes: what to make; all with the same weights and device.
    """

    type: ClassVar[str] = "generate_many"
    takes: tuple[Generate, ...]


@dataclass(frozen=True)
class Resample:
    """Make areas of a take anew over a range of frames.

    Attributes:
        take: a take folder.
        out: the folder for the new take; may be the same one.
        areas: rows of `core.body.parts.AREAS`: body parts, or some of their joints.
        start, end: the first frame, and the one after the last.
        seed: another seed gives another try.
        variation: 0 for the most likely motion, up to 1; None for the value that suits the weights.
        margin: frames on either side of the range in which old and new blend.
        finish: False leaves the decoder's raw motion as the result.
        settings: settings with which the kept motion was finished, where they differ from the defaults; empty for those
            that the take stores.
        weights: the model folder that made the take; None for the bundled weights.
        audio: where the recording is now; None for the path that the take stores.
        device: "auto", "cpu" or "cuda".
        decoded: as in `Generate`.
    """

    type: ClassVar[str] = "resample"
    take: Path
    out: Path
    areas: tuple[str, ...]
    start: int
    end: int
    seed: int = 0
    variation: float | None = None
    margin: int = DEFAULT_MARGIN
    finish: bool = True
    settings: dict[str, Any] = field(default_factory=dict)
    weights: Path | None = None
    audio: Path | None = None
    device: str = "auto"
    decoded: Path | None = None


@dataclass(frozen=True)
class Pick:
    """What to take from another take.

    Attributes:
        take: its folder.
        areas: rows of `core.body.parts.AREAS`, or "all" alone for every part.
        start, end: the first frame, and the one after the last; None for the first and the last of the take.
    """

    take: Path
    areas: tuple[str, ...]
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True)
class Mix:
    """Lay parts of other takes over a take.

    Attributes:
        take: the take folder that everything else is laid over.
        out: the folder for the new take; may be the same one.
        picks: what to take from which other take; later picks lie over earlier ones.
        margin, finish, settings: as in `Resample`.
        weights: the model folder that made the takes; its model.json lists the hashes under which older takes store the
            same networks. None for the bundled weights.
    """

    type: ClassVar[str] = "mix"
    take: Path
    out: Path
    picks: tuple[Pick, ...]
    margin: int = DEFAULT_MARGIN
    finish: bool = True
    settings: dict[str, Any] = field(default_factory=dict)
    weights: Path | None = None


@dataclass(frozen=True)
class Direct:
    """Direct a take by levels, markers and a mood; they replace those that directed it before.

    Attributes:
        take: a take folder.
        out: the folder for the directed take; may be the same one.
        levels: those that differ from the defaults.
        markers: where to gesture, hold or rest: objects with `kind`, `start_s` and `end_s`.
        keep: rows of `core.body.parts.AREAS` that stay as they are finished.
        mood: as in `Generate`; None for the mood that the take has.
    """

    type: ClassVar[str] = "direct"
    take: Path
    out: Path
    levels: dict[str, Any] = field(default_factory=dict)
    markers: tuple[dict[str, Any], ...] = ()
    keep: tuple[str, ...] = ()
    mood: tuple[dict[str, Any], ...] | None = None


@dataclass(frozen=True)
class Finish:
    """Take shake, sliding feet and drift out of a motion file.

    Attributes:
        motion: the npz to finish.
        out: the npz for the result.
        settings: those that differ from the defaults.
        skeleton: an npz whose `rest_joints` the motion is put on first; None for the skeleton of the motion.
    """

    type: ClassVar[str] = "finish"
    motion: Path
    out: Path
    settings: dict[str, Any] = field(default_factory=dict)
    skeleton: Path | None = None


@dataclass(frozen=True)
class Spell:
    """Find the phones of a word that was spelled anew, between the times that it has.

    Attributes:
        audio: the recording of the take.
        text: the word.
        start_s, end_s: its times, seconds from the start of the part.
        offset_s, duration_s, decoded: the part, as in `Generate`.
        language: the language of the take's words.
        pronunciations: as in `Align`.
    """

    type: ClassVar[str] = "spell"
    audio: Path
    text: str
    start_s: float
    end_s: float
    offset_s: float = 0.0
    duration_s: float | None = None
    decoded: Path | None = None
    language: str = ENGLISH
    pronunciations: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Cancel:
    """Stop a request; the worker answers at once, even during work.

    Attributes:
        target: number of the request; None for everything that was asked so far.
        keep: end the request with a shorter take of what is predicted up to now, where there is any; else nothing is
            kept.
    """

    type: ClassVar[str] = "cancel"
    target: int | None = None
    keep: bool = False


@dataclass(frozen=True)
class Shutdown:
    """End the worker after the work that was asked before."""

    type: ClassVar[str] = "shutdown"


_OfModels = Body | FetchWeights | ImportWeights | Transcribe
Task = (
    Hello | Align | Generate | GenerateMany | Resample | Mix | Direct | Finish | Spell | _OfModels | Cancel | Shutdown
)
_TASKS: dict[str, type] = {kind.type: kind for kind in typing.get_args(Task)}


def to_json(task: Task) -> dict[str, Any]:
    """Return a request as plain values that `json.dumps` can write: `type` first, then every field."""
    return {"type": task.type, **_plain(task)}


def from_json(values: dict[str, Any]) -> Task:
    """Make a request from plain values, as `json.loads` gives them.

    Args:
        values: the key `type`, and the fields of that request; fields with a default may be left out.

    Raises:
        RequestError: there is no such type, or a field is missing, unknown or of the wrong type.
    """
    kind = values.get("type")
    if not isinstance(kind, str) or kind not in _TASKS:
        raise RequestError(f"there is no request of type {kind!r}; known: {', '.join(_TASKS)}")
    return _record(_TASKS[kind], {name: value for name, value in values.items() if name != "type"}, kind)


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {entry.name: _plain(getattr(value, entry.name)) for entry in fields(value)}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return str(value) if isinstance(value, Path) else value


@cache
def _types_of(kind: type) -> dict[str, Any]:
    hints = typing.get_type_hints(kind)
    return {entry.name: hints[entry.name] for entry in fields(kind)}


def _record(kind: type, values: dict[str, Any], where: str) -> Any:
    """Make a dataclass from a JSON object; `where` names it in messages."""
    wanted = _types_of(kind)
    if unknown := values.keys() - wanted.keys():
        raise RequestError(f"{where} has no {', '.join(sorted(unknown))}")
    checked = {name: _checked(wanted[name], value, f"{where}: {name}") for name, value in values.items()}
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
