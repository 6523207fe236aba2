"""`python -m core direct`: levels, markers, a mood and kept areas from a shell."""

import argparse
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..body.parts import AREAS
from ..direct.levels import LEVELS, SWITCHES, Levels
from ..direct.markers import KINDS, PLAIN_KINDS, Kind, Marker, markers_from
from ..errors import GestureError
from ..gestures.clip import ENDING, OWN, without_picture
from ..gestures.library import gestures
from ..inputs import check_regular, read_json
from ..paths import given_path
from ..plain_values import typed_number
from ..requests import Direct
from .mood import add_mood, mood_of
from .terminal import add_hands_out, add_json, add_take_and_out, print_take

if TYPE_CHECKING:
    from ..text.timing import Word

_WHEN = "seconds (3.2), a stretch (4:5), or a word of the take (really, or really#2 for its second time)"

_MOST_OWN_BYTES = 16 << 20
_GESTURE = re.compile(r"(?P<name>[^@\[]+\.gesture\.json|\w+)(\[(?P<settings>[^\]]*)\])?@(?P<when>.+)")
GESTURE_SETTINGS = ("hand", "size", "height_m", "speed")


def add_direct(commands: argparse._SubParsersAction) -> None:
    """Add the command to a parser's commands."""
    command = commands.add_parser(
        "direct",
        help="set how broad and still a take is, and where it gestures, holds or rests; earlier levels are forgotten",
    )
    add_take_and_out(command, "a folder that `generate` wrote")
    command.add_argument(
        "--levels", type=given_path, metavar="JSON", help="a file of levels; options count more than the file"
    )
    for level in LEVELS:
        text = f"{level.description}; {level.least:g} to {level.most:g} (default {level.neutral:g})"
        command.add_argument(f"--{_option(level.name)}", type=typed_number, metavar="X", dest=level.name, help=text)
    command.add_argument("--mirror", action="store_true", default=None, help="exchange left and right")
    add_hands_out(command, default=None)
    command.add_argument("--markers", type=given_path, metavar="JSON", help="a file with a list of markers")
    for kind in PLAIN_KINDS:
        text = f"{KINDS[kind].description}; WHEN is {_WHEN}"
        command.add_argument(
            f"--{_option(kind)}", nargs="+", action="extend", default=[], metavar="WHEN", dest=kind.value, help=text
        )
    command.add_argument(
        "--gesture",
        nargs="+",
        action="extend",
        default=[],
        metavar="NAME@WHEN",
        help="gestures of the library, such as thumbs_up@3.2, shrug@4:5 or big@really; settings may follow the name "
        "in brackets, such as big[size=1.3,hand=left,speed=0.8,height_m=0.1]@4.1; a file NAME.gesture.json that was "
        "saved in Blender may stand for the name; WHEN is as above, and a "
        f"stretch says how long the gesture is held; names: {', '.join(gestures())}",
    )
    command.add_argument(
        "--keep",
        nargs="+",
        default=[],
        metavar="AREA",
        help=f"parts that stay as they are finished: {', '.join(AREAS)}",
    )
    add_mood(command, "the mood of the take (default: the one it has)")
    add_json(command)
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Direct one take."""
    from ..generate.directing import direct_take
    from ..take.take import read_take

    markers = _markers(arguments, lambda: read_take(arguments.take).words)
    take = direct_take(
        Direct(
            take=arguments.take,
            out=arguments.out,
            levels=_levels(arguments).as_dict(),
            markers=tuple(marker.as_dict() for marker in markers),
            keep=tuple(arguments.keep),
            mood=mood_of(arguments),
        )
    )
    print_take(arguments, take)
    return 0


def _option(name: str) -> str:
    return name.replace("_", "-")


def _levels(arguments: argparse.Namespace) -> Levels:
    values = {} if arguments.levels is None else _read(arguments.levels, dict)
    given = {name: getattr(arguments, name) for name in (*(level.name for level in LEVELS), *SWITCHES)}
    return Levels.from_dict({**values, **{name: value for name, value in given.items() if value is not None}})


def _markers(arguments: argparse.Namespace, words: Callable[[], Sequence["Word"]]) -> tuple[Marker, ...]:
    markers = [] if arguments.markers is None else list(markers_from(_read(arguments.markers, list)))
    for kind in PLAIN_KINDS:
        markers += [Marker(kind, *when(text, words)) for text in getattr(arguments, kind.value)]
    markers += [_gesture(text, words) for text in arguments.gesture]
    return tuple(sorted(markers, key=lambda marker: (marker.start_s, marker.end_s, marker.kind)))


def _gesture(text: str, words: Callable[[], Sequence["Word"]]) -> Marker:
    """Read a gesture such as "big[size=1.3]@really".

    Raises:
        GestureError: there is no such gesture, setting or word.
    """
    found = _GESTURE.fullmatch(text)
    if found is None:
        raise GestureError(
            f"{text!r} names no gesture and time.",
            remedy="Write the name, @ and the time: thumbs_up@3.2, or big[size=1.3]@really.",
        )
    pairs = [pair.partition("=") for pair in (found["settings"] or "").split(",") if pair]
    settings = {name: value for name, _, value in pairs}
    if len(settings) < len(pairs) or not all(value for _, _, value in pairs):
        raise GestureError(
            f"{text!r} has a setting without a value, or one twice.", remedy="Write settings as size=1.3,hand=left."
        )
    if unknown := settings.keys() - GESTURE_SETTINGS:
        raise GestureError(
            f"A gesture has no setting {', '.join(sorted(unknown))}.",
            remedy=f"Choose among: {', '.join(GESTURE_SETTINGS)}.",
        )
    start_s, end_s = when(found["when"], words)
    # at a word, the gesture lasts as long as in the library, whatever the length of the word
    end_s = end_s if ":" in found["when"] else start_s
    gesture = _own(Path(found["name"])) if found["name"].endswith(ENDING) else {"gesture": found["name"]}
    return Marker.from_dict({"kind": Kind.GESTURE.value, **gesture, **settings, "start_s": start_s, "end_s": end_s})


def _own(path: Path) -> dict[str, str]:
    """Read a gesture that was saved in Blender.

    Raises:
        GestureError: there is no such file, or it is no gesture.
    """
    try:
        check_regular(path)
        # A saved gesture holds a picture besides its text.
        if path.stat().st_size > _MOST_OWN_BYTES:
            raise GestureError(f"{path} is too large for a gesture.", remedy="Give a file of the gesture library.")
        return {"gesture": OWN, "clip": without_picture(path.read_text(encoding="utf-8"))}
    except (OSError, UnicodeDecodeError) as error:
        raise GestureError(
            f"The gesture {path} cannot be read.", remedy="Give a file of the gesture library.", detail=repr(error)
        ) from error


def when(text: str, words: Callable[[], Sequence["Word"]]) -> tuple[float, float]:
    """Read "3.2", "4:5" or a word of the take as seconds from where to where.

    Args:
        text: as it was typed.
        words: returns the take's words; called only where they are needed.

    Raises:
        GestureError: the text is neither a time nor a word of the take.
    """
    start, _, end = text.partition(":")
    try:
        return float(start), float(end or start)
    except ValueError:
        return _spoken(text, words())


def _spoken(text: str, words: Sequence["Word"]) -> tuple[float, float]:
    name, _, number = text.partition("#")
    found = [word for word in words if word.word.casefold() == name.casefold()]
    if not found or not (number or "1").isdigit() or not 1 <= int(number or 1) <= len(found):
        raise GestureError(
            f"{text!r} is no time, and it is said {len(found)} times in the take.",
            remedy="Write seconds (3.2), a stretch (4:5), or a word of words.json (really, really#2).",
        )
    word = found[int(number or 1) - 1]
    return word.start_s, word.end_s


def _read(path: Path, kind: type) -> Any:
    """Read what a JSON file holds.

    Raises:
        GestureError: the file cannot be read, or does not hold a value of this kind.
    """
    try:
        values = read_json(path)
    except (OSError, ValueError) as error:
        raise GestureError(
            f"{path} cannot be read as JSON.", remedy="Check the file's name and its content.", detail=repr(error)
        ) from error
    if not isinstance(values, kind):
        raise GestureError(
            f"{path} does not hold {'named values' if kind is dict else 'a list'}.",
            remedy="Write levels as named values, as in take.json, and markers as a list of named values.",
        )
    return values
