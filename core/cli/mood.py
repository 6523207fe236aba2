"""The option `--mood` of the shell's commands."""

import argparse
from typing import Any

from ..direct.mood import MOODS, parse_mood


def add_mood(command: argparse.ArgumentParser, text: str) -> None:
    """Add the option to a command; `text` says what it does."""
    command.add_argument(
        "--mood",
        nargs="+",
        metavar="MOOD",
        help=f"{text}: a mood with a strength from 0 to 1, such as happy:0.6, or several with the seconds at which "
        f"they begin, such as sad:0.8@0 happy:0.6@5; moods: {', '.join(MOODS)}",
    )


def mood_of(arguments: argparse.Namespace) -> tuple[dict[str, Any], ...] | None:
    """Return the mood that was typed, as requests hold it; None where none was.

    Raises:
        GestureError: there is no such mood, or its strength is out of range.
    """
    return None if arguments.mood is None else tuple(parse_mood(arguments.mood).as_list())
