"""What commands that make takes from recordings have in common: their options, and the request that these mean."""

import argparse
from pathlib import Path
from typing import Any

from .. import requests
from ..errors import GestureError
from ..language.languages import AUTO, code_of
from .finish import add_settings, settings_of
from .mood import add_mood, mood_of
from .terminal import add_device, add_hands_out, add_no_finish, add_variation, add_weights


def add_style(command: argparse.ArgumentParser, where: str = "") -> None:
    """Add the option for the style, which has two names; `core.styles.style_number` reads its text."""
    text = f"style of the weights (their speaker) by name or number{where} (default 0)"
    command.add_argument("--style", "--speaker", default="0", metavar="STYLE", help=text)


def add_making(command: argparse.ArgumentParser, mood_help: str) -> None:
    """Add the options for weights, variation, device, mood, finishing and words."""
    add_weights(command)
    add_variation(command, "take")
    add_device(command)
    add_mood(command, mood_help)
    command.add_argument(
        "--gestures",
        choices=("auto", "off"),
        default="auto",
        help="auto: words that call for a gesture of the library get it (default); off: no such gestures",
    )
    add_no_finish(command)
    add_settings(command)
    add_hands_out(command)
    command.add_argument(
        "--allow-no-words", action="store_true", help="go on without words when a transcript does not fit"
    )
    add_language(command)


def add_language(command: argparse.ArgumentParser) -> None:
    """Add the options for the language of the transcript and for the user's own pronunciations."""
    command.add_argument(
        "--language",
        default=AUTO,
        metavar="CODE",
        help="of the transcript: a code or an English name, such as de or German (default: found from the text)",
    )
    command.add_argument(
        "--pronounce",
        action="append",
        default=[],
        metavar="WORD=SOUND",
        help="how a name is said: as other words (Siobhan=shivawn) or as phones (Nguyen='W IH N'); may be repeated",
    )


def language_of(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the fields `language` and `pronunciations` of a request.

    Raises:
        GestureError: there is no such language, or a pronunciation has no `=`.
    """
    said = {}
    for entry in arguments.pronounce:
        word, equals, sound = entry.partition("=")
        if not (word.strip() and equals and sound.strip()):
            raise GestureError(f"{entry[:60]!r} is no pronunciation.", remedy="Write WORD=SOUND: Siobhan=shivawn.")
        said[word.strip()] = sound.strip()
    return {"language": code_of(arguments.language), "pronunciations": said}


def request_of(
    arguments: argparse.Namespace, audio: Path, out: Path, speaker: int, transcript: Path | None = None
) -> requests.Generate:
    """Return the request for one take.

    Args:
        arguments: parsed options of `add_making`, and `seed`.
        audio: the recording.
        out: folder for the take.
        speaker: number of the speaker or style.
        transcript: what is said, if there is a file.

    Raises:
        GestureError: the settings of finishing, the mood, the language or a pronunciation are impossible.
    """
    return requests.Generate(
        audio=audio,
        out=out,
        weights=arguments.weights,
        transcript=transcript,
        speaker=speaker,
        seed=arguments.seed,
        variation=arguments.variation,
        device=arguments.device,
        finish=not arguments.no_finish,
        settings=settings_of(arguments).changed(),
        allow_no_words=arguments.allow_no_words,
        mood=mood_of(arguments) or (),
        gestures=arguments.gestures == "auto",
        **language_of(arguments),
        hands_out=arguments.hands_out,
    )
